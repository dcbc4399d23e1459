"""Live updates: the driver of the WebSocket, as the platform's wire contract has it."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from acceptance.drivers.auth import Person
from acceptance.drivers.events import PASSED_OVER, Event, ends_run, read
from acceptance.drivers.reachability import Reachability, why_unreachable
from acceptance.evidence.recorder import Recorder
from acceptance.target import Deadline, Target
from acceptance.verdicts import Broken

#: How the token travels: in the handshake's header, or in a subprotocol, as a browser must.
Carrier = Literal["header", "subprotocol"]


@dataclass
class Run:
    """One question and what live updates said until the run ended or its deadline passed."""

    question: str
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    seconds: float = 0.0
    closed: str | None = None

    def named(self, name: str) -> list[Event]:
        """The events of one name, in order."""
        return [event for event in self.events if event.name == name]

    def repeated(self) -> list[str]:
        """Events of which the very same frame came again (its time of sending apart), by name."""
        seen: set[str] = set()
        again = []
        for event in self.events:
            frame = json.dumps({key: value for key, value in event.raw.items() if key != "timestamp"}, sort_keys=True)
            if frame in seen:
                again.append(event.name)
            seen.add(frame)
        return again

    def unfinished_tools(self) -> list[str]:
        """Tools that were begun more often than they were finished, by name."""
        begun = Counter(_tool(event) for event in self.named("tool_executing"))
        begun.subtract(_tool(event) for event in self.named("tool_completed"))
        return sorted(tool for tool, open_uses in begun.items() if open_uses > 0)


class LiveConnection:
    """One person's open connection to live updates."""

    def __init__(self, socket: ClientConnection, person: Person, recorder: Recorder) -> None:
        self._socket = socket
        self._person = person
        self._recorder = recorder

    async def established(self, *, within: Deadline) -> Event:
        """The first frame, which must greet the person; raises :class:`Broken` for anything else."""
        try:
            event = await self._next(time.monotonic() + within.seconds)
        except ConnectionClosed as closed:
            raise Broken(f"live updates let {self._person.name} in, and then {_close_words(closed)}") from None
        if event is None:
            raise Broken(f"live updates let {self._person.name} in and then said nothing {within}")
        if event.name != "connection_established":
            told = event.raw.get("error_code") or event.name
            raise Broken(f"live updates greeted {self._person.name} with “{told}” instead of confirming the connection")
        return event

    async def ask(self, question: str, *, within: Deadline) -> Run:
        """Ask one question in the chat and listen until its run ends or the deadline passes.

        Never raises for what live updates leave unsaid: the steps judge the run. A closed connection is in ``closed``.
        """
        begun = time.monotonic()
        until = begun + within.seconds
        run = Run(question)
        message = {"type": "user_message", "payload": {"text": question, "references": [], "thread_id": None}}
        try:
            await self._send(message)
            while not run.ended and (event := await self._next(until)):
                if event.name not in PASSED_OVER:
                    run.events.append(event)
                    run.ended = ends_run(event, run.events)
            run.seconds = time.monotonic() - begun
            if run.ended:
                run.events += await self._stragglers(until)
        except ConnectionClosed as closed:
            run.closed = _close_words(closed)
        return run

    async def _stragglers(self, until: float) -> list[Event]:
        """What was still under way when the run ended: all that comes before the answer to a ping."""
        await self._send({"type": "ping", "timestamp": time.time()})
        late: list[Event] = []
        while (event := await self._next(until)) and event.name != "pong":
            if event.name not in PASSED_OVER:
                late.append(event)
        return late

    async def close(self) -> None:
        """End the connection; safe to call twice."""
        await self._socket.close()

    async def _send(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        self._recorder.frame(self._person.name, "sent", text)
        await self._socket.send(text)

    async def _next(self, until: float) -> Event | None:
        """The next message, or None when the deadline passes first; raises ``ConnectionClosed``."""
        while (left := until - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    frame = await self._socket.recv()
            except TimeoutError:
                return None
            text = frame if isinstance(frame, str) else frame.decode(errors="replace")
            self._recorder.frame(self._person.name, "received", text)
            if event := read(text, time.monotonic()):
                return event
        return None


class Chat:
    """Where live connections are opened."""

    def __init__(self, target: Target, recorder: Recorder, reachability: Reachability) -> None:
        self._target = target
        self._recorder = recorder
        self._reachability = reachability

    async def connect(self, person: Person, *, carrier: Carrier = "subprotocol") -> LiveConnection:
        """Open a connection with the person's token.

        Raises :class:`CouldNotTell` when the address cannot be reached, :class:`Broken` when it refuses the token or
        does not complete the handshake within the time for live updates.
        """
        address = str(self._target.websocket_url)
        await self._reachability.require(address)
        within = self._target.deadlines["live updates"]
        headers, subprotocols = _carried(person.token, carrier)
        self._recorder.frame(person.name, "connection", f"opening, the token in the {carrier}")
        try:
            socket = await connect(
                address,
                additional_headers=headers,
                subprotocols=subprotocols,
                open_timeout=within.seconds,
                close_timeout=1,
                proxy=None if self._target.is_on_this_machine else True,
            )
        except InvalidStatus as refused:
            raise self._not_opened(person, f"refused the connection (HTTP {refused.response.status_code})") from None
        except TimeoutError:
            raise self._not_opened(person, f"did not open the connection {within}") from None
        except InvalidHandshake as error:
            raise self._not_opened(person, f"did not keep to the WebSocket handshake ({error})") from None
        except (WebSocketException, ssl.SSLError, OSError) as error:
            raise self._not_opened(person, f"could not be connected to: {why_unreachable(error)}") from None
        self._recorder.frame(person.name, "connection", f"open, subprotocol {socket.subprotocol or 'none'}")
        return LiveConnection(socket, person, self._recorder)

    def _not_opened(self, person: Person, what: str) -> Broken:
        self._recorder.frame(person.name, "connection", what)
        return Broken(f"live updates {what}")


def _carried(token: str, carrier: Carrier) -> tuple[dict[str, str], list[Subprotocol] | None]:
    if carrier == "header":
        return {"Authorization": f"Bearer {token}"}, None
    encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    return {}, [Subprotocol("jwt-auth"), Subprotocol(f"jwt.{encoded}")]


def _tool(event: Event) -> str:
    return str(event.data.get("tool_name") or event.raw.get("tool_name") or "a tool without a name")


def _close_words(closed: ConnectionClosed) -> str:
    frame = closed.rcvd
    return f"closed the connection ({frame.code} {frame.reason})".strip() if frame else "cut the connection"
