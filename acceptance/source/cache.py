"""What was found out before, by content: never by the name, the size or the time of a file.

What a file says depends on its bytes, on the Python that it is written for and on the code that reads it alone, so
these name what is kept. A whole answer is kept under everything that it depends on. Whatever goes wrong with the cache
costs time and nothing else: an entry that was damaged is found out by its checksum, and a cache that cannot be used is
left out and says so.
"""

from __future__ import annotations

import sqlite3
import sys
import time
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from acceptance.source.sketch import Mention

NAME = "audit.sqlite"
_FORMAT = 1
_DAY = 24 * 3600
_KEPT = 30  # days since it was last of use
_UNUSABLE = "The cache {} cannot be used ({}): name another folder with --cache-dir, or do without by --no-cache."
_OF_THE_SYSTEM = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
}
_SCHEMA = """
create table if not exists entries (key text primary key, used integer not null, value blob not null) without rowid;
create table if not exists swept (day integer not null);
"""


class Known(msgspec.Struct):
    """What is known of one content.

    ``worded``: whether it mentions one of some words, by the digest of these. ``grammar``: why Python cannot read it;
    empty where it can. ``apart``: what came of taking it apart, packed. None where nobody has tried.
    """

    mentions: tuple[Mention, ...]
    worded: dict[str, bool] = {}
    grammar: str | None = None
    apart: bytes | None = None


