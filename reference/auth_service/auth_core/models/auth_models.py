"""What sign-in is sent, and whom it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.json_body import JsonBody

Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


def default_permissions() -> list[str]:
    """What a person may do who was given nothing else."""
    return ["read", "write"]


@dataclass(frozen=True)
class AuthUser:
    """A person whom sign-in knows."""

    id: str
    email: str
    name: str
    permissions: list[str] = field(default_factory=default_permissions)


class RegisterRequest(JsonBody):
    """The body of POST /auth/register."""

    email: Email
    password: NonEmpty
    name: str | None = None


class LoginRequest(JsonBody):
    """The body of POST /auth/login."""

    email: Email
    password: NonEmpty


class E2ETestAuthRequest(JsonBody):
    """The body of POST /auth/e2e/test-auth; every field may be left out."""

    email: Email = "e2e-test@staging.netrasystems.ai"
    name: str = "E2E Test User"
    permissions: list[str] = Field(default_factory=default_permissions)
    simulate_oauth: bool = True


class RefreshRequest(JsonBody):
    """The body of POST /auth/refresh."""

    refresh_token: str


class ServiceTokenRequest(JsonBody):
    """The body of POST /auth/service-token."""

    service_id: str
    service_secret: str


class TokenRequest(JsonBody):
    """The body of POST /auth/validate and its like; a missing token is a verdict there, not an error."""

    token: str | None = None


class JWTValidationRequest(TokenRequest):
    """The body of POST /api/v1/jwt/validate."""

    token_type: str = "access"
