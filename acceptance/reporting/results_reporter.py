"""Keeps the results of a run while behave makes it: `results.json` and the line in the history of runs."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from behave.reporter.base import Reporter

from acceptance import plan
from acceptance.addresses import without_user_info
from acceptance.drivers.agent_runs import AgentRun, delivery
from acceptance.exit_codes import PARTIAL, WRONG
from acceptance.files import REPOSITORY, write_together
from acceptance.git import is_changed, revision_of
from acceptance.promises import Example, example_of, phase2
from acceptance.reporting import sheet_history
from acceptance.reporting.outcome import (
    INTERRUPTED,
    NOT_REACHED,
    Outcome,
    four_lines,
    outcome,
    remember_cleanup_error,
    runs_of,
    sentence,
)
from acceptance.reporting.results import (
    FILE_NAME,
    Delivery,
    ExampleResult,
    Moments,
    PromiseResult,
    Results,
    RunFacts,
    SourceFacts,
    Specification,
    TargetFacts,
)
from acceptance.session import AS_FOUND, Session
from acceptance.signals import aborting_afterwards
from acceptance.verdicts import Verdict, nearest, worst

_TOOLS = ("behave", "allure-behave", "httpx", "websockets", "pyhamcrest")


@dataclass(frozen=True)
class _Ended:
    """An example that behave is done with."""

    example: Example
    outcome: Outcome
    failure: str
    seconds: float
    runs: Sequence[AgentRun]


class ResultsReporter(Reporter):  # type: ignore[misc]
    """behave's reporter that keeps the results and ends the run by telling them."""

    def __init__(self, config: Any, runner: Any, session: Session, tell: Callable[[Results, Path], None]) -> None:
        """``tell`` is given the final results and their folder, once they are written."""
        super().__init__(config)
        self._runner = runner
        self._session = session
        self._tell = tell
        self._started = datetime.now(UTC)
        self._ended: list[_Ended] = []
        self._faults: list[str] = []
        self._expected, self._texts = phase2()
        self._tools = {"python": platform.python_version(), **{name: version(name) for name in _TOOLS}}
        self._specification = _specification(self._expected)
        self._write(finished=False, before=session.take_the_last_page_away)

    def feature(self, feature: Any) -> None:
        """Keep the outcomes of a feature that behave is done with; it does not expect to be stopped in here."""
        with aborting_afterwards(self._runner):
            self._feature(feature)

    def _feature(self, feature: Any) -> None:
        for scenario in feature.walk_scenarios():
            result = outcome(scenario)
            if result is not None:
                failure = "" if result.verdict is Verdict.KEPT else four_lines(scenario, result)
                runs = runs_of(scenario)
                self._ended.append(_Ended(example_of(scenario), result, failure, float(scenario.duration), runs))
        if feature.status.name == "hook_error":
            self._faults.append(f"{feature.name}: {feature.error_message}")
        with suppress(OSError):  # what is written at the end decides
            self._write(finished=False)

    def remember_cleanup_error(self, context: Any, cleanup: Any, error: Exception) -> None:
        """``context.on_cleanup_error`` of the run: what fails outside every example is a fault of the run."""
        remember_cleanup_error(context, cleanup, error)
        if getattr(context, "scenario", None) is None:
            self._faults.append(f"clean-up {getattr(cleanup, '__qualname__', cleanup)}: {sentence(error)}")

    def end(self) -> None:
        """Write the final results, tell them, and see to it that behave never exits greener than they are."""
        if (
            self._runner.hook_failures
            and not self._faults
            and not self._has(Verdict.SUITE_FAULT, Verdict.COULD_NOT_TELL)
        ):
            self._faults.append("a hook failed outside any example")
        self._faults += filter(None, (getattr(each, "trouble", "") for each in self._runner.formatters))
        try:
            results = self._write(finished=True)
            if results.asked:
                self._remember(results)
        except OSError as error:
            print(f"the results cannot be written ({error.strerror}): make room, and run behave again", file=sys.stderr)
            sys.exit(WRONG)
        self._tell(results, self._session.reports)
        if not results.asked and not results.run.faults and not results.run.interrupted:
            sys.exit(PARTIAL)
        if self._faults or self._has(Verdict.SUITE_FAULT, Verdict.BROKEN, Verdict.COULD_NOT_TELL, Verdict.KNOWN_GAP):
            sys.exit(WRONG)

    def _remember(self, results: Results) -> None:
        try:
            sheet_history.remember(self._session.reports, results)
        except OSError as error:  # a trend without this run is no reason to keep its verdict back
            file = self._session.reports / sheet_history.FILE_NAME
            told = f"{file} cannot be written ({error.strerror}), so the trend lacks this run: remove what is there"
            print(told, file=sys.stderr)

    def _has(self, *verdicts: Verdict) -> bool:
        return any(ended.outcome.verdict in verdicts for ended in self._ended)

    def _write(self, *, finished: bool, before: Callable[[], object] = lambda: None) -> Results:
        results = self._results(finished=finished)
        hidden = self._session.redactor.json(results.model_dump(mode="json"))
        safe = Results.model_validate(hidden)
        write_together({self._session.reports / FILE_NAME: safe.model_dump_json(indent=2) + "\n"}, before)
        return safe

    def _results(self, *, finished: bool) -> Results:
        asked = {ended.example.id for ended in self._ended}
        unreached = {ended.example.id for ended in self._ended if _is_unreached(ended.outcome)}
        missing = [example.id for example in self._expected if example.id not in asked or example.id in unreached]
        return Results(
            run=RunFacts(
                started=self._started,
                finished=datetime.now(UTC) if finished else None,
                selection=_selection(self.config),
                complete=finished and not missing and not self._runner.aborted,
                interrupted=bool(self._runner.aborted),
                missing=missing,
                hint=_hint(self.config, self._expected) if finished and not self._ended else "",
                faults=list(self._faults),
            ),
            target=self._target(),
            source=self._source(),
            specification=self._specification,
            tools=self._tools,
            lists=[str(file) for file in self._session.target.known_gaps or ()],
            known_gaps=list(self._session.known_gaps.entries.values()),
            promises=_promises(self._ended, self._texts),
        )

    def _target(self) -> TargetFacts:
        target = self._session.target
        return TargetFacts(
            name=target.name,
            about=target.about,
            embedded=target.embedded,
            staging=target.staging,
            as_found=self._session.platform == AS_FOUND,
            closed=list(self._session.closed),
            addresses={name: without_user_info(address) for name, address in target.addresses.items()},
            versions=dict(self._session.platform_versions),
            capabilities=sorted(target.capabilities),
            deadlines={name: deadline.seconds for name, deadline in target.deadlines.items()},
            planted_faults=[fault.name for fault in self._session.faults],
            shortened=target.shortened,
        )

    def _source(self) -> SourceFacts | None:
        tree, audited = self._session.source_name, self._session.audited
        if tree is None:
            return None
        facts = SourceFacts(
            tree=tree,
            is_reference=self._session.source_is_reference,
            revision=None,
            manifest_version=None,
            app_files=None,
        )
        if audited is None:
            return facts
        figures = {
            "revision": audited.revision,
            "changed": self._session.source_is_changed,
            "manifest_version": str(audited.manifest_version),
            "app_files": audited.files.app,
            "ssot_warnings": len(audited.warnings.modules),
            "ssot_warnings_at_start": audited.warnings.baseline,
            "names_with_several_paths": len(audited.names_with_several_paths),
            "canonical_imports": audited.app_uses.canonical,
            "imports": audited.app_uses.imports,
        }
        return facts.model_copy(update=figures)


