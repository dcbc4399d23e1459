"""The conversations that chat keeps, each of them its owner's alone."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Mapping
from typing import Any

from netra_backend.app.core.exceptions_base import ThreadNotFoundError
from shared.database.sqlite_database import SqliteDatabase

SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL,
    title      TEXT,
    metadata   TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS threads_of_user ON threads (user_id);
CREATE TABLE IF NOT EXISTS messages (
    id         TEXT PRIMARY KEY,
    thread_id  TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    content    TEXT NOT NULL,
    metadata   TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_of_thread ON messages (thread_id);
"""

_THREADS = """
SELECT threads.*, (SELECT count(*) FROM messages WHERE thread_id = threads.id) AS message_count
FROM threads WHERE user_id = :user_id
"""


class ThreadService:
    """One person's threads at a time: every method is told whose, and every statement asks for theirs.

    Every method blocks. Those that name a thread raise :class:`ThreadNotFoundError` for one that is not this person's,
    in the same words whether it exists or not; all raise ``sqlite3.Error`` when the database does not answer.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        database.create(SCHEMA)

    def create_thread(self, user_id: str, title: str | None, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """A new thread, in the contract's form."""
        thread = {
            "id": f"thread_{uuid.uuid4().hex}",
            "user_id": user_id,
            "title": title,
            "metadata": json.dumps(metadata),
            "created_at": int(time.time()),
        }
        with self._database.connection() as connection:
            connection.execute("INSERT INTO threads VALUES (:id, :user_id, :title, :metadata, :created_at)", thread)
        return _thread({**thread, "message_count": 0})

    def list_threads(self, user_id: str) -> list[dict[str, Any]]:
        """The person's threads, the newest first."""
        with self._database.connection() as connection:
            rows = connection.execute(f"{_THREADS} ORDER BY threads.rowid DESC", {"user_id": user_id}).fetchall()
        return [_thread(row) for row in rows]

    def get_thread(self, user_id: str, thread_id: str) -> dict[str, Any]:
        """One thread, in the contract's form."""
        with self._database.connection() as connection:
            query = f"{_THREADS} AND id = :thread_id"
            row = connection.execute(query, {"user_id": user_id, "thread_id": thread_id}).fetchone()
        if row is None:
            raise ThreadNotFoundError
        return _thread(row)

    def delete_thread(self, user_id: str, thread_id: str) -> None:
        """The thread and all its messages are gone."""
        with self._database.connection() as connection:
            delete = "DELETE FROM threads WHERE user_id = ? AND id = ?"
            if connection.execute(delete, (user_id, thread_id)).rowcount == 0:
                raise ThreadNotFoundError

    def get_messages(self, user_id: str, thread_id: str) -> list[dict[str, Any]]:
        """A thread's messages, the oldest first."""
        self.get_thread(user_id, thread_id)
        with self._database.connection() as connection:
            query = "SELECT * FROM messages WHERE thread_id = ? ORDER BY rowid"
            rows = connection.execute(query, (thread_id,)).fetchall()
        return [_message(row) for row in rows]

    def add_message(
        self, user_id: str, thread_id: str, role: str, content: str, metadata: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One more message, in the contract's form; ``role`` is user or assistant."""
        message = {
            "id": f"msg_{uuid.uuid4().hex}",
            "user_id": user_id,
            "thread_id": thread_id,
            "role": role,
            "content": content,
            "metadata": json.dumps(metadata),
            "created_at": int(time.time()),
        }
        with self._database.connection() as connection:
            # one statement looks and adds, so that a thread cannot vanish in between
            added = connection.execute(
                "INSERT INTO messages SELECT :id, id, :role, :content, :metadata, :created_at"
                " FROM threads WHERE user_id = :user_id AND id = :thread_id",
                message,
            )
            if added.rowcount == 0:
                raise ThreadNotFoundError
        return _message(message)


def _thread(row: sqlite3.Row | Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "object": "thread",
        "title": row["title"],
        "created_at": row["created_at"],
        # last, so that nobody can write another owner into the metadata
        "metadata": {**json.loads(row["metadata"]), "user_id": row["user_id"]},
        "message_count": row["message_count"],
    }


def _message(row: sqlite3.Row | Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "thread_id": row["thread_id"],
        "content": row["content"],
        "role": row["role"],
        "created_at": row["created_at"],
        "metadata": json.loads(row["metadata"]),
    }
