"""How a token travels in a WebSocket handshake: in the Authorization header, or in a subprotocol as browsers must."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from fastapi import WebSocket

from netra_backend.app.core.exceptions_base import NetraException

#: The subprotocol that a browser offers beside its token; the one to select, since it gives nothing away.
PLAIN = "jwt-auth"
#: What the subprotocol that is a token begins with; the token follows in base64url without padding.
TOKEN_PREFIX = "jwt."


def token_of(websocket: WebSocket) -> str | None:
    """The token of a handshake, or None. A ``?token=`` is not read: addresses end up in logs."""
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    for offered in websocket.scope["subprotocols"]:
        if offered.startswith(TOKEN_PREFIX):
            return _decoded(offered.removeprefix(TOKEN_PREFIX))
    return None


def select_subprotocol(offered: Sequence[str]) -> str | None:
    """Which of the offered subprotocols to speak; None where none is offered.

    Raises :class:`NetraException` (403) when none of those offered is supported.
    """
    for subprotocol in sorted(offered, key=lambda name: name != PLAIN):
        if subprotocol == PLAIN or subprotocol.startswith(TOKEN_PREFIX):
            return subprotocol
    if offered:
        raise NetraException(403, "WS_SUBPROTOCOL_UNSUPPORTED", "No offered subprotocol is supported", "Not supported.")
    return None


def _decoded(encoded: str) -> str:
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return encoded  # no token at all, and refused as such