def _promises(all_ended: Iterable[_Ended], texts_of: Mapping[str, str]) -> list[PromiseResult]:
    by_promise: dict[str, tuple[Example, list[ExampleResult]]] = {}
    for ended in all_ended:
        example, result = ended.example, ended.outcome
        _, examples = by_promise.setdefault(example.promise.id, (example, []))
        examples.append(
            ExampleResult(
                id=example.id,
                title=example.title,
                location=example.location,
                verdict=result.verdict,
                reason=result.reason,
                failure=ended.failure,
                seconds=round(ended.seconds, 3),
                effect=example.effect,
                needs=sorted(example.needs),
                plan_tests=example.plan_tests,
                count=result.count,
                known_gap=result.known_gap,
                listing=result.listing,
                delivery=_delivery(ended),
                moments=_moments(ended.runs),
            )
        )
    return [
        PromiseResult(
            id=example.promise.id,
            sentence=example.promise.sentence,
            feature=example.promise.feature,
            epic=example.promise.epic,
            affected=example.promise.affected,
            look_first_at=example.promise.look_first_at,
            when_it_breaks=example.promise.when_it_breaks,
            text=texts_of.get(example.promise.id, ""),
            verdict=worst(result.verdict for result in examples),
            examples=examples,
        )
        for example, examples in by_promise.values()
    ]


def _delivery(ended: _Ended) -> list[Delivery]:
    if ended.example.effect == "disruptive":  # what was taken away meanwhile may have kept the events away
        return []
    counted = delivery(ended.runs)
    return [Delivery(event=name, expected=of, delivered=seen) for name, (of, seen) in counted.items()]


def _moments(runs: Sequence[AgentRun]) -> Moments | None:
    asked = [run for run in runs if run.asked_at is not None]
    if not asked:
        return None
    first, answer = ([run.seconds_to_first_event for run in asked], [run.seconds_to_answer for run in asked])
    return Moments(first_event=_whole_milliseconds(first), answer=_whole_milliseconds(answer))


def _whole_milliseconds(waits: Iterable[float | None]) -> list[float]:
    return [round(wait, 3) for wait in waits if wait is not None]


def _is_unreached(result: Outcome) -> bool:
    return result.reason in (INTERRUPTED, NOT_REACHED)


def _selection(config: Any) -> str:
    """The run's restriction as it is written on the command line; empty when there is none."""
    everything = REPOSITORY / "features"
    paths = [os.path.relpath(path, REPOSITORY) for path in config.paths if Path(path).resolve() != everything]
    parts = [f"--tags={tags}" for tags in config.tags or []] + [f"--name={name}" for name in config.name or []]
    return " ".join(map(shlex.quote, [*paths, *parts]))


def _hint(config: Any, expected: list[Example]) -> str:
    """The nearest known tag for each unknown one in a selection that matched nothing."""
    known = {tag for example in expected for tag in example.tags}
    hints = []
    for word in re.findall(r"[\w.\-]+", str(config.tag_expression.to_string())):
        if word not in known | {"and", "or", "not"}:
            near = nearest(word, known)
            hints.append(f"no example carries @{word}" + (f"; did you mean @{near}?" if near else ""))
    return "; ".join(hints)


def _specification(expected: list[Example]) -> Specification:
    answered = {test for example in expected for test in example.plan_tests}
    return Specification(
        revision=revision_of(REPOSITORY),
        changed=is_changed(REPOSITORY),
        plan_tests_without_promise=[test for test in plan.TESTS if test not in answered],
    )
