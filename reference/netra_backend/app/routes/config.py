"""What a client may know of this environment before anybody signs in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from shared.constants.service_identifiers import BACKEND, VERSION

router = APIRouter(prefix="/api/config")


@router.get("/public")
async def get_public_config(request: Request) -> dict[str, Any]:
    """The environment's name, the application's, and what it can do."""
    config = request.app.state.config
    return {
        "environment": config.environment,
        "app_name": BACKEND,
        "version": VERSION,
        "features": {"websocket": True, "agents": True, "demo_mode": config.demo_mode},
    }
