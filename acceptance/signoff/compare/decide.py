"""From two runs to their comparison: what happened to each example, and what that makes of its promise.

Only the two results files decide: verdicts are taken as they were recorded, whatever the lists of known gaps say today.
*Broken* is broken or known gap. What a run did not select, or did not reach, is not asked in it, and never gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from acceptance.reporting.results import ExampleResult, PromiseResult, Results
from acceptance.signoff.compare.about import facts, remarks
from acceptance.signoff.compare.model import (
    WORSE,
    Comparison,
    ExampleChange,
    ExampleEnd,
    Kind,
    PromiseChange,
    PromiseEnd,
    Section,
    number,
)
from acceptance.verdicts import Verdict, worst

SLOWER = 2.0  # times as long
FLOOR = 0.25  # seconds by which an example must have grown at least: below this it is the machine

_BROKEN = frozenset({Verdict.BROKEN, Verdict.KNOWN_GAP})
_ANSWERED = _BROKEN | {Verdict.KEPT}


def compare(a: Results, b: Results, *, slower: float = SLOWER, names: tuple[str, str] = ("A", "B")) -> Comparison:
    """``b`` beside ``a``; ``slower`` is how many times as long counts as slower, ``names`` what the runs are called."""
    before, after = _Run(a), _Run(b)
    changes = list(_changes(before, after, slower))
    sections = [Section(kind=kind, promises=found) for kind in Kind if (found := _of_kind(changes, kind))]
    broken_in_both = [id for id in after.broken if id in before.broken]
    common = sum(before.answered(id) and after.answered(id) for id in after.results)
    return Comparison(
        conclusion=_conclusion(sections, broken_in_both, common),
        worse=any(section.kind in WORSE for section in sections),
        a=names[0],
        b=names[1],
        facts=list(facts(a, b)),
        remarks=list(remarks(a, b, common)),
        slower=slower,
        sections=sections,
        broken_in_both=broken_in_both,
        answered_in_both=common,
    )


class _Run:
    """One run by the ids of its promises and examples."""

    def __init__(self, results: Results) -> None:
        self.promises: dict[str, PromiseResult] = {promise.id: promise for promise in results.promises}
        self.results: dict[str, ExampleResult] = {example.id: example for example in results.examples}
        self._missing = frozenset(results.run.missing)

    def verdict(self, id: str) -> Verdict | None:
        """How an example ended; None when the specification that asked does not have it."""
        if id in self._missing:
            return Verdict.NOT_ASKED
        result = self.results.get(id)
        return result.verdict if result else None

    def answered(self, id: str) -> bool:
        """Whether an example was kept or broken."""
        return self.verdict(id) in _ANSWERED

    @cached_property
    def broken(self) -> list[str]:
        """The promises that any example broke, though another may have ended worse."""
        return [
            id
            for id, promise in self.promises.items()
            if any(self.verdict(example.id) in _BROKEN for example in promise.examples)
        ]

    def end(self, id: str) -> ExampleEnd | None:
        """How an example ended, with what happened; None as for the verdict."""
        verdict, result = self.verdict(id), self.results.get(id)
        if verdict is None:
            return None
        asked = result is not None and verdict is not Verdict.NOT_ASKED
        return ExampleEnd(
            verdict=verdict,
            reason=result.headline if result else "",
            count=result.count if result else None,
            seconds=result.seconds if result and asked else None,
        )

    def promise_end(self, ids: Iterable[str]) -> PromiseEnd | None:
        """How a promise with these examples ended; None when the specification that asked has none of them."""
        verdicts = [verdict for verdict in map(self.verdict, ids) if verdict is not None]
        if not verdicts:
            return None
        asked = [verdict for verdict in verdicts if verdict is not Verdict.NOT_ASKED]
        return PromiseEnd(verdict=worst(asked or verdicts), asked=len(asked), examples=len(verdicts))


def _changes(before: _Run, after: _Run, slower: float) -> Iterator[tuple[Kind, PromiseChange]]:
    """Each promise once for each kind of change that its examples have seen."""
    for id, promise in (after.promises | _only_in(before, after)).items():
        examples = _examples(id, before, after)
        kinds = {example: _kind(before, after, example, slower) for example in examples}
        of_promise = _of_promise(id, kinds, before, after)
        ends = before.promise_end(examples), after.promise_end(examples)
        for kind in Kind:
            changed = [_change(before, after, example) for example in examples if of_promise[example] is kind]
            if changed:
                told = PromiseChange(id=id, sentence=promise.sentence, a=ends[0], b=ends[1], examples=changed)
                yield kind, told


def _only_in(before: _Run, after: _Run) -> dict[str, PromiseResult]:
    return {id: promise for id, promise in before.promises.items() if id not in after.promises}


def _examples(id: str, before: _Run, after: _Run) -> list[str]:
    """The examples of a promise in either run, B's order first."""
    promises = [run.promises[id] for run in (after, before) if id in run.promises]
    return list(dict.fromkeys(example.id for promise in promises for example in promise.examples))


