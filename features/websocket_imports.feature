@phase2 @gap.1
Feature: Live updates are built from one set of parts
  Who relies on it: every engineer who works on live updates, and through them everybody who chats.
  What we promise: each building block of live updates is one thing, found in one place.
  When it breaks: two parts of the platform hold different managers under one name, and a person's updates go to the
  one that nobody listens to.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: the coordination of live updates enables 90 % of the platform's value
  - Value: consistent imports prevent coordination failures
  - Strategy: one source of truth reduces technical debt

  @promise.imports-01
  Rule: The managers of live updates have one home each

    Affected: everybody who chats: updates are lost when two parts of the platform use different managers.
    Look first at: the places listed below, beginning with the first.

    @id.imports-01a @plan.1.1a @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario Outline: The <concept> of live updates is one thing in one place
      When the source tree is searched for all that answers to the name of the <concept>
      Then all of it is the <concept> of its home, and the home holds it

      Examples:
        | concept         |
        | manager         |
        | unified manager |
