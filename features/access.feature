@phase2 @business-value
Feature: Nobody gets in without a valid sign-in
  Who relies on it: every customer, since their conversations and their money are behind this door.
  What we promise: whoever has no valid sign-in gets nowhere, whatever they hold in their hand and whichever way they try.
  When it breaks: an intruder reads, asks and spends in somebody else's name.

  Business value from the plan:
  - Segment: all (Free, Early, Mid, Enterprise)
  - Goal: the golden path belongs to the people who pay for it
  - Value: trust in the platform protects revenue of more than $500K a year
  - Strategy: the same sign-in decides at every door, so that closing one gap opens no other

  @promise.access-01
  Rule: A wrong token opens no door

    Affected: everybody, since an intruder could be anybody.
    Look first at: the door that is named, and whether it judges tokens by the one function that all doors share.

    @id.access-01a @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario Outline: Mallory tries <token>
      Given every door opens for Pat
      When Mallory tries every door with <token>
      Then every door stays shut

      Examples:
        | token                           |
        | no token at all                 |
        | a made-up token                 |
        | an altered token                |
        | an unsigned token               |
        | a token signed by somebody else |
        | a renewal                       |

    @id.access-01b @e2e @needs.platform @needs.minted-tokens @effect.creates-data @severity.blocker
    Scenario Outline: Mallory tries <token>, signed with the platform's own secret
      Given a token that is made here opens every door for Pat
      When Mallory tries every door with <token>
      Then every door stays shut

      Examples:
        | token                        |
        | an expired token             |
        | a token from another issuer  |
        | a token for another platform |
        | a token that names nobody    |
        | a token with an empty name   |
        | a token that never ends      |

    @id.access-01c @e2e @needs.platform @effect.creates-data @severity.critical
    Scenario: Pat's own token in an address opens nothing, since addresses end up in logs
      Given every door opens for Pat
      When Mallory finds Pat's token and puts it into the address of live updates
      Then live updates stay shut

  @promise.access-02
  Rule: A service's token is no person's

    Affected: everybody, since whoever holds a service's token would be anybody.
    Look first at: whether the doors check for whom a token was made.

    @id.access-02a @e2e @needs.platform @needs.service-secret @effect.creates-data @severity.critical
    Scenario: Mallory tries the token of a service
      Given every door opens for Pat
      When Mallory tries every door with the token of a service
      Then every door stays shut

  @promise.access-03
  Rule: Only the platform's own page may use a person's sign-in in the browser

    Affected: whoever visits a malicious page while being signed in.
    Look first at: the origins that chat is configured to allow.

    @id.access-03a @e2e @needs.platform @effect.read-only @severity.critical
    Scenario Outline: A page <origin> asks to use chat
      Given chat lets the platform's own page use it
      When a page <origin> asks to use chat
      Then that page is refused

      Examples:
        | origin                                         |
        | from elsewhere                                 |
        | whose address begins like the platform's own   |
        | without an address                             |

  @promise.access-04
  Rule: Nothing is read, created or changed without a valid sign-in

    Affected: everybody who writes in confidence or pays for what is created, and whoever reads what they never wrote.
    Look first at: the door that is named, which does not ask for a sign-in.

    @id.access-04a @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario Outline: Mallory <deed> without having signed in
      Given Pat has written in a conversation
      When Mallory <deed> without having signed in
      Then Mallory is asked to sign in, and gets nothing
      And Pat's conversation is as it was

      Examples:
        | deed                           |
        | looks up Pat's conversation    |
        | reads Pat's conversation       |
        | opens a conversation           |
        | writes into Pat's conversation |
        | deletes Pat's conversation     |
        | sets the agent to work         |

    @id.access-04b @e2e @needs.platform @effect.creates-data @severity.blocker
    Scenario Outline: Mallory <deed> with a token that only looks like Pat's
      Given Pat has written in a conversation
      When Mallory <deed> with a token that only looks like Pat's
      Then Mallory is asked to sign in, and gets nothing
      And Pat's conversation is as it was

      Examples:
        | deed                           |
        | looks up Pat's conversation    |
        | reads Pat's conversation       |
        | opens a conversation           |
        | writes into Pat's conversation |
        | deletes Pat's conversation     |
        | sets the agent to work         |
