"""Chat: the backend of the embedded platform.

Run it by hand with ``PYTHONPATH=reference JWT_SECRET_KEY=… python -m netra_backend.app.main``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from netra_backend.app.agents.supervisor_ssot import SupervisorAgent
from netra_backend.app.agents.tool_dispatcher import ToolDispatcher
from netra_backend.app.clients.auth_client_core import AuthServiceClient
from netra_backend.app.config import AppConfig
from netra_backend.app.core.error_handlers import register_error_handlers
from netra_backend.app.routes import agents_execute, auth_proxy, discovery, health, threads_route, websocket
from netra_backend.app.routes import config as config_routes
from netra_backend.app.services.agent_service_core import AgentService
from netra_backend.app.services.cost_calculator import CostCalculator
from netra_backend.app.services.thread_service import ThreadService
from netra_backend.app.websocket_core.unified_init import initialize_live_updates
from shared.constants.service_identifiers import BACKEND, VERSION
from shared.database.sqlite_database import SqliteDatabase
from shared.isolated_environment import IsolatedEnvironment
from shared.lifecycle.service_runner import run_service

ABOUT = """\
Chat: people ask here, and watch over live updates how an agent answers.

settings, read from environment variables:
  JWT_SECRET_KEY              the secret that signs tokens, at least 32 bytes; required, and the same for
                              both services (JWT_SECRET_<ENVIRONMENT> wins over it)
  ENVIRONMENT                 development (default), staging or production
  BACKEND_URL                 the address of this service, as discovery tells it (http://localhost:<port>)
  AUTH_SERVICE_URL            where sign-in is, asked about every token (http://localhost:8081)
  FRONTEND_URL                where the web page is, as discovery tells it, and whose pages may use chat from a browser
                              (http://localhost:3000)
  BACKEND_DATABASE_PATH       the file of the core database (netra-backend-<port>.sqlite in the temporary folder)
  SERVICE_ID, SERVICE_SECRET  as whom it asks sign-in, and how it proves that (netra-backend, none)
  HEARTBEAT_SECONDS           how long a connection is idle before it gets a sign of life (12)
  DEMO_MODE                   1: live updates accept anybody, as demo-user-001; not in production (0)
"""


def create_app(config: AppConfig) -> FastAPI:
    """The service as configured; raises ``ConfigurationError`` when its database cannot be made."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.auth_client = AuthServiceClient(config)
        yield
        await app.state.auth_client.close()

    app = FastAPI(title=BACKEND, version=VERSION, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.config = config
    app.state.database = SqliteDatabase(config.database_path)
    app.state.threads = ThreadService(app.state.database)
    agent = SupervisorAgent(ToolDispatcher(CostCalculator(app.state.database)))
    app.state.agents = AgentService(agent, app.state.threads)
    app.state.live_updates = initialize_live_updates(config, app.state.agents)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[config.frontend_url],
        allow_credentials=True,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
    )
    register_error_handlers(app)
    for routes in (health, discovery, config_routes, auth_proxy, threads_route, agents_execute, websocket):
        app.include_router(routes.router)
    return app


def main() -> None:
    """Run chat as a process."""
    run_service(
        name=BACKEND,
        module="netra_backend.app.main",
        about=ABOUT,
        default_port=8000,
        build=lambda port: create_app(AppConfig.from_environment(IsolatedEnvironment(os.environ), port)),
    )


if __name__ == "__main__":
    main()
