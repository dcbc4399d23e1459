@gap.1 @phase2 @severity.minor
Feature: Every status
  A reader of the report relies on it.
  Segment: everyone who signs off
  Value: nothing that went wrong looks right

  @promise.status-01
  Rule: Each way to end is told
    The way a step ends is the way its example ends.
    Affected: everyone who
      reads the report.
    Look first at: the formatter.

    @id.status-01a @verdict.kept @severity.critical
    Scenario: It passes
      Seen with our own eyes.
      Given a step that passes
      When a step passes again

    @id.status-01b @verdict.broken
    Scenario: An assertion fails
      Given a step that passes
      When a step asserts that 1 is 2
      Then a step that passes

    @id.status-01c @verdict.broken
    Scenario: The platform breaks its promise
      When the platform breaks its promise
      Then a step that passes

    @id.status-01d @verdict.could_not_tell
    Scenario: Nobody can tell
      When the address does not answer

    @id.status-01e @verdict.suite_fault
    Scenario: An unforeseen error
      When a step raises an error with a cause

    @id.status-01f @verdict.suite_fault
    Scenario: A step that nobody wrote
      Given a step that passes
      When nobody wrote this step
      Then nobody wrote that step either

    @id.status-01g @verdict.suite_fault
    Scenario: A pending step
      Given a step that is still to be written
      Then a step that passes

    @id.status-01h @verdict.suite_fault @wip
    Scenario: A pending step in work
      Given a step that is still to be written
      Then a step that passes

    @id.status-01i @verdict.not_asked
    Scenario: A step skips with a reason
      Given a step that passes
      When a step skips because "this target has no clock"
      Then a step that passes

    @id.status-01j @verdict.not_asked
    Scenario: A step skips without a reason
      When a step skips silently
      Then a step that passes

    @id.status-01k @verdict.not_asked @hook.before_scenario.skip
    Scenario: A hook skips with a reason
      Given a step that passes

    @id.status-01l @verdict.not_asked @hook.before_scenario.skip_silently
    Scenario: A hook skips without a reason
      Given a step that passes

    @id.status-01m @verdict.suite_fault
    Scenario: No steps at all

    @id.status-01n @verdict.broken
    Scenario: A library's matcher fails
      Then the library finds a difference
