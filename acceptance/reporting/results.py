"""`reports/results.json`: what a run asked, of what, and how every promise and example ended.

Written whole at the start, after each feature and at the end, so that a run that is killed leaves a partial result and
never an older one that looks like its own. The models here are the published schema (`docs/results.schema.json`).
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from behave.reporter.base import Reporter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from acceptance import plan
from acceptance.files import write_whole
from acceptance.known_gaps import KnownGap, KnownGaps
from acceptance.promises import Example, catalogue, example_of, texts
from acceptance.reporting.outcome import (
    INTERRUPTED,
    NOT_REACHED,
    Outcome,
    four_lines,
    outcome,
    remember_cleanup_error,
    sentence,
)
from acceptance.session import Session
from acceptance.target import REPOSITORY, without_user_info
from acceptance.verdicts import ConfigurationError, Count, Verdict, nearest, worst

FILE_NAME = "results.json"
_TOOLS = ("behave", "allure-behave", "httpx", "websockets", "pyhamcrest")


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExampleResult(_Document):
    """How one example ended."""

    id: str
    title: str
    location: str = Field(description="feature file and line")
    verdict: Verdict
    reason: str = Field(description="one sentence; empty where the promise is kept")
    failure: str = Field(default="", description="the four lines, as the failure is read aloud")
    seconds: float = Field(ge=0)
    effect: str = Field(description="what asking does to the target: read-only, creates-data or disruptive")
    needs: list[str]
    plan_tests: list[str]
    count: Count | None = Field(default=None, description="how many things are wrong, where the example counts them")
    known_gap: KnownGap | None = Field(default=None, description="the entry that excuses what happened")
    listing: str = Field(default="", description="what the list of known gaps says of it, in words")


class PromiseResult(_Document):
    """How one promise ended: the worst of its examples."""

    id: str
    sentence: str
    feature: str
    epic: str | None
    affected: str = Field(default="", description="who is affected when it is broken")
    look_first_at: str = Field(default="", description="where to begin, unless an example knows better")
    text: str = Field(default="", description="SHA-256 of all that the promise says, examples and steps included")
    verdict: Verdict
    examples: list[ExampleResult]


class RunFacts(_Document):
    """When and how the run was made, and whether it asked everything."""

    started: datetime
    finished: datetime | None = Field(description="null while the run is under way, or when it was killed")
    selection: str = Field(description="the tags and names that the run was restricted to")
    complete: bool = Field(description="every example of the specification was asked or excused by the target")
    interrupted: bool
    missing: list[str] = Field(description="examples that were neither asked nor excused")
    hint: str = Field(default="", description="what the selection may have meant, when it matched nothing")
    faults: list[str] = Field(description="errors of the specification outside any example")


class TargetFacts(_Document):
    """The target as it declared itself; nothing in here is secret."""

    name: str
    about: str
    embedded: bool
    staging: bool = Field(default=False, description="whether it declares to be the staging environment")
    as_found: bool = Field(default=False, description="the reference platform with every gap of the plan planted")
    addresses: dict[str, str]
    versions: dict[str, str] = Field(description="what each service says of its own version, when it was spoken to")
    capabilities: list[str]
    deadlines: dict[str, float] = Field(description="seconds")
    planted_faults: list[str]
    shortened: list[str] = Field(default=[], description="what is quicker here than on the platform itself")


class SourceFacts(_Document):
    """The source tree that the source promises judged."""

    tree: str
    is_reference: bool = Field(description="the reference platform's own tree, which is not Netra's")
    revision: str | None
    manifest_version: str | None
    app_files: int | None
    changed: bool | None = Field(default=None, description="whether the checkout differs from that revision")
    ssot_warnings: int | None = Field(default=None, description="modules with a finding on a core concept")
    ssot_warnings_at_start: int | None = Field(default=None, description="the start that the manifest records")
    names_with_several_paths: int | None = Field(default=None, description="governed names offered outside their homes")
    canonical_imports: int | None = Field(default=None, description="imports of governed names from their homes")
    imports: int | None = Field(default=None, description="all imports of governed names, in app code")


class Specification(_Document):
    """Which specification asked."""

    revision: str | None
    changed: bool | None = Field(description="whether the checkout differs from that revision")
    plan_tests_without_promise: list[str]


class Results(_Document):
    """One run of the specification."""

    format: Literal[2] = 2
    run: RunFacts
    target: TargetFacts
    source: SourceFacts | None
    specification: Specification
    tools: dict[str, str]
    lists: list[str] = Field(default=[], description="the lists of known gaps that the run was given")
    known_gaps: list[KnownGap] = Field(default=[], description="all their entries")
    promises: list[PromiseResult]

    @property
    def examples(self) -> list[ExampleResult]:
        """Every example, in the order of the promises."""
        return [example for promise in self.promises for example in promise.examples]

    @property
    def asked(self) -> list[ExampleResult]:
        """The examples that were really put to the target."""
        reached = (example for example in self.examples if example.id not in self.run.missing)
        return [example for example in reached if example.verdict is not Verdict.NOT_ASKED]

    def with_known_gaps(self, known: KnownGaps, on: date) -> Results:
        """The same run, judged by these lists on this day: what is excused, and which promise ends how."""

        def again(example: ExampleResult) -> ExampleResult:
            ended = Verdict.BROKEN if example.verdict is Verdict.KNOWN_GAP else example.verdict
            listed = known.listing(example.id, ended, example.reason, example.count, on)
            update = {"verdict": listed.verdict, "known_gap": listed.excused_by, "listing": listed.told}
            return example.model_copy(update=update)

        promises = []
        for promise in self.promises:
            examples = [again(example) for example in promise.examples]
            update = {"examples": examples, "verdict": worst(example.verdict for example in examples)}
            promises.append(promise.model_copy(update=update))
        return self.model_copy(update={"promises": promises, "known_gaps": list(known.entries.values())})

    def counts(self) -> dict[Verdict, int]:
        """Promises by verdict, worst first; verdicts that no promise has are left out."""
        counted = Counter(promise.verdict for promise in self.promises)
        return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}


class ResultsReporter(Reporter):  # type: ignore[misc]
    """behave's reporter that keeps the results and ends the run by telling them."""

    def __init__(self, config: Any, runner: Any, session: Session, tell: Callable[[Results, Path], None]) -> None:
        """``tell`` is given the final results and their folder, once they are written."""
        super().__init__(config)
        self._runner = runner
        self._session = session
        self._tell = tell
        self._started = datetime.now(UTC)
        self._ended: list[tuple[Example, Outcome, str, float]] = []
        self._faults: list[str] = []
        self._expected = [example for example in catalogue(REPOSITORY / "features") if "phase2" in example.tags]
        self._texts = texts(REPOSITORY / "features")
        self._specification = _specification(self._expected)
        self._write(finished=False)

    def feature(self, feature: Any) -> None:
        """Keep the outcomes of a feature that behave is done with."""
        for scenario in feature.walk_scenarios():
            result = outcome(scenario)
            if result is not None:
                failure = "" if result.verdict is Verdict.KEPT else four_lines(scenario, result)
                self._ended.append((example_of(scenario), result, failure, float(scenario.duration)))
        if feature.status.name == "hook_error":
            self._faults.append(f"{feature.name}: {feature.error_message}")
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
        results = self._write(finished=True)
        self._tell(results, self._session.reports)
        if not results.asked and not results.run.faults and not results.run.interrupted:
            sys.exit(3)
        if self._faults or self._has(Verdict.SUITE_FAULT, Verdict.BROKEN, Verdict.COULD_NOT_TELL, Verdict.KNOWN_GAP):
            sys.exit(1)

    def _has(self, *verdicts: Verdict) -> bool:
        return any(result.verdict in verdicts for _, result, _, _ in self._ended)

    def _write(self, *, finished: bool) -> Results:
        results = self._results(finished=finished)
        hidden = self._session.redactor.json(results.model_dump(mode="json"))
        safe = Results.model_validate(hidden)
        write_whole(self._session.reports / FILE_NAME, safe.model_dump_json(indent=2) + "\n")
        return safe

    def _results(self, *, finished: bool) -> Results:
        asked = {example.id for example, *_ in self._ended}
        unreached = {example.id for example, result, *_ in self._ended if _is_unreached(result)}
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
            tools={"python": platform.python_version(), **{name: version(name) for name in _TOOLS}},
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
            as_found=getattr(self._session, "platform", "") == "as-found",
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


