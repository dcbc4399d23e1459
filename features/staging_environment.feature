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

    @id.staging-01d @plan.3.1a @e2e @needs.platform @effect.read-only @severity.normal
    Scenario: A service is found by its name as it is in the list
      Given Ada the administrator knows where the platform says its services are
      When Ada asks for each of the services by its name
      Then Ada is told the same as in the list

    @id.staging-01c @plan.3.1a @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario Outline: The word and the deed of <service> agree
      Given Pat is signed in
      When Ada the administrator asks <service> how it is
      Then <service> says that it is well, and Pat finds it so

      Examples:
        | service      |
        | chat         |
        | sign-in      |
        | live updates |

  @promise.staging-02
  Rule: A person known to one service is known to the other

    Affected: everybody who signs in: they are let in here and turned away there, or stay signed in after signing out.
    Look first at: how chat asks sign-in about a token, the secret that both of them sign and check with, and what
    sign-in does when a sign-in is renewed or ended.

    @id.staging-02a @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario: Pat is the same person to sign-in, to chat and to live updates
      Given Pat is signed in
      When sign-in, chat and live updates are each asked who Pat is
      Then all of them name the person who signed in

    @id.staging-02f @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario: Somebody new signs in
      When Pat signs in for the first time
      Then sign-in knows Pat by what it gave out

    @id.staging-02b @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: Pat renews the sign-in
      Given Pat is signed in
      When Pat renews the sign-in
      Then Pat holds a new sign-in and a new renewal, and is still the same person everywhere
      And the renewal that was used cannot be used again
      And a sign-in cannot be used in place of a renewal

    @id.staging-02c @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario: Pat signs out, and is signed out everywhere
      Given every door opens for Pat
      When Pat signs out
      Then every door is shut to that sign-in
      And sign-in itself lists it as signed out

    @id.staging-02d @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: Pat signs out on one device and stays signed in on the other
      Given every door opens for Pat
      And Pat is signed in on a second device too
      When Pat signs out
      Then every door still opens for the second device

    @id.staging-02e @plan.3.1b @e2e @needs.platform @effect.creates-data @severity.normal
    Scenario: A sign-in lasts as long as it says
      Given Pat is signed in
      When sign-in is asked in every way how long Pat's sign-in lasts
      Then each answer is what the sign-in itself says

  @promise.staging-03
  Rule: Live updates work from end to end

    Affected: everybody who chats: without live updates they look at a page on which nothing moves.
    Look first at: the live-updates endpoint of chat, and whatever stands in front of it in this environment.

    @id.staging-03a @plan.3.1c @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario Outline: Pat is connected in the way of a <client>
      Given Pat is signed in
      When Pat connects to live updates in the way of a <client>
      Then the connection is confirmed to Pat, within the time for live updates

      Examples:
        | client  |
        | browser |
        | program |

    @id.staging-03b @plan.3.1c @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: Live updates answer when they are spoken to
      Given Pat is watching live updates
      When Pat asks live updates whether they are there
      Then live updates answer Pat

    @id.staging-03c @plan.3.1c @e2e @needs.platform @effect.creates-data @severity.normal
    Scenario: A message that nobody can read does not end the connection
      Given Pat is watching live updates
      When Pat's page sends a message that nobody can read
      Then live updates say that they cannot read it
      And Pat's connection still answers

    @id.staging-03d @plan.3.1c @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: A quiet connection is kept alive
      Given Pat is watching live updates
      When Pat says nothing until live updates give a sign of life
      Then Pat's connection still answers

    @id.staging-03e @plan.3.1c @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: A connection that was cut is taken up again
      Given Pat is in a conversation
      When the connection of Pat is cut, who comes back and asks a question
      Then Pat promptly sees each of the five events of the work, in order and once
      And Pat gets the answer that this work led to

  @promise.staging-04
  Rule: An outage is told as what it is, and heals by itself

    Affected: everybody who is signed in: they are sent away as strangers, or strangers are let in, while it lasts.
    Look first at: what chat makes of it when it asks sign-in and gets no answer.

    @id.staging-04a @e2e @needs.platform @effect.disruptive @severity.critical
    Scenario Outline: <part> fails, and chat says so instead of guessing
      Given Pat is let in by every door, but not with a sign-in that has ended
      When <part> fails
      Then chat promptly tells Pat that it cannot serve anybody just now
      And chat lets nobody in whom it does not know
      And every door opens for Pat again, once <part> is back

      Examples:
        | part                        |
        | sign-in                     |
        | the database behind sign-in |

    @id.staging-04b @e2e @needs.platform @effect.disruptive @severity.critical
    Scenario Outline: <service> does not call itself well without its database
      Given <service> says that it is well
      When the database behind <service> fails
      Then <service> promptly says that it is not well
      And <service> says that it is well again, once its database is back

      Examples:
        | service |
        | chat    |
        | sign-in |

  @promise.staging-05
  Rule: The configuration is complete, and what the services publish about themselves agrees with it

    Affected: everybody who deploys: what was tested is not what people are sent to.
    Look first at: the environment's configuration beside the target's file.

    @id.staging-05a @plan.3.2 @e2e @needs.platform @effect.read-only @severity.critical
    Scenario Outline: The platform sends people to the address that is configured for <service>
      Given the configuration names everything that the promises need
      When Ada the administrator asks the platform where its services are
      Then the address for <service> is the one that is configured

      Examples:
        | service      |
        | chat         |
        | sign-in      |
        | the web page |
        | live updates |

    @id.staging-05b @plan.3.2 @e2e @needs.platform @effect.read-only @severity.critical
    Scenario: Chat and sign-in say that they are the same environment
      When Ada the administrator asks chat and sign-in which environment they are
      Then both name the same one

    @id.staging-05c @plan.3.2 @e2e @needs.platform @effect.read-only @severity.normal
    Scenario: What chat and sign-in publish before anybody has signed in is true
      When Ada the administrator reads what chat and sign-in publish about themselves
      Then chat says that it has live updates
      And every door that sign-in names is at the address that is configured for it
      And chat names the same doors of sign-in
