"""Puts live updates together, once, when chat starts."""

from __future__ import annotations

from dataclasses import dataclass

from netra_backend.app.config import AppConfig
from netra_backend.app.services.agent_service_core import AgentService
from netra_backend.app.websocket_core.connection_executor import ConnectionExecutor
from netra_backend.app.websocket_core.handlers import get_message_router
from netra_backend.app.websocket_core.types import WebSocketConfig


@dataclass(frozen=True)
class LiveUpdates:
    """The live updates of one service: how they are set, and what serves their connections."""

    config: WebSocketConfig
    connections: ConnectionExecutor


def initialize_live_updates(config: AppConfig, agents: AgentService) -> LiveUpdates:
    """Live updates in which ``agents`` answers the questions."""
    own = WebSocketConfig(heartbeat_seconds=config.heartbeat_seconds, demo_mode=config.demo_mode)
    return LiveUpdates(own, ConnectionExecutor(get_message_router(agents), own))