def read(path: Path) -> Results:
    """The results in a file; raises :class:`ConfigurationError` for what are none, with what to do."""
    try:
        return Results.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "run `behave --tags=@phase2` first, or name its folder with --reports"
        raise ConfigurationError(f"there are no results at {path}: {remedy}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise ConfigurationError(
            f"{path} is not a results file of this version ({problem}): run behave again"
        ) from None


def _promises(ended: Iterable[tuple[Example, Outcome, str, float]], texts_of: Mapping[str, str]) -> list[PromiseResult]:
    by_promise: dict[str, tuple[Example, list[ExampleResult]]] = {}
    for example, result, failure, seconds in ended:
        _, examples = by_promise.setdefault(example.promise.id, (example, []))
        examples.append(
            ExampleResult(
                id=example.id,
                title=example.title,
                location=example.location,
                verdict=result.verdict,
                reason=result.reason,
                failure=failure,
                seconds=round(seconds, 3),
                effect=example.effect,
                needs=sorted(example.needs),
                plan_tests=example.plan_tests,
                count=result.count,
                known_gap=result.known_gap,
                listing=result.listing,
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
            text=texts_of.get(example.promise.id, ""),
            verdict=worst(result.verdict for result in examples),
            examples=examples,
        )
        for example, examples in by_promise.values()
    ]


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
    revision = _git("rev-parse", "HEAD")
    answered = {test for example in expected for test in example.plan_tests}
    return Specification(
        revision=revision,
        changed=bool(_git("status", "--porcelain", "--untracked-files=no")) if revision else None,
        plan_tests_without_promise=[test for test in plan.TESTS if test not in answered],
    )


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
