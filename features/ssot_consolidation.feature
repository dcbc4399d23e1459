@phase2 @gap.4
Feature: Every part of live updates is written once
  Who relies on it: every engineer who changes live updates, and through them everybody who chats.
  What we promise: there is one manager, one path to it, and nothing that stands in for either.
  When it breaks: a repair is made in one place and the fault goes on in another.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: one source of truth prevents system instability
  - Value: fewer duplicates mean less technical debt and more reliable coordination
  - Strategy: fewer than five SSOT warnings, where there were 37

  @promise.ssot-01
  Rule: There is no second manager

    Affected: everybody who chats: updates go to a manager that nobody listens to.
    Look first at: the modules listed below, beginning with the first.

    @id.ssot-01a @plan.4.1a @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: No module has a manager of its own, or a path of its own to the one
      When the source tree is searched for modules with a manager, or a path to one, of their own
      Then there are none

  @promise.ssot-02
  Rule: The paths to the parts of live updates are standardised

    Affected: engineers who look for a part and find several, and everybody who chats by what they have built.
    Look first at: the places listed below, beginning with the first.

    @id.ssot-02a @plan.4.1b @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: No part has a second name or a second path
      When the source tree is searched for other names and paths of the parts of live updates
      Then there are none

    @id.ssot-02b @plan.4.1b @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: What is offered, and to whom, can be seen
      When the source tree is searched for imports and lists that hide what is offered
      Then there are none

  @promise.ssot-03
  Rule: The SSOT warnings are all but gone

    Affected: everybody who chats: each warning is a place where a repair can miss its aim.
    Look first at: the modules listed below.

    @id.ssot-03a @plan.4.1c @unit @needs.source-tree @effect.read-only @severity.critical
    Scenario: Fewer than five warnings are left
      When the SSOT warnings are counted
      Then there are fewer than five

    @id.ssot-03b @plan.4.1c @unit @needs.source-tree @effect.read-only @severity.normal
    Scenario: Nearly all that there was at the start is gone
      When the SSOT warnings are counted
      Then there are at least 95 % fewer than at the start

  @promise.ssot-04
  Rule: The migration to the homes is complete

    Affected: everybody who chats: what has not moved yet still works with what is to be removed.
    Look first at: the imports listed below, beginning with the first.

    @id.ssot-04a @plan.4.2a @integration @needs.source-tree @effect.read-only @severity.critical
    Scenario: Every import of a part of live updates is from its home
      When the imports of the parts of live updates are counted
      Then all of them are from the homes, and there are some

  @promise.ssot-05
  Rule: Every component can be loaded, without a detour

    Affected: everybody who uses the component: it fails when it is needed, or something else works in its place.
    Look first at: the files listed below, beginning with the first.

    @id.ssot-05a @plan.4.2b @integration @needs.source-tree @effect.read-only @severity.critical
    Scenario Outline: Nothing of <component> fails to load, and nothing hides that it would
      When the source of <component> is searched for what cannot be loaded, or only by a detour
      Then there are none

      Examples:
        | component |
        | backend   |
        | sign-in   |
        | shared    |
