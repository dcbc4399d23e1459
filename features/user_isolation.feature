@phase2 @gap.2
Feature: Every person's work is their own
  Who relies on it: every customer, since what they ask and are answered is their business and nobody else's.
  What we promise: a person sees all of their own work, and nothing of anybody else's.
  When it breaks: a stranger reads along. One such frame is a breach of confidence, and for some customers of the law.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: factory patterns enable user isolation for a system of many users
  - Value: consistent factories prevent the contamination of one user's work by another's
  - Strategy: reliable coordination of factories protects revenue of more than $500K a year

  @promise.isolation-01
  Rule: People who chat at the same time see only their own work

    Affected: both sides: one reads what is not theirs, the other is read.
    Look first at: the factories of live updates, and whatever they keep between two people.

    @id.isolation-01a @plan.2.2b @integration @needs.platform @effect.creates-data @severity.blocker
    Scenario: Pat and Robin ask at the same time
      Given Pat and Robin are in conversations of their own
      When Pat and Robin ask at the same time
      Then neither of them is told anything of the other's
      And Pat and Robin each promptly see the whole of their own work
      And live updates still know each of them by their own sign-in

    @id.isolation-01b @plan.2.2b @integration @needs.platform @effect.creates-data @severity.critical
    Scenario: Ten people ask at once, and again
      Given ten people are in conversations of their own
      When all of them ask at once, each one question after another
      Then none of them is told anything of another's
      And each of them promptly sees the whole of their own work

  @promise.isolation-02
  Rule: A conversation is private

    Affected: whoever wrote in confidence.
    Look first at: how chat looks a conversation up: by its id alone, or by its id and its owner.

    @id.isolation-02a @plan.2.2b @integration @needs.platform @effect.creates-data @severity.blocker
    Scenario Outline: Pat's conversation is as if it did not exist when Robin <deed>
      Given Pat has written in a conversation
      And Robin is in a conversation
      When Robin <deed>
      Then Robin is told just what is told of a conversation that is not there
      And Pat's conversation is as it was

      Examples:
        | deed                  |
        | looks it up           |
        | reads what is written |
        | writes into it        |
        | deletes it            |
        | asks the agent there  |

    @id.isolation-02b @plan.2.2b @integration @needs.platform @effect.creates-data @severity.critical
    Scenario: A list of conversations shows a person's own
      Given Pat and Robin are in conversations of their own
      When Pat and Robin each list their conversations
      Then each of them sees their own and not the other's

  @promise.isolation-03
  Rule: All the tabs of one person stay informed

    Affected: whoever has the chat open twice: one of the pages stands still.
    Look first at: how the manager of live updates keeps several connections of one person.

    @id.isolation-03a @plan.2.2b @integration @needs.platform @effect.creates-data @severity.normal
    Scenario: Pat asks in one tab and follows it in both
      Given Pat is in a conversation
      And Pat has a second tab open
      When Pat asks "What did we spend in all?"
      Then both tabs promptly show each of the five events of the work, in order and once

  @promise.isolation-04
  Rule: However many people chat at once, nobody is told of anybody else's work

    Affected: everybody, on the busiest day.
    Look first at: whatever live updates share between people, or use again, when many are at work at once.

    @load @id.isolation-04a @plan.2.2b @integration @needs.platform @needs.load @effect.creates-data @severity.critical
    Scenario: A crowd chats at once, and comes back
      Given a crowd as large as the platform is meant for
      When everybody in the crowd asks, and comes back to ask again
      Then nobody in the crowd is told anything of another's
      And everybody in the crowd sees the whole of their own work
      And hardly anybody in the crowd waits longer than is allowed
