"""Several runs read as one: the source run beside the staging run, each example from the run that really asked it.

A source promise is really asked where the tree is not the reference platform's, and a promise about the platform where
the target is not the embedded one; anything else is a rehearsal. Of two runs that really asked the same example, the
worse one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property
from pathlib import Path

from acceptance.reporting.results import FILE_NAME, ExampleResult, PromiseResult, Results, read
from acceptance.signoff.against_lists import listed
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.verdicts import Verdict, worst


class RequiredRun(StrEnum):
    """A run without which nothing can be signed; the value says what it does."""

    SOURCE = "judges the platform's source tree"
    STAGING = "asks staging"

    @property
    def folder(self) -> str:
        """Where its command leaves it."""
        return f"reports/{self.name.lower()}"

    @property
    def command(self) -> str:
        """The command that makes it, between backticks."""
        target = "target=source -D source=PATH" if self is RequiredRun.SOURCE else "target=staging"
        return f"`behave --tags=@phase2 -D {target} -D reports={self.folder}`"


class Put(IntEnum):
    """How an example was put, best first."""

    REALLY = 0
    IN_REHEARSAL = 1
    NOT = 2


@dataclass(frozen=True)
class JudgedRun:
    """One run: its folder, the SHA-256 of its results file, and the results as the lists have them on a day, ``on``."""

    folder: Path
    digest: str
    results: Results
    on: date

    @property
    def name(self) -> str:
        """What was judged, in a few words: "target staging, the source tree ../netra"."""
        target, source = self.results.target, self.results.source
        tree = source.in_words if source and not source.is_reference else ""
        only_tree = tree and not target.embedded and not target.addresses
        return tree if only_tree else ", ".join(filter(None, (target.in_words, tree)))

    @property
    def judges_source(self) -> bool:
        """Whether it judged a tree that is not the reference platform's own."""
        return bool(self.results.source and not self.results.source.is_reference)

    @property
    def judges_staging(self) -> bool:
        """Whether it asked the staging environment."""
        return self.results.target.staging

    def has_what_it_needs(self, example: ExampleResult) -> bool:
        """Whether there was a platform for a promise about one, and a tree for one about source."""
        target = self.results.target
        platform = target.embedded or bool(target.addresses)
        return (PLATFORM not in example.needs or platform) and (
            SOURCE_TREE not in example.needs or self.results.source is not None
        )

    def put(self, example: ExampleResult) -> Put:
        """How this run put one of its examples."""
        if example.verdict is Verdict.NOT_ASKED or example.id in self.results.run.missing:
            return Put.NOT
        rehearsed = (PLATFORM in example.needs and self.results.target.embedded) or (
            SOURCE_TREE in example.needs and not self.judges_source
        )
        return Put.IN_REHEARSAL if rehearsed else Put.REALLY


@dataclass(frozen=True)
class JoinedExample:
    """One example, from the run that decides it."""

    result: ExampleResult
    run: JudgedRun
    put: Put

    @property
    def is_asked(self) -> bool:
        """Whether it was put at all, really or in rehearsal."""
        return self.put is not Put.NOT


@dataclass(frozen=True)
class JoinedPromise:
    """One promise over all runs; its ``text`` is the digest of its wording when it was asked."""

    promise: PromiseResult
    examples: tuple[JoinedExample, ...]

    @cached_property
    def verdict(self) -> Verdict:
        """The worst of its examples."""
        return worst(example.result.verdict for example in self.examples)

    @cached_property
    def asked(self) -> tuple[JoinedExample, ...]:
        """Its examples that were put at all."""
        return tuple(example for example in self.examples if example.is_asked)

    @property
    def put(self) -> Put:
        """How it was put: as its weakest example that was put at all."""
        return max((example.put for example in self.asked), default=Put.NOT)

    @property
    def in_staging(self) -> bool:
        """Whether every example of it that was put was put to staging."""
        return bool(self.asked) and all(example.run.judges_staging for example in self.asked)


@dataclass(frozen=True)
class Joined:
    """What is read together: the runs in the order given, and every promise that any of them knows."""

    runs: tuple[JudgedRun, ...]
    promises: tuple[JoinedPromise, ...]

    def promise(self, id: str) -> JoinedPromise | None:
        """The promise with this id, or None."""
        return next((promise for promise in self.promises if promise.promise.id == id), None)

    @property
    def missing_runs(self) -> list[RequiredRun]:
        """What no run of these does and a sign-off needs."""
        done = {
            RequiredRun.SOURCE: any(run.judges_source for run in self.runs),
            RequiredRun.STAGING: any(run.judges_staging for run in self.runs),
        }
        return [run for run, is_done in done.items() if not is_done]


def runs_in(folders: Iterable[Path], on: date) -> Joined:
    """The runs in these folders, read together as their lists of known gaps have them on this day.

    Raises :class:`ConfigurationError` for a folder without usable results, or an unusable list.
    """
    runs = []
    for folder in dict.fromkeys(folders):
        file = folder / FILE_NAME
        results = listed(read(file), on)
        runs.append(JudgedRun(folder, digest(file), results, on))
    return join(runs)


def join(runs: Sequence[JudgedRun]) -> Joined:
    """The runs read together; promises in the order of the first run that knows them."""
    known: dict[str, PromiseResult] = {}
    examples: dict[str, dict[str, list[JoinedExample]]] = {}
    for run in runs:
        for promise in run.results.promises:
            known.setdefault(promise.id, promise)
            for result in promise.examples:
                joined = JoinedExample(result, run, run.put(result))
                examples.setdefault(promise.id, {}).setdefault(result.id, []).append(joined)
    promises = (
        JoinedPromise(promise, tuple(_deciding(candidates) for candidates in examples[id].values()))
        for id, promise in known.items()
    )
    return Joined(tuple(runs), tuple(promises))


def _deciding(candidates: Iterable[JoinedExample]) -> JoinedExample:
    order = list(Verdict)
    return min(
        candidates,
        key=lambda each: (each.put, not each.run.has_what_it_needs(each.result), order.index(each.result.verdict)),
    )


def digest(file: Path) -> str:
    """The SHA-256 of a file's bytes, as ``sha256:…``."""
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
