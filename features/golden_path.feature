@phase2 @business-value
Feature: The golden path
  Who relies on it: every customer. A question, visible work and an answer are what they come to the platform for.
  What we promise: a person who is signed in asks, watches the work being done, and gets the answer.
  When it breaks: people look at a silent chat, ask again, and leave; 90 % of the platform's value is this conversation.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: the coordination of live updates enables 90 % of the platform's value
  - Value: chat protects revenue of more than $500K a year
  - Strategy: the golden path is confirmed before anything is deployed

  @promise.golden-01
  Rule: A person who asks a question watches the work being done and gets the answer

    Affected: everybody who chats, since they see no progress or no answer.
    Look first at: the message handler and the event emitter of live updates.

    @id.golden-01a @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario: Pat asks what the models cost
      Given Pat is in a conversation
      When Pat asks "What did we spend on language models, and which one costs most?"
      Then Pat promptly sees each of the five events of the work, in order and once
      And Pat gets the answer that this work led to
      And the conversation keeps the question and the answer

    @id.golden-01b @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario Outline: Pat asks by <form>
      Given Pat is in a conversation
      When Pat asks "What did the support desk spend on language models?" by <form>
      Then Pat promptly sees each of the five events of the work, in order and once
      And Pat gets the answer that this work led to
      And the conversation keeps the question and the answer

      Examples:
        | form                   |
        | a task for the agent   |
        | a message to the agent |

  @promise.golden-02
  Rule: Each question gets its own answer

    Affected: whoever asks again before the first answer is there, and then reads one answer under the other question.
    Look first at: how the message handler keeps the runs of one connection apart.

    @id.golden-02a @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: Two questions in a row do not mix
      Given Pat is in two conversations
      When Pat asks a question in the first, and another in the second at once
      Then Pat promptly sees the work on each question apart, in order and once
      And each conversation keeps its own question, and the answer that Pat was given to it

  @promise.golden-03
  Rule: An agent that cannot answer says so

    Affected: whoever asks while something behind the agent is down, and would wait for an answer that never comes.
    Look first at: what the agent does when one of its tools fails.

    @id.golden-03a @e2e @needs.platform @effect.disruptive @severity.critical
    Scenario: The agent's work fails, and Pat hears of it
      Given Pat is watching live updates
      And the database behind chat is out of order
      When Pat asks "What did we spend on language models?"
      Then Pat is promptly told that the work failed, instead of being given an answer
