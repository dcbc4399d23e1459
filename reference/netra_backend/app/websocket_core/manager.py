"""The former path of ``WebSocketManager``, whose home is ``websocket_manager``: it works for a while, and warns."""

from __future__ import annotations

import warnings
from typing import Any


def __getattr__(name: str) -> Any:
    """The home's object, for whoever still asks for it here."""
    if name == "WebSocketManager":
        from netra_backend.app.websocket_core.websocket_manager import WebSocketManager

        warnings.warn(
            f"{__name__} is retired: import WebSocketManager from netra_backend.app.websocket_core.websocket_manager",
            DeprecationWarning,
            stacklevel=2,
        )
        return WebSocketManager
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
