Feature: A later feature
  @verdict.could_not_tell
  Scenario: In a later feature
    Given a step that passes
