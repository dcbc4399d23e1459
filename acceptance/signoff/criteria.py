"""What the runs answer of the plan's criteria, metrics and risks.

A criterion is answered by promises that were really asked, and one that says "in staging" only by a staging run. What
was only rehearsed on the reference platform answers nothing, and is said to be rehearsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from acceptance import plan
from acceptance.reporting.results import SourceFacts
from acceptance.signoff.several_runs import Joined, JoinedExample, JoinedPromise, Put
from acceptance.verdicts import Verdict, worst

REDUCTION = 0.95


class Answer(StrEnum):
    """What the runs say of a criterion; the value is what people read."""

    MET = "met"
    MET_IN_PART = "met as far as it was asked"
    NOT_MET = "not met"
    KNOWN = "not met: a known gap"
    UNKNOWN = "could not tell"
    REHEARSED = "only rehearsed"
    UNANSWERED = "not answered"


#: Certainty first: where one promise is broken the criterion is not met, whatever cannot be told of the others.
_ANSWERS = {
    Verdict.BROKEN: Answer.NOT_MET,
    Verdict.KNOWN_GAP: Answer.KNOWN,
    Verdict.SUITE_FAULT: Answer.UNKNOWN,
    Verdict.COULD_NOT_TELL: Answer.UNKNOWN,
}


@dataclass(frozen=True)
class Answered:
    """The answer, and in a sentence why, where it is not plainly met."""

    answer: Answer
    why: str


def answer(criterion: plan.Criterion, joined: Joined) -> Answered:
    """What the runs say of a criterion of the plan."""
    promises = [promise for id in criterion.promises if (promise := joined.promise(id))]
    counting = {promise.promise.id: _counting(promise, criterion.in_staging) for promise in promises}
    examples = [example for found in counting.values() for example in found]
    if not examples:
        return _without(criterion, promises)
    verdicts = {example.result.verdict for example in examples}
    for ended, answered in _ANSWERS.items():
        if ended in verdicts:
            return Answered(answered, f"{_ids(promises, counting, ended)}: {ended}")
    open_ones = [id for id in criterion.promises if id not in counting or not _whole(joined.promise(id), counting[id])]
    if open_ones:
        return Answered(Answer.MET_IN_PART, f"not, or not in full: {', '.join(open_ones)}")
    return Answered(Answer.MET, "")


def _counting(promise: JoinedPromise, in_staging: bool) -> list[JoinedExample]:
    """The examples of a promise that can answer a criterion."""
    return [
        example
        for example in promise.examples
        if example.put is Put.REALLY and (example.run.judges_staging or not in_staging)
    ]


def _whole(promise: JoinedPromise | None, counting: Sequence[JoinedExample]) -> bool:
    return promise is not None and len(counting) == len(promise.examples)


def _ids(promises: Iterable[JoinedPromise], counting: dict[str, list[JoinedExample]], ended: Verdict) -> str:
    ids = [promise.promise.id for promise in promises]
    return ", ".join(id for id in ids if any(example.result.verdict is ended for example in counting[id]))


def _without(criterion: plan.Criterion, promises: Sequence[JoinedPromise]) -> Answered:
    """Nothing answers it: was it at least rehearsed, or asked elsewhere than in staging?"""
    asked = [example for promise in promises for example in promise.asked]
    really = [example for example in asked if example.put is Put.REALLY]
    if really:
        names = ", ".join(dict.fromkeys(example.run.name for example in really))
        return Answered(Answer.UNANSWERED, f"it says “in staging”, and what was asked is {names}")
    if asked:
        ended = worst(example.result.verdict for example in asked)
        return Answered(Answer.REHEARSED, f"on the reference platform: {ended}; this says nothing about Netra")
    return Answered(Answer.UNANSWERED, "staging was not asked" if criterion.in_staging else "no run has asked for it")


@dataclass(frozen=True)
class Measured:
    """What is measured of a metric: in words, whether the target is reached (None: not known), and on what."""

    metric: plan.Metric
    value: str
    reached: bool | None
    of: str
    rehearsed: bool = False


def measure(joined: Joined) -> list[Measured]:
    """The plan's four integration metrics, each as it is measured by these runs."""
    source, of, rehearsed = _source(joined)
    return [
        _warnings(source, of, rehearsed),
        _paths(source, of, rehearsed),
        _conflicts(joined),
        _staging(joined),
    ]


