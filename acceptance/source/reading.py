"""The reading of a whole tree: every file once, by several processes.

The files that mention something of interest are taken apart first; that the others are Python at all is checked while
the first are being linked and judged, which takes as long. By how many processes makes no difference to what is found.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec import msgpack

from acceptance.cores import usable_cores
from acceptance.source.cache import Cache, Known
from acceptance.source.case import Progress
from acceptance.source.contents import Contents
from acceptance.source.extract import extract
from acceptance.source.facts import Facts
from acceptance.source.parsing import Unreadable, check, unheeded_warnings
from acceptance.source.sketch import Mention, mentions
from acceptance.source.tree import SourceFile

if TYPE_CHECKING:
    from acceptance.source.workers import Workers

Wanted = Callable[[SourceFile], bool]
_T = TypeVar("_T")

#: Contents that are given to a process at a time: enough to keep it busy, few enough to see progress.
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
    are checked for their grammar, but for tests. What ``cache`` knows of a content is not found out again. ``workers``
    is the number of processes, by default one for each core that this process may use. ``progress`` is given
    the contents that were read so far, and of all.
    """

    def __init__(
        self,
        files: Sequence[SourceFile],
        contents: Contents,
        words: Collection[str],
        python: tuple[int, int],
        cache: Cache,
        *,
        wanted: Wanted,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._files = files
        self._contents = contents
        self._cache = cache
        self._words = Words(words)
        self._python = python
        self._wanted = wanted
        self._workers = workers or usable_cores()
        self._progress = progress or (lambda done, total: None)
        self._known: dict[str, Known] = {}
        self._unchecked: dict[str, list[SourceFile]] = {}
        self._checks: dict[str, Callable[[], list[str] | None]] = {}
        self._pool: Workers | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.close()

    def read(self, *, check: bool = True) -> dict[SourceFile, Reading]:
        """What each file gave, in the order of the files; the check of the others begins, and goes on behind this.

        Without ``check`` there is none: what is not taken apart is taken for Python.
        """
        whose: dict[str, list[SourceFile]] = {}
        for file in self._files:
            if content := self._contents.of(file):
                whose.setdefault(content, []).append(file)
        picked = {content for content, files in whose.items() if any(map(self._wanted, files))}
        self._known = dict(self._cache.known(whose, self._python))
        self._tell_words_of_known(whose)
        lacking = [content for content in whose if self._lacks(content, content in picked)]
        app = [content for content, files in whose.items() if not all(file.in_tests for file in files)]
        unchecked = [content for content in app if content not in self._known or self._known[content].grammar is None]
        self._load(whose[content][0] for content in {*lacking, *(unchecked if check else ())})
        self._take_apart_all(lacking, picked, len(whose))
        readings = {file: self._reading(file) for file in self._files}
        if check:
            self._begin_checks(readings)
        return readings

    def problems(self) -> dict[SourceFile, str]:
        """Which of the files that were not taken apart Python cannot read, and why; waits until all are checked."""
        for portion in self._portions(content for content in self._unchecked if self._known[content].grammar is None):
            told = self._checks[portion[0]]() if portion[0] in self._checks else None
            for content, why in zip(portion, told or self._task.check(portion), strict=True):
                self._learn(content, Known(self._known[content].mentions, grammar=why))
        checked, self._unchecked = self._unchecked, {}
        reasons = {content: self._known[content].grammar or "" for content in checked}
        return {file: reasons[content] for content, files in checked.items() for file in files if reasons[content]}

    def take_apart(self, files: Iterable[SourceFile]) -> dict[SourceFile, Reading]:
        """Read a few files and take every one of them apart, in this process."""
        found = {}
        for file in files:
            content = self._contents.of(file)
            if content and content not in self._known:
                self._known.update(self._cache.known([content], self._python))
            if content and self._lacks(content, picked=True):
                text = {content: self._contents.text(file)}
                (answer,) = self._task._replace(texts=text).portion([(content, True)])
                self._learn(content, _KNOWN.decode(answer))
            found[file] = self._reading(file, apart=True)
        return found

    def text(self, file: SourceFile) -> bytes:
        """The bytes of a file, as they were when it was first read. Raises ``OSError``."""
        return self._contents.text(file)

    # How it is done

    def _is_worded(self, content: str) -> bool:
        return self._known[content].worded.get(self._words.key, False)

    def _lacks(self, content: str, picked: bool) -> bool:
        """Whether the content has to be read: it is new, or has to be taken apart and has not been."""
        known = self._known.get(content)
        return known is None or (known.apart is None and (picked or self._is_worded(content)))

    def _tell_words_of_known(self, whose: Mapping[str, Sequence[SourceFile]]) -> None:
        """A manifest with other words asks of every known content whether it has one of them."""
        for content, known in list(self._known.items()):
            if self._words.key not in known.worded:
                worded = {self._words.key: self._words.are_in(self._contents.text(whose[content][0]))}
                self._learn(content, Known(known.mentions, worded))

    def _learn(self, content: str, told: Known) -> None:
        """Add what was told to what is known."""
        if before := self._known.get(content):
            told = Known(
                told.mentions,
                before.worded | told.worded,
                before.grammar if told.grammar is None else told.grammar,
                told.apart or before.apart,
            )
        self._known[content] = told
        self._cache.keep(content, self._python, told)

    def _load(self, files: Iterable[SourceFile]) -> None:
        """Have the bytes of the files at hand before processes are begun, which then have them as well."""
        for file in files:
            self._contents.text(file)

    @property
    def _task(self) -> _Task:
        return _Task(self._contents.texts, self._python, self._words)

    def _take_apart_all(self, lacking: Sequence[str], picked: Collection[str], contents: int) -> None:
        portions = list(self._portions((content, content in picked) for content in lacking))
        done = contents - len(lacking)
        self._progress(done, contents)
        if self._workers > 1 and len(portions) >= _WORTH_A_PROCESS:
            from acceptance.source.workers import Workers

            self._pool = Workers(self._workers, self._task)
            for portion, answers in self._pool.read(portions):
                for (content, _), answer in zip(portion, answers, strict=True):
                    self._learn(content, _KNOWN.decode(answer))
                done += len(portion)
                self._progress(done, contents)
        for portion in portions:
            missing = [(content, picked) for content, picked in portion if self._lacks(content, picked)]
            for (content, _), answer in zip(missing, self._task.portion(missing), strict=True):
                self._learn(content, _KNOWN.decode(answer))
            done += len(missing)
            self._progress(done, contents)

    def _reading(self, file: SourceFile, *, apart: bool = False) -> Reading:
        content = self._contents.of(file)
        if content is None:
            return Reading(None, self._contents.problems[file.path], ())
        known = self._known[content]
        if known.apart is None or not (apart or self._is_worded(content) or self._wanted(file)):
            return Reading(None, "", known.mentions)
        told = _APART.decode(known.apart)
        return Reading(told.facts, told.problem, known.mentions)

    def _begin_checks(self, readings: Mapping[SourceFile, Reading]) -> None:
        for file, reading in readings.items():
            if reading.facts is None and not reading.problem and not file.in_tests:
                self._unchecked.setdefault(self._contents.digests[file.path], []).append(file)
        if self._pool:
            for portion in self._portions(each for each in self._unchecked if self._known[each].grammar is None):
                self._checks[portion[0]] = self._pool.begin_check(portion)

    @staticmethod
    def _portions(things: Iterable[_T]) -> Iterator[list[_T]]:
        remaining = list(things)
        for start in range(0, len(remaining), _PORTION):
            yield remaining[start : start + _PORTION]


class Words:
    """Words to look for in a text, quickly: those that have a part in common are only looked for where that part is.

    ``key`` is the same for the same words, and for no others.
    """

    def __init__(self, words: Collection[str]) -> None:
        needles = {word.encode() for word in words}
        self.key = sha256(b"\0".join(sorted(needles))).hexdigest()[:16]
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


class _Apart(NamedTuple):
    """What came of taking a content apart: facts, or why there are none."""

    facts: Facts | None
    problem: str


class _Task(NamedTuple):
    """What to read, and how: the contents by their digests."""

    texts: Mapping[str, bytes]
    python: tuple[int, int]
    words: Words

    def portion(self, contents: Iterable[tuple[str, bool]]) -> list[bytes]:
        """Read contents, and take apart those that are marked or have a word; the answers are packed, to be sent."""
        with unheeded_warnings():
            return [self._answer(self.texts[content], picked) for content, picked in contents]

    def check(self, contents: Iterable[str]) -> list[str]:
        """Why Python cannot read each of these contents; empty where it can."""
        with unheeded_warnings():
            return [self._grammar(self.texts[content]) for content in contents]

    def _answer(self, text: bytes, picked: bool) -> bytes:
        worded = self.words.are_in(text)
        apart = msgpack.encode(self._apart(text)) if worded or picked else None
        return msgpack.encode(Known(mentions(text), {self.words.key: worded}, apart=apart))

    def _apart(self, text: bytes) -> _Apart:
        try:
            return _Apart(extract(text, self.python), "")
        except Unreadable as reason:
            return _Apart(None, str(reason))

    def _grammar(self, text: bytes) -> str:
        try:
            check(text, self.python)
        except Unreadable as reason:
            return str(reason)
        return ""


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


_KNOWN = msgpack.Decoder(Known)
_APART = msgpack.Decoder(_Apart)
