"""Chat's HTTP side: the driver of the backend, as the platform's wire contract has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from acceptance.drivers.auth import LABEL, Person
from acceptance.drivers.http import Reply, Service
from acceptance.drivers.reachability import Reachability
from acceptance.evidence.recorder import Recorder
from acceptance.target import Target
from acceptance.verdicts import Broken

#: What an owner calls a service, what discovery calls it, and the name under which its health answers.
SERVICES = {
    "chat": ("backend", "netra-ai-platform"),
    "sign-in": ("auth", "auth-service"),
    "the web page": ("frontend", None),
}


@dataclass(frozen=True)
class Thread:
    """A conversation that chat keeps: its id, the id of the person whom chat calls its owner, and its title."""

    id: str
    owner: str
    title: str


class Backend(Service):
    """What a person, or another service, asks of the backend."""

    def __init__(
        self, target: Target, client: httpx.AsyncClient, recorder: Recorder, reachability: Reachability
    ) -> None:
        super().__init__("chat", str(target.base_url), client, recorder, reachability)
        self._target = target

    async def services(self) -> dict[str, dict[str, Any]]:
        """The platform's own list of its services: discovery's name to ``{"port", "url", …}``.

        Raises :class:`Broken` when there is no such list in the answer.
        """
        reply = await self.call("GET", "/api/discovery/services", within=self._target.deadlines["service discovery"])
        self.expect(reply, "to say where the services are")
        services = reply.field("services")
        if not isinstance(services, dict):
            raise Broken(f"{self.name} was asked where the services are and gave no list of them")
        return {str(name): entry if isinstance(entry, dict) else {} for name, entry in services.items()}

    async def service(self, name: str) -> dict[str, Any]:
        """Discovery's entry of one service; raises :class:`Broken` when there is none."""
        path = f"/api/discovery/services/{_quoted(name)}"
        reply = await self.call("GET", path, within=self._target.deadlines["service discovery"])
        entry = self.expect(reply, f"to say where “{name}” is").body
        return entry if isinstance(entry, dict) else {}

    async def open_thread(self, person: Person) -> Thread:
        """A new thread of this person's, labelled as the specification's; raises :class:`Broken`."""
        body = {"title": f"{LABEL}: a conversation of {person.name}'s", "metadata": {"created_by": LABEL}}
        reply = self.expect(await self.ask("POST", "/api/threads", person, body), "to open a thread", 200, 201)
        metadata = reply.field("metadata")
        if not reply.field("id") or not isinstance(metadata, dict) or not metadata.get("user_id"):
            raise Broken(f"{self.name} opened a thread for {person.name} without saying which, or whose it is")
        return Thread(str(reply.field("id")), str(metadata["user_id"]), str(reply.field("title") or ""))

    async def delete_thread(self, person: Person, thread: Thread) -> Reply:
        """The answer to deleting a thread as this person, whatever its status."""
        return await self.ask("DELETE", thread_path(thread.id), person)

    async def messages(self, person: Person, thread: Thread) -> list[tuple[str, str]]:
        """What a thread keeps, oldest first: ``(role, words)``; raises :class:`Broken` where it cannot be read."""
        reply = await self.ask("GET", thread_path(thread.id, "/messages"), person)
        body = self.expect(reply, f"to show {person.name} a thread of their own").body
        kept = body.get("messages") if isinstance(body, dict) else body
        if not isinstance(kept, list) or not all(isinstance(message, dict) for message in kept):
            raise Broken(f"{self.name} was asked for the messages of a thread and gave no list of them")
        return [(str(message.get("role")), _words(message.get("content"))) for message in kept]

    async def thread_ids(self, person: Person) -> list[str]:
        """The ids of the threads that chat lists as this person's; raises :class:`Broken` without a list."""
        reply = await self.ask("GET", "/api/threads", person)
        body = self.expect(reply, f"to list {person.name}'s threads").body
        listed = body.get("threads") if isinstance(body, dict) else body
        if not isinstance(listed, list) or not all(isinstance(thread, dict) for thread in listed):
            raise Broken(f"{self.name} was asked for {person.name}'s threads and gave no list of them")
        return [str(thread.get("id")) for thread in listed]

    async def ask(
        self,
        method: str,
        path: str,
        person: Person,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """One request with the person's token, answered promptly; the answer is returned whatever its status."""
        promptly = self._target.deadlines["promptly"]
        token = person.token or None  # who has none sends none
        return await self.call(method, path, within=promptly, body=body, token=token, person=person.name)

    async def log_in(self, person: Person) -> Reply:
        """The answer to signing in, with a password, at the door that chat has for it."""
        account = {"email": person.email, "password": person.password}
        within = self._target.deadlines["sign-in"]
        return await self.call("POST", "/auth/login", within=within, body=account, person=person.name)

    async def preflight(self, origin: str) -> Reply:
        """What a browser asks before a page from ``origin`` may use chat with the person's sign-in."""
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        promptly = self._target.deadlines["promptly"]
        return await self.call("OPTIONS", "/api/threads", within=promptly, headers=headers)


def thread_path(thread_id: str, below: str = "") -> str:
    """The path of a thread, or of something below it."""
    return f"/api/threads/{_quoted(thread_id)}{below}"


def _quoted(part: str) -> str:
    """A part of a path; half of a surrogate pair, which JSON can hold, goes as the bytes that it would be."""
    return quote(part, safe="", errors="surrogatepass")


def _words(content: object) -> str:
    """The text of a message, which the platform also keeps as ``[{"text": {"value": …}}]``."""
    if isinstance(content, list):
        return " ".join(_words(part) for part in content)
    if isinstance(content, dict):
        return _words(content.get("text", content.get("value", "")))
    return " ".join(str(content or "").split())
