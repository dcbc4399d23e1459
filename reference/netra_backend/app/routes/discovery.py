"""Where the services are, as this environment is configured."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request

from netra_backend.app.config import AppConfig
from netra_backend.app.core.exceptions_base import NetraException
from shared.timestamps import now_iso

router = APIRouter(prefix="/api/discovery/services")


@router.get("")
async def get_services(request: Request) -> dict[str, Any]:
    """Every service with its addresses."""
    return {"services": _services(request.app.state.config), "timestamp": now_iso()}


@router.get("/{name}")
async def get_service(request: Request, name: str) -> dict[str, Any]:
    """One service's addresses; 404 for a name that no service has."""
    services = _services(request.app.state.config)
    if name not in services:
        known = ", ".join(services)
        raise NetraException(404, "NOT_FOUND", f"There is no service of this name; known are {known}", "Not found.")
    return services[name]


def _services(config: AppConfig) -> dict[str, dict[str, Any]]:
    live_updates = config.backend_url.replace("http", "ws", 1) + "/ws"
    return {
        "backend": {**_entry(config.backend_url), "api_url": config.backend_url, "ws_url": live_updates},
        "frontend": _entry(config.frontend_url),
        "auth": {**_entry(config.auth_service_url), "api_url": config.auth_service_url},
    }


def _entry(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"port": port, "url": url, "timestamp": now_iso()}
