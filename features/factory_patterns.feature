@phase2 @gap.2
Feature: What is built on one side fits the other
  Who relies on it: every engineer who builds a part of the platform, and through them everybody who signs in.
  What we promise: whatever two parts of the platform build from the same thing is the same.
  When it breaks: one side takes a person for somebody else, or grants what the other refuses.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: factory patterns enable user isolation for a system of many users
  - Value: consistent factories prevent the contamination of one user's work by another's
  - Strategy: reliable coordination of factories protects revenue of more than $500K a year

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
