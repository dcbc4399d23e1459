@hook.before_feature.error
Feature: before_feature fails
  @verdict.suite_fault
  Scenario: Outside a rule
    Given a step that passes

  Rule: Inside
    @verdict.suite_fault
    Scenario: Inside a rule
      Given a step that passes
