"""What is tried, and how the end of a trial is judged; how one is carried out is in `runs`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from acceptance.faults import Fault, known_faults
from acceptance.files import REFERENCE
from acceptance.promises import Example
from acceptance.reporting.proof import FaultTrial, How, Outcome, PromiseProof
from acceptance.source import Audit, CannotJudge, Manifest, audit
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.verdicts import ConfigurationError, Verdict, nearest

CROWD = "load"  # the tag of one that asks with a crowd


@dataclass(frozen=True)
class Ended:
    """How a run of the real command ended: each example's verdict by its id, or why there is none."""

    verdicts: Mapping[str, Verdict]
    seconds: float
    problem: str = ""


def chosen(names: Sequence[str], promises: Sequence[str], examples: Sequence[Example]) -> list[Fault]:
    """The faults called ``names``, and those that break an example of ``promises``; all of them where nothing is named.

    Raises :class:`ConfigurationError` with the nearest for a name that there is not.
    """
    known = known_faults()
    by_promise: dict[str, set[str]] = {}
    for example in examples:
        by_promise.setdefault(example.promise.id, set()).add(example.id)
    for what, asked, there in (("fault", names, known), ("promise", promises, by_promise)):
        for name in asked:
            if name not in there:
                near = nearest(name, there)
                hint = f"did you mean “{near}”?" if near else f"there are {', '.join(there)}"
                raise ConfigurationError(f"there is no {what} “{name}”: {hint}")
    if not names and not promises:
        return list(known.values())
    wanted = {id for promise in promises for id in by_promise[promise]}
    return [fault for fault in known.values() if fault.name in names or fault.breaks & wanted]


def how_to_ask(fault: Fault, tree: Path, examples: Sequence[Example], sound: Audit, manifest: Manifest) -> How:
    """As much as a fault can change, ``tree`` being the reference with it, and ``sound`` the audit without it.

    A fault that declares examples about source only is asked of its tree alone; one about the platform alone where
    the audit finds the same as without it.
    """
    about_source = {example.id for example in examples if PLATFORM not in example.needs}
    if fault.breaks | fault.hides <= about_source:
        return How.SOURCE
    return How.PLATFORM if facts_of(tree, manifest) == sound else How.EVERYTHING


def facts_of(tree: Path, manifest: Manifest) -> Audit | None:
    """What the audit finds in a tree, wherever it is; None where it cannot be judged."""
    try:
        return replace(audit(tree, manifest, workers=1), revision=None)
    except CannotJudge:
        return None


def reference_facts(manifest: Manifest) -> Audit:
    """What the audit finds in the reference platform as it is."""
    facts = facts_of(REFERENCE, manifest)
    assert facts is not None, "the reference platform can be judged"
    return facts


def asked_by(how: How, examples: Sequence[Example], *, with_a_crowd: bool = True) -> set[str]:
    """The examples that this way of asking puts."""
    need = {How.SOURCE: SOURCE_TREE, How.PLATFORM: PLATFORM, How.EVERYTHING: None}[how]
    put = (example for example in examples if with_a_crowd or CROWD not in example.tags)
    return {example.id for example in put if need is None or need in example.needs}


def needs_a_crowd(fault: Fault, examples: Sequence[Example]) -> bool:
    """Whether a fault says that a crowd notices it; of any other none is asked, which would take minutes in all."""
    with_a_crowd = {example.id for example in examples if CROWD in example.tags}
    return bool((fault.breaks | fault.hides) & with_a_crowd)


def judged(fault: Fault, how: How, ended: Ended, examples: Sequence[Example]) -> FaultTrial:
    """A fault's trial: what it declares beside what was seen, exactly."""
    asked = asked_by(how, examples, with_a_crowd=needs_a_crowd(fault, examples))
    outcome, told = _compare(fault, asked, ended)
    return FaultTrial(
        name=fault.name,
        gap=fault.gap,
        people_notice=fault.people_notice,
        breaks=sorted(fault.roots),
        entails=sorted(fault.entails),
        hides=sorted(fault.hides),
        how=how,
        outcome=outcome,
        told=told,
        seconds=round(ended.seconds, 2),
    )


def _compare(fault: Fault, asked: Collection[str], ended: Ended) -> tuple[Outcome, list[str]]:
    if ended.problem:
        return Outcome.NOT_TRIED, [ended.problem]
    told = list(_differences(fault, asked, ended.verdicts))
    if not told:
        return Outcome.CAUGHT, []
    noticed = any(verdict is not Verdict.KEPT for id, verdict in ended.verdicts.items() if id in asked)
    return (Outcome.OTHER if noticed else Outcome.SURVIVED), told


def _differences(fault: Fault, asked: Collection[str], verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """Each example that did not end as the header says; one that neither is declared nor was asked is kept."""
    expected: dict[str, tuple[Verdict, str]] = {
        **dict.fromkeys(asked, (Verdict.KEPT, "is not declared")),
        **dict.fromkeys(fault.hides, (Verdict.COULD_NOT_TELL, "is declared under Hides")),
        **dict.fromkeys(fault.entails, (Verdict.BROKEN, "is declared under Entails")),
        **dict.fromkeys(fault.roots, (Verdict.BROKEN, "is declared under Breaks")),
    }
    for id, (wanted, declared) in sorted(expected.items()):
        seen = verdicts.get(id)
        if seen is not wanted:
            yield f"{id} {declared}, and was {seen.value if seen else 'not asked'}"


def control(expected: Verdict | None, ended: Ended, examples: Sequence[Example]) -> tuple[Outcome, list[str]]:
    """How a trial without a fault ended: every example as ``expected``, or, for None, every one asked and none kept."""
    if ended.problem:
        return Outcome.NOT_TRIED, [ended.problem]
    told = []
    for example in examples:
        seen = ended.verdicts.get(example.id)
        vacuous = seen in (Verdict.KEPT, Verdict.NOT_ASKED, None)  # what is not asked there is not seen to be otherwise
        if vacuous if expected is None else (seen is not expected):
            told.append(f"{example.id} was {seen.value if seen else 'not asked'}")
    return (Outcome.OTHER if told else Outcome.CAUGHT), told


def proven(trials: Sequence[FaultTrial], examples: Sequence[Example], texts: Mapping[str, str]) -> list[PromiseProof]:
    """What each promise was seen to notice: the faults that are about its examples, and ended just as declared."""
    by_example: dict[str, list[str]] = {}
    for trial in trials:
        if trial.outcome is Outcome.CAUGHT:
            for id in trial.breaks:
                by_example.setdefault(id, []).append(trial.name)
    promises: dict[str, dict[str, Any]] = {}
    for example in examples:
        promises.setdefault(example.promise.id, {})[example.id] = by_example.get(example.id, [])
    return [PromiseProof(id=id, text=texts[id], examples=found) for id, found in promises.items()]
