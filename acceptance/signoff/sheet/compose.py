"""From the runs to the sheet: how each promise ended, and what follows for criteria, metrics, gaps, risks and tests."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from acceptance import plan, tags
from acceptance.known_gaps import KnownGap
from acceptance.reporting import sheet_history
from acceptance.reporting.audit.trend import Trend as SourceTrend
from acceptance.reporting.facts import facts_of
from acceptance.reporting.proof import Proof
from acceptance.reporting.render import REPORT, RESULTS
from acceptance.reporting.terminal import visible
from acceptance.signoff import criteria
from acceptance.signoff.against_lists import standings
from acceptance.signoff.several_runs import Joined, JoinedExample, JoinedPromise, JudgedRun, Put
from acceptance.signoff.sheet import model
from acceptance.signoff.sheet.gaps_closed import answer
from acceptance.signoff.sheet.next_steps import next_steps, to_sign
from acceptance.signoff.verdict import State, counts, judge
from acceptance.verdicts import Verdict, worst

_UNKEPT = (Verdict.SUITE_FAULT, Verdict.BROKEN, Verdict.COULD_NOT_TELL, Verdict.KNOWN_GAP)
_POINTS = 30  # past runs in a chart: as many as a page is wide


def compose(
    joined: Joined, into: Path, proof: Proof | None = None, source_trend: SourceTrend | None = None
) -> model.Sheet:
    """The sheet of these runs, with addresses relative to the folder ``into``.

    ``proof`` says what each promise would have noticed, ``source_trend`` what the audit says of past revisions.
    """
    reports = {run.folder: _Report(run.folder, into) for run in joined.runs}
    shown = _Shown(reports, proof)
    judged = sorted((judge(run.results, run.on) for run in joined.runs), key=lambda each: list(State).index(each.state))
    signing = to_sign(joined)
    return model.Sheet(
        made=datetime.now(UTC).replace(microsecond=0),
        conclusion=model.Conclusion(
            state=judged[0].state,
            answer=answer(joined, is_whole=judged[0].state not in (State.NO_VERDICT, State.PARTIAL)),
            sentences=[each.sentence for each in judged],
            counts=_counts(joined.runs),
            to_sign=signing.told,
        ),
        at_stake=plan.AT_STAKE,
        runs=[_run(run, reports[run.folder]) for run in joined.runs],
        next_steps=list(next_steps(joined, signing)),
        criteria=[_criterion(criterion, joined) for criterion in plan.CRITERIA],
        metrics=[_metric(measured) for measured in criteria.measure(joined)],
        gaps=list(_cards(joined, shown)),
        risks=[_risk(risk, joined) for risk in plan.RISKS],
        traceability=list(_trace(joined, shown)),
        known_gaps=list(_known_gaps(joined)),
        not_asked=_unasked(joined),
        proof=_proof(joined, proof),
        trends=[trend for run in joined.runs if len((trend := _trend(run)).points) > 1],
        source_trend=source_trend,
    )


class _Report:
    """The Allure report of a run, as far as there is one, seen from the folder of the sheet."""

    def __init__(self, folder: Path, into: Path) -> None:
        page = folder / REPORT
        self.address = Path(os.path.relpath(page, into)).as_posix() if page.is_file() else ""
        self._uuids = dict(_results_in(folder / RESULTS)) if self.address else {}

    def of(self, example: str) -> str:
        """Where the report shows an example: Allure names it by the MD5 of its uuid."""
        uuid = self._uuids.get(example)
        return f"{self.address}#{hashlib.md5(uuid.encode(), usedforsecurity=False).hexdigest()}" if uuid else ""


@dataclass(frozen=True)
class _Shown:
    """What there is to show beside a promise: the reports of the runs by folder, and the proof, if there is one."""

    reports: Mapping[Path, _Report]
    proof: Proof | None

    def noticed(self, promise: JoinedPromise) -> list[str]:
        """What a promise would have noticed, as people would, where it is proven in the wording that was asked."""
        return self.proof.noticed(promise.promise.id, promise.promise.text) if self.proof else []


def _proof(joined: Joined, proof: Proof | None) -> str:
    """How far it is proven that the specification would have noticed."""
    if proof is None:
        return "Not proven here: there is no proof that the specification would have noticed; `make prove` makes one."
    if not proof.is_proven:
        return f"Not proven: the proof of {proof.made:%d %B %Y} failed; `make prove` says why."
    other = [each.promise.id for each in joined.promises if not proof.noticed(each.promise.id, each.promise.text)]
    but = f", but for {', '.join(other)}, whose wording is another since" if other else ""
    return (
        f"Proven on {proof.made:%d %B %Y}{but}: {len(proof.faults)} faults were planted on the reference platform, "
        "one by one, and each was noticed just as declared; a platform that does nothing keeps no promise."
    )


def _results_in(folder: Path) -> Iterator[tuple[str, str]]:
    for file in folder.glob("*-result.json"):
        try:
            result = json.loads(file.read_bytes())
            yield str(result["fullName"]), str(result["uuid"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # the report says what is wrong with its results; here only a link is missing


def _counts(runs: Sequence[JudgedRun]) -> str:
    """How many promises ended how; where there are several runs, each under its name."""
    told = [counts(run.results) for run in runs]
    if len(told) == 1:
        return told[0]
    return ". ".join(f"{run.name[:1].upper()}{run.name[1:]}: {each}" for run, each in zip(runs, told, strict=True))


def _run(run: JudgedRun, report: _Report) -> model.Run:
    return model.Run(
        name=run.name,
        folder=visible(str(run.folder)),
        report=report.address,
        started=run.results.run.started,
        counts=counts(run.results),
        facts=facts_of(run.results),
    )


def _line(promise: JoinedPromise, shown: _Shown) -> model.PromiseLine:
    return model.PromiseLine(
        id=promise.promise.id,
        sentence=promise.promise.sentence,
        verdict=_verdict(promise.examples),
        part=_part(promise.examples),
        judged=_judged(promise.examples),
        evidence=_evidence(promise.examples, shown),
        would_have_noticed=shown.noticed(promise),
    )


def _verdict(examples: Iterable[JoinedExample]) -> Verdict:
    """The worst of those that were asked; what was not asked decides only where nothing was."""
    asked = [example.result.verdict for example in examples if example.is_asked]
    return worst(asked) if asked else Verdict.NOT_ASKED


def _part(examples: Iterable[JoinedExample]) -> str:
    """How much of it was asked, where that is not everything."""
    examples = list(examples)
    asked = sum(example.is_asked for example in examples)
    return f"{asked} of {len(examples)} examples asked" if 0 < asked < len(examples) else ""


def _judged(examples: Iterable[JoinedExample]) -> str:
    examples = list(examples)
    real = dict.fromkeys(example.run.name for example in examples if example.put is Put.REALLY)
    rehearsed = ["the reference platform only"] if any(each.put is Put.IN_REHEARSAL for each in examples) else []
    return ", ".join([*real, *rehearsed])


def _evidence(examples: Iterable[JoinedExample], shown: _Shown) -> str:
    """The example that tells most: the worst of those that were asked."""
    order = list(Verdict)
    asked = [example for example in examples if example.is_asked]
    telling = min(asked, key=lambda example: order.index(example.result.verdict), default=None)
    return shown.reports[telling.run.folder].of(telling.result.id) if telling else ""


def _criterion(criterion: plan.Criterion, joined: Joined) -> model.CriterionLine:
    answered = criteria.answer(criterion, joined)
    return model.CriterionLine(
        kind=criterion.kind,
        name=criterion.name,
        text=criterion.text,
        answer=answered.answer,
        why=answered.why,
        promises=list(criterion.promises),
    )


def _metric(measured: criteria.Measured) -> model.MetricLine:
    return model.MetricLine(
        name=measured.metric.name,
        baseline=measured.metric.baseline,
        target=measured.metric.target,
        measured=measured.value,
        unit=measured.metric.unit,
        of=measured.of,
        reached=measured.reached,
        rehearsed=measured.rehearsed,
    )


def _cards(joined: Joined, shown: _Shown) -> Iterator[model.GapCard]:
    for gap in plan.GAPS:
        protects = [gap.goal, gap.value, gap.strategy]
        yield _card(tags.EPICS[gap.number], gap.found, gap.closes, protects, joined, shown)
    yield _card(tags.BUSINESS_VALUE_EPIC, "", "", [plan.AT_STAKE], joined, shown)


def _card(name: str, found: str, closes: str, protects: list[str], joined: Joined, shown: _Shown) -> model.GapCard:
    promises = [promise for promise in joined.promises if promise.promise.epic == name]
    state, tone = _state(promises)
    return model.GapCard(
        name=name,
        state=state,
        tone=tone,
        found=found,
        closes=closes,
        protects=protects,
        promises=[_line(promise, shown) for promise in promises],
    )


def _state(promises: list[JoinedPromise]) -> tuple[str, model.Tone]:
    """Where a gap stands, in words and in a word."""
    asked = [promise for promise in promises if promise.asked]
    if not asked:
        return "not asked", "none"
    unkept = [verdict for promise in asked if (verdict := _verdict(promise.examples)) in _UNKEPT]
    rehearsed = sum(promise.put is Put.IN_REHEARSAL for promise in asked)
    known = unkept and Verdict.BROKEN not in unkept and Verdict.KNOWN_GAP in unkept
    open_ones = f"open{', as is known' if known else ''}: {len(unkept)} of {len(asked)} promises asked are not kept"
    told = open_ones if unkept else f"all {len(asked)} promises asked are kept"
    if rehearsed == len(asked):
        told = f"only rehearsed; {told}"
    elif rehearsed:
        told = f"{told}, {rehearsed} of them only in rehearsal"
    if len(asked) < len(promises):
        told += f"; {len(promises) - len(asked)} not asked"
    if rehearsed == len(asked):
        return told, "none"
    if unkept:
        return told, "bad" if Verdict.BROKEN in unkept else "known" if known else "unsure"
    return told, "none" if rehearsed or len(asked) < len(promises) else "good"


def _risk(risk: plan.Risk, joined: Joined) -> model.RiskLine:
    told = []
    for id in risk.promises:
        promise = joined.promise(id)
        if promise is None or not promise.asked:
            told.append(f"{id}: not asked")
        else:
            rehearsed = " in rehearsal only" if promise.put is Put.IN_REHEARSAL else ""
            part = _part(promise.examples)
            told.append(f"{id}: {_verdict(promise.examples)}{f' ({part})' if part else ''}{rehearsed}")
    outside = [f"outside this specification: {risk.outside}"] if risk.outside else []
    return model.RiskLine(
        change=risk.change,
        danger=risk.danger,
        mitigation=risk.mitigation,
        evidence="; ".join([*told, *outside]),
        rollback=risk.rollback,
        promises=list(risk.promises),
    )


def _trace(joined: Joined, shown: _Shown) -> Iterator[model.TraceLine]:
    for test, name in (plan.TESTS | plan.REQUIRED).items():
        by_promise = {
            promise.promise.id: [each for each in promise.examples if test in each.result.plan_tests]
            for promise in joined.promises
        }
        answering = {id: examples for id, examples in by_promise.items() if examples}
        examples = [example for found in answering.values() for example in found]
        yield model.TraceLine(
            test=test,
            name=name,
            promises=list(answering),
            verdict=_verdict(examples),
            part=_part(examples),
            judged=_judged(examples),
            evidence=_evidence(examples, shown),
        )


def _known_gaps(joined: Joined) -> Iterator[model.GapLine]:
    for run in joined.runs:
        for standing in standings(run.results, run.on):
            entry: KnownGap | None = standing.entry
            if entry:
                facts = entry.model_dump(include={"reason", "owner", "issue", "since", "expires", "file"})
                happened = standing.told.partition(":")[0]
                yield model.GapLine(example=entry.example, standing=standing.kind, happened=happened, **facts)


def _unasked(joined: Joined) -> list[model.Unasked]:
    """What no run has put, by reason; what a run left out is said to be so."""
    by_reason: dict[str, list[str]] = {}
    for promise in joined.promises:
        for example in promise.examples:
            if not example.is_asked:
                by_reason.setdefault(example.result.reason, []).append(example.result.id)
    known = {example.result.id for promise in joined.promises for example in promise.examples}
    left_out = [id for id in dict.fromkeys(_missing(joined)) if id not in known]
    if left_out:
        by_reason["the run was restricted, or ended before it"] = left_out
    return [model.Unasked(reason=reason, examples=ids) for reason, ids in by_reason.items()]


def _missing(joined: Joined) -> Iterator[str]:
    for run in joined.runs:
        yield from run.results.run.missing


def _trend(run: JudgedRun) -> model.Trend:
    same = sheet_history.judged(run.results)
    past = [each for each in sheet_history.past_runs(run.folder) if each.judged == same and each.complete]
    points = [
        model.Point(started=each.started, promises=each.promises, ssot_warnings=each.ssot_warnings)
        for each in past[-_POINTS:]
    ]
    return model.Trend(run=run.name, points=points)
