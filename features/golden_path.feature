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
      Given Pat is signed in
      And Pat is watching live updates
      When Pat asks "What did we spend on language models, and which one costs most?"
      Then Pat promptly sees each of the five events of the work, in order and once
      And Pat gets the answer that this work led to
