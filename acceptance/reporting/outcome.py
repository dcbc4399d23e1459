"""From what behave says of a scenario to the verdict of an example: one place, for the report and the results.

behave knows statuses; people read verdicts. The map is total: every status that behave 1.3.3 can leave on a
scenario ends as exactly one verdict, and anything unforeseen is a fault of the specification, never a pass.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import allure
import behave
from behave.model_type import Status
from behave.runner_util import make_undefined_step_snippet

from acceptance.drivers.agent_runs import AgentRun
from acceptance.known_gaps import KnownGap, KnownGaps
from acceptance.promises import example_of
from acceptance.verdicts import Broken, CouldNotTell, Count, Verdict, in_words

NO_STEPS = "the example has no steps, so nothing was asked"
INTERRUPTED = "the run was interrupted here"
NOT_REACHED = "the run ended before this example was asked"

#: What is known to be broken; the run's own, once it has it.
known_gaps = KnownGaps()
#: What hides secrets in all that is told of an example, here, on the terminal and in the report; the run's own.
redact: Callable[[str], str] = str

_CERTAIN = (Verdict.SUITE_FAULT, Verdict.BROKEN)  # whatever interrupts the rest of the example

_PACKAGES = Path(str(behave.__file__)).parents[1]
_TELLERS = (_PACKAGES / "behave", _PACKAGES / "allure_commons", _PACKAGES / "six.py", Path(__file__).parent)


@dataclass(frozen=True)
class Outcome:
    """How one example ended.

    ``reason`` is a sentence without the four lines; ``look_first_at`` overrides the promise's own place;
    ``evidence`` is technical text (a trace, an exchange), not yet redacted; ``count`` is how many things are wrong,
    where they are counted; ``known_gap`` is the entry that lists what happened, and ``listing`` what there is to say
    of it.
    """

    verdict: Verdict
    reason: str = ""
    look_first_at: str | None = None
    evidence: str | None = None
    count: Count | None = None
    known_gap: KnownGap | None = None
    listing: str = ""


def remember_selection(feature: Any, config: Any) -> None:
    """To be called before the feature's hooks: notes on each scenario whether the run selects it.

    Afterwards behave no longer tells a scenario that the command line left out from one that a hook or a step
    skipped without a reason.
    """
    for scenario in feature.walk_scenarios():
        if not hasattr(scenario, "is_selected"):
            scenario.is_selected = bool(scenario.should_run(config))


def outcome(scenario: Any) -> Outcome | None:
    """The outcome of a scenario that behave is done with; None for one that the run did not select."""
    result = _outcome(scenario)
    if result and result.verdict not in _CERTAIN and getattr(scenario, "was_interrupted", False):
        return Outcome(Verdict.COULD_NOT_TELL, INTERRUPTED)
    return result and _listed(scenario, result)


def _listed(scenario: Any, result: Outcome) -> Outcome:
    """The outcome as the list of known gaps has it."""
    if result.verdict not in (Verdict.BROKEN, Verdict.COULD_NOT_TELL):
        return result
    reason = redact(result.reason)  # what people see, and what they write into the list
    listed = known_gaps.listing(example_of(scenario).id, result.verdict, reason, result.count, date.today())
    return replace(result, verdict=listed.verdict, known_gap=listed.excused_by, listing=listed.told)


def _outcome(scenario: Any) -> Outcome | None:
    selected = getattr(scenario, "is_selected", None)
    if selected is False:
        return None
    unfinished = [step for step in scenario.all_steps if step.status is not Status.passed]
    failed = next((step for step in unfinished if step.exception is not None or step.status.has_failed()), None)
    errors = [error for error in (scenario.exception, getattr(scenario, "cleanup_exception", None)) if error]
    if failed is not None:
        return _with_later(step_outcome(failed), errors)
    if scenario.status in (Status.hook_error, Status.cleanup_error):
        return _with_later(_of_error(scenario, errors[0] if errors else None), errors[1:])
    if scenario.status is Status.skipped:
        untouched = not any(step.status is Status.passed for step in scenario.all_steps)
        if selected is None and untouched and not scenario.skip_reason:
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


def remember_failure(scenario: Any, failure: Exception) -> None:
    """Keep what is found wrong after a scenario's steps, as behave keeps an error in its last hook.

    Raising it there would do the same, and print it once more, between the examples.
    """
    scenario.hook_failed = True
    scenario.store_exception_context(failure)
    scenario.error_message = str(failure)


def remember_runs(scenario: Any, runs: Sequence[AgentRun]) -> None:
    """Keep what was asked in a scenario, and how it went on, for what the results measure of it."""
    scenario.runs = runs


def runs_of(scenario: Any) -> Sequence[AgentRun]:
    """What :func:`remember_runs` has kept."""
    runs: Sequence[AgentRun] = getattr(scenario, "runs", ())
    return runs


def remember_cleanup_error(context: Any, cleanup: Any, error: Exception) -> None:
    """``context.on_cleanup_error`` of the run: behave keeps only the status, a reader needs the message.

    The error of a clean-up outside every scenario goes to the report as one of the whole run.
    """
    scenario = getattr(context, "scenario", None)
    if scenario is None:
        allure.global_error(f"clean-up: {sentence(error)}", trace(error))
    elif getattr(scenario, "cleanup_exception", None) is None:
        scenario.cleanup_exception = error
    name = getattr(cleanup, "__qualname__", repr(cleanup))
    print(f"CLEAN-UP ERROR in {name}: {type(error).__name__}: {error}")


def four_lines(scenario: Any, result: Outcome) -> str:
    """The failure as it is read aloud: We promised / What happened / Who is affected / Look first at.

    Of what was not asked only the first two are true: nobody is affected. What the list of known gaps says of it is
    a fifth line.
    """
    promise = example_of(scenario).promise
    lines = [f"We promised: {promise.sentence}", f"What happened: {_told(result)}"]
    affected, look = promise.affected, promise.look_first_at
    match result.verdict:
        case Verdict.NOT_ASKED:
            affected, look = "", ""
        case Verdict.COULD_NOT_TELL:
            affected, look = "not known, since the promise was not put to the test", ""
        case Verdict.SUITE_FAULT:
            affected, look = "", "the specification's own code"
    look = result.look_first_at or look
    lines += [f"Who is affected: {affected}"] if affected else []
    lines += [f"Look first at: {look}"] if look else []
    lines += [f"Known gap: {result.listing}"] if result.listing else []
    return "\n".join(lines)


def _told(result: Outcome) -> str:
    prefix = {
        Verdict.COULD_NOT_TELL: "could not tell: ",
        Verdict.SUITE_FAULT: "a fault of the specification: ",
        Verdict.NOT_ASKED: "not asked: ",
    }.get(result.verdict, "")
    return prefix + result.reason


def _failed_ancestor(scenario: Any) -> Any | None:
    parent = scenario.parent
    while parent is not None:
        if getattr(parent, "hook_failed", False) and scenario.status is Status.untested:
            return parent
        parent = getattr(parent, "parent", None)
    return None


def step_outcome(step: Any) -> Outcome:
    """The outcome of a scenario that ended at this step."""
    if step.status is Status.undefined:
        told = f"no step is written for “{step.keyword} {step.name}”"
        return Outcome(Verdict.SUITE_FAULT, told, evidence=make_undefined_step_snippet(step))
    if step.status is Status.pending:
        return Outcome(Verdict.SUITE_FAULT, f"the step “{step.keyword} {step.name}” is still to be written")
    if step.status is Status.hook_error and not step.error_message:  # else the step itself had failed before its hook
        return _of_error(step, step.exception)
    return _of_exception(step.exception)


def _with_later(result: Outcome, errors: list[BaseException]) -> Outcome:
    """The first error decides; what went wrong after it, in a hook or a clean-up, is told with the evidence."""
    later = (f"And afterwards:\n{trace(error)}" for error in errors)
    return replace(result, evidence="\n\n".join(filter(None, (result.evidence, *later))) or None)


def _of_error(statement: Any, error: BaseException | None) -> Outcome:
    """An error in a hook or a clean-up: an assertion there is ours, not the platform's."""
    if isinstance(error, AssertionError) and not isinstance(error, Broken):
        return Outcome(Verdict.SUITE_FAULT, sentence(error), evidence=trace(error))
    if error is not None:
        return _of_exception(error)
    if statement.error_message or not statement.hook_failed:
        return Outcome(Verdict.SUITE_FAULT, str(statement.error_message or "an error without a message"))
    return Outcome(Verdict.COULD_NOT_TELL, INTERRUPTED)  # behave stores every error of a hook but an interrupt


