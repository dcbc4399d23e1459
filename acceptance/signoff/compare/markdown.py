"""A comparison as Markdown, fit for a comment on a pull request: a table for each kind of change, a row for a promise.

It stays well below the 65,536 characters that GitHub takes: what is too much is counted, and text has all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from acceptance.reporting.markdown import code, inline, table
from acceptance.reporting.terminal import visible
from acceptance.signoff.compare import words
from acceptance.signoff.compare.model import Comparison, Kind, PromiseChange, Section, number

_GROUPS, _NAMES, _PROMISES = 3, 6, 40  # of a promise, of a group and of a table that are told in full
_LONGEST = 200  # characters of what happened


def page(comparison: Comparison) -> str:
    """Everything that a comparison says, the conclusion first."""
    return "".join(f"{line}\n" for line in _lines(comparison))


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"**{_said(comparison.conclusion)}**"
    yield ""
    facts = ((fact.name, _fact(fact.name, fact.a), _fact(fact.name, fact.b)) for fact in comparison.facts)
    yield from table(("", "A", "B"), ("Results", _code(comparison.a), _code(comparison.b)), *facts)
    if comparison.remarks:
        yield ""
    for remark in comparison.remarks:
        yield f"- {_said(remark)}"
    for section in comparison.sections:
        yield from _section(section, comparison)
    if standing := words.broken_in_both(comparison):
        yield ""
        yield _said(standing)


def _fact(name: str, value: str) -> str:
    return _code(value) if name == "Asked" else _said(value or "none")


def _section(section: Section, comparison: Comparison) -> Iterator[str]:
    yield ""
    yield f"### {words.title(section)}"
    yield ""
    yield _said(words.explained(section, comparison))
    yield ""
    rows = (_row(section.kind, promise) for promise in section.promises[:_PROMISES])
    yield from table(("promise", "A", "B", "examples"), *rows)
    if more := section.promises[_PROMISES:]:
        yield ""
        yield f"And {number(len(more), 'more promise')}: {', '.join(_code(promise.id) for promise in more)}."


def _row(kind: Kind, promise: PromiseChange) -> tuple[str, ...]:
    groups = list(words.groups(kind, promise))
    told = [_group(group, promise) for group in groups[:_GROUPS]]
    if more := sum(len(group.examples) for group in groups[_GROUPS:]):
        told.append(f"and {number(more, 'more example')}")
    name = f"{_code(promise.id)} {_said(promise.sentence)}"
    return name, words.ended(promise.a, "A"), words.ended(promise.b, "B"), "<br>".join(told)


def _group(group: words.Group, promise: PromiseChange) -> str:
    named = ", ".join(_code(example.id) for example in group.examples[:_NAMES])
    if more := len(group.examples) - _NAMES if len(group.examples) > _NAMES else 0:
        named += f" and {more} more"
    ends = "" if group.ends == words.ends(promise) else f" ({group.ends})"
    what = _said(shorten(group.what, _LONGEST, placeholder=" …"))
    return f"{named}{ends}: {what}" if what else f"{named}{ends}"


def _said(text: str) -> str:
    return inline(visible(" ".join(text.split())))


def _code(text: str) -> str:
    return code(visible(text))
