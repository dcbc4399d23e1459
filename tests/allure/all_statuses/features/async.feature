Feature: Async steps
  Rule: One loop on the main thread
    @verdict.kept
    Scenario: Awaits inside a step of Allure
      When an async step passes

    @verdict.broken
    Scenario: A failure inside a step of Allure
      When an async step fails

    @verdict.kept
    Scenario: A step of Allure is left open
      When a step leaves a step of Allure open
      Then a step passes again

    @verdict.kept
    Scenario: And closed too late
      When a step closes what an earlier scenario left open
