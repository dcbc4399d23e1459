@hook.after_feature.attach @hook.after_feature.error
Feature: after_feature fails
  @verdict.kept
  Scenario: Ended before
    Given a step that passes
