"""Live updates: the life of a connection, from the handshake to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect

from netra_backend.app.auth_integration.auth import DEMO_USER, authenticate
from netra_backend.app.core.error_handlers import error_response
from netra_backend.app.core.exceptions_base import NetraException
from netra_backend.app.websocket_core.types import (
    GOLDEN_PATH_EVENTS,
    ErrorMessage,
    MessageType,
    ServerMessage,
    WebSocketConnection,
)
from netra_backend.app.websocket_core.unified_jwt_protocol_handler import select_subprotocol, token_of
from netra_backend.app.websocket_core.unified_manager import open_connections
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager, get_websocket_manager
from shared.timestamps import now_iso

router = APIRouter()
logger = logging.getLogger(__name__)


@router.get("/ws/health")
async def websocket_health(request: Request) -> dict[str, Any]:
    """Live updates are up: how many are connected, and what is done for them."""
    return {
        "status": "healthy",
        "components": {
            "manager": {"status": "healthy", **asdict(open_connections.stats())},
            "message_router": {"status": "healthy"},
            "connection_monitor": {
                "status": "healthy",
                "heartbeat_seconds": request.app.state.config.heartbeat_seconds,
            },
        },
        "timestamp": now_iso(),
    }


@router.websocket("/ws")
async def live_updates(websocket: WebSocket) -> None:
    """One connection. Whoever cannot be authenticated is refused at the handshake: 401, 403, or 503."""
    state = websocket.app.state
    try:
        subprotocol = select_subprotocol(websocket.scope["subprotocols"])
        if state.config.demo_mode:
            user_context = DEMO_USER
        else:
            user_context = await authenticate(token_of(websocket), state.config.jwt_secret, state.auth_client)
    except NetraException as refusal:
        logger.info("live updates refused: %s", refusal.message)
        await websocket.send_denial_response(error_response(refusal))
        return
    await websocket.accept(subprotocol)
    connection = WebSocketConnection(websocket, user_context)
    manager = get_websocket_manager(user_context=user_context)
    try:
        await connection.send(_established(connection, manager))
        manager.add_connection(connection)
        await _answer(websocket, connection)
    except WebSocketDisconnect:
        pass  # the other end is gone, which is how connections end
    except Exception:
        logger.exception("the connection %s failed", connection.connection_id)
        with suppress(WebSocketDisconnect):
            await connection.send(ErrorMessage("INTERNAL_ERROR", "Live updates failed"))
            await websocket.close(1011)
    finally:
        manager.remove_connection(connection)


async def _answer(websocket: WebSocket, connection: WebSocketConnection) -> None:
    """Answer every frame until the other end closes."""
    state = websocket.app.state
    while True:
        try:
            async with asyncio.timeout(state.config.heartbeat_seconds):
                message = await websocket.receive()
        except TimeoutError:
            await connection.send(ServerMessage(MessageType.HEARTBEAT, {"timestamp": now_iso()}))
            continue
        if message["type"] == "websocket.disconnect":
            return
        frame = message.get("text")
        await state.message_router.route(
            connection, frame if frame is not None else message["bytes"].decode(errors="replace")
        )


def _established(connection: WebSocketConnection, manager: WebSocketManager) -> ServerMessage:
    return ServerMessage(
        MessageType.CONNECTION_ESTABLISHED,
        {
            "mode": manager.mode,
            "user_id": f"{connection.user_context.user_id[:8]}...",
            "connection_id": connection.connection_id,
            "golden_path_events": GOLDEN_PATH_EVENTS,
            "features": {"agents": True, "heartbeat": True},
            "timestamp": now_iso(),
        },
    )
