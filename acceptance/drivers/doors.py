"""Doors: every place where the platform decides about a token, and how each stands to one."""

from __future__ import annotations

from acceptance.drivers.http import Reply

OPEN, SHUT, UNAVAILABLE = "open", "shut", "answered 503"


def door(reply: Reply) -> str:
    """How a protected call stands: open, shut (401, as the contract has it), or what it answered instead."""
    if reply.is_success:
        return OPEN
    return SHUT if reply.status == 401 else f"answered {reply.status}"
