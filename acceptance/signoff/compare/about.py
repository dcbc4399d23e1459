"""What two runs were made of: the facts beside each other, and what a reader of their comparison must bear in mind."""

from __future__ import annotations

from collections.abc import Iterator

from acceptance.reporting.facts import facts_of
from acceptance.reporting.results import Results
from acceptance.signoff.compare.model import Fact, number
from acceptance.target import ADDRESSES

_FIRST = ("Target", "Faults planted", "Source tree", "Asked", "Begun")
_ALWAYS = frozenset({*_FIRST, *ADDRESSES.values()})


def facts(a: Results, b: Results) -> Iterator[Fact]:
    """Target, addresses, source tree, selection and time of both; and everything else in which they differ."""
    of_a, of_b = facts_of(a), facts_of(b)
    for name in dict.fromkeys([*_FIRST, *of_a, *of_b]):
        fact = Fact(name=name, a=of_a.get(name, ""), b=of_b.get(name, ""))
        if fact.a != fact.b or (fact.a and name in _ALWAYS):
            yield fact


def remarks(a: Results, b: Results, common: int) -> Iterator[str]:
    """What to bear in mind, a sentence each; ``common`` is how many examples both runs have answered."""
    if a == b:
        yield "A and B are the same results."
    elif a.run.started > b.run.started:
        yield "A was made after B: if B is not meant to be the former one, name them the other way round."
    if not common:
        yield "No example was kept or broken in both, so there is nothing to compare."
    if (of_a := _platform(a)) != (of_b := _platform(b)):
        yield f"A asked {of_a}, and B asked {of_b}."
    if _says_nothing_of_netra(a) and _says_nothing_of_netra(b):
        yield "Both are rehearsals on the reference platform: this says nothing about Netra."
    if (tree_a := _tree(a)) != (tree_b := _tree(b)):
        yield f"A judged {tree_a}, and B judged {tree_b}."
    if a.run.selection != b.run.selection:
        yield f"A asked for {_selection(a)}, and B asked for {_selection(b)}."
    if a.run.missing == b.run.missing and (both := list(_in_part("Each", a))) == list(_in_part("Each", b)):
        yield from both
    else:
        yield from _in_part("A", a)
        yield from _in_part("B", b)
    if a.target.deadlines != b.target.deadlines:
        yield "Their deadlines differ: what is in time in one of them may be late in the other."
    if reworded := _reworded(a, b):
        shown = ", ".join(reworded)
        noun = "this promise" if len(reworded) == 1 else "these promises"
        yield f"The specification has another wording of {noun} in B than in A: {shown}."


def _platform(run: Results) -> str:
    target = run.target
    if not target.embedded:
        return target.in_words
    if target.as_found:
        closed = f", with {', '.join(target.closed)} closed" if target.closed else ""
        return f"{target.in_words} as found{closed}"
    planted = f" with planted faults ({', '.join(target.planted_faults)})" if target.planted_faults else ""
    return f"{target.in_words}{planted}"


def _tree(run: Results) -> str:
    if run.source is None:
        return "no source tree"
    if run.source.is_reference:
        return run.source.in_words
    changed = ", changed since" if run.source.changed else ""
    return f"{run.source.at_revision}{changed}"


def _says_nothing_of_netra(run: Results) -> bool:
    return run.target.embedded and (run.source is None or run.source.is_reference)


def _selection(run: Results) -> str:
    return run.run.selection or "everything"


def _in_part(name: str, results: Results) -> Iterator[str]:
    run = results.run
    if run.faults:
        first, *_ = run.faults[0].splitlines() or [""]
        yield f"{name} met a fault of the specification itself, outside any example ({first})."
    if run.complete:
        return
    if run.finished is None:
        why = "did not come to its end"
    elif run.interrupted:
        why = "was interrupted"
    else:
        why = "asked a part of the specification"
    without = f": {number(len(run.missing), 'example')} not asked" if run.missing else ""
    yield f"{name} {why}{without}; it is compared as far as it goes."


def _reworded(a: Results, b: Results) -> list[str]:
    before = {promise.id: promise.text for promise in a.promises}
    return [
        promise.id
        for promise in b.promises
        if promise.text and before.get(promise.id) and before[promise.id] != promise.text
    ]
