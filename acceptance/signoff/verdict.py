"""The verdict of a run: one sentence, the counts, and an exit code that a pipeline can act on.

Exit codes: 0 ready (or a rehearsal that worked), 1 broken, 2 the environment or the specification failed, 3 the run did
not ask everything. The worst decides: suite fault, broken, could not tell, partial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acceptance import plan
from acceptance.reporting.results import PromiseResult, Results
from acceptance.verdicts import Verdict

READY, BROKEN, ENVIRONMENT_OR_SUITE, INCOMPLETE = 0, 1, 2, 3

REHEARSAL = "Rehearsal: the specification works; this says nothing about Netra"


@dataclass(frozen=True)
class Judgement:
    """What a run amounts to; ``excused`` lists what of each promise the target excuses, with the reason."""

    sentence: str
    counts: str
    excused: list[str]
    exit_code: int


def judge(results: Results) -> Judgement:
    """The verdict of ``results``, in the precedence of the design: the worst thing that happened decides."""
    sentence, exit_code = _decide(results)
    closed = sentence if sentence.endswith(("?", ".")) else f"{sentence}."
    return Judgement(closed, counts(results), _excused(results), exit_code)


def counts(results: Results) -> str:
    """Promises and examples by verdict, each counted separately: never a bare percentage."""
    by_verdict = ", ".join(f"{number} {verdict}" for verdict, number in results.counts().items())
    asked = len(results.asked)
    told = f"{_number(len(results.promises), 'promise')}: {by_verdict or 'none'}"
    return f"{told} ({_number(asked, 'example')} asked)"


def _excused(results: Results) -> list[str]:
    excused = []
    for promise in results.promises:
        unasked = [example for example in promise.examples if example.verdict is Verdict.NOT_ASKED]
        if unasked:
            asked = len(promise.examples) - len(unasked)
            part = f"{len(unasked)} of {len(promise.examples)} examples of " if asked else ""
            why = ", ".join(dict.fromkeys(example.reason for example in unasked))
            excused.append(f"{part}{promise.id} ({why})")
    return excused


def _decide(results: Results) -> tuple[str, int]:
    by = {verdict: [p for p in results.promises if p.verdict is verdict] for verdict in Verdict}
    if results.run.faults or by[Verdict.SUITE_FAULT]:
        own = [f"{e.id}: {e.reason}" for e in results.examples if e.verdict is Verdict.SUITE_FAULT]
        first, *_ = (results.run.faults + own)[0].splitlines()
        return f"No verdict: the specification itself failed ({first})", ENVIRONMENT_OR_SUITE
    if by[Verdict.BROKEN]:
        judged = _judged(results, by[Verdict.BROKEN])
        return f"Broken: {_one_or_both(judged, 'does', 'do')} not keep {_named(by[Verdict.BROKEN])}", BROKEN
    if by[Verdict.COULD_NOT_TELL]:
        reason = next(e.reason for e in results.examples if e.verdict is Verdict.COULD_NOT_TELL)
        return f"Could not tell: {_named(by[Verdict.COULD_NOT_TELL])}: {reason}", ENVIRONMENT_OR_SUITE
    if not results.asked:
        return f"Nothing was asked: {_why_nothing(results)}", INCOMPLETE
    if not results.run.complete:
        return f"Partial, no verdict: {_what_is_missing(results)}", INCOMPLETE
    if results.target.embedded:
        return _rehearsal(results), READY
    keeps = _one_or_both(_judged(results, results.promises), "keeps", "keep")
    if waiting := results.specification.plan_tests_without_promise:
        done, total = len(plan.TESTS) - len(waiting), len(plan.TESTS)
        return (
            f"Partial, no verdict: {keeps} every promise asked, but only {done} of the plan's {total} tests have a "
            f"promise yet",
            INCOMPLETE,
        )
    return f"Ready: {keeps} every promise that was asked", READY


def _rehearsal(results: Results) -> str:
    if results.source and not results.source.is_reference:
        return (
            f"Rehearsal: the specification works; the promises about source were asked of {results.source.tree}, "
            f"the others only of the reference platform"
        )
    return REHEARSAL


def _judged(results: Results, promises: Sequence[PromiseResult]) -> list[str]:
    """What these promises judged, named: the platform, the source tree, or both."""
    asked = [example for promise in promises for example in promise.examples if example in results.asked]
    needs = {need for example in asked for need in example.needs}
    planted = results.target.planted_faults
    faults = f" with planted faults ({', '.join(planted)})" if planted else ""
    judged = []
    if "platform" in needs:
        judged.append(f"the reference platform{faults}" if results.target.embedded else f"target {results.target.name}")
    if "source-tree" in needs and results.source:
        if results.source.is_reference:
            judged.append(f"the reference platform's source{faults}")
        else:
            revision = f" at {results.source.revision[:12]}" if results.source.revision else ""
            judged.append(f"the source tree {results.source.tree}{revision}")
    return judged or ["the target"]


def _one_or_both(judged: Sequence[str], one: str, both: str) -> str:
    return f"{' and '.join(judged)} {one if len(judged) == 1 else both}"


def _what_is_missing(results: Results) -> str:
    missing = results.run.missing
    if results.run.finished is None:
        start = "the run did not come to its end"
    elif results.run.interrupted:
        start = "the run was interrupted"
    else:
        start = "the run asked a part of the specification"
    shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return f"{start}; not asked: {shown}" if missing else start


def _why_nothing(results: Results) -> str:
    excused = [example for example in results.examples if example.verdict is Verdict.NOT_ASKED]
    if excused:
        return "; ".join(dict.fromkeys(example.reason for example in excused))
    if results.run.interrupted or results.run.finished is None:
        return _what_is_missing(results)
    return results.run.hint or f"no example matches {results.run.selection or 'the selection'}"


def _named(promises: Sequence[PromiseResult]) -> str:
    first = promises[0]
    more = f" and {_number(len(promises) - 1, 'more promise')}" if len(promises) > 1 else ""
    return f"“{first.sentence}” ({first.id}){more}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
