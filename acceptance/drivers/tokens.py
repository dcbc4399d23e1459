"""Tokens that nobody should accept: each way in which the wire contract says that a token can be wrong.

All but the first few are made from a real one, so that the one thing that is wrong is all that is wrong.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt

_ALGORITHM = "HS256"
_HOUR = 3600


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unchecked; empty for text that is no token."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError:
        return {}


def signed(claims: dict[str, Any], secret: str) -> str:
    """A token that says ``claims``, signed with ``secret``."""
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


def _altered(token: str) -> str:
    """Somebody else's name under the old signature."""
    header, _, signature = token.split(".")
    claims = {**claims_of(token), "sub": secrets.token_hex(16), "permissions": ["admin"]}
    payload = signed(claims, secrets.token_hex(32)).split(".")[1]
    return f"{header}.{payload}.{signature}"


#: By what an owner calls them: wrong tokens that anybody can make out of a person's own.
MADE_BY_ANYBODY: dict[str, Callable[[str], str | None]] = {
    "no token at all": lambda token: None,
    "a made-up token": lambda token: secrets.token_urlsafe(48),
    "an altered token": _altered,
    "an unsigned token": lambda token: jwt.encode(claims_of(token), "", algorithm="none"),
    "a token signed by somebody else": lambda token: signed(claims_of(token), secrets.token_hex(32)),
}

#: Wrong tokens that only the platform's own secret can sign: what differs from a person's own token.
MADE_WITH_THE_SECRET: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "an expired token": lambda claims: {**claims, "iat": _now() - 2 * _HOUR, "exp": _now() - _HOUR},
    "a token from another issuer": lambda claims: {**claims, "iss": "somebody-else"},
    "a token for another platform": lambda claims: {**claims, "aud": "another-platform"},
    "a token that names nobody": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "a token with an empty name": lambda claims: {**claims, "sub": ""},
    "a token that never ends": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
}


def _now() -> int:
    return int(time.time())