def _kind(before: _Run, after: _Run, id: str, slower: float) -> Kind | None:
    """What happened to one example by itself; None for nothing."""
    a, b = before.verdict(id), after.verdict(id)
    if b is None:
        return Kind.GONE
    if a is None:
        return Kind.NEWLY_BROKEN if b is Verdict.BROKEN else Kind.NEW
    if b in _BROKEN and a not in _BROKEN:
        return Kind.NEWLY_BROKEN
    if b is Verdict.KEPT and a is not Verdict.KEPT:
        return Kind.NEWLY_KEPT if a in _BROKEN else Kind.KEPT_AND_UNANSWERED_BEFORE
    if a in _ANSWERED and b not in _ANSWERED:
        return Kind.NO_LONGER_ANSWERED
    if b in _BROKEN and (more := _more(before.results[id], after.results[id])):
        return Kind.BROKEN_FURTHER if more > 0 else Kind.LESS_BROKEN
    if a is not b:
        return Kind.OTHERWISE
    return Kind.SLOWER if b is Verdict.KEPT and _is_slower(before.results[id], after.results[id], slower) else None


def _of_promise(id: str, kinds: dict[str, Kind | None], before: _Run, after: _Run) -> dict[str, Kind | None]:
    """The same with their promise in view: it was broken before, or is not kept yet."""
    renamed = {}
    if id in before.broken:
        renamed[Kind.NEWLY_BROKEN] = Kind.BROKEN_FURTHER
    if Kind.NO_LONGER_ANSWERED in kinds.values() or not _is_kept(after, kinds):
        renamed[Kind.NEWLY_KEPT] = Kind.LESS_BROKEN
    return {example: renamed.get(kind, kind) if kind else None for example, kind in kinds.items()}


def _is_kept(run: _Run, examples: Collection[str]) -> bool:
    end = run.promise_end(examples)
    return end is not None and end.verdict is Verdict.KEPT


def _more(a: ExampleResult, b: ExampleResult) -> int:
    """By how many more things an example is broken, where both runs have counted the same."""
    if a.count is None or b.count is None or a.count.of != b.count.of:
        return 0
    return b.count.number - a.count.number


def _is_slower(a: ExampleResult, b: ExampleResult, factor: float) -> bool:
    return b.seconds > factor * a.seconds and b.seconds - a.seconds > FLOOR


def _change(before: _Run, after: _Run, id: str) -> ExampleChange:
    result = after.results.get(id) or before.results[id]
    return ExampleChange(id=id, title=result.title, a=before.end(id), b=after.end(id))


def _of_kind(changes: Iterable[tuple[Kind, PromiseChange]], kind: Kind) -> list[PromiseChange]:
    return [promise for found, promise in changes if found is kind]


def _conclusion(sections: Sequence[Section], broken_in_both: Collection[str], common: int) -> str:
    told = [f"{section.kind}: {section.counted}" for section in sections]
    if not any(section.kind in WORSE for section in sections):
        quiet = "Nothing newly broken" if told else "Nothing changed"
        told.insert(0, quiet if common else "Nothing to compare, since no example was answered in both")
    if broken_in_both:
        told.append(f"broken in both: {number(len(broken_in_both), 'promise')}")
    sentence = "; ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}."
