"""A comparison as text: the conclusion, what is compared, and every change with what happened."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from acceptance.reporting.terminal import Line, visible
from acceptance.signoff.compare import words
from acceptance.signoff.compare.model import WORSE, Comparison, Kind, PromiseChange, Section

_LOUD, _GOOD, _QUIET = "bold red", "bold green", "dim"
_STYLES = {
    **dict.fromkeys(WORSE, _LOUD),
    Kind.NO_LONGER_ANSWERED: "bold yellow",
    Kind.NEWLY_KEPT: _GOOD,
    Kind.LESS_BROKEN: _GOOD,
    Kind.KEPT_AND_UNANSWERED_BEFORE: _GOOD,
}


def page(comparison: Comparison) -> Iterator[Line]:
    """Everything that a comparison says, the conclusion first."""
    yield conclusion(comparison)
    yield _line()
    yield from _compared(comparison)
    if comparison.remarks:
        yield _line()
    for remark in comparison.remarks:
        yield _line(remark)
    for section in comparison.sections:
        yield _line()
        yield _line(words.title(section), _STYLES.get(section.kind, "bold"))
        yield _line(indent(words.explained(section, comparison), "  "), _QUIET)
        for promise in section.promises:
            yield from _promise(section, promise)
    if standing := words.broken_in_both(comparison):
        yield _line()
        yield _line(standing)


def conclusion(comparison: Comparison) -> Line:
    """The one sentence."""
    return _line(comparison.conclusion, _LOUD if comparison.worse else "bold")


def _compared(comparison: Comparison) -> Iterator[Line]:
    width = max(len(fact.name) for fact in comparison.facts)
    yield _line(f"A  {comparison.a}", "bold")
    yield _line(f"B  {comparison.b}", "bold")
    for fact in comparison.facts:
        if fact.a == fact.b:
            yield _line(f"  {fact.name:<{width}}  {fact.a}")
        else:
            yield _line(f"  {fact.name:<{width}}  A: {fact.a or 'none'}")
            yield _line(f"  {'':<{width}}  B: {fact.b or 'none'}")


def _promise(section: Section, promise: PromiseChange) -> Iterator[Line]:
    yield _line(f"  {promise.id}  {promise.sentence} ({words.ends(promise)})")
    for group in words.groups(section.kind, promise):
        named = ", ".join(example.id for example in group.examples)
        if len(group.examples) == 1:
            named += f"  {group.examples[0].title}"
        ends = "" if group.ends == words.ends(promise) else f" ({group.ends})"
        yield _line(f"    {named}{ends}")
        if group.what:
            yield _line(f"      {group.what}", _QUIET)


def _line(said: str = "", style: str = "") -> Line:
    """One line; what a results file holds of control characters is shown, and does not reach the terminal."""
    return ((visible(said), style),)
