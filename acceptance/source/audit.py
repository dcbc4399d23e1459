"""The audit: what is asked of a tree, and whether the answer is known from before."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace

from acceptance.source.cache import Cache
from acceptance.source.case import Case, Progress, known
from acceptance.source.errors import CannotJudge, ChangedMeanwhile
from acceptance.source.folder import Folder
from acceptance.source.manifest import Manifest
from acceptance.source.places import Place
from acceptance.source.result import Audit

_ATTEMPTS = 3  # at a tree that changes while it is read


def audit(
    tree: Path | Place,
    manifest: Manifest,
    *,
    rules: Collection[str] | None = None,
    concepts: Collection[str] | None = None,
    cache: Cache | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> Audit:
    """Look for what the rules describe, in app code and tests; nothing of the tree is imported or executed.

    ``tree`` is a folder, or a revision in git. ``rules`` and ``concepts`` narrow the case by id and name; None
    means all. What ``cache`` knows is not found out again. ``workers`` is the number of processes, by default one for
    each core; ``progress`` is given the contents read so far, and in all. ``today`` is what the dates of retired paths
    are compared with. Raises :class:`CannotJudge` when the tree is missing, a file, without Python, or without a single
    one of the governed homes, and for a rule or concept that does not exist.
    """
    place = Folder(tree) if isinstance(tree, Path) else tree
    cache = cache or Cache()
    for _ in range(_ATTEMPTS):
        try:
            case = Case(place, manifest, known("concept", concepts, manifest.concepts), rules, today or date.today())
            answer = _answered(case, cache)
            if answer is None:
                # Loaded when it is needed: to load the rules and all that they rest upon takes as long as a look-up.
                from acceptance.source.judging import judge

                answer = judge(case, cache, workers, progress)
                _keep(case, answer, cache)
        except ChangedMeanwhile as error:
            changing = error
            continue
        return replace(answer, revision=place.revision())
    raise CannotJudge(f"{place}: {changing} changes while it is read; audit it again when nothing writes to it")


class _Kept(msgspec.Struct):
    """An answer, and what it depends on that only finding it out could tell."""

    beside: dict[str, tuple[str, str] | None]
    audit: Audit


def _answered(case: Case, cache: Cache) -> Audit | None:
    """The answer, where it is known and what was looked up for it is as it was."""
    with suppress(msgspec.DecodeError):
        packed = cache.answer(case.digest)
        kept = _KEPT.decode(packed) if packed else None
        if kept and case.beside(kept.beside) == kept.beside:
            return kept.audit
    return None


def _keep(case: Case, answer: Audit, cache: Cache) -> None:
    kept = _Kept(case.beside(case.source.looked_up), answer)
    cache.keep_answer(case.digest, msgspec.msgpack.encode(kept))


_KEPT = msgspec.msgpack.Decoder(_Kept)
