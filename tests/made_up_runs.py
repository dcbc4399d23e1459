"""Results as a run of the whole specification would leave them, with endings of one's own choosing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from acceptance.known_gaps import KnownGap
from acceptance.promises import Example, phase2
from acceptance.proof.trials import proven
from acceptance.reporting.proof import Control, FaultTrial, How, Outcome, Proof
from acceptance.reporting.results import (
    FILE_NAME,
    ExampleResult,
    PromiseResult,
    Results,
    RunFacts,
    SourceFacts,
    Specification,
    TargetFacts,
)
from acceptance.verdicts import Count, Verdict, worst

EXAMPLES, TEXTS = phase2()
STARTED = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
REVISION = "1234567890abcdef1234567890abcdef12345678"


def embedded() -> TargetFacts:
    return _target("embedded", embedded=True, addresses={"base_url": "http://127.0.0.1:1"})


def staging(name: str = "blue", *, staging: bool = True) -> TargetFacts:
    return _target(name, staging=staging, addresses={"base_url": f"https://{name}.example.com"})


def no_platform() -> TargetFacts:
    return _target("source", addresses={})


def tree(*, is_reference: bool = False, **figures: Any) -> SourceFacts:
    facts: dict[str, Any] = {
        "tree": "reference" if is_reference else "../netra",
        "is_reference": is_reference,
        "revision": REVISION,
        "manifest_version": "2",
        "app_files": 100,
        "changed": False,
        "ssot_warnings": 0,
        "ssot_warnings_at_start": 37,
        "names_with_several_paths": 0,
        "canonical_imports": 9,
        "imports": 9,
    }
    return SourceFacts(**{**facts, **figures})


def a_run(
    target: TargetFacts,
    source: SourceFacts | None = None,
    ends: Mapping[str, tuple[Verdict, str]] | None = None,
    *,
    counts: Mapping[str, int] | None = None,
    known_gaps: list[KnownGap] | None = None,
    started: datetime = STARTED,
    **run: Any,
) -> Results:
    """A complete run: what the target and the tree allow is kept, but for ``ends``: verdict and reason by example."""
    platform = target.embedded or bool(target.addresses)
    unknown = {*(ends or {}), *(counts or {})} - {example.id for example in EXAMPLES}
    assert not unknown, f"there are no such examples: {unknown}"

    def ended(example: Example) -> tuple[Verdict, str]:
        if "platform" in example.needs and not platform:
            return Verdict.NOT_ASKED, f"target {target.name} is a source tree only"
        if "source-tree" in example.needs and source is None:
            return Verdict.NOT_ASKED, "no source tree was named"
        return (ends or {}).get(example.id, (Verdict.KEPT, ""))

    facts: dict[str, Any] = {
        "started": started,
        "finished": started,
        "selection": "--tags=@phase2",
        "complete": True,
        "interrupted": False,
        "missing": [],
        "faults": [],
    }
    return Results(
        run=RunFacts(**{**facts, **run}),
        target=target,
        source=source,
        specification=Specification(revision=REVISION, changed=False, plan_tests_without_promise=[]),
        tools={"python": "3.11"},
        known_gaps=known_gaps or [],
        promises=_promises(ended, counts or {}),
    )


def kept_in(folder: Path, results: Results) -> Path:
    """The folder, now with these results in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(results.model_dump_json(), encoding="utf-8")
    return folder


def _target(name: str, **facts: Any) -> TargetFacts:
    defaults: dict[str, Any] = {
        "about": f"the target {name}",
        "embedded": False,
        "versions": {},
        "capabilities": [],
        "deadlines": {"promptly": 2.0},
        "planted_faults": [],
    }
    return TargetFacts(name=name, **{**defaults, **facts})


def _promises(ended: Callable[[Example], tuple[Verdict, str]], counts: Mapping[str, int]) -> list[PromiseResult]:
    by_promise: dict[str, list[tuple[Example, ExampleResult]]] = {}
    for example in EXAMPLES:
        verdict, reason = ended(example)
        number = counts.get(example.id)
        result = ExampleResult(
            id=example.id,
            title=example.title,
            location=example.location,
            verdict=verdict,
            reason=reason,
            failure=""
            if verdict is Verdict.KEPT
            else f"What happened: {reason}\nLook first at: the place of {example.id}",
            seconds=0.1,
            effect=example.effect,
            needs=sorted(example.needs),
            plan_tests=example.plan_tests,
            count=None if number is None else Count(number, "things that are wrong"),
        )
        by_promise.setdefault(example.promise.id, []).append((example, result))
    return [
        _promise([example for example, _ in found], [result for _, result in found]) for found in by_promise.values()
    ]


def _promise(examples: list[Example], results: list[ExampleResult]) -> PromiseResult:
    promise = examples[0].promise
    return PromiseResult(
        id=promise.id,
        sentence=promise.sentence,
        feature=promise.feature,
        epic=promise.epic,
        affected=promise.affected,
        look_first_at=promise.look_first_at,
        when_it_breaks=promise.when_it_breaks,
        text=TEXTS[promise.id],
        verdict=worst(result.verdict for result in results),
        examples=results,
    )


def a_proof(without: str = "") -> Proof:
    """A proof of every example by a fault of its own, but for ``without``."""
    faults = [
        FaultTrial(
            name=f"no-{example.id}",
            gap="business value: the golden path",
            people_notice=f"whatever {example.id} is about is gone.",
            breaks=[example.id],
            entails=[],
            hides=[],
            how=How.EVERYTHING,
            outcome=Outcome.CAUGHT,
            told=[],
            seconds=1.0,
        )
        for example in EXAMPLES
        if example.id != without
    ]
    control = Control(name="the reference", expected="kept", outcome=Outcome.CAUGHT, told=[], seconds=1.0)
    return Proof(
        made=STARTED,
        seconds=9.0,
        jobs=2,
        revision=REVISION,
        changed=False,
        controls=[control],
        faults=faults,
        promises=proven(faults, EXAMPLES, TEXTS),
    )
