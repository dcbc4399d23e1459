@hook.before_feature.skip
Feature: Skipped as a whole
  @verdict.not_asked
  Scenario: Outside a rule
    Given a step that passes

  Rule: Inside
    @verdict.not_asked
    Scenario: Inside a rule
      Given a step that passes
