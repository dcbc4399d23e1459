"""What live updates say about themselves, wherever somebody asks whether they are up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from netra_backend.app.websocket_core.types import WebSocketConfig
from netra_backend.app.websocket_core.unified_manager import open_connections


def websocket_readiness() -> dict[str, Any]:
    """That people can be reached, and how many are."""
    return {"websocket_ready": True, **asdict(open_connections.stats())}


def component_states(config: WebSocketConfig, runs: int) -> dict[str, Any]:
    """How each part of live updates does; ``runs`` is how many questions are being answered now."""
    return {
        "manager": {"status": "healthy", **asdict(open_connections.stats())},
        "message_router": {"status": "healthy", "runs": runs},
        "connection_monitor": {"status": "healthy", "heartbeat_seconds": config.heartbeat_seconds},
    }
