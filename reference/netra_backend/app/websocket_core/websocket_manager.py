"""One person's live updates."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from fastapi import WebSocketDisconnect

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.types import WebSocketConnection, WebSocketManagerMode
from netra_backend.app.websocket_core.unified_manager import open_connections


class WebSocketManager:
    """Reaches one person, in every tab they have open, and nobody else: it has no way to name another person."""

    mode = WebSocketManagerMode.ISOLATED

    def __init__(self, user_context: UserExecutionContext) -> None:
        if user_context is None:
            raise ValueError("a manager needs the user_context of the person whom it reaches")
        self._user_id = user_context.user_id

    def add_connection(self, connection: WebSocketConnection) -> None:
        """From now on, reach the person through this connection too."""
        open_connections.add_connection(self._user_id, connection)

    def remove_connection(self, connection: WebSocketConnection) -> None:
        """The connection is gone; safe to call twice."""
        open_connections.remove_connection(self._user_id, connection)

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send one message to every open connection of this person; those found to be gone are forgotten."""
        for connection in open_connections.connections_of(self._user_id):
            try:
                await connection.send(message)
            except WebSocketDisconnect:
                self.remove_connection(connection)


def get_websocket_manager(user_context: UserExecutionContext) -> WebSocketManager:
    """The manager of the person in ``user_context``; raises ``ValueError`` without one."""
    return WebSocketManager(user_context)


def create_websocket_manager(user_context: UserExecutionContext) -> WebSocketManager:
    """The former spelling of :func:`get_websocket_manager`: it gives the same, and warns."""
    warnings.warn("create_websocket_manager is retired: call get_websocket_manager", DeprecationWarning, stacklevel=2)
    return get_websocket_manager(user_context)
