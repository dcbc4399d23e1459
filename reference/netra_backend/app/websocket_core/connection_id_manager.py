"""The ids of connections."""

from __future__ import annotations

import uuid


def new_connection_id() -> str:
    """An id for one connection; no other has it, and it says nothing about the person."""
    return f"ws_{uuid.uuid4().hex}"
