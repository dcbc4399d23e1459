"""Whether chat is up, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from netra_backend.app.core.exceptions_base import ServiceUnavailableError
from netra_backend.app.websocket_core.service_readiness_validator import websocket_readiness
from shared.constants.service_identifiers import BACKEND, VERSION
from shared.timestamps import now_iso

router = APIRouter(prefix="/health")


@router.get("")
@router.get("/live")
async def health() -> dict[str, Any]:
    """The process is up and answers."""
    return {"status": "healthy", "service": BACKEND, "version": VERSION, "timestamp": now_iso()}


@router.get("/ready")
def ready(request: Request) -> dict[str, Any]:
    """Chat can do its work; 503 while its database does not answer."""
    state = request.app.state
    if problem := state.database.problem():
        raise ServiceUnavailableError(f"Not ready: {problem}")
    return {
        "status": "ready",
        "service": BACKEND,
        "timestamp": now_iso(),
        "environment": state.config.environment,
        "core_db": "connected",
        "websocket_readiness": websocket_readiness(),
    }
