"""What makes a token valid. Sign-in and chat both judge by this one function, so that they cannot disagree."""

from __future__ import annotations

from typing import Any

import jwt

from shared.constants.service_identifiers import TOKEN_AUDIENCE, TOKEN_ISSUER

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["sub", "iat", "exp", "iss", "aud", "jti"]


class InvalidTokenError(Exception):
    """The token is not to be believed; the message says why, and never holds the token."""


def validate_jwt(token: str, secret: str, token_type: str = "access") -> dict[str, Any]:
    """The claims of a person's token: ``sub``, ``email``, ``permissions``, ``exp``, …

    Raises :class:`InvalidTokenError` for every way a token can be wrong: garbage, tampered, another secret, algorithm
    "none", expired, another issuer or audience, no subject, or another type (a refresh token is no access token).
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            issuer=TOKEN_ISSUER,
            audience=TOKEN_AUDIENCE,
            options={"require": REQUIRED_CLAIMS},
        )
    except jwt.InvalidTokenError as problem:
        raise InvalidTokenError(str(problem)) from None
    except RecursionError:  # anybody can send a token whose header is nested a thousand deep
        raise InvalidTokenError("the token is nested too deeply") from None
    if not claims["sub"]:
        raise InvalidTokenError("the token names nobody")
    if claims.get("token_type") != token_type:
        raise InvalidTokenError(f"this is not a token of type {token_type}")
    return claims


def token_id(token: str) -> str | None:
    """The ``jti`` that a token gives itself, believed or not; None for what is no token."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        return None
    return claims["jti"] if isinstance(claims.get("jti"), str) else None
