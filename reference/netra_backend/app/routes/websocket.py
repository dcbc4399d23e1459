"""Live updates over a WebSocket: who is let in, and whether they are up."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, WebSocket

from netra_backend.app.core.error_handlers import error_response
from netra_backend.app.core.exceptions_base import NetraException
from netra_backend.app.websocket_core.service_readiness_validator import component_states
from netra_backend.app.websocket_core.types import WebSocketConnection
from netra_backend.app.websocket_core.unified_websocket_auth import authenticate_websocket
from shared.timestamps import now_iso

router = APIRouter()
logger = logging.getLogger(__name__)


@router.get("/ws/health")
async def websocket_health(request: Request) -> dict[str, Any]:
    """Live updates are up: how many are connected, and what is done for them."""
    state = request.app.state
    return {
        "status": "healthy",
        "components": component_states(state.live_updates.config, state.agents.runs),
        "timestamp": now_iso(),
    }


@router.websocket("/ws")
async def live_updates(websocket: WebSocket) -> None:
    """One connection. Whoever cannot be authenticated is refused at the handshake: 401, 403, or 503."""
    try:
        auth_info = await authenticate_websocket(websocket)
    except NetraException as refusal:
        logger.info("live updates refused: %s", refusal.message)
        await websocket.send_denial_response(error_response(refusal))
        return
    await websocket.accept(auth_info.subprotocol)
    connection = WebSocketConnection(websocket, auth_info.user_context)
    await websocket.app.state.live_updates.connections.execute(connection)
