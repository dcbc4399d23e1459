"""All connections of this process, in one place."""

from __future__ import annotations

from netra_backend.app.websocket_core.types import WebSocketConnection, WebSocketStats


class UnifiedWebSocketManager:
    """Keeps every open connection, under the id of the person who opened it."""

    def __init__(self) -> None:
        self._connections: dict[str, list[WebSocketConnection]] = {}

    def add_connection(self, user_id: str, connection: WebSocketConnection) -> None:
        """Keep a connection that has been opened."""
        self._connections.setdefault(user_id, []).append(connection)

    def remove_connection(self, user_id: str, connection: WebSocketConnection) -> None:
        """Forget a connection; safe to call twice."""
        left = [kept for kept in self._connections.get(user_id, []) if kept is not connection]
        if left:
            self._connections[user_id] = left
        else:
            self._connections.pop(user_id, None)

    def connections_of(self, user_id: str) -> list[WebSocketConnection]:
        """The open connections of one person: one for each of their tabs."""
        return list(self._connections.get(user_id, []))

    def stats(self) -> WebSocketStats:
        """How many connections are open now."""
        return WebSocketStats(
            connections=sum(len(opened) for opened in self._connections.values()), people=len(self._connections)
        )


#: The connections of this process.
open_connections = UnifiedWebSocketManager()
