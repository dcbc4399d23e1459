"""A service's SQLite database: a file, opened afresh for every use, so that what is gone is noticed at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.isolated_environment import ConfigurationError

_WAIT = 30.0  # seconds for whoever else is writing: one writes at a time, and many wait when many chat


class SqliteDatabase:
    """One database file. Its methods block: call them from a worker thread, not from the event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def create(self, schema: str) -> None:
        """Make the file and its tables; raises :class:`ConfigurationError` where that is impossible."""
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                connection.executescript(schema)
        except sqlite3.Error as problem:
            raise ConfigurationError(f"the database {self._path} cannot be used: {problem}") from None

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction: committed at the end, rolled back on an error; rows know their columns.

        Raises ``sqlite3.Error`` when the database does not answer.
        """
        # mode=rw: a database that has vanished is an error, not an empty new one
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=rw", uri=True, timeout=_WAIT)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")  # SQLite minds references only where it is told to
            with connection:
                yield connection

    def problem(self) -> str | None:
        """Why the database does not answer; None when it does."""
        try:
            with self.connection() as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as problem:
            return f"the database does not answer: {problem}"
        return None
