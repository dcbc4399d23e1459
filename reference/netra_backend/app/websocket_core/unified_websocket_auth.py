"""The sign-in of live updates: everything that a handshake must show before it is accepted."""

from __future__ import annotations

from fastapi import WebSocket

from netra_backend.app.websocket_core.types import AuthInfo
from netra_backend.app.websocket_core.unified_jwt_protocol_handler import select_subprotocol
from netra_backend.app.websocket_core.user_context_extractor import extract_user_context


async def authenticate_websocket(websocket: WebSocket) -> AuthInfo:
    """Who is behind a handshake, and the subprotocol to accept it with.

    Raises :class:`NetraException` for one to refuse: 403 when none of its subprotocols is supported, else 401 or 503.
    """
    subprotocol = select_subprotocol(websocket.scope["subprotocols"])
    user_context = await extract_user_context(websocket)
    return AuthInfo(user_context, subprotocol)
