"""Whether a token counts: asked by everything in sign-in that is shown one, and answered here alone."""

from __future__ import annotations

from typing import Any

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.database.repository import TokenBlacklistRepository
from shared.jwt_validation import InvalidTokenError, validate_jwt


class TokenValidator:
    """Judges tokens by their signature, their claims, and the blacklist."""

    def __init__(self, config: AuthConfig, blacklist: TokenBlacklistRepository) -> None:
        self._config = config
        self._blacklist = blacklist

    def validate_token(self, token: str | None, token_type: str = "access") -> dict[str, Any]:
        """The claims of a token that counts.

        Raises ``InvalidTokenError`` saying what is wrong with any other, and ``sqlite3.Error`` when the blacklist
        cannot be read: a token that may have been signed out is not given the benefit of the doubt.
        """
        if not token:
            raise InvalidTokenError("a token is required")
        claims = validate_jwt(token, self._config.jwt_secret, token_type)
        if self._blacklist.contains(claims["jti"]):
            raise InvalidTokenError("the token was signed out, or used up")
        return claims
