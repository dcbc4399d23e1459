Feature: Errors in hooks
  Rule: An error in a hook is never green
    @verdict.suite_fault @hook.before_scenario.error
    Scenario: before_scenario
      Given a step that passes

    @verdict.suite_fault @hook.before_tag.error
    Scenario: before_tag
      Given a step that passes

    @verdict.suite_fault @fixture.that_fails
    Scenario: A fixture
      Given a step that passes

    @verdict.suite_fault @hook.before_step.error
    Scenario: before_step
      Given a step that passes
      Then a step passes again

    @verdict.suite_fault @hook.after_step.error
    Scenario: after_step
      Given a step that passes
      Then a step passes again

    @verdict.suite_fault @hook.after_scenario.error
    Scenario: after_scenario
      Given a step that passes

    @verdict.suite_fault @hook.after_tag.error
    Scenario: after_tag
      Given a step that passes

    @verdict.suite_fault @fixture.whose_cleanup_fails
    Scenario: A clean-up
      Given a step that passes

    @verdict.suite_fault @hook.before_scenario.error @hook.after_scenario.error @fixture.whose_cleanup_fails
    Scenario: Everything around it
      Given a step that passes

    @verdict.could_not_tell @hook.before_scenario.could_not_tell
    Scenario: A precondition is not reached
      Given a step that passes

    @verdict.broken @hook.after_scenario.broken
    Scenario: An invariant is broken
      Given a step that passes

    @verdict.broken @hook.after_step.error
    Scenario: A failed step and its hook
      Given a step asserts that 1 is 2

    @verdict.broken @hook.after_scenario.error @fixture.whose_cleanup_fails
    Scenario: A failed step and an error afterwards
      Given a step asserts that 1 is 2

    @verdict.kept
    Scenario: Nothing around it fails
      Given a step that passes
