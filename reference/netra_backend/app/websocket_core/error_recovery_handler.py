"""What is left to do for a person when live updates themselves have failed."""

from __future__ import annotations

from contextlib import suppress

from fastapi import WebSocketDisconnect

from netra_backend.app.websocket_core.types import ErrorMessage, WebSocketConnection

SERVICE_FAILURE = 1011  # the code of a close that is the service's own fault


async def tell_failure(connection: WebSocketConnection) -> None:
    """Tell the person that live updates failed, and close the connection, unless they are gone already."""
    with suppress(WebSocketDisconnect):
        await connection.send(ErrorMessage("INTERNAL_ERROR", "Live updates failed"))
        await connection.websocket.close(SERVICE_FAILURE)
