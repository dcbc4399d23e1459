"""Tokens: how sign-in makes them."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.models.auth_models import AuthUser
from shared.constants.service_identifiers import SERVICE_AUDIENCE, TOKEN_AUDIENCE, TOKEN_ISSUER
from shared.jwt_validation import ALGORITHM


class JWTHandler:
    """Makes the tokens of people who signed in, and of services."""

    def __init__(self, config: AuthConfig) -> None:
        self._config = config

    def create_tokens(self, user: AuthUser) -> dict[str, Any]:
        """TOKENS of the contract: ``access_token``, ``refresh_token``, ``token_type``, ``expires_in`` (seconds)."""
        person = {"sub": user.id, "aud": TOKEN_AUDIENCE, "email": user.email, "permissions": user.permissions}
        access_seconds = self._config.access_token_seconds
        return {
            "access_token": self._create({**person, "token_type": "access"}, access_seconds),
            "refresh_token": self._create({**person, "token_type": "refresh"}, self._config.refresh_token_seconds),
            "token_type": "Bearer",
            "expires_in": access_seconds,
        }

    def create_service_token(self, service_id: str) -> dict[str, Any]:
        """A token by which a service shows itself to other services: it is no person's, and opens nothing of theirs."""
        seconds = self._config.access_token_seconds
        claims = {"sub": service_id, "aud": SERVICE_AUDIENCE, "token_type": "service"}
        return {"access_token": self._create(claims, seconds), "token_type": "Bearer", "expires_in": seconds}

    def _create(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(time.time())
        common = {
            "iat": now,
            "exp": now + seconds,
            "iss": TOKEN_ISSUER,
            "jti": uuid.uuid4().hex,
            "env": self._config.environment,
        }
        return jwt.encode({**claims, **common}, self._config.jwt_secret, algorithm=ALGORITHM)
