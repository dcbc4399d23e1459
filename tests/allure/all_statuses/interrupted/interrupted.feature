Feature: The run is interrupted
  Rule: Nothing is lost
    @verdict.kept
    Scenario: Before
      Given a step that passes

    @verdict.could_not_tell @interrupted
    Scenario: During
      Given a step that passes
      When the run is interrupted inside a step of Allure
      Then a step passes again

    @verdict.could_not_tell
    Scenario: Afterwards
      Given a step that passes
