"""Who is behind a handshake."""

from __future__ import annotations

from fastapi import WebSocket

from netra_backend.app.auth_integration.auth import DEMO_USER, authenticate
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_jwt_protocol_handler import token_of


async def extract_user_context(websocket: WebSocket) -> UserExecutionContext:
    """The person whose token the handshake carries; in demo mode everybody is the same one, with or without a token.

    Raises :class:`NetraException` as ``authenticate`` does.
    """
    state = websocket.app.state
    if state.live_updates.config.demo_mode:
        return DEMO_USER
    return await authenticate(token_of(websocket), state.config.jwt_secret, state.auth_client)
