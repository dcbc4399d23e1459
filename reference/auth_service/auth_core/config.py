"""The settings of sign-in, read from the environment once, when the service starts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from shared.constants.service_identifiers import SERVICE_ID
from shared.isolated_environment import ConfigurationError, IsolatedEnvironment
from shared.jwt_secret_manager import get_jwt_secret


@dataclass(frozen=True)
class AuthConfig:
    """Every setting of sign-in; its secrets do not show when it is printed."""

    environment: str
    auth_service_url: str
    database_path: Path
    jwt_secret: str = field(repr=False)
    service_id: str
    service_secret: str = field(repr=False)
    simulation_key: str = field(repr=False)
    access_token_seconds: int
    refresh_token_seconds: int
    password_hash_cost: int

    @classmethod
    def from_environment(cls, environment: IsolatedEnvironment, port: int) -> AuthConfig:
        """The settings that the environment gives; raises :class:`ConfigurationError` for one that cannot be used."""
        cost = int(environment.number("PASSWORD_HASH_COST", 16384))
        if cost < 2 or cost & (cost - 1):
            raise ConfigurationError(f"PASSWORD_HASH_COST must be a power of two above 1, not {cost}")
        return cls(
            environment=environment.environment(),
            auth_service_url=environment.url("AUTH_SERVICE_URL", f"http://localhost:{port}"),
            database_path=Path(
                # named for the port, so that no two services share a file by default
                environment.text("AUTH_DATABASE_PATH", f"{tempfile.gettempdir()}/netra-auth-{port}.sqlite")
            ),
            jwt_secret=get_jwt_secret(environment),
            service_id=environment.text("SERVICE_ID", SERVICE_ID),
            service_secret=environment.text("SERVICE_SECRET"),
            simulation_key=environment.text("E2E_OAUTH_SIMULATION_KEY"),
            access_token_seconds=int(environment.number("ACCESS_TOKEN_EXPIRE_SECONDS", 900)),
            refresh_token_seconds=int(environment.number("REFRESH_TOKEN_EXPIRE_SECONDS", 7 * 24 * 3600)),
            password_hash_cost=cost,
        )
