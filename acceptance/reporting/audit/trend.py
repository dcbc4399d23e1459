"""The audit over time as data: `trend.json`, from which the table, the chart and the sign-off sheet are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.files import first_in
from acceptance.reporting.audit import SCALE
from acceptance.reporting.terminal import visible
from acceptance.source.trend import Point
from acceptance.verdicts import ConfigurationError

FILE_NAME = "trend.json"
CHART_NAME = "trend.svg"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Migrated(_Part):
    """Imports of governed names and objects in app code."""

    canonical: int = Field(ge=0, description="import statements that take them from their homes")
    imports: int = Field(ge=0, description="all import statements of them")

    @property
    def percent(self) -> float | None:
        """From 0 to 100; None where nothing is imported."""
        return 100 * self.canonical / self.imports if self.imports else None


class NamePaths(_Part):
    """How a governed name can be reached; one path to one object is the aim."""

    paths: int = Field(ge=0, description="modules to take it from: its home, and each that offers it as well")
    objects: int = Field(ge=0, description="different things that it then is")


class Figures(_Part):
    """What the audit counts in the app code of one revision."""

    files: int = Field(ge=0)
    findings: int = Field(ge=0)
    rules: dict[str, int] = Field(description="findings by rule; a rule without a finding is left out")
    ssot_warnings: int = Field(ge=0, description="modules with a finding on a core concept")
    core_findings: int = Field(ge=0, description="findings on the core concepts")
    migration: Migrated
    names: dict[str, NamePaths]


class Revision(_Part):
    """One revision; without figures where it could not be judged."""

    revision: str = Field(description="as it was named")
    commit: str
    day: date = Field(description="the day of the commit")
    problem: str = Field(description="why it could not be judged; empty where it was")
    figures: Figures | None

    @property
    def called(self) -> str:
        """The name for a reader."""
        return short(self.revision)


class Trend(_Part):
    """The audit of several revisions by one manifest, in the order in which they were named."""

    format: Literal[1] = 1
    repository: str
    manifest_version: str
    scale: str = Field(default=SCALE, description="what to keep in mind when reading the SSOT warnings")
    revisions: list[Revision] = Field(min_length=1)

    @property
    def judged(self) -> list[tuple[Revision, Figures]]:
        """The revisions that could be judged, with their figures."""
        return [(each, each.figures) for each in self.revisions if each.figures]

    @property
    def sentence(self) -> str:
        """What became of the warnings and of the migration, from the first to the last."""
        judged = self.judged
        if len(judged) < 2:
            return "Only one revision could be judged, which is no trend." if judged else "No revision could be judged."
        (first, before), (last, after) = judged[0], judged[-1]
        more = after.ssot_warnings - before.ssot_warnings
        change = "as many as before" if not more else f"{abs(more)} {'more' if more > 0 else 'fewer'}"
        shares = [each.migration.percent for each in (before, after)]
        moved = "" if None in shares else f"; imports from the homes went from {shares[0]:.1f} % to {shares[1]:.1f} %"
        warnings = f"{before.ssot_warnings} SSOT warnings at {first.called}, {after.ssot_warnings} at {last.called}"
        return f"{warnings}: {change}{moved}."


def short(name: str) -> str:
    """A revision's name as it can be read: of a commit's full id what git takes for it as well."""
    return name[:10] if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name) else name


def trend_of(repository: Path, manifest_version: str, points: Sequence[Point]) -> Trend:
    """The trend through these points."""
    revisions = [
        Revision(
            revision=point.revision,
            commit=point.commit,
            day=point.day,
            problem=point.problem,
            figures=_figures(point),
        )
        for point in points
    ]
    return Trend(repository=visible(str(repository)), manifest_version=manifest_version, revisions=revisions)


def _figures(point: Point) -> Figures | None:
    if point.warnings is None or point.migration is None:
        return None
    return Figures(
        files=point.files,
        findings=point.findings,
        rules=point.rules,
        ssot_warnings=len(point.warnings.modules),
        core_findings=point.warnings.findings,
        migration=Migrated(canonical=point.migration.canonical, imports=point.migration.imports),
        names={name: NamePaths(paths=each.paths, objects=each.objects) for name, each in point.names.items()},
    )


def beside(folders: Iterable[Path]) -> Path | None:
    """The trend that is beside the results in one of these folders; None without one."""
    return first_in(folders, FILE_NAME)


def read(file: Path) -> Trend:
    """The trend in a file; raises :class:`ConfigurationError` for what is none."""
    try:
        return documents.read_json(file, Trend)
    except (OSError, Unusable) as error:
        remedy = "remove it, or make it anew by `python -m acceptance trend REPOSITORY`"
        raise ConfigurationError(f"{file} is no trend ({why(error)}); {remedy}") from None
