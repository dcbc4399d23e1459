"""The audit over time: what it says of one revision after the other, each read from git's own store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from acceptance.source.audit import audit
from acceptance.source.cache import Cache
from acceptance.source.errors import CannotJudge
from acceptance.source.manifest import Manifest
from acceptance.source.result import OTHER_PATHS, Audit, Finding, Uses, Warnings
from acceptance.source.revision import Revision, resolved

#: Is given the name of a revision and how many come before it; answers with what is to be told of its files.
Begun = Callable[[str, int], Callable[[int, int], None] | None]


class Paths(Struct, frozen=True):
    """From how many modules a governed name can be taken, and how many things it then is; one of each is the aim.

    Counted are the home and each module that offers the name or gives it a meaning of its own, not those that import it
    for themselves.
    """

    paths: int
    objects: int


class Point(Struct, frozen=True):
    """What the audit says of one revision, of app code alone.

    ``problem`` says why it could not be judged; then there are no figures. ``rules``: findings by rule. ``names``: the
    governed names that are there.
    """

    revision: str
    commit: str
    day: date
    problem: str = ""
    files: int = 0
    findings: int = 0
    rules: dict[str, int] = {}
    warnings: Warnings | None = None
    migration: Uses | None = None
    names: dict[str, Paths] = {}


def trend(
    repository: Path,
    revisions: Sequence[str],
    manifest: Manifest,
    *,
    cache: Cache | None = None,
    workers: int | None = None,
    begun: Begun | None = None,
) -> Iterator[Point]:
    """Audit the revisions in the order in which they are named; what a file says is found out once for all of them.

    Raises :class:`CannotJudge` for what is no repository, and for a name that is no revision of it, before any is
    audited. A revision without the governed homes is no error: it is told as what could not be judged.
    """
    cache = cache or Cache()
    for name in revisions:
        resolved(repository, name)
    for number, name in enumerate(revisions):
        progress = begun(name, number) if begun else None
        with Revision(repository, name) as revision:
            try:
                found = audit(revision, manifest, cache=cache, workers=workers, progress=progress)
            except CannotJudge as error:
                yield Point(name, revision.commit, revision.when, str(error))
            else:
                yield _point(revision, found)


def _point(revision: Revision, found: Audit) -> Point:
    in_app = [finding for finding in found.findings if not finding.in_tests]
    return Point(
        revision=revision.name,
        commit=revision.commit,
        day=revision.when,
        files=found.files.app,
        findings=len(in_app),
        rules=dict(sorted(Counter(finding.rule for finding in in_app).items())),
        warnings=found.warnings,
        migration=found.app_uses,
        names=_names(found, in_app),
    )


def _names(found: Audit, in_app: Sequence[Finding]) -> dict[str, Paths]:
    paths: dict[str, set[str]] = {}
    objects: dict[str, set[str]] = {}
    for home in found.homes.values():
        for name, thing in home.binds.items():
            if thing is not None and home.path is not None:
                paths.setdefault(name, set()).add(home.path)
                objects.setdefault(name, set()).add(str(thing))
    for finding in in_app:
        if finding.rule in OTHER_PATHS and finding.detail.get("nest", "module") == "module":
            paths.setdefault(finding.name, set()).add(finding.path)
            if finding.rule != "CG301":  # that is another path to the same
                made = finding.detail.get("to", f"{finding.path}:{finding.line}")
                objects.setdefault(finding.name, set()).add(str(made))
    return {name: Paths(len(where), len(objects.get(name, ()))) for name, where in sorted(paths.items())}
