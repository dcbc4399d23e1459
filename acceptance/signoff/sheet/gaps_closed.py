"""The first sentence of the sheet: whether the plan's four gaps are closed, over all runs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from acceptance import plan, tags
from acceptance.signoff.several_runs import Joined, JoinedPromise, Put
from acceptance.verdicts import Verdict


class _Stands(StrEnum):
    """How a gap stands; the value is what people read behind its number, in the singular."""

    OPEN = "is open"
    UNKNOWN = "could not be told"
    REHEARSED = "was only rehearsed"
    NOT_ASKED = "was not asked"
    IN_PART = "is closed as far as it was asked"
    CLOSED = "is closed"


_PLURAL = {
    _Stands.OPEN: "are open",
    _Stands.REHEARSED: "were only rehearsed",
    _Stands.NOT_ASKED: "were not asked",
    _Stands.IN_PART: "are closed as far as they were asked",
    _Stands.CLOSED: "are closed",
}
#: What stands beside the four gaps, and is told only where it is not kept.
_VALUE = {
    _Stands.OPEN: "what else customers pay for is not all kept",
    _Stands.UNKNOWN: "what else customers pay for could not all be told",
}


def answer(joined: Joined, *, is_whole: bool) -> str:
    """Whether the four gaps are closed, and what was judged, in a sentence; empty where it was only rehearsed.

    ``is_whole``: whether the runs came to their end without a fault of the specification.
    """
    stands = {gap.number: _stands(_promises(joined, tags.EPICS[gap.number])) for gap in plan.GAPS}
    if not any(example.put is Put.REALLY for promise in joined.promises for example in promise.examples):
        return ""
    told = [_clause([number for number, each in stands.items() if each is how], how) for how in _Stands]
    value = _VALUE.get(_stands(_promises(joined, tags.BUSINESS_VALUE_EPIC)), "")
    clauses = [each for each in (*told, value) if each]
    *others, last = clauses
    said = f"{', '.join(others)}, and {last}" if others else last
    names = " and ".join(dict.fromkeys(run.name for run in joined.runs))
    return f"{_lead(set(stands.values()), value, is_whole=is_whole)}: {said} (judged: {names})."


def _promises(joined: Joined, epic: str) -> list[JoinedPromise]:
    return [promise for promise in joined.promises if promise.promise.epic == epic]


def _lead(stands: set[_Stands], value: str, *, is_whole: bool) -> str:
    if _Stands.OPEN in stands:
        return "No"
    if not is_whole or stands - {_Stands.CLOSED, _Stands.IN_PART}:
        return "Not known yet"
    return "Yes, but" if value else "Yes, as far as it was asked" if _Stands.IN_PART in stands else "Yes"


def _stands(promises: Iterable[JoinedPromise]) -> _Stands:
    """The certain before the uncertain: what was really asked and is broken leaves a gap open, whatever else is."""
    examples = [example for promise in promises for example in promise.examples]
    really = {example.result.verdict for example in examples if example.put is Put.REALLY}
    if not any(example.is_asked for example in examples):
        return _Stands.NOT_ASKED
    if really & {Verdict.BROKEN, Verdict.KNOWN_GAP}:
        return _Stands.OPEN
    if not really:
        return _Stands.REHEARSED
    if really - {Verdict.KEPT}:
        return _Stands.UNKNOWN
    return _Stands.CLOSED if all(example.put is Put.REALLY for example in examples) else _Stands.IN_PART


def _clause(numbers: Sequence[str], how: _Stands) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"gap {numbers[0]} {how}"
    *others, last = numbers
    return f"gaps {', '.join(others)} and {last} {_PLURAL.get(how, how)}"
