"""What the services say of their own condition."""

from __future__ import annotations

from acceptance.drivers.http import Service
from acceptance.target import Deadline

WELL = "well"
#: Where each service tells how it is, and the word that says that all is well.
_TOLD_AT = {
    "chat": (("/health", "healthy"), ("/health/ready", "ready")),
    "sign-in": (("/health", "healthy"), ("/health/ready", "ready")),
    "live updates": (("/ws/health", "healthy"),),
}
#: Which service answers for what an owner calls a service.
ANSWERED_BY = {"chat": "chat", "sign-in": "sign-in", "live updates": "chat"}


async def condition(name: str, service: Service, *, within: Deadline) -> str:
    """:data:`WELL`, or what ``service`` says of the condition of ``name``; every place is asked, and must say so."""
    unwell = []
    for path, word in _TOLD_AT[name]:
        reply = await service.call("GET", path, within=within)
        said = reply.field("status")
        if reply.status != 200 or said != word:
            unwell.append(f"{said or 'no word'} ({reply.status})")
    return ", ".join(unwell) or WELL
