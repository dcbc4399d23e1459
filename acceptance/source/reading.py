"""The reading of a whole tree: every file once, by several processes.

The files that mention something of interest are taken apart first; that the others are Python at all is checked while
the first are being linked and judged, which takes as long. By how many processes makes no difference to what is found.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import NamedTuple

from msgspec import msgpack

from acceptance.source.extract import Unreadable, check, extract, unheeded_warnings
from acceptance.source.facts import Facts
from acceptance.source.sketch import Mention, mentions
from acceptance.source.tree import SourceFile

Progress = Callable[[int, int], None]
Wanted = Callable[[SourceFile], bool]

#: Files that are given to a process at a time: enough to keep it busy, few enough to see progress.
_PORTION = 24
#: Bytes of the part that most words have in common: long enough to be rare, short enough to be there.
_PART = 8
#: For fewer portions than this no process is begun: it would be there too late.
_WORTH_A_PROCESS = 8


class Reading(NamedTuple):
    """What one file gave: its facts, or why it has none; neither for a file of which only the imports are known."""

    facts: Facts | None
    problem: str
    mentions: tuple[Mention, ...]


class Reader:
    """Reads the files of a tree. A context: its processes end with it.

    Taken apart are files that mention one of ``words``, and those that ``wanted`` picks by where they are; the others
    are checked for their grammar, but for tests. ``workers`` is the number of processes, by default one for
    each core that this process may use. ``progress`` is given the files that are done so far, and in all.
    """

    def __init__(
        self,
        files: Sequence[SourceFile],
        words: Collection[str],
        python: tuple[int, int],
        *,
        wanted: Wanted | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._task = _Task(tuple(files), python, Words(words), wanted)
        self._done = 0
        self._progress = progress
        self._unchecked: list[int] = []
        self._checks: dict[int, Future[list[str]]] = {}
        portions = len(files) // _PORTION
        count = min(workers or len(os.sched_getaffinity(0)), portions)
        self._pool: ProcessPoolExecutor | None = None
        if count > 1 and portions >= _WORTH_A_PROCESS:
            # A forked process is there at once and has all it needs; it touches nothing that a thread may hold.
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(self._task,))

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def read(self) -> dict[SourceFile, Reading]:
        """What each file gave, in the order of the files; the check of the others begins, and goes on behind this."""
        files = self._task.files
        found: dict[int, Reading] = {}
        starts = range(0, len(files), _PORTION)
        if self._pool:
            with suppress(BrokenProcessPool):  # one was killed, for want of memory for example: this one goes on alone
                waiting = {self._pool.submit(_portion, start): start for start in starts}
                for ready in as_completed(waiting):
                    self._keep(waiting[ready], ready.result(), found)
        for start in starts:
            if start not in found:
                self._keep(start, self._task.portion(start), found)
        self._unchecked = [
            number
            for number, reading in sorted(found.items())
            if reading.facts is None and not reading.problem and not files[number].in_tests
        ]
        if self._pool:
            with suppress(BrokenProcessPool):
                for start in range(0, len(self._unchecked), _PORTION):
                    portion = self._unchecked[start : start + _PORTION]
                    self._checks[start] = self._pool.submit(_check_portion, portion)
        return {file: found[number] for number, file in enumerate(files)}

    def problems(self) -> dict[SourceFile, str]:
        """Which of the files that were not taken apart Python cannot read, and why; waits until all are checked."""
        found: dict[SourceFile, str] = {}
        for start in range(0, len(self._unchecked), _PORTION):
            portion = self._unchecked[start : start + _PORTION]
            try:
                told = self._checks[start].result() if start in self._checks else self._task.check(portion)
            except BrokenProcessPool:
                told = self._task.check(portion)
            found |= {self._task.files[number]: why for number, why in zip(portion, told, strict=True) if why}
            self._tell(len(portion))
        self._unchecked = []
        return found

    def _keep(self, start: int, answers: Sequence[bytes], found: dict[int, Reading]) -> None:
        for number, answer in enumerate(answers, start):
            found[number] = _DECODER.decode(answer)
        done = (found[number] for number in range(start, start + len(answers)))
        self._tell(sum(bool(each.facts or each.problem) for each in done))

    def _tell(self, done: int) -> None:
        self._done += done
        if self._progress is not None:
            self._progress(self._done, len(self._task.files))


class Words:
    """Words to look for in a text, quickly: those that have a part in common are only looked for where that part is."""

    def __init__(self, words: Collection[str]) -> None:
        needles = {word.encode() for word in words}
        needles -= {word for word in needles if any(other in word for other in needles - {word})}
        parts = Counter(word[at : at + _PART] for word in needles for at in range(len(word) - _PART + 1))
        self._common = max(sorted(parts), key=parts.__getitem__, default=b"")
        self._with_it = sorted(word for word in needles if self._common in word)
        self._without = sorted(word for word in needles if self._common not in word)

    def are_in(self, text: bytes) -> bool:
        """Whether the text has one of them."""
        if self._common in text and any(word in text for word in self._with_it):
            return True
        return any(word in text for word in self._without)


class _Task(NamedTuple):
    """What to do with which files; without words every file is taken apart."""

    files: tuple[SourceFile, ...]
    python: tuple[int, int]
    words: Words | None = None
    wanted: Wanted | None = None

    def portion(self, start: int) -> list[bytes]:
        """Read the files of the portion that begins with this one; the answers are packed, to be sent."""
        with unheeded_warnings():
            return [self._answer(file) for file in self.files[start : start + _PORTION]]

    def check(self, numbers: Sequence[int]) -> list[str]:
        """Why Python cannot read each of these files; empty where it can."""
        with unheeded_warnings():
            return [self._grammar(self.files[number]) for number in numbers]

    def _answer(self, file: SourceFile) -> bytes:
        try:
            text = file.read()
        except OSError as error:
            return _pack(None, _refused(error), ())
        sketch = mentions(text)
        if not self._apart(file, text):
            return _pack(None, "", sketch)
        try:
            return _pack(extract(text, self.python), "", sketch)
        except Unreadable as reason:
            return _pack(None, str(reason), sketch)

    def _apart(self, file: SourceFile, text: bytes) -> bool:
        if self.words is None or self.words.are_in(text):
            return True
        return self.wanted is not None and self.wanted(file)

    def _grammar(self, file: SourceFile) -> str:
        try:
            check(file.read(), self.python)
        except OSError as error:
            return _refused(error)
        except Unreadable as reason:
            return str(reason)
        return ""


def take_apart(files: Sequence[SourceFile], python: tuple[int, int]) -> dict[SourceFile, Reading]:
    """Read a few files and take every one of them apart, in this process."""
    task = _Task(tuple(files), python)
    starts = range(0, len(files), _PORTION)
    answers = (answer for start in starts for answer in task.portion(start))
    return dict(zip(files, map(_DECODER.decode, answers), strict=True))


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


_task: _Task | None = None  # of a process that was begun to read


def _begin(task: _Task) -> None:
    """What a process does first: the one that began it answers to Ctrl-C, and ends it."""
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()


def _portion(start: int) -> list[bytes]:
    assert _task is not None, "only in a process that was begun to read"
    return _task.portion(start)


def _check_portion(numbers: Sequence[int]) -> list[str]:
    assert _task is not None, "only in a process that was begun to read"
    return _task.check(numbers)


def _refused(error: OSError) -> str:
    return f"cannot be read: {error.strerror}"


def _pack(facts: Facts | None, problem: str, sketch: tuple[Mention, ...]) -> bytes:
    return msgpack.encode(Reading(facts, problem, sketch))


_DECODER = msgpack.Decoder(Reading)
