@hook.before_feature.add_row
Feature: A hook adds a row
  @verdict.kept
  Scenario Outline: Rows
    When Pat asks for "<what>"

    Examples:
      | what |
      | tea  |

  @verdict.kept
  Scenario: After the rows
    Given a step that passes
