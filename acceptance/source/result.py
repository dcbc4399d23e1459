"""What an audit says: findings, what the manifest excuses, and the figures beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from acceptance.source.things import Home

#: What makes an SSOT warning. Each fact is counted under one of these: a plain re-export of a duplicate is CG101's.
SSOT_RULES = ("CG101", "CG102", "CG103", "CG201", "CG202", "CG301", "CG304")
#: What makes another path to a governed name: a second definition, a wrong binding, a second path to the same object.
OTHER_PATHS = ("CG101", "CG201", "CG301")


class Finding(Struct, frozen=True):
    """One thing that is not as the manifest has it.

    ``concept`` is empty for what belongs to no single concept. ``path`` is posix and relative to the tree, ``line``
    counts from 1. ``service`` is the manifest's name of the service that the file belongs to. ``what`` tells it in a
    sentence that an owner understands, ``closes`` what ends it. ``in_tests``: reported apart. ``detail`` are the raw
    facts behind the words.
    """

    rule: str
    concept: str
    name: str
    path: str
    line: int
    what: str
    closes: str
    in_tests: bool
    service: str = ""
    detail: Mapping[str, str | int | bool] = {}

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What stays when lines move; several findings of one file may share it."""
        return self.rule, self.concept, self.name, self.path

    def __hash__(self) -> int:
        return hash((self.identity, self.line))


class Waived(Struct, frozen=True):
    """A finding that the manifest excuses: another concept, a tolerated name, a retired path. Always printed."""

    finding: Finding
    by: Literal["look_alikes", "tolerated", "retired"]
    reason: str


class FileCounts(Struct, frozen=True):
    """How many files: of the platform itself, of its tests, taken apart for this audit, and of those not parsable.

    ``services``: those of the platform itself, by service.
    """

    app: int
    tests: int
    read: int
    unparsable: int
    services: Mapping[str, int] = {}


class Uses(Struct, frozen=True):
    """Imports of governed names and objects: from their homes, of all; and the files that only import so, of all."""

    canonical: int
    imports: int
    clean_files: int
    files: int

    @property
    def share(self) -> float | None:
        """How much of it is canonical, from 0 to 1; None where nothing is imported."""
        return self.canonical / self.imports if self.imports else None


class Warnings(Struct, frozen=True):
    """The SSOT warnings: the modules with a finding on the core concepts, and how many findings those are.

    The scale is this project's own: the plan's figure has no recorded method. ``baseline`` is the manifest's record of
    the start; ``core`` are the concepts that count.
    """

    modules: tuple[str, ...]
    findings: int
    baseline: int | None
    core: tuple[str, ...] = ()

    @property
    def reduction(self) -> float | None:
        """How much less there is than at the start, from 0 to 1; None without a start."""
        return 1 - len(self.modules) / self.baseline if self.baseline else None


class RetiredPath(Struct, frozen=True):
    """A former path that is meant to work for a while, and whether it does. ``problem`` is empty when all is well."""

    module: str
    name: str
    since: date
    until: date
    path: str
    problem: str


class OwnCheck(Struct, frozen=True):
    """What the platform's own check would list: ``module.name`` of each. For recognition, never judged."""

    names: tuple[str, ...]


class Factories(Struct, frozen=True):
    """How many factories receive the collaborator, and how many make each product; ``vote`` counts its names."""

    collaborator: int
    vote: Mapping[str, int]
    products: Mapping[str, int]


class Audit(Struct, frozen=True):
    """What an audit found, and what it looked at.

    ``asked`` are the rules that were asked, by id, in the order of all. ``findings`` are sorted by concept, rule, file
    and line. ``homes``: for each concept asked about, what its home holds. ``uses``: for each concept and service, the
    imports of its names in app code; ``app_uses`` and ``test_uses`` are the sums, each import counted once.
    ``unparsable``: path and message of each file that had to be read and could not be (``unparsable_app``: those of the
    platform itself). ``never_loaded``: files beside a package of the same name, in which nothing was judged.
    """

    asked: tuple[str, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    homes: Mapping[str, Home]
    uses: Mapping[str, Mapping[str, Uses]]
    app_uses: Uses
    test_uses: Uses
    warnings: Warnings
    retired: tuple[RetiredPath, ...]
    factories: Factories
    own_check: OwnCheck
    manifest_version: str
    revision: str | None
    files: FileCounts
    unparsable: tuple[tuple[str, str], ...]
    unparsable_app: tuple[tuple[str, str], ...]
    never_loaded: tuple[str, ...]

    @property
    def names_with_several_paths(self) -> frozenset[str]:
        """The governed names that the code of the platform can take from elsewhere than their homes."""
        return frozenset(finding.name for finding in self.of(OTHER_PATHS))

    def of(
        self, rules: Iterable[str], concepts: Iterable[str] | None = None, *, in_tests: bool = False
    ) -> list[Finding]:
        """The findings of some rules, on some concepts or on all, in app code or in tests."""
        asked, about = set(rules), None if concepts is None else set(concepts)
        return [
            finding
            for finding in self.findings
            if finding.rule in asked and finding.in_tests == in_tests and (about is None or finding.concept in about)
        ]
