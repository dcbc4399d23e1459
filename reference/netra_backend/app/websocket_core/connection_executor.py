"""The life of a connection, from the moment it is accepted to its end."""

from __future__ import annotations

import logging
from dataclasses import asdict

from fastapi import WebSocketDisconnect

from netra_backend.app.websocket_core.connection_info import describe_connection
from netra_backend.app.websocket_core.connection_monitor import next_frame
from netra_backend.app.websocket_core.error_recovery_handler import tell_failure
from netra_backend.app.websocket_core.handlers import MessageRouter
from netra_backend.app.websocket_core.types import MessageType, ServerMessage, WebSocketConfig, WebSocketConnection
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager

logger = logging.getLogger(__name__)


class ConnectionExecutor:
    """Serves every connection of this process, each in a call of its own."""

    def __init__(self, message_router: MessageRouter, config: WebSocketConfig) -> None:
        self._message_router = message_router
        self._config = config

    async def execute(self, connection: WebSocketConnection) -> None:
        """Confirm the connection, answer every frame until the other end closes, and forget it however it ends."""
        manager = get_websocket_manager(user_context=connection.user_context)
        try:
            info = describe_connection(connection, manager)
            await connection.send(ServerMessage(MessageType.CONNECTION_ESTABLISHED, asdict(info)))
            manager.add_connection(connection)
            while (frame := await next_frame(connection, self._config.heartbeat_seconds)) is not None:
                await self._message_router.route(connection, frame)
        except WebSocketDisconnect:
            pass  # the other end is gone, which is how connections end
        except Exception:
            logger.exception("the connection %s failed", connection.connection_id)
            await tell_failure(connection)
        finally:
            manager.remove_connection(connection)
