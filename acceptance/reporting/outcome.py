"""From what behave says of a scenario to the verdict of an example: one place, for the report and the results.

behave knows statuses; people read verdicts. The map is total: every status that behave 1.3.3 can leave on a
scenario ends as exactly one verdict, and anything unforeseen is a fault of the specification, never a pass.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from behave.model_type import Status

from acceptance.promises import example_of
from acceptance.verdicts import Broken, CouldNotTell, Verdict

NO_STEPS = "the example has no steps, so nothing was asked"
INTERRUPTED = "the run was interrupted here"
NOT_REACHED = "the run ended before this example was asked"


@dataclass(frozen=True)
class Outcome:
    """How one example ended.

    ``reason`` is a sentence without the four lines; ``look_first_at`` overrides the promise's own place;
    ``evidence`` is technical text (a trace, an exchange), not yet redacted.
    """

    verdict: Verdict
    reason: str = ""
    look_first_at: str | None = None
    evidence: str | None = None


def outcome(scenario: Any) -> Outcome | None:
    """The outcome of a scenario that behave is done with; None for one that the run did not select."""
    unfinished = [step for step in scenario.all_steps if step.status is not Status.passed]
    failed = next((step for step in unfinished if step.exception is not None or step.status.has_failed()), None)
    if scenario.status in (Status.hook_error, Status.cleanup_error) and failed is None:
        return _of_error(scenario, getattr(scenario, "cleanup_exception", None) or scenario.exception)
    if failed is not None:
        return _of_step(failed)
    if scenario.status is Status.skipped:
        untouched = not any(step.status is Status.passed for step in scenario.all_steps)
        if untouched and not scenario.skip_reason:
            return None  # deselected by tag, name or line
        return Outcome(Verdict.NOT_ASKED, scenario.skip_reason or "no reason was given")
    enclosing = _failed_ancestor(scenario)
    if enclosing is not None:
        return _of_error(enclosing, enclosing.exception)
    if any(step.status in (Status.pending, Status.pending_warn) for step in unfinished):
        return Outcome(Verdict.SUITE_FAULT, "a step is still to be written")
    if not list(scenario.all_steps):
        return Outcome(Verdict.SUITE_FAULT, NO_STEPS)
    if scenario.status is Status.passed:
        return Outcome(Verdict.KEPT)
    if scenario.status is Status.untested:
        return Outcome(Verdict.COULD_NOT_TELL, NOT_REACHED)
    return Outcome(Verdict.SUITE_FAULT, f"behave left the example as “{scenario.status.name}”")


def remember_cleanup_error(context: Any, cleanup: Any, error: Exception) -> None:
    """``context.on_cleanup_error`` of the run: behave keeps only the status, a reader needs the message."""
    scenario = getattr(context, "scenario", None)
    if scenario is not None and getattr(scenario, "cleanup_exception", None) is None:
        scenario.cleanup_exception = error
    name = getattr(cleanup, "__qualname__", repr(cleanup))
    print(f"CLEAN-UP ERROR in {name}: {type(error).__name__}: {error}")


def four_lines(scenario: Any, result: Outcome) -> str:
    """The failure as it is read aloud: We promised / What happened / Who is affected / Look first at."""
    promise = example_of(scenario).promise
    lines = [f"We promised: {promise.sentence}", f"What happened: {_told(result)}"]
    if promise.affected and result.verdict is not Verdict.SUITE_FAULT:
        lines.append(f"Who is affected: {promise.affected}")
    look = "the specification's own code" if result.verdict is Verdict.SUITE_FAULT else promise.look_first_at
    look = result.look_first_at or look
    if look:
        lines.append(f"Look first at: {look}")
    return "\n".join(lines)


def _told(result: Outcome) -> str:
    prefix = {
        Verdict.COULD_NOT_TELL: "could not tell: ",
        Verdict.SUITE_FAULT: "a fault of the specification: ",
    }.get(result.verdict, "")
    return prefix + result.reason


def _failed_ancestor(scenario: Any) -> Any | None:
    parent = scenario.parent
    while parent is not None:
        if getattr(parent, "hook_failed", False) and scenario.status is Status.untested:
            return parent
        parent = getattr(parent, "parent", None)
    return None


def _of_step(step: Any) -> Outcome:
    if step.status is Status.undefined:
        return Outcome(Verdict.SUITE_FAULT, f"no step is written for “{step.keyword} {step.name}”")
    if step.status is Status.pending:
        return Outcome(Verdict.SUITE_FAULT, f"the step “{step.keyword} {step.name}” is still to be written")
    if step.status is Status.hook_error:
        return _of_error(step, step.exception)
    return _of_exception(step.exception)


def _of_error(statement: Any, error: BaseException | None) -> Outcome:
    """An error in a hook or a clean-up: an assertion there is ours, not the platform's."""
    if isinstance(error, AssertionError) and not isinstance(error, Broken):
        return Outcome(Verdict.SUITE_FAULT, _sentence(error), evidence=_trace(error))
    if error is None:
        return Outcome(Verdict.SUITE_FAULT, str(statement.error_message or "an error without a message"))
    return _of_exception(error)


def _of_exception(error: BaseException | None) -> Outcome:
    match error:
        case CouldNotTell():
            return Outcome(Verdict.COULD_NOT_TELL, error.reason)
        case Broken():
            return Outcome(Verdict.BROKEN, error.happened, error.look_first_at, error.evidence)
        case AssertionError():
            return Outcome(
                Verdict.BROKEN, str(error).strip() or "an assertion without a message", evidence=_trace(error)
            )
        case KeyboardInterrupt():
            return Outcome(Verdict.COULD_NOT_TELL, INTERRUPTED)
        case None:
            return Outcome(Verdict.SUITE_FAULT, "an error without a message")
    return Outcome(Verdict.SUITE_FAULT, _sentence(error), evidence=_trace(error))


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip().rstrip(":")


def _trace(error: BaseException) -> str:
    """The trace without behave's own frames."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/behave/" not in frame.filename.replace("\\", "/")
    ]
    return "".join(traceback.format_list(frames)) + "".join(traceback.format_exception_only(error))
