"""What is different between two audits: the findings that came, and those that went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from acceptance.source.audit import audit
from acceptance.source.cache import Cache
from acceptance.source.case import Progress
from acceptance.source.manifest import Manifest
from acceptance.source.result import Audit, Finding
from acceptance.source.revision import Revision, merge_base, renames


class Changes(Struct, frozen=True):
    """The findings of the later audit that the earlier one has not, and the other way round, in their order."""

    came: tuple[Finding, ...]
    went: tuple[Finding, ...]


class Since(Struct, frozen=True):
    """What a branch did: the audit as it is now, and what is different from where the branch left ``revision``.

    ``commit`` is where that was, in full.
    """

    revision: str
    commit: str
    now: Audit
    changes: Changes


def since(
    tree: Path,
    revision: str,
    manifest: Manifest,
    *,
    rules: Collection[str] | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Since:
    """Audit a checkout, as it lies there, and the commit at which it left ``revision``.

    Raises :class:`CannotJudge` where there is no such commit, and as :func:`~acceptance.source.audit.audit` does.
    """
    commit = merge_base(tree, revision)
    cache = cache or Cache()
    now = audit(tree, manifest, rules=rules, cache=cache, progress=progress)
    with Revision(tree, commit) as base:
        before = audit(base, manifest, rules=rules, cache=cache, progress=progress)
    return Since(revision, commit, now, changes(before, now, renames(tree, commit)))


def changes(before: Audit, after: Audit, renamed: Mapping[str, str] | None = None) -> Changes:
    """Compare two audits by the same manifest. A finding that only moves within its file is the same one.

    ``renamed`` gives the earlier path of each file that has another one now: its findings move with it.
    """
    moved = [replace(finding, path=(renamed or {}).get(finding.path, finding.path)) for finding in after.findings]
    now = dict(zip(map(id, moved), after.findings, strict=True))
    came = [now[id(finding)] for finding in _without(moved, before.findings)]
    return Changes(tuple(came), tuple(_without(before.findings, moved)))


def _without(findings: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    """Those that no other one answers to. Of several alike, the ones that say the same are paired first."""
    alike: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.identity].append(finding)
    counted: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for other in others:
        counted[other.identity][other.what] += 1
    left = set()
    for identity, group in alike.items():
        answers = counted[identity]
        open_ = []
        for finding in group:
            if answers[finding.what]:
                answers[finding.what] -= 1
            else:
                open_.append(finding)
        left |= {id(finding) for finding in open_[answers.total() :]}
    return [finding for finding in findings if id(finding) in left]
