@business-value @phase2
Feature: Rules
  Background:
    Given a step that passes

  @verdict.kept
  Scenario: Outside every rule
    When a step passes again

  @promise.rules-01 @allure.label.owner:Team_Blue @allure.issue:https://example.org/NET-7
  Rule: Rules carry everything
    Background:
      Given a table of people
        | name  | place |
        | Pat   | Oslo  |
        | Robin | Rome  |

    @id.rules-01a @verdict.kept
    Scenario: Doc strings and attachments
      When a long text is read
        """
        A long
        text
        """
      Then something is attached

    @id.rules-01b @verdict.kept
    Scenario Outline: <who> asks twice
      When <who> asks for "<what>"

      Examples: Mornings
        | who   | what   |
        | Pat   | bread  |
        | Robin | butter |

      Examples: Evenings
        | who | what |
        | Ada | wine |

    @verdict.kept
    Scenario Outline: Rows without an id
      When Pat asks for "<what>"

      Examples:
        | what |
        | tea  |
        | milk |

    @verdict.kept
    Scenario: One title
      When a step passes again

    @id.rules-01c @verdict.kept
    Scenario Outline: Rows that begin alike
      When <who> asks for "<what>"

      Examples:
        | who | what |
        | Pat | salt |
        | Pat | oil  |

    @id.rules-01d @verdict.kept
    Scenario: Everything dynamic
      When a step says everything dynamically

    @id.rules-01e @verdict.kept
    Scenario: Output and a secret
      When a step prints, warns and logs "hunter2"
      Then a file with "hunter2" is attached
      And a background thread attaches

    @id.rules-01f @verdict.kept @hook.after_scenario.attach
    Scenario: Hooks attach
      When a step passes again

  Rule: Another rule
    @verdict.kept
    Scenario: One title
      When a step passes again

    @verdict.kept
    Scenario: A step that calls steps
      When a step calls other steps
