"""The settings of chat, read from the environment once, when the service starts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from shared.constants.service_identifiers import SERVICE_ID
from shared.isolated_environment import ConfigurationError, IsolatedEnvironment
from shared.jwt_secret_manager import get_jwt_secret


@dataclass(frozen=True)
class AppConfig:
    """Every setting of chat; its secrets do not show when it is printed."""

    environment: str
    backend_url: str
    auth_service_url: str
    frontend_url: str
    database_path: Path
    jwt_secret: str = field(repr=False)
    service_id: str
    service_secret: str = field(repr=False)
    heartbeat_seconds: float
    demo_mode: bool

    @classmethod
    def from_environment(cls, environment: IsolatedEnvironment, port: int) -> AppConfig:
        """The settings that the environment gives; raises ``ConfigurationError`` for one that cannot be used."""
        demo_mode = environment.flag("DEMO_MODE")
        if demo_mode and environment.environment() == "production":
            raise ConfigurationError("DEMO_MODE lets everybody into live updates, and is not for production")
        return cls(
            environment=environment.environment(),
            backend_url=environment.url("BACKEND_URL", f"http://localhost:{port}"),
            auth_service_url=environment.url("AUTH_SERVICE_URL", "http://localhost:8081"),
            frontend_url=environment.url("FRONTEND_URL", "http://localhost:3000"),
            database_path=Path(
                # named for the port, so that no two services share a file by default
                environment.text("BACKEND_DATABASE_PATH", f"{tempfile.gettempdir()}/netra-backend-{port}.sqlite")
            ),
            jwt_secret=get_jwt_secret(environment),
            service_id=environment.text("SERVICE_ID", SERVICE_ID),
            service_secret=environment.text("SERVICE_SECRET"),
            heartbeat_seconds=environment.number("HEARTBEAT_SECONDS", 12),
            demo_mode=demo_mode,
        )
