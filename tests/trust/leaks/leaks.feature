@phase2 @gap.3
Feature: Leaks
  When it breaks: it tells.

  @promise.leak-01
  Rule: Whatever is said, nothing secret is read

    Affected: whose secret it is.
    Look first at: the redactor.

    @id.leak-01a @effect.read-only @needs.platform
    Scenario: It is kept
      Given a step says all of it
      Then it is attached

    @id.leak-01b @effect.read-only @needs.platform
    Scenario: It is broken
      Given a step says all of it
      Then the promise is broken with all of it

    @id.leak-01c @effect.read-only @needs.platform
    Scenario: An assertion fails
      Then an assertion fails with all of it

    @id.leak-01d @effect.read-only @needs.platform
    Scenario: It could not be told
      Then nobody can tell, because of all of it

    @id.leak-01e @effect.read-only @needs.platform
    Scenario: The specification fails
      Given a step says all of it
      Then something else fails with all of it

    @id.leak-01f @effect.read-only @needs.platform
    Scenario: It is not asked
      Then it is not asked, because of all of it

    @id.leak-01g @effect.read-only @needs.platform
    Scenario: The tidying fails
      Given the tidying will fail with all of it

    @id.leak-01h @effect.read-only @needs.platform
    Scenario: It is known
      Then the promise is broken as is known, with all of it

    @id.leak-01i @effect.read-only @needs.platform
    Scenario: A command fails
      Then a command fails that was given all of it

  @promise.leak-02
  Rule: What breaks, and is then not to be told, is told without it

    @id.leak-02a @effect.read-only @needs.platform
    Scenario: It breaks
      Then in one line it is broken, and unknown when it is asked again

  @promise.leak-03
  Rule: What could not be told, and then breaks, is told without it

    @id.leak-03a @effect.read-only @needs.platform
    Scenario: It is unknown
      Then in one line it is unknown, and broken when it is asked again

  @promise.leak-04
  Rule: What is known, and then fails by our own fault, is told without it

    @id.leak-04a @effect.read-only @needs.platform
    Scenario: It is known
      Then in one line it is known, and a fault when it is asked again

  @promise.leak-05
  Rule: What is not asked is told without it

    @id.leak-05a @effect.read-only @needs.platform
    Scenario: It is not asked
      Then it is not asked, because of all of it
