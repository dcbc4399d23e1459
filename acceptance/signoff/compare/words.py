"""The words that a comparison is told in, on a terminal as in a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from acceptance.signoff.compare.decide import FLOOR
from acceptance.signoff.compare.model import (
    Comparison,
    ExampleChange,
    ExampleEnd,
    Kind,
    PromiseChange,
    PromiseEnd,
    Section,
)
from acceptance.verdicts import Verdict


@dataclass(frozen=True)
class Group:
    """Examples of one promise that ended the same way for the same reason."""

    examples: tuple[ExampleChange, ...]
    ends: str
    what: str


def title(section: Section) -> str:
    """What a section is headed with: "Newly broken: 2 promises"."""
    return f"{section.kind.capitalize()}: {section.counted}"


def explained(section: Section, comparison: Comparison) -> str:
    """What the word means, with the limits that decided."""
    meaning = section.kind.meaning
    if section.kind is Kind.SLOWER:
        meaning += f"; told above {comparison.slower:g} times and {FLOOR:g} s more"
    return f"{meaning[0].upper()}{meaning[1:]}."


def ended(end: ExampleEnd | PromiseEnd | None, run: str) -> str:
    """How something ended in the run that is called ``run``."""
    if end is None:
        return f"not in {run}"
    return str(end) if isinstance(end, PromiseEnd) else end.verdict.value


def ends(change: ExampleChange | PromiseChange) -> str:
    """How something ended in A and in B: "kept → broken"."""
    return f"{ended(change.a, 'A')} → {ended(change.b, 'B')}"


def groups(kind: Kind, promise: PromiseChange) -> Iterator[Group]:
    """The examples of a promise, those together that tell the same."""
    told: dict[tuple[str, str], list[ExampleChange]] = {}
    for example in promise.examples:
        told.setdefault((ends(example), what(kind, example)), []).append(example)
    return (Group(tuple(examples), ends, what) for (ends, what), examples in told.items())


def what(kind: Kind, example: ExampleChange) -> str:
    """What happened to an example, in a line; empty where its verdicts say it all."""
    a, b = example.a, example.b
    if kind is Kind.SLOWER:
        return _slower(a, b)
    if b is None or b.verdict is Verdict.KEPT:
        return ""
    if a and a.count and b.count and a.count.of == b.count.of and a.count != b.count:
        return f"{a.count.number} → {b.count.number} {b.count.of}: {b.reason}"
    return b.reason


def _slower(a: ExampleEnd | None, b: ExampleEnd | None) -> str:
    before, after = (end.seconds or 0 if end else 0 for end in (a, b))
    times = f", {after / before:.1f} times" if before else ""
    return f"{before:.2f} s → {after:.2f} s{times}"


def broken_in_both(comparison: Comparison) -> str:
    """The line for what has not changed and is broken; empty without any."""
    return f"Broken in both: {', '.join(comparison.broken_in_both)}" if comparison.broken_in_both else ""
