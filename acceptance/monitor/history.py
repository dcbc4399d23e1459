"""The history in SQLite: what is known now, how long each promise stood which way, and every round."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from acceptance.monitor.memory import DAY, Known, Memory, Readiness, Round, Span
from acceptance.monitor.questions import Pace
from acceptance.verdicts import ConfigurationError, Verdict

FILE_NAME = "history.sqlite"
_FORMAT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS now (one INTEGER PRIMARY KEY CHECK (one = 1), known TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS verdicts (
  promise TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (promise, since)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rounds (
  at REAL PRIMARY KEY, seconds REAL NOT NULL, readiness TEXT NOT NULL, found TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS verdicts_until ON verdicts (until);
"""
_WAL_BYTES = 4 << 20  # that are kept of the log when it was copied into the file


class History:
    """The file. What goes wrong with writing is raised as ``OSError``, and tried anew at the next round."""

    def __init__(self, folder: Path, keep: float, say: Callable[[str], None]) -> None:
        """``keep`` is for how many seconds; ``say`` is told when a file was no history."""
        self.file = folder / FILE_NAME
        self._keep = keep
        self._say = say
        self._base: sqlite3.Connection | None = None
        self._inode = 0
        self._pruned = 0.0

    def read(self, target: str, now: float) -> tuple[Known, list[Span], list[Round]]:
        """What is known, and the last 24 hours; nothing where there is no history. A file that is none is put aside.

        Raises :class:`ConfigurationError` for the history of another target.
        """
        try:
            return self._read(target, now)
        except (sqlite3.Error, OSError, ValueError, ValidationError, LookupError) as error:
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _OF_THE_DISK:
                self.close()
                return Known(target=target), [], []  # nothing is wrong with the file: it is tried again
            self._put_aside(error)
            return Known(target=target), [], []

    def write(self, memory: Memory, rounds: Iterable[Round], now: float) -> None:
        """Keep what is known, the spans that have changed, and these rounds: all of it or nothing."""
        spans = [span for own in memory.spans.values() for span in own if (span.promise, span.since) in memory.stale]
        try:
            with self._opened() as base:  # one transaction
                base.execute("INSERT OR REPLACE INTO now VALUES (1, ?)", (memory.known.model_dump_json(),))
                base.executemany(
                    "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)",
                    [(span.promise, span.since, span.until, span.verdict, span.reason) for span in spans],
                )
                base.executemany(
                    "INSERT OR REPLACE INTO rounds VALUES (?, ?, ?, ?)",
                    [(each.at, each.seconds, each.readiness, _found(each)) for each in rounds],
                )
                if now - self._pruned > 3600 or now < self._pruned:
                    base.execute("DELETE FROM verdicts WHERE until < ?", (now - self._keep,))
                    base.execute("DELETE FROM rounds WHERE at < ?", (now - self._keep,))
                    self._pruned = now
        except sqlite3.Error as error:
            self.close()
            if isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode & 0xFF in _OF_THE_FILE:
                self._put_aside(error)
            raise OSError(0, str(error)) from None
        memory.stale.clear()

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            with suppress(sqlite3.Error):
                self._base.close()
            self._base = None

    def _opened(self) -> sqlite3.Connection:
        """The file, opened anew where it was removed or exchanged meanwhile."""
        if self._base is not None and (not self.file.exists() or self.file.stat().st_ino != self._inode):
            self.close()
        if self._base is None:
            base = sqlite3.connect(self.file, timeout=5)
            try:
                base.executescript(f"PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = {_WAL_BYTES};{_TABLES}")
                (found,) = base.execute("PRAGMA user_version").fetchone()
                if found not in (0, _FORMAT):
                    raise ValueError(f"it is of format {found}, and this monitor writes {_FORMAT}")
                base.execute(f"PRAGMA user_version = {_FORMAT}")
                self._inode = self.file.stat().st_ino
            except BaseException:
                base.close()
                raise
            self._base = base
        return self._base

    def _read(self, target: str, now: float) -> tuple[Known, list[Span], list[Round]]:
        base = self._opened()
        (sound,) = base.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise ValueError(sound)
        row = base.execute("SELECT known FROM now").fetchone()
        known = Known.model_validate_json(row[0]) if row else Known(target=target)
        if known.target != target:
            raise ConfigurationError(
                f"{self.file.parent} holds the history of target {known.target}: name another folder with --reports"
            )
        spans = [
            Span(promise, Verdict(verdict), since, until, reason)
            for promise, since, until, verdict, reason in base.execute(
                "SELECT promise, since, until, verdict, reason FROM verdicts WHERE until > ? ORDER BY since",
                (now - DAY,),
            )
        ]
        rows = base.execute("SELECT at, seconds, readiness, found FROM rounds WHERE at > ? ORDER BY at", (now - DAY,))
        return known, spans, [_round(*row) for row in rows]

    def _put_aside(self, error: Exception) -> None:
        self.close()
        aside = self.file.with_name(f"{FILE_NAME}.unusable-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        try:
            self.file.replace(aside)
            for more in ("-wal", "-shm"):
                Path(f"{self.file}{more}").unlink(missing_ok=True)
        except OSError as failure:
            self._say(f"The history {self.file} cannot be used ({error}), nor be put aside ({failure.strerror}).")
        else:
            self._say(f"The history could not be used ({error}): it is now {aside}, and a new one is begun.")


#: SQLite's primary result codes. Of the disk: full, I/O error, cannot open, busy, locked, read-only.
_OF_THE_DISK = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}
_OF_THE_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _found(done: Round) -> str:
    return json.dumps([done.asked, done.golden_path, done.isolation, done.events])


def _round(at: float, seconds: float, readiness: str, found: str) -> Round:
    asked, golden_path, isolation, events = json.loads(found)
    return Round(
        at,
        seconds,
        Readiness(readiness),
        tuple(Pace(pace) for pace in asked),
        {Verdict(verdict): number for verdict, number in golden_path.items()},
        {Verdict(verdict): number for verdict, number in isolation.items()},
        {event: (expected, delivered) for event, (expected, delivered) in events.items()},
    )