@cache
def tool() -> str:
    """The digest of the code that reads and judges, and of what it runs on: another one knows nothing of before."""
    code = sha256(f"{_FORMAT} {sys.version} {msgspec.__version__}".encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(b"\0".join((file.name.encode(), file.read_bytes(), b"")))
    return code.hexdigest()[:32]


class Cache:
    """What is known, in memory and, where a folder is named, on disk. A context: what is new is written at its end.

    ``trouble`` says in one sentence why the folder is not used, or why what was in it is lost.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.trouble = ""
        self._known: dict[str, Known] = {}
        self._answers: dict[str, bytes] = {}
        self._fresh: set[str] = set()
        self._base: sqlite3.Connection | None = None
        if folder is not None:
            self._open(folder)

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        self.write()
        if self._base:
            self._base.close()
            self._base = None

    def known(self, contents: Collection[str], python: tuple[int, int]) -> Mapping[str, Known]:
        """Those of the contents that were seen before, as source of that Python."""
        keys = {content: _key(content, python) for content in contents}
        for key, value in self._rows(key for key in keys.values() if key not in self._known):
            with suppress(msgspec.DecodeError):
                self._known[key] = _KNOWN.decode(value)
        return {content: self._known[key] for content, key in keys.items() if key in self._known}

    def keep(self, content: str, python: tuple[int, int], known: Known) -> None:
        """Remember it."""
        key = _key(content, python)
        self._known[key] = known
        self._fresh.add(key)

    def answer(self, question: str) -> bytes | None:
        """The answer to a question that was put before, packed."""
        key = f"answer/{question}"
        if key not in self._answers:
            self._answers.update(self._rows([key]))
        return self._answers.get(key)

    def keep_answer(self, question: str, answer: bytes) -> None:
        """Remember an answer."""
        key = f"answer/{question}"
        self._answers[key] = answer
        self._fresh.add(key)

    def write(self) -> None:
        """Put what is new on disk, all of it or nothing; another process may do the same."""
        if self._base and self._fresh:
            today = int(time.time()) // _DAY
            rows = [(key, today, _sum(key, value) + value) for key, value in self._packed()]
            self._try("insert or replace into entries values (?, ?, ?)", rows)
        self._fresh.clear()

    # How it is done

    def _packed(self) -> Iterable[tuple[str, bytes]]:
        for key in self._fresh:
            yield key, self._answers[key] if key in self._answers else msgspec.msgpack.encode(self._known[key])

    def _rows(self, keys: Iterable[str]) -> list[tuple[str, bytes]]:
        """The entries of these keys that are whole; that they were of use today is noted once a day."""
        asked = list(keys)
        if not self._base or not asked:
            return []
        chosen = "key in (select value from json_each(?))"
        try:
            found = self._base.execute(
                f"select key, used, value from entries where {chosen}", [msgspec.json.encode(asked).decode()]
            ).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._lose(error)
            return []
        today = int(time.time()) // _DAY
        old = [(today, key) for key, used, _ in found if used != today]
        if old:
            self._try("update entries set used = ? where key = ?", old)
        # A damaged row may hold anything, of any type.
        return [(str(key), value[4:]) for key, _, value in found if _is_whole(key, value)]

    def _open(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not any(folder.iterdir()):  # in a folder of somebody's it would hide what else is there
                (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            try:
                self._base = _connected(folder)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                if not _is_damage(error):
                    raise
                self._begin_anew(folder, error)
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self.trouble = _UNUSABLE.format(folder, why)

    def _begin_anew(self, folder: Path, error: Exception) -> None:
        """With a database that is none, or damaged: what was in it is found out again."""
        (folder / NAME).unlink(missing_ok=True)
        self._base = _connected(folder)
        self.trouble = f"The cache {folder / NAME} was damaged ({error}); it is begun anew."

    def _try(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        assert self._base, "only with a database"
        try:
            with closing(self._base.cursor()) as cursor:
                cursor.execute("begin immediate")
                cursor.executemany(statement, rows)
                cursor.execute("commit")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            with suppress(sqlite3.Error):
                self._base.rollback()
            if not _is_busy(error):
                self._lose(error)

    def _lose(self, error: Exception) -> None:
        """Go on without the database, or with a new one where it is damaged."""
        assert self._base and self.folder, "only with a database"
        self._base.close()
        self._base = None
        with suppress(OSError, sqlite3.Error):
            if _is_damage(error):
                self._begin_anew(self.folder, error)
                return
        self.trouble = _UNUSABLE.format(self.folder, error)


def _connected(folder: Path) -> sqlite3.Connection:
    base = sqlite3.connect(folder / NAME, timeout=5, isolation_level=None)
    try:
        base.text_factory = _leniently
        base.execute("pragma synchronous = off")  # lost with the power, it is found out again
        base.executescript(_SCHEMA)
        today = int(time.time()) // _DAY
        if base.execute("select max(day) from swept").fetchone()[0] != today:
            _sweep(base, today)
    except BaseException:
        base.close()
        raise
    return base


def _sweep(base: sqlite3.Connection, today: int) -> None:
    try:
        base.execute("delete from entries where used < ?", [today - _KEPT])
        base.execute("delete from swept")
        base.execute("insert into swept values (?)", [today])
    except sqlite3.Error as error:
        if _is_damage(error):
            raise  # what cannot be written is told when there is something new


def _is_damage(error: Exception) -> bool:
    """Whether it is about what the file holds, rather than about what the system lets us do with it."""
    # A message of SQLite's that quotes damaged bytes is no text, on which Python stumbles.
    return isinstance(error, UnicodeDecodeError) or _code(error) not in _OF_THE_SYSTEM


def _is_busy(error: Exception) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF  # an extended code's primary one


def _leniently(text: bytes) -> str:
    """A key that was damaged is nobody's, and no reason to stop."""
    return text.decode(errors="replace")


def _key(content: str, python: tuple[int, int]) -> str:
    return f"{tool()}/{python[0]}.{python[1]}/{content}"


def _sum(key: str, value: bytes | memoryview) -> bytes:
    """The checksum that stands in front of what is kept, and tells that it is kept under this key."""
    return zlib.crc32(value, zlib.crc32(key.encode())).to_bytes(4, "big")


def _is_whole(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, bytes) and _sum(key, memoryview(value)[4:]) == value[:4]


_KNOWN = msgspec.msgpack.Decoder(Known)
