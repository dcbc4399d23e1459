"""Watches a connection: what it says, and when it has been silent for so long that it needs a sign of life."""

from __future__ import annotations

import asyncio

from netra_backend.app.websocket_core.types import MessageType, ServerMessage, WebSocketConnection
from shared.timestamps import now_iso


async def next_frame(connection: WebSocketConnection, heartbeat_seconds: float) -> str | None:
    """The next frame that the other end sends, or None when it has closed.

    As long as nothing comes it is sent a heartbeat every so many seconds: what lies between cuts silent connections.
    """
    while True:
        try:
            async with asyncio.timeout(heartbeat_seconds):
                message = await connection.websocket.receive()
        except TimeoutError:
            await connection.send(ServerMessage(MessageType.HEARTBEAT, {"timestamp": now_iso()}))
            continue
        if message["type"] == "websocket.disconnect":
            return None
        frame: str | None = message.get("text")
        return frame if frame is not None else message["bytes"].decode(errors="replace")
