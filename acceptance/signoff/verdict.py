"""The verdict of a run: one sentence, the counts, and an exit code that a pipeline can act on.

Exit codes: 0 ready (or a rehearsal that worked), 1 broken, 2 the environment or the specification failed, 3 the run did
not ask everything, or a list of known gaps is stale. The worst decides: suite fault, broken, could not tell, known gap,
stale list, partial. With the ratchet, a run that is no worse than its lists say is 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from acceptance import exit_codes, plan
from acceptance.reporting.results import PromiseResult, Results
from acceptance.signoff.against_lists import EXCUSED, STALE, WORSE, Kind, Standing, standings
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.verdicts import Verdict


class State(StrEnum):
    """What a run amounts to in a word or two, worst first."""

    NO_VERDICT = "no verdict"
    BROKEN = "broken"
    UNKNOWN = "could not tell"
    KNOWN_GAPS = "known gaps"
    STALE = "stale list"
    PARTIAL = "partial"
    NO_WORSE = "no worse than known"
    REHEARSAL = "rehearsal"
    READY = "ready"

    @property
    def exit_code(self) -> int:
        """What a pipeline is told: 0, 1 broken, 2 the environment or the specification failed, 3 stale or partial."""
        return _EXIT_CODES.get(self, exit_codes.FINE)


_EXIT_CODES = {
    State.NO_VERDICT: exit_codes.UNUSABLE,
    State.BROKEN: exit_codes.WRONG,
    State.UNKNOWN: exit_codes.UNUSABLE,
    State.KNOWN_GAPS: exit_codes.WRONG,
    State.STALE: exit_codes.PARTIAL,
    State.PARTIAL: exit_codes.PARTIAL,
}

REHEARSAL = "Rehearsal: the specification works; this says nothing about Netra"


@dataclass(frozen=True)
class Judgement:
    """What a run amounts to; ``excused`` lists what of each promise the target excuses, with the reason.

    ``standings``: every example that is broken or listed as a known gap, worst first.
    """

    state: State
    sentence: str
    counts: str
    excused: list[str]
    standings: list[Standing]

    @property
    def exit_code(self) -> int:
        """What a pipeline is told."""
        return self.state.exit_code


def judge(results: Results, on: date, *, ratchet: bool = False) -> Judgement:
    """The verdict of ``results`` on a day, by the worst thing that happened; the README has the order.

    ``ratchet``: what the lists of known gaps excuse is no reason against.
    """
    found = standings(results, on)
    state, sentence = _decide(results, found, ratchet)
    closed = sentence if sentence.endswith(("?", ".")) else f"{sentence}."
    return Judgement(state, closed, counts(results), _excused(results), found)


def counts(results: Results) -> str:
    """Promises and examples by verdict, each counted separately: never a bare percentage."""
    by_verdict = ", ".join(f"{number} {verdict}" for verdict, number in results.counts().items())
    asked = len(results.asked)
    told = f"{_number(len(results.promises), 'promise')}: {by_verdict or 'none'}"
    return f"{told} ({_number(asked, 'example')} asked)"


def _excused(results: Results) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for promise in results.promises:
        unasked = [example for example in promise.examples if example.verdict is Verdict.NOT_ASKED]
        if unasked:
            asked = len(promise.examples) - len(unasked)
            part = f"{len(unasked)} of {len(promise.examples)} examples of " if asked else ""
            why = ", ".join(dict.fromkeys(example.reason for example in unasked))
            by_reason.setdefault(why, []).append(f"{part}{promise.id}")
    return [f"{', '.join(named)} ({why})" for why, named in by_reason.items()]


def _decide(results: Results, found: Sequence[Standing], ratchet: bool) -> tuple[State, str]:
    if results.run.faults or any(promise.verdict is Verdict.SUITE_FAULT for promise in results.promises):
        own = [f"{e.id}: {e.reason}" for e in results.examples if e.verdict is Verdict.SUITE_FAULT]
        first, *_ = (results.run.faults + own)[0].splitlines()
        return State.NO_VERDICT, f"No verdict: the specification itself failed ({first})"
    if worse := _of_kind(results, found, WORSE if ratchet else WORSE | {Kind.EXPIRED}):
        how = "Worse than known" if ratchet and results.known_gaps else "Broken"
        return State.BROKEN, f"{how}: {_not_kept(results, worse)}"
    if unknown := _of_kind(results, found, {Kind.UNKNOWN}):
        told = next(e.headline for p in unknown for e in p.examples if e.verdict is Verdict.COULD_NOT_TELL)
        return State.UNKNOWN, f"Could not tell: {_named(unknown)}: {told}"
    known = _of_kind(results, found, EXCUSED)
    gaps = [promise for promise in known if any(example.verdict is Verdict.KNOWN_GAP for example in promise.examples)]
    if gaps and not ratchet:
        return State.KNOWN_GAPS, f"Known gaps, each with an owner and a date: {_not_kept(results, gaps)}"
    if known and not ratchet:
        return State.UNKNOWN, f"Could not tell, as is known: {_named(known)}"
    if stale := [standing for standing in found if standing.kind in STALE]:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        return State.STALE, f"The list of known gaps is stale: {stale[0].example} is {stale[0].kind}{more}"
    if not results.asked:
        return State.PARTIAL, f"Nothing was asked: {_why_nothing(results)}"
    if not results.run.complete:
        return State.PARTIAL, f"Partial, no verdict: {_what_is_missing(results)}"
    if known:
        entries = _number(sum(standing.kind in EXCUSED for standing in found), "known gap")
        return State.NO_WORSE, f"No worse than known: {_not_kept(results, known)}; {entries} listed"
    if results.target.embedded:
        return State.REHEARSAL, _rehearsal(results)
    keeps = _one_or_both(_judged(results, results.promises), "keeps", "keep")
    if waiting := results.specification.plan_tests_without_promise:
        only = f"only {len(plan.TESTS) - len(waiting)} of the plan's {len(plan.TESTS)} tests have a promise yet"
        return State.PARTIAL, f"Partial, no verdict: {keeps} every promise asked, but {only}"
    return State.READY, f"Ready: {keeps} every promise that was asked"


def _of_kind(results: Results, found: Sequence[Standing], kinds: Collection[Kind]) -> list[PromiseResult]:
    """The promises with an example that stands so."""
    so = {standing.example for standing in found if standing.kind in kinds}
    return [promise for promise in results.promises if any(example.id in so for example in promise.examples)]


def _not_kept(results: Results, promises: Sequence[PromiseResult]) -> str:
    return f"{_one_or_both(_judged(results, promises), 'does', 'do')} not keep {_named(promises)}"


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
    faults = _planted(results)
    judged = []
    if PLATFORM in needs:
        judged.append(f"{results.target.in_words}{faults}")
    if SOURCE_TREE in needs and results.source:
        if results.source.is_reference:
            judged.append("its source" if judged else f"{results.source.in_words}{faults}")
        else:
            judged.append(results.source.at_revision)
    return judged or ["the target"]


def _planted(results: Results) -> str:
    if results.target.as_found:
        but = f" but {', '.join(results.target.closed)}" if results.target.closed else ""
        return f" as found (every gap of the plan planted{but})"
    planted = results.target.planted_faults
    return f" with planted faults ({', '.join(planted)})" if planted else ""


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
