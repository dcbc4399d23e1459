"""The people of sign-in, as its database keeps them."""

from __future__ import annotations

import sqlite3
import uuid

from auth_service.auth_core.models.auth_models import AuthUser
from shared.database.sqlite_database import SqliteDatabase

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL
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
