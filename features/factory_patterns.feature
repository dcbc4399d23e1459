@phase2 @gap.2
Feature: What is built on one side fits the other
  Who relies on it: every engineer who builds a part of the platform, and through them everybody who signs in.
  What we promise: whatever two parts of the platform build from the same thing is the same.
  When it breaks: live updates stay away, and one side takes a person for another or grants what the other refuses.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: factory patterns enable user isolation for a system of many users
  - Value: consistent factories prevent the contamination of one user's work by another's
  - Strategy: reliable coordination of factories protects revenue of more than $500K a year

  @promise.factories-01
  Rule: A factory calls the manager that it is given by one name

    Affected: everybody who chats: what works with one factory fails with the next, and live updates stay away.
    Look first at: the factories listed below, beginning with the first.

    @id.factories-01a @plan.2.1a @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: The manager has the same name in every factory
      When the source tree is searched for factories that call the manager by another name
      Then there are none
      And there is a factory that is given the manager

    @id.factories-01b @plan.2.1a @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: What is named as the manager is a manager
      When the source tree is searched for things that are named as the manager is and are something else
      Then there are none
      And there is a factory that is given the manager

  @promise.factories-02
  Rule: A factory refuses to work without a manager, and for nobody

    Affected: everybody who chats: updates are lost far away from the mistake, or reach somebody else.
    Look first at: the factories listed below, beginning with the first.

    @id.factories-02a @plan.2.1b @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: No factory does its work without the manager that it needs
      When the source tree is searched for factories that do their work without a manager
      Then there are none
      And there is a factory that is given the manager

    @id.factories-02b @plan.2.1b @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: No factory makes a manager or an emitter for nobody
      When the source tree is searched for factories that do their work for nobody
      Then there are none
      And there is a factory of the emitter

  @promise.factories-03
  Rule: The factories of one thing can take each other's place

    Affected: engineers who exchange one factory for another, and everybody who chats by what they have built.
    Look first at: the factories listed below, beginning with the first.

    @id.factories-03a @plan.2.1c @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario Outline: All factories of the <product> are called alike
      When the source tree is searched for further ways of calling a factory of the <product>
      Then there are none
      And there is a factory of the <product>

      Examples:
        | product |
        | manager |
        | emitter |

    @id.factories-03b @plan.2.1c @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: The name of a factory stands for one factory
      When the source tree is searched for factories that share a name and are not the same
      Then there are none
      And there is a factory of the manager

  @promise.factories-04
  Rule: Backend and sign-in build the same user from the same sign-in

    Affected: everybody who signs in: they are one person here and another there, or may do other things.
    Look first at: what each side makes of a token, and of the answer to a sign-in.

    @id.factories-04a @plan.2.2a @integration @needs.platform @effect.creates-data @severity.critical
    Scenario: Both sides say the same of Pat, field by field
      Given Pat is signed in
      When both sides are asked for everything that they know of Pat
      Then whatever two of them say of Pat is the same

    @id.factories-04b @plan.2.2a @integration @needs.platform @needs.passwords @effect.creates-data @severity.critical
    Scenario: Pat signs in at chat's door and is the same user as at sign-in's own
      Given Pat is signed in
      When Pat signs in once more, at chat's door
      Then it is the same user, field by field
      And every door opens for the sign-in that chat's door gave
