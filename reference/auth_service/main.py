"""Sign-in: the auth service of the embedded platform.

Run it by hand with ``PYTHONPATH=reference JWT_SECRET_KEY=… python -m auth_service.main``.
"""

from __future__ import annotations

import os
import sqlite3

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from auth_service import health_check
from auth_service.auth_core.api import jwt_validation
from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.core.jwt_handler import JWTHandler
from auth_service.auth_core.core.token_validator import TokenValidator
from auth_service.auth_core.database.repository import SCHEMA, AuthUserRepository, TokenBlacklistRepository
from auth_service.auth_core.routes import auth_routes
from auth_service.auth_core.security.middleware import BodyLimitMiddleware, ServiceNameMiddleware
from shared.constants.service_identifiers import AUTH_SERVICE, VERSION
from shared.database.sqlite_database import SqliteDatabase
from shared.isolated_environment import IsolatedEnvironment
from shared.lifecycle.service_runner import run_service
from shared.validation_errors import tell_validation_error

ABOUT = """\
Sign-in: people register and sign in here, and other services ask here whose a token is.

settings, read from environment variables:
  JWT_SECRET_KEY                the secret that signs tokens, at least 32 bytes; required, and the same for
                                both services (JWT_SECRET_<ENVIRONMENT> wins over it)
  ENVIRONMENT                   development (default), staging or production
  AUTH_SERVICE_URL              the address of this service, as it tells it (http://localhost:<port>)
  AUTH_DATABASE_PATH            the file of its database (netra-auth-<port>.sqlite in the temporary folder)
  SERVICE_ID, SERVICE_SECRET    who may ask about tokens as a service, and how it proves that (netra-backend, none)
  ACCESS_TOKEN_EXPIRE_SECONDS   how long a sign-in is good for (900)
  REFRESH_TOKEN_EXPIRE_SECONDS  how long it may be renewed (604800)
  PASSWORD_HASH_COST            scrypt's n, a power of two (16384)
  E2E_OAUTH_SIMULATION_KEY      the key of the simulated sign-in, in staging only (none)
"""


def create_app(config: AuthConfig) -> ASGIApp:
    """The service as configured; raises ``ConfigurationError`` when its database cannot be made."""
    app = FastAPI(title=AUTH_SERVICE, version=VERSION, docs_url=None, redoc_url=None)
    app.state.config = config
    app.state.jwt_handler = JWTHandler(config)
    app.state.database = SqliteDatabase(config.database_path)
    app.state.database.create(SCHEMA)
    app.state.users = AuthUserRepository(app.state.database)
    app.state.blacklist = TokenBlacklistRepository(app.state.database)
    app.state.token_validator = TokenValidator(config, app.state.blacklist)
    app.add_middleware(BodyLimitMiddleware)
    app.include_router(health_check.router)
    app.include_router(auth_routes.router)
    app.include_router(jwt_validation.router)

    app.exception_handler(RequestValidationError)(tell_validation_error)

    @app.exception_handler(sqlite3.Error)
    def database_down(_: Request, problem: sqlite3.Error) -> JSONResponse:
        return JSONResponse({"detail": f"The database does not answer: {problem}"}, status_code=503)

    @app.exception_handler(Exception)
    def failed(_: Request, problem: Exception) -> JSONResponse:
        return JSONResponse({"detail": "Internal server error"}, status_code=500)

    return ServiceNameMiddleware(app)  # around everything, so that errors carry the name too


def main() -> None:
    """Run sign-in as a process."""
    run_service(
        name=AUTH_SERVICE,
        module="auth_service.main",
        about=ABOUT,
        default_port=8081,
        build=lambda port: create_app(AuthConfig.from_environment(IsolatedEnvironment(os.environ), port)),
    )


if __name__ == "__main__":
    main()