def _of_exception(error: BaseException | None) -> Outcome:
    match error:
        case CouldNotTell():
            return Outcome(Verdict.COULD_NOT_TELL, error.reason, error.look_first_at, trace(error), error.count)
        case Broken():
            evidence = "\n\n".join(filter(None, (error.evidence, trace(error))))
            return Outcome(Verdict.BROKEN, error.happened, error.look_first_at, evidence, error.count)
        case AssertionError():
            return Outcome(Verdict.BROKEN, sentence(error), evidence=trace(error))
        case KeyboardInterrupt():
            return Outcome(Verdict.COULD_NOT_TELL, INTERRUPTED)
        case None:
            return Outcome(Verdict.SUITE_FAULT, "an error without a message")
    return Outcome(Verdict.SUITE_FAULT, sentence(error), evidence=trace(error))


def sentence(error: BaseException) -> str:
    """The error in one sentence: no ``AssertionError``, and PyHamcrest's three lines read as one."""
    if isinstance(error, AssertionError):
        return in_words(error)
    return f"{type(error).__name__}: {error}".strip().rstrip(":")


def trace(error: BaseException) -> str:
    """The trace with its causes, without the frames of behave and Allure and without this machine's own paths."""
    told = traceback.TracebackException.from_exception(error)
    for part in _causes(told):
        part.stack = traceback.StackSummary.from_list(
            traceback.FrameSummary(_relative(frame.filename), frame.lineno, frame.name, line=frame.line)
            for frame in part.stack
            if not any(Path(frame.filename).is_relative_to(teller) for teller in _TELLERS)
        )
    return "".join(told.format()).strip()


def _causes(told: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while told is not None:
        yield told
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)


def _relative(filename: str) -> str:
    path = Path(filename)
    roots = (root for root in (Path.cwd(), *map(Path, sys.path)) if path.is_relative_to(root))
    return min((str(path.relative_to(root)) for root in roots), key=len, default=filename)
