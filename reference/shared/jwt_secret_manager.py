"""The secret that signs every token. Both services find it by the same rule, or neither would trust the other."""

from __future__ import annotations

from shared.isolated_environment import ConfigurationError, IsolatedEnvironment

MINIMUM_LENGTH = 32  # bytes: what RFC 7518 asks of a key for HS256


def get_jwt_secret(environment: IsolatedEnvironment) -> str:
    """JWT_SECRET_<ENVIRONMENT> if it is set, else JWT_SECRET_KEY.

    Raises :class:`ConfigurationError` when neither is set, or the secret is too short to sign with.
    """
    specific = f"JWT_SECRET_{environment.environment().upper()}"
    secret = environment.text(specific) or environment.text("JWT_SECRET_KEY")
    if not secret:
        raise ConfigurationError(f"JWT_SECRET_KEY is not set (nor {specific}): without it no token can be trusted")
    if len(secret.encode()) < MINIMUM_LENGTH:
        raise ConfigurationError(f"the token secret (JWT_SECRET_KEY) must be at least {MINIMUM_LENGTH} bytes long")
    return secret
