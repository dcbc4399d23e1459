"""The reading of a whole tree: every file once, by several processes.

A file that mentions nothing of interest is only checked for its grammar, which takes half the time of taking it apart.
Which files were read, and by how many processes, makes no difference to what is found.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import NamedTuple

from msgspec import msgpack

from acceptance.source.extract import Unreadable, check, extract
from acceptance.source.facts import Facts
from acceptance.source.sketch import Mention, mentions
from acceptance.source.tree import SourceFile

Progress = Callable[[int, int], None]

#: Files that are given to a process at a time: enough to keep it busy, few enough to see progress.
_PORTION = 24
#: For fewer portions than this no process is begun: it would be there too late.
_WORTH_A_PROCESS = 8


class Reading(NamedTuple):
    """What one file gave: its facts, or why it has none; neither for a file that was only checked."""

    facts: Facts | None
    problem: str
    mentions: tuple[Mention, ...]


class _Task(NamedTuple):
    """What to do with each file: take apart those that mention a word, or without words every one."""

    words: tuple[bytes, ...] | None
    python: tuple[int, int]

    def answer(self, file: SourceFile) -> bytes:
        """Read one file; the answer is packed, to be sent to another process."""
        try:
            text = file.read()
        except OSError as error:
            return _pack(None, f"cannot be read: {error.strerror}", ())
        sketch = mentions(text)
        try:
            if self.words is None or any(word in text for word in self.words):
                return _pack(extract(text, self.python), "", sketch)
            if not file.in_tests:
                check(text, self.python)
        except Unreadable as reason:
            return _pack(None, str(reason), sketch)
        return _pack(None, "", sketch)

    def answers(self, files: Sequence[SourceFile]) -> list[bytes]:
        """Read some files."""
        return [self.answer(file) for file in files]


def read_all(
    files: Sequence[SourceFile],
    words: Collection[str],
    python: tuple[int, int],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[SourceFile, Reading]:
    """Read the files, and take apart those that mention one of ``words``; the others are checked for their grammar.

    Of tests, only those that mention something are read as Python at all. ``workers`` is the number of processes, by
    default one for each core that this process may use. ``progress`` is given the files read so far, and in all.
    """
    needles = [word.encode() for word in sorted(words)]
    needles = [word for word in needles if not any(other in word for other in needles if other != word)]
    return _read(files, _Task(tuple(needles), python), workers, progress)


def take_apart(
    files: Sequence[SourceFile], python: tuple[int, int], *, workers: int | None = None
) -> dict[SourceFile, Reading]:
    """Read the files and take every one of them apart."""
    return _read(files, _Task(None, python), workers, None)


def read_one(file: SourceFile, python: tuple[int, int]) -> Reading:
    """Read a file and take it apart, in this process."""
    return _DECODER.decode(_Task(None, python).answer(file))


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Syntax trees are many small objects without cycles; looking for garbage among them costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(
    files: Sequence[SourceFile], task: _Task, workers: int | None, progress: Progress | None
) -> dict[SourceFile, Reading]:
    found: dict[SourceFile, Reading] = {}

    def keep(portion: Sequence[SourceFile], answers: Sequence[bytes]) -> None:
        found.update(zip(portion, map(_DECODER.decode, answers), strict=True))
        if progress is not None:
            progress(len(found), len(files))

    portions = [files[start : start + _PORTION] for start in range(0, len(files), _PORTION)]
    count = min(workers or len(os.sched_getaffinity(0)), len(portions))
    if count > 1 and len(portions) >= _WORTH_A_PROCESS:
        with suppress(BrokenProcessPool):  # one was killed, for want of memory for example: this process goes on alone
            for portion, answers in _by_processes(portions, task, count):
                keep(portion, answers)
    with without_garbage_collection():
        for portion in portions:
            if portion[0] not in found:
                keep(portion, task.answers(portion))
    return found


def _by_processes(
    portions: Sequence[Sequence[SourceFile]], task: _Task, count: int
) -> Iterator[tuple[Sequence[SourceFile], list[bytes]]]:
    """Each portion with its answers, as they come."""
    # A forked process is there at once and has everything it needs; it touches nothing that a thread may hold.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), initializer=_begin)
    try:
        waiting = {pool.submit(task.answers, portion): portion for portion in portions}
        for ready in as_completed(waiting):
            yield waiting[ready], ready.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """What a process does first: the one that began it answers to Ctrl-C, and ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()


def _pack(facts: Facts | None, problem: str, sketch: tuple[Mention, ...]) -> bytes:
    return msgpack.encode(Reading(facts, problem, sketch))


_DECODER = msgpack.Decoder(Reading)
