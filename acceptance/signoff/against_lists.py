"""How a run stands against its lists of known gaps: what is worse than listed, and which entries no longer fit.

A list fails in both directions. A break that it does not excuse is worse than known; an entry whose example is now
kept, is gone from the specification, or whose time is over is stale. Neither may go unnoticed for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from acceptance.known_gaps import KnownGap, KnownGaps, Match, of, read
from acceptance.reporting.results import ExampleResult, Results
from acceptance.verdicts import Verdict


class Kind(StrEnum):
    """How one example stands, worst first; the value is what people read."""

    UNLISTED = "broken, and not listed"
    OTHER = "broken for another reason than listed"
    GROWN = "worse than listed"
    UNKNOWN = "could not be told, which is not listed"
    EXPIRED = "listed, and its time is over"
    KEPT = "listed, and now kept"
    VANISHED = "listed, and not in the specification"
    KNOWN = "known"
    LESS = "known, and less than listed"


WORSE = frozenset({Kind.UNLISTED, Kind.OTHER, Kind.GROWN})
STALE = frozenset({Kind.EXPIRED, Kind.KEPT, Kind.VANISHED})
EXCUSED = frozenset({Kind.KNOWN, Kind.LESS})

_OF_MATCH = {
    Match.UNLISTED: Kind.UNLISTED,
    Match.OTHER: Kind.OTHER,
    Match.GROWN: Kind.GROWN,
    Match.EXPIRED: Kind.EXPIRED,
    Match.LISTED: Kind.KNOWN,
}


@dataclass(frozen=True)
class Standing:
    """How one example stands: ``told`` is a sentence with what to do, where there is something to do."""

    example: str
    kind: Kind
    told: str
    entry: KnownGap | None = None


def listed(ran: Results, on: date, lists: Sequence[Path] | None = None) -> Results:
    """The run as the lists of known gaps have it on a day: those that are named, or else those that the run was given.

    A list of the run that is no longer there is taken as the run has recorded it.
    """
    if lists is None:
        recorded = [entry for entry in ran.known_gaps if not Path(entry.file).is_file()]
        here = list(dict.fromkeys(Path(file) for file in ran.lists if Path(file).is_file()))
        known = of([*read(here).entries.values(), *recorded])
    else:
        known = read(lists)
    return ran.with_known_gaps(known, on)


def standings(results: Results, on: date) -> list[Standing]:
    """Every example that is broken or listed, worst first; those that were not asked say nothing of their entries."""
    known = of(results.known_gaps)
    found = [*_of_examples(results.examples, known, on), *_vanished(results, known)]
    order = list(Kind)
    return sorted(found, key=lambda standing: order.index(standing.kind))


def _of_examples(examples: Iterable[ExampleResult], known: KnownGaps, on: date) -> Iterator[Standing]:
    for example in examples:
        entry = known.entries.get(example.id)
        if example.verdict is Verdict.KEPT and entry:
            yield Standing(example.id, Kind.KEPT, f"take it out of {entry.file}", entry)
        ended = Verdict.BROKEN if example.verdict is Verdict.KNOWN_GAP else example.verdict
        if ended not in (Verdict.BROKEN, Verdict.COULD_NOT_TELL):
            continue
        listing = known.listing(example.id, ended, example.reason, example.count, on)
        kind = _OF_MATCH[listing.match]
        if ended is Verdict.COULD_NOT_TELL and kind in (Kind.UNLISTED, Kind.OTHER):
            kind = Kind.UNKNOWN
        told = example.headline if entry is None else f"{example.headline}: {listing.told}"
        number = example.count.number if example.count else None
        if entry and kind is Kind.KNOWN and entry.at_most is not None and number != entry.at_most:
            lower = f"lower at_most to {number} in {entry.file}"
            kind, told = Kind.LESS, f"{example.headline}, where {entry.at_most} are listed ({lower}): {listing.told}"
        yield Standing(example.id, kind, told, entry)


def _vanished(results: Results, known: KnownGaps) -> Iterator[Standing]:
    there = {example.id for example in results.examples} | set(results.run.missing)
    for name, entry in known.entries.items():
        if name not in there:
            yield Standing(name, Kind.VANISHED, f"mend its name in {entry.file}, or take it out", entry)
