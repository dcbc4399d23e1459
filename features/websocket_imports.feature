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

  @promise.imports-02
  Rule: The protocols of live updates have one home

    Affected: everybody who chats: a part that fits one protocol is refused, or fails, where another is meant.
    Look first at: the places listed below, beginning with the first.

    @id.imports-02a @plan.1.1b @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: What the parts of live updates need of each other is written in one place
      When the source tree is searched for all that answers to the name of the protocol
      Then all of it is the protocol of its home, and the home holds it

  @promise.imports-03
  Rule: The emitter of live updates has one home, one name and one path

    Affected: everybody who chats: events are told by an emitter that nobody looks after.
    Look first at: the places listed below, beginning with the first.

    @id.imports-03a @plan.1.1c @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: The emitter of live updates is one thing in one place
      When the source tree is searched for all that answers to the name of the emitter
      Then all of it is the emitter of its home, and the home holds it

    @id.imports-03b @plan.1.1c @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: The emitter is found under its own name, on one path
      When the source tree is searched for other names and paths of the emitter
      Then there are none

  @promise.imports-04
  Rule: The messages and handlers of live updates have one home each

    Affected: everybody who chats: a message that one part writes is not what another part reads.
    Look first at: the places listed below, beginning with the first.

    @id.imports-04a @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario Outline: The names of the <concept> of live updates mean one thing
      When the source tree is searched for everything that the names of the <concept> mean
      Then each of them is one thing, and the home of the <concept> holds it

      Examples:
        | concept  |
        | types    |
        | handlers |

  @promise.imports-05
  Rule: Every service reaches the parts of live updates by the same path

    Affected: everybody who chats: one service works with a part that the other has long replaced.
    Look first at: the imports listed below, beginning with the first.

    @id.imports-05a @plan.1.2a @integration @needs.source-tree @effect.read-only @severity.critical
    Scenario: Neither backend nor sign-in takes a part of live updates by a side path
      When the source tree is searched for parts of live updates that are taken from elsewhere than their homes
      Then no service has any
      And at least one service uses them

  @promise.imports-06
  Rule: Every component uses the managers by their one path

    Affected: everybody who chats: a component that reaches for a manager gets another one, or none at all.
    Look first at: the imports listed below, beginning with the first.

    @id.imports-06a @plan.1.2b @integration @needs.source-tree @effect.read-only @severity.critical
    Scenario: Whoever needs a manager takes it from its home
      When the source tree is searched for managers that are taken from elsewhere than their homes, or from where there are none
      Then there are none
      And at least one service uses them

  @promise.imports-07
  Rule: A retired path still works, and says that it is retired

    Affected: engineers whose work still uses a former path, and everybody who chats by what they have built.
    Look first at: the module of the retired path, and the manifest that says until when it is meant to work.

    @id.imports-07a @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: A former path leads to the one home for as long as was said
      When the retired paths are followed
      Then each gives what its home holds, and says that it is retired
