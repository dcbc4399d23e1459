"""The audit: puts the manifest's concepts to the rules, over the files whose text could matter."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from acceptance.source.errors import CannotJudge
from acceptance.source.evidence import Evidence, Home, Question
from acceptance.source.link import Program
from acceptance.source.manifest import Manifest
from acceptance.source.revision import revision_of
from acceptance.source.rules import RULES
from acceptance.source.tree import SourceTree


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the manifest has it.

    ``path`` is posix and relative to the tree, ``line`` counts from 1. ``what`` tells it in a sentence that an owner
    understands, ``closes`` what ends it. ``in_tests``: reported apart. ``detail`` are the raw facts behind the words.
    """

    rule: str
    concept: str
    name: str
    path: str
    line: int
    what: str
    closes: str
    in_tests: bool
    detail: Mapping[str, str | int | bool] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Waived:
    """A finding that the manifest declares to be another concept, with the manifest's reason. Always printed."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class FileCounts:
    """How many files: of the platform itself, of its tests, taken apart for this audit, and of those not parsable."""

    app: int
    tests: int
    read: int
    unparsable: int


@dataclass(frozen=True)
class Audit:
    """What an audit found, and what it looked at.

    ``findings`` are sorted by concept, rule, file and line. ``homes``: for each concept asked about, what its home
    holds. ``unparsable``: path and message of each file that had to be read and could not be
    (``unparsable_app``: those of the platform itself). ``never_loaded``: files
    beside a package of the same name, in which nothing was judged.
    """

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    homes: Mapping[str, Home]
    manifest_version: str
    revision: str | None
    files: FileCounts
    unparsable: tuple[tuple[str, str], ...]
    unparsable_app: tuple[tuple[str, str], ...]
    never_loaded: tuple[str, ...]


def audit(
    tree: Path,
    manifest: Manifest,
    *,
    rules: Collection[str] | None = None,
    concepts: Collection[str] | None = None,
) -> Audit:
    """Look for what the rules describe, in app code and tests; nothing of the tree is imported or executed.

    ``rules`` and ``concepts`` narrow the question by id and name; None means all. Raises :class:`CannotJudge` when
    the tree is missing, a file, without Python, or without a single one of the governed homes, and for a rule or
    concept that does not exist.
    """
    asked_rules = _known("rule", rules, RULES)
    asked_concepts = _known("concept", concepts, manifest.concepts)
    source = SourceTree(tree, manifest)
    if not any(source.module(manifest.home(concept)) for concept in manifest.concepts):
        raise CannotJudge(
            f"{tree} is not the tree that the manifest speaks of: it has none of the homes in {manifest.package}; "
            "name the folder that holds the platform's source, or another manifest"
        )
    with _without_garbage_collection():
        program = Program(source)
        evidence = Evidence(program, manifest, source.mentioning(_words(manifest, asked_concepts)))
        homes = {concept: evidence.home(concept) for concept in asked_concepts}
        findings, waived = _ask(evidence, asked_rules, asked_concepts)
    unparsable = tuple(sorted({**program.unparsable, **source.unreadable}.items()))
    in_tests = {file.path for file in source.files if file.in_tests}
    tests = len(in_tests)
    return Audit(
        findings=findings,
        waived=waived,
        homes=homes,
        manifest_version=manifest.version,
        revision=revision_of(tree),
        files=FileCounts(len(source.files) - tests, tests, program.files_read, len(unparsable)),
        unparsable=unparsable,
        unparsable_app=tuple((path, why) for path, why in unparsable if path not in in_tests),
        never_loaded=tuple(source.shadowed),
    )


def _known(what: str, asked: Collection[str] | None, known: Collection[str]) -> list[str]:
    for name in sorted(asked or ()):
        if name not in known:
            raise CannotJudge(f"no {what} is called {name}; there are {', '.join(sorted(known))}")
    return [name for name in known if asked is None or name in asked]


def _words(manifest: Manifest, concepts: Collection[str]) -> set[str]:
    """What a file must mention to have a finding: the core of a governed name is part of the name and its variants.

    Files without these words are read as well once a name leads to them, by :class:`Program`.
    """
    names = [name for concept in concepts for name in manifest.concepts[concept].governed]
    return {manifest.core(name) for name in names}


def _ask(
    evidence: Evidence, rules: Collection[str], concepts: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    findings: list[Finding] = []
    waived: list[Waived] = []
    for concept in concepts:
        question = Question(concept, evidence)
        for rule in rules:
            for hit in RULES[rule].decide(question):
                told = RULES[rule].tell(hit, evidence.manifest)
                finding = Finding(
                    rule=rule,
                    concept=concept,
                    name=hit.name,
                    path=hit.file.path,
                    line=hit.line,
                    what=told.what,
                    closes=told.closes,
                    in_tests=hit.file.in_tests,
                    detail=hit.detail,
                )
                excuse = evidence.manifest.look_alike(hit.about.module, hit.about.name)
                if excuse:
                    waived.append(Waived(finding, excuse.reason))
                else:
                    findings.append(finding)
    return tuple(sorted(findings, key=_order)), tuple(sorted(waived, key=lambda one: _order(one.finding)))


def _order(finding: Finding) -> tuple[str, str, str, int, str]:
    return finding.concept, finding.rule, finding.path, finding.line, finding.name


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Syntax trees are many small objects without cycles; looking for garbage among them costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
