"""`reports/results.json`: what a run asked, of what, and how every promise and example ended.

Written whole at the start, after each feature and at the end, so that a run that is killed leaves a partial result and
never an older one that looks like its own. The models here are the published schema (`docs/results.schema.json`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.known_gaps import KnownGap, KnownGaps
from acceptance.locks import check_ended
from acceptance.verdicts import ConfigurationError, Count, Verdict, worst

FILE_NAME = "results.json"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Delivery(_Document):
    """One event of the golden path: how many conversations promised it, and in how many it was seen."""

    event: str
    expected: int
    delivered: int


class Moments(_Document):
    """How long people waited for an answer to their questions; a wait without an end is not in here."""

    first_event: list[float] = Field(description="seconds from each question to the first sign of work on it")
    answer: list[float] = Field(description="seconds from each question to the end of the work")


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
    delivery: list[Delivery] = Field(
        default=[], description="over all conversations of the example; empty where there is none or it was disturbed"
    )
    moments: Moments | None = Field(default=None, description="null where nobody asked anything")

    @property
    def headline(self) -> str:
        """The first line of the reason, as a part of a sentence: without what ends a line or begins a list."""
        return self.reason.strip().partition("\n")[0].rstrip(" :.")


class PromiseResult(_Document):
    """How one promise ended: the worst of its examples."""

    id: str
    sentence: str
    feature: str
    epic: str | None
    affected: str = Field(default="", description="who is affected when it is broken")
    look_first_at: str = Field(default="", description="where to begin, unless an example knows better")
    when_it_breaks: str = Field(default="", description="what people lose when the feature does not work")
    text: str = Field(default="", description="SHA-256 of all that the promise says, examples and steps included")
    verdict: Verdict
    examples: list[ExampleResult] = Field(min_length=1)


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
    closed: list[str] = Field(default=[], description="the gaps that were left out of the platform as found")
    addresses: dict[str, str]
    versions: dict[str, str] = Field(description="what each service says of its own version, when it was spoken to")
    capabilities: list[str]
    deadlines: dict[str, float] = Field(description="seconds")
    planted_faults: list[str]
    shortened: list[str] = Field(default=[], description="what is quicker here than on the platform itself")

    @property
    def in_words(self) -> str:
        """The platform as people call it: "target blue", or the reference platform."""
        return "the reference platform" if self.embedded else f"target {self.name}"


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

    @property
    def in_words(self) -> str:
        """The tree as people call it: "the source tree ../netra", or the reference platform's source."""
        return "the reference platform's source" if self.is_reference else f"the source tree {self.tree}"

    @property
    def at_revision(self) -> str:
        """The same with its revision, where there is one: "the source tree ../netra at 1234567890ab"."""
        return f"{self.in_words} at {self.revision[:12]}" if self.revision else self.in_words


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


def read_in(reports: Path) -> Results:
    """The results of the run in a folder; raises as :func:`read` does."""
    return read(reports / FILE_NAME)


def read(path: Path) -> Results:
    """The results in a file; raises :class:`ConfigurationError` for what are none, or no end yet, with what to do."""
    check_ended(path.parent)
    try:
        return documents.read_json(path, Results)
    except FileNotFoundError:
        remedy = "run `behave --tags=@phase2` first, or name its folder with --reports"
        raise ConfigurationError(f"there are no results at {path}: {remedy}") from None
    except OSError as error:
        remedy = "let yourself read it, or run behave again"
        raise ConfigurationError(f"the results {path} cannot be read ({why(error)}): {remedy}") from None
    except Unusable as error:
        raise ConfigurationError(f"{path} is not a results file of this version ({error}): run behave again") from None