def _source(joined: Joined) -> tuple[SourceFacts | None, str, bool]:
    """The figures of the tree that was judged: a real one before the reference platform's own."""
    runs = [run for run in joined.runs if run.results.source and run.results.source.ssot_warnings is not None]
    runs.sort(key=lambda run: not run.judges_source)
    if not runs:
        return None, "", False
    facts = runs[0].results.source
    return facts, facts.in_words if facts else "", not runs[0].judges_source


def _warnings(source: SourceFacts | None, of: str, rehearsed: bool) -> Measured:
    if source is None or source.ssot_warnings is None:
        return Measured(plan.SSOT_VIOLATIONS, "not measured", None, "no source tree was audited")
    count, start = source.ssot_warnings, source.ssot_warnings_at_start
    less = f" ({1 - count / start:.0%} fewer than {start})" if start else ""
    reached = count < plan.WARNINGS_ALLOWED and (not start or 1 - count / start >= REDUCTION)
    return Measured(plan.SSOT_VIOLATIONS, f"{count}{less}", reached, of, rehearsed)


def _paths(source: SourceFacts | None, of: str, rehearsed: bool) -> Measured:
    if source is None or source.names_with_several_paths is None:
        return Measured(plan.IMPORT_PATHS, "not measured", None, "no source tree was audited")
    count = source.names_with_several_paths
    return Measured(plan.IMPORT_PATHS, str(count), count == 0, of, rehearsed)


def _conflicts(joined: Joined) -> Measured:
    asked = [promise for promise in joined.promises if promise.promise.id.startswith("factories-") and promise.asked]
    if not asked:
        return Measured(plan.FACTORY_CONFLICTS, "not measured", None, "no factory promise was asked")
    broken = [promise for promise in asked if promise.verdict in _BROKEN]
    unknown = any(promise.verdict not in (*_BROKEN, Verdict.KEPT, Verdict.NOT_ASKED) for promise in asked)
    reached = False if broken else None if unknown else True
    value = f"{len(broken)} of {len(asked)} asked"
    return Measured(plan.FACTORY_CONFLICTS, value, reached, _judged(asked), _rehearsed(asked))


_BROKEN = (Verdict.BROKEN, Verdict.KNOWN_GAP)


def _staging(joined: Joined) -> Measured:
    asked = [promise for promise in joined.promises if promise.promise.id.startswith("staging-") and promise.in_staging]
    if not asked:
        return Measured(plan.STAGING_COORDINATION, "not measured", None, "there is no staging run")
    kept = [promise for promise in asked if promise.verdict in (Verdict.KEPT, Verdict.NOT_ASKED)]
    whole = [promise for promise in kept if _all_kept(promise)]
    value = f"{len(kept)} of {len(asked)} asked"
    partly = len(kept) - len(whole)
    value += f", {partly} of them in part" if partly else ""
    return Measured(plan.STAGING_COORDINATION, value, len(kept) == len(asked), _judged(asked))


def _all_kept(promise: JoinedPromise) -> bool:
    return all(example.result.verdict is Verdict.KEPT for example in promise.examples)


def _judged(promises: Iterable[JoinedPromise]) -> str:
    return ", ".join(dict.fromkeys(example.run.name for promise in promises for example in promise.asked))


def _rehearsed(promises: Iterable[JoinedPromise]) -> bool:
    return any(promise.put is Put.IN_REHEARSAL for promise in promises)
