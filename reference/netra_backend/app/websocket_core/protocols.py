"""What the parts of live updates need of each other, and no more; and a check that they are given it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Protocol


class WebSocketProtocol(Protocol):
    """What a connection needs of its socket."""

    async def send_text(self, data: str) -> None:
        """Send one text frame."""

    async def receive(self) -> Mapping[str, Any]:
        """The next ASGI message: a frame, or the end."""

    async def close(self, code: int = 1000) -> None:
        """End the connection."""


class WebSocketManagerProtocol(Protocol):
    """What an emitter needs of a manager: a way to one person."""

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send one message to every open connection of that person."""


class WebSocketProtocolValidator:
    """Refuses what is no socket when a connection is made of it, not when its first frame is due."""

    @staticmethod
    def validate(candidate: object) -> None:
        """Raise ``TypeError`` unless ``candidate`` does all that :class:`WebSocketProtocol` asks."""
        _require(candidate, WebSocketProtocol)


class WebSocketManagerProtocolValidator:
    """Refuses what is no manager when an emitter is made for it, not in the middle of a run."""

    @staticmethod
    def validate(candidate: object) -> None:
        """Raise ``TypeError`` unless ``candidate`` does all that :class:`WebSocketManagerProtocol` asks."""
        _require(candidate, WebSocketManagerProtocol)


def _require(candidate: object, protocol: type) -> None:
    asked = [name for name, member in vars(protocol).items() if inspect.iscoroutinefunction(member)]
    missing = [name for name in asked if not inspect.iscoroutinefunction(getattr(candidate, name, None))]
    if missing:
        raise TypeError(
            f"{type(candidate).__name__} is no {protocol.__name__}: it has no coroutine {', '.join(missing)}"
        )
