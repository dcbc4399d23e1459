"""Chat's HTTP side: the driver of the backend, as the platform's wire contract has it."""

from __future__ import annotations

from typing import Any

from acceptance.drivers.http import Service
from acceptance.target import Target
from acceptance.verdicts import Broken

#: What an owner calls a service, what discovery calls it, and the name under which its health answers.
SERVICES = {
    "chat": ("backend", "netra-ai-platform"),
    "sign-in": ("auth", "auth-service"),
    "the web page": ("frontend", None),
}


class Backend(Service):
    """What a person, or another service, asks of the backend."""

    async def services(self, target: Target) -> dict[str, dict[str, Any]]:
        """The platform's own list of its services: discovery's name to ``{"port", "url", …}``.

        Raises :class:`Broken` when there is no such list in the answer.
        """
        reply = await self.call("GET", "/api/discovery/services", within=target.deadlines["service discovery"])
        self.expect(reply, "to say where the services are")
        services = reply.field("services")
        if not isinstance(services, dict):
            raise Broken(f"{self.name} was asked where the services are and gave no list of them")
        return {str(name): entry if isinstance(entry, dict) else {} for name, entry in services.items()}
