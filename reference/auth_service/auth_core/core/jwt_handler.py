"""Tokens: how sign-in makes and reads them."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.models.auth_models import AuthUser
from shared.constants.service_identifiers import TOKEN_AUDIENCE, TOKEN_ISSUER
from shared.jwt_validation import ALGORITHM, validate_jwt


class JWTHandler:
    """Makes and reads the tokens of people who signed in."""

    def __init__(self, config: AuthConfig) -> None:
        self._config = config

    def create_tokens(self, user: AuthUser) -> dict[str, Any]:
        """TOKENS of the contract: ``access_token``, ``refresh_token``, ``token_type``, ``expires_in`` (seconds)."""
        return {
            "access_token": self._create(user, "access", self._config.access_token_seconds),
            "refresh_token": self._create(user, "refresh", self._config.refresh_token_seconds),
            "token_type": "Bearer",
            "expires_in": self._config.access_token_seconds,
        }

    def validate_token(self, token: str) -> dict[str, Any]:
        """The claims of an access token; raises ``InvalidTokenError`` saying what is wrong with it."""
        return validate_jwt(token, self._config.jwt_secret)

    def _create(self, user: AuthUser, token_type: str, seconds: int) -> str:
        now = int(time.time())
        claims = {
            "sub": user.id,
            "iat": now,
            "exp": now + seconds,
            "iss": TOKEN_ISSUER,
            "aud": TOKEN_AUDIENCE,
            "jti": uuid.uuid4().hex,
            "token_type": token_type,
            "env": self._config.environment,
            "email": user.email,
            "permissions": user.permissions,
        }
        return jwt.encode(claims, self._config.jwt_secret, algorithm=ALGORITHM)
