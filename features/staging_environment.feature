@phase2 @gap.3
Feature: The services work together in staging
  Who relies on it: everybody who deploys, since staging is where a release is believed in or held back.
  What we promise: the services of one environment find one another and work as one platform.
  When it breaks: sign-in works and chat does not, or the other way round, and nobody can tell which release is sound.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: staging validates the reliability of the golden path
  - Value: coordination in staging prevents failures of production deployments
  - Strategy: reliable staging protects revenue of more than $500K a year from coordination bugs

  @promise.staging-01
  Rule: The services find one another

    Affected: everybody, as soon as a service is moved or renamed: the others go on asking at the wrong door.
    Look first at: the backend's discovery and the addresses in the environment's configuration.

    @id.staging-01a @plan.3.1a @e2e @needs.platform @effect.read-only @severity.critical
    Scenario: The platform names every one of its services
      When Ada the administrator asks the platform where its services are
      Then Ada is told an address of its own for chat, for sign-in and for the web page

    @id.staging-01b @plan.3.1a @e2e @needs.platform @effect.read-only @severity.critical
    Scenario Outline: <service> answers at the address that the platform gives for it
      Given Ada the administrator knows where the platform says its services are
      When Ada follows the address of <service>
      Then <service> answers there, healthy and by its own name, within the time for service discovery

      Examples:
        | service |
        | chat    |
        | sign-in |
