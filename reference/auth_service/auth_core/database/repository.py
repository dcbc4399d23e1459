"""What the database of sign-in keeps: its people, and the tokens that no longer count."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Mapping
from typing import Any

from auth_service.auth_core.models.auth_models import AuthUser
from shared.database.sqlite_database import SqliteDatabase

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS token_blacklist (
    jti        TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
);
"""


class EmailTakenError(Exception):
    """Somebody has registered with this e-mail address already."""


class AuthUserRepository:
    """Adds and finds people; every method raises ``sqlite3.Error`` when the database does not answer."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def create(self, email: str, name: str, password_hash: str) -> AuthUser:
        """A new person with an id of their own; raises :class:`EmailTakenError`."""
        user = AuthUser(id=str(uuid.uuid4()), email=email, name=name)
        try:
            with self._database.connection() as connection:
                connection.execute("INSERT INTO users VALUES (?, ?, ?, ?)", (user.id, email, name, password_hash))
        except sqlite3.IntegrityError:
            raise EmailTakenError(email) from None
        return user

    def find_by_email(self, email: str) -> tuple[AuthUser, str] | None:
        """The person with this e-mail address and the hash of their password; None for nobody."""
        with self._database.connection() as connection:
            row = connection.execute("SELECT * FROM users WHERE email = ?", (email,)).fetchone()
        return (AuthUser(row["id"], row["email"], row["name"]), row["password_hash"]) if row else None


class TokenBlacklistRepository:
    """The tokens that stopped counting before they expired: access tokens signed out, refresh tokens used.

    Every method raises ``sqlite3.Error`` when the database does not answer.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def add(self, claims: Mapping[str, Any]) -> bool:
        """From now on the token with these claims does not count. True for the first who says so, and only for them.

        The primary key decides who was first, so that two who come at the same moment cannot both be.
        """
        with self._database.connection() as connection:
            # what has expired is refused anyway, and would only fill the table
            connection.execute("DELETE FROM token_blacklist WHERE expires_at < ?", (int(time.time()),))
            insert = "INSERT OR IGNORE INTO token_blacklist VALUES (?, ?)"
            return connection.execute(insert, (claims["jti"], claims["exp"])).rowcount == 1

    def contains(self, jti: str) -> bool:
        """Whether the token with this id has stopped counting."""
        with self._database.connection() as connection:
            row = connection.execute("SELECT 1 FROM token_blacklist WHERE jti = ?", (jti,)).fetchone()
        return row is not None
