"""What the parts of live updates need of each other, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class WebSocketProtocol(Protocol):
    """What a connection needs of its socket."""

    async def send_text(self, data: str) -> None:
        """Send one text frame."""


class WebSocketManagerProtocol(Protocol):
    """What an emitter needs of a manager: a way to one person."""

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send one message to every open connection of that person."""
