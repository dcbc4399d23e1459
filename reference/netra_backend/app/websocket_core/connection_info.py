"""What a person is told when their connection stands."""

from __future__ import annotations

from netra_backend.app.websocket_core.types import GOLDEN_PATH_EVENTS, ConnectionInfo, WebSocketConnection
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager
from shared.timestamps import now_iso

#: How much of a person's id is told; whoever needs all of it gets it in the answer to a message.
SHOWN_CHARACTERS = 8


def describe_connection(connection: WebSocketConnection, manager: WebSocketManager) -> ConnectionInfo:
    """A connection as the person who opened it is told of it."""
    return ConnectionInfo(
        mode=manager.mode,
        user_id=f"{connection.user_context.user_id[:SHOWN_CHARACTERS]}...",
        connection_id=connection.connection_id,
        golden_path_events=GOLDEN_PATH_EVENTS,
        features={"agents": True, "heartbeat": True},
        timestamp=now_iso(),
    )
