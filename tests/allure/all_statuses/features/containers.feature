Feature: Errors in the hooks of rules

  @hook.before_rule.error
  Rule: before_rule fails
    @verdict.suite_fault
    Scenario: Never begun
      Given a step that passes
      Then a step passes again

    @verdict.suite_fault
    Scenario Outline: Rows never begun
      Given a step that passes
      Examples:
        | row |
        | 1   |
        | 2   |

  @hook.before_tag_of_rule.could_not_tell
  Rule: before_tag of a rule could not tell
    @verdict.could_not_tell
    Scenario: Never begun
      Given a step that passes

  @hook.after_rule.error @fixture.whose_cleanup_fails
  Rule: after_rule fails
    @verdict.kept
    Scenario: Begun and ended before
      Given a step that passes
