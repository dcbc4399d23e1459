"""Live updates: the driver of the WebSocket, as the platform's wire contract has it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.typing import Subprotocol

from acceptance.drivers.auth import LABEL, Person
from acceptance.drivers.doors import OPEN, SHUT, UNAVAILABLE
from acceptance.drivers.events import MAY_END, PASSED_OVER, Event, error_code, read
from acceptance.drivers.ownership import names_another
from acceptance.drivers.reachability import Reachability, why_unreachable
from acceptance.drivers.runs import Run, sorted_into
from acceptance.evidence.recorder import Recorder
from acceptance.target import Deadline, Target, without_user_info
from acceptance.verdicts import Broken, CouldNotTell

#: How the token travels: in the handshake's header, in a subprotocol (as a browser must), or in the address, where
#: the contract has it ignored.
Carrier = Literal["header", "subprotocol", "address"]

#: The contract's messages that ask something, by what an owner calls them: the question and its thread go in.
FORMS: dict[str, Callable[[str, str | None], dict[str, Any]]] = {
    "a question in the chat": lambda text, thread: {
        "type": "user_message",
        "payload": {"text": text, "references": [], "thread_id": thread},
    },
    "a task for the agent": lambda text, thread: {
        "type": "start_agent",
        "payload": {"user_request": text, "thread_id": thread, "context": {}, "settings": {}},
    },
    "a message to the agent": lambda text, thread: {
        "type": "agent_request",
        "payload": {"message": text, "thread_id": thread},
    },
}
IN_THE_CHAT = next(iter(FORMS))

#: Whom a deployment in demo mode takes everybody for.
DEMO_USER = "demo-user-001"
_UNKNOWN_TYPE = f"{LABEL}_who_am_i"  # a type that the contract does not know is acknowledged, with the whole identity
_CLOSE_SECONDS = 1.0
_LARGEST_MESSAGE = 1024 * 1024  # bytes; a whole answer is a hundredth of it
_MOST_MESSAGES, _MOST_CHARACTERS = 10_000, 4 * 1024 * 1024  # on one connection; many conversations are a tenth of it
_NOT_ALLOWED, _SERVICE_FAILURE = 1008, 1011  # codes with which live updates end a connection
_LONGEST_ERROR, _BINARY_SHOWN = 200, 1000  # characters, bytes
#: The codes with which this side ends a connection, by what was heard on it.
_UNREADABLE: dict[int, str] = {
    CloseCode.PROTOCOL_ERROR: "a frame that no WebSocket has",
    CloseCode.INVALID_DATA: "text that is not UTF-8",
    CloseCode.MESSAGE_TOO_BIG: f"a message of more than {_LARGEST_MESSAGE // 1024:,} KiB, or in thousands of pieces",
    CloseCode.INTERNAL_ERROR: "nothing, also not when they were asked for a sign of life",
}
#: What people call the messages that are waited for.
_AWAITED = {"ack": "a receipt", "pong": "an answer", "error_message": "a complaint", "heartbeat": "a sign of life"}


class _Connecting(connect):
    """A connection that is made to the address that was named and to no other: a token must not follow a redirect."""

    reached = False  # whether the address could be connected to at all, its TLS included

    async def open_tcp_connection(self) -> ClientConnection:
        """What ``connect`` opens before the handshake."""
        connection = await super().open_tcp_connection()
        self.reached = True
        return connection

    def process_redirect(self, exc: Exception) -> Exception:
        """Never follow."""
        return exc


class LiveConnection:
    """One open connection of one person to live updates."""

    def __init__(self, socket: ClientConnection, person: Person, label: str, recorder: Recorder) -> None:
        self._socket = socket
        self._recorder = recorder
        self.person = person
        self.label = label
        #: Everything that was heard on this connection, in order.
        self.heard: list[Event] = []
        self._messages = self._characters = 0
        #: With which code live updates ended the connection, once they have.
        self.close_code: int | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left of the connection."""
        return self._socket.state is State.CLOSED

    def is_foreign(self, event: Event) -> bool:
        """Whether an event names another person than the one whose connection it came by."""
        return names_another(event, self.person.user_id)

    async def established(self, *, within: Deadline) -> Event:
        """The first frame, which must greet the person.

        Raises :class:`Broken` for anything else, :class:`CouldNotTell` where demo mode makes everybody one person.
        """
        event = await self._expect("let {name} in", within)
        if event.name != "connection_established":
            told = error_code(event) or event.name
            raise Broken(f"live updates greeted {self.label} with “{told}” instead of confirming the connection")
        if str(event.data.get("user_id") or "").startswith(DEMO_USER[:8]):
            await self.identity(within=within)
        return event

    async def identity(self, *, within: Deadline) -> str:
        """The whole id of the person for whom live updates take this connection.

        Raises :class:`Broken` when they do not say it, :class:`CouldNotTell` in demo mode.
        """
        event = await self._expect("were asked who {name} is", within, "ack", {"type": _UNKNOWN_TYPE})
        if event.user_id == DEMO_USER and self.person.user_id != DEMO_USER:
            raise CouldNotTell(
                f"live updates are in demo mode, where everybody is {DEMO_USER}: who somebody is means nothing there",
                look_first_at="the setting DEMO_MODE of the platform",
            )
        return event.user_id or ""

    async def ping(self, *, within: Deadline) -> Event:
        """The answer to a ping; raises :class:`Broken` when there is none."""
        return await self._expect("were asked by {name} whether they are there", within, "pong", _ping())

    async def say_nonsense(self, *, within: Deadline) -> Event:
        """The answer to a message that is not JSON; raises :class:`Broken` when there is none."""
        unreadable = "{ this is no message"
        return await self._expect("were told something unreadable by {name}", within, "error_message", unreadable)

    async def sign_of_life(self, *, within: Deadline) -> Event:
        """What live updates say of their own accord on a quiet connection; raises :class:`Broken` for nothing."""
        return await self._expect("heard nothing of {name} for a while", within, "heartbeat")

    async def ask(
        self, question: str, *, within: Deadline, form: str = IN_THE_CHAT, thread_id: str | None = None
    ) -> Run:
        """Ask one question and listen until its run ends or the deadline passes."""
        return (await self.ask_all([(question, thread_id)], within=within, form=form))[0]

    async def ask_all(
        self, questions: Sequence[tuple[str, str | None]], *, within: Deadline, form: str = IN_THE_CHAT
    ) -> list[Run]:
        """Ask all questions ``(text, thread id)`` at once, and listen until each one's run ends or the deadline passes.

        Never raises for what live updates leave unsaid: the steps judge the runs. A closed connection is in ``closed``.
        """
        runs = [Run(question, thread_id) for question, thread_id in questions]
        for run in runs:
            run.asked_at = time.monotonic()
        await self._follow(runs, within, [FORMS[form](run.question, run.thread_id) for run in runs])
        return runs

    async def watch(self, run: Run, *, within: Deadline) -> Run:
        """Listen, without asking, until ``run``, asked elsewhere, ends or the deadline passes."""
        await self._follow([run], within)
        return run

    async def settle(self, *, within: Deadline) -> list[Event]:
        """What was still under way to this connection: all that comes before the answer to a ping, or its end."""
        until = time.monotonic() + within.seconds
        late: list[Event] = []
        with suppress(ConnectionClosed):
            await self._send(_ping(), until)
            while (event := await self._next(until)) and event.name != "pong":
                if event.name not in PASSED_OVER:
                    late.append(event)
        return late

    async def is_ended(self, *, within: Deadline) -> bool:
        """Whether live updates end the connection of their own accord before the deadline."""
        until = time.monotonic() + within.seconds
        try:
            while await self._next(until):
                pass
        except ConnectionClosed:
            return True
        return False

    def drop(self, why: str = "as by a failing network") -> None:
        """Cut the connection as a failing network does, without a word."""
        self._recorder.frame(self.label, "connection", f"cut, {why}")
        self._socket.transport.abort()

    async def close(self) -> None:
        """End the connection; safe to call twice. Who reads nothing any more does not keep it open."""
        try:
            async with asyncio.timeout(2 * _CLOSE_SECONDS):
                await self._socket.close()
        except TimeoutError:
            self._socket.transport.abort()
            await self._socket.wait_closed()

    async def _follow(self, runs: list[Run], within: Deadline, messages: Sequence[dict[str, Any]] = ()) -> None:
        """Send ``messages``; give every event to its run until all runs have ended, and what was still under way."""
        until = time.monotonic() + within.seconds
        try:
            for message in messages:
                await self._send(message, until)
            await self._hear(runs, within)
        except ConnectionClosed as closed:
            for run in runs:
                run.closed = _close_words(closed)

    async def _hear(self, runs: list[Run], within: Deadline) -> None:
        until = time.monotonic() + within.seconds
        waiting = self._recorder.wait(self.label, f"the end of the work, {within.name}", within.seconds)
        events: list[Event] = []
        over = 0
        try:
            while over < len(runs) and (event := await self._next(until)):
                if event.name in PASSED_OVER:
                    continue
                events.append(event)
                if event.name in MAY_END:
                    sorted_into(runs, events)
                    done = sum(run.is_over for run in runs)
                    if done > over:  # who answers one after the other has the time for each
                        over, until = done, time.monotonic() + within.seconds
        finally:
            sorted_into(runs, events)
        if over == len(runs):
            self._recorder.over(waiting)
            sorted_into(runs, [*events, *await self.settle(within=within)])

    async def _expect(
        self, when: str, within: Deadline, name: str | None = None, message: dict[str, Any] | str | None = None
    ) -> Event:
        """Send ``message``, if any; the next message in answer, or the next of one name.

        Raises :class:`Broken` when it does not come, or the connection ends first.
        """
        until = time.monotonic() + within.seconds
        told = f"live updates {when.format(name=self.label)}"
        words = f"{_AWAITED.get(name, name)}, {within.name}" if name else f"a greeting, {within.name}"
        waiting = self._recorder.wait(self.label, words, within.seconds)
        try:
            if message is not None:
                await self._send(message, until)
            while event := await self._next(until):
                if name in (None, event.name):
                    self._recorder.over(waiting)
                    return event
        except ConnectionClosed as closed:
            raise Broken(f"{told}, and {_close_words(closed)}") from None
        raise Broken(f"{told}, and gave no answer {within}")

    async def _send(self, message: dict[str, Any] | str, until: float) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._recorder.frame(self.label, "sent", text)
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await self._socket.send(text)
        except TimeoutError:
            self._recorder.frame(self.label, "connection", "takes no more messages")
        except ConnectionClosed as closed:
            self._recorder.frame(self.label, "connection", _close_words(closed))
            raise

    async def _next(self, until: float) -> Event | None:
        """The next message, or None when the deadline passes first; raises ``ConnectionClosed``."""
        while (left := until - time.monotonic()) > 0:
            try:
                frame = await self._received(left)
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                self._recorder.frame(self.label, "connection", _close_words(closed))
                self.close_code = closed.rcvd.code if closed.rcvd else None
                raise
            self._recorder.frame(self.label, "received", frame if isinstance(frame, str) else _binary(frame))
            self._messages += 1
            self._characters += len(frame)
            if self._messages > _MOST_MESSAGES or self._characters > _MOST_CHARACTERS:
                self.drop("without an end in sight")
                raise Broken(f"live updates sent {self.label} messages without an end in sight")
            if isinstance(frame, str) and (event := read(frame, time.monotonic())):
                self.heard.append(event)
                return event
        return None

    async def _received(self, seconds: float) -> str | bytes:
        """The next frame; raises ``TimeoutError``, and ``ConnectionClosed``."""
        try:
            async with asyncio.timeout(seconds):
                return await self._socket.recv()
        except TimeoutError:
            if self._socket.state is State.OPEN:
                raise
            self._socket.transport.abort()  # one side has ended it; that the other keeps the line changes nothing
            await self._socket.wait_closed()
            raise self._socket.protocol.close_exc from None


class Chat:
    """Where live connections are opened."""

    def __init__(self, target: Target, recorder: Recorder, reachability: Reachability) -> None:
        self._target = target
        self._recorder = recorder
        self._reachability = reachability
        #: Every connection that was opened, so that none is left open.
        self.opened: list[LiveConnection] = []
        self._has_known_somebody = False  # by their own sign-in, as nobody is known in demo mode
        #: Handshakes that were refused: whose, with which status, and whether in an outage.
        self.refusals: list[tuple[str, int, bool]] = []

    async def connect(
        self, person: Person, *, carrier: Carrier = "subprotocol", label: str | None = None
    ) -> LiveConnection:
        """Open a connection with the person's token; ``label`` tells their connections apart.

        Raises :class:`CouldNotTell` when the address cannot be reached, :class:`Broken` when it refuses the token or
        does not complete the handshake within the time for live updates.
        """
        label = label or person.name
        try:
            return await self._open(person, person.token, carrier, label)
        except InvalidStatus as refused:
            raise Broken(f"live updates refused the connection (HTTP {refused.response.status_code})") from None

    async def door(self, person: Person, token: str | None, carrier: Carrier) -> str:
        """Whether live updates let somebody in with this token: :data:`OPEN`, :data:`SHUT`, or what else they did.

        Shut is a refusal at the handshake, or a word of it and the end of the connection. Raises
        :class:`CouldNotTell` in demo mode and for an address that cannot be reached.
        """
        within = self._target.deadlines["live updates"]
        try:
            connection = await self._open(person, token, carrier, person.name)
        except InvalidStatus as refused:
            status = refused.response.status_code
            return SHUT if status in (401, 403) else f"answered {status}"
        except Broken as failure:
            return failure.happened
        try:
            await connection.established(within=within)
        except Broken as failure:
            if not connection.heard:
                return SHUT if connection.close_code == _NOT_ALLOWED else failure.happened
            code = error_code(connection.heard[0])
            if code is None:
                return failure.happened
            if not await connection.is_ended(within=within):
                return f"said “{code}” and left the connection open"
            if connection.close_code == _SERVICE_FAILURE:
                return UNAVAILABLE
            return SHUT if code == "AUTH_FAILED" or connection.close_code == _NOT_ALLOWED else f"said “{code}”"
        except CouldNotTell:
            if not self._has_known_somebody:
                raise
            return OPEN  # not a mode, but one more way in
        finally:
            await connection.close()
        self._has_known_somebody = True
        return OPEN

    async def close(self) -> None:
        """End every connection that is still open."""
        await asyncio.gather(*(connection.close() for connection in self.opened))

    async def _open(self, person: Person, token: str | None, carrier: Carrier, label: str) -> LiveConnection:
        """Open a connection; raises ``InvalidStatus`` when it is refused with an HTTP answer."""
        address = str(self._target.websocket_url)
        await self._reachability.require(address)
        within = self._target.deadlines["live updates"]
        headers, subprotocols, query = _carried(token, carrier)
        self._recorder.frame(label, "connection", f"opening, {'the' if token else 'no'} token in the {carrier}")
        connecting = _Connecting(
            address + query,
            additional_headers=headers,
            subprotocols=subprotocols,
            open_timeout=within.seconds,
            close_timeout=_CLOSE_SECONDS,
            max_size=_LARGEST_MESSAGE,
            proxy=None if self._target.is_on_this_machine else True,
        )
        try:
            socket = await connecting
        except InvalidStatus as refused:
            status = refused.response.status_code
            self.refusals.append((label, status, self._recorder.in_outage))
            self._recorder.frame(label, "connection", f"refused the connection (HTTP {status})")
            raise
        except (TimeoutError, WebSocketException, OSError) as error:
            if not connecting.reached:
                self._not_opened(label, "could not be connected to")
                told = (
                    f"live updates at {without_user_info(address)} cannot be reached any more: {why_unreachable(error)}"
                )
                raise CouldNotTell(told, look_first_at="whether the service is still there") from None
            match error:
                case TimeoutError():
                    what = f"did not open the connection {within}"
                case InvalidHandshake():
                    what = f"did not keep to the WebSocket handshake ({str(error)[:_LONGEST_ERROR]})"
                case _:
                    what = f"broke the connection off before it was open: {why_unreachable(error)}"
            raise self._not_opened(label, what) from None
        self._recorder.frame(label, "connection", f"open, subprotocol {socket.subprotocol or 'none'}")
        connection = LiveConnection(socket, person, label, self._recorder)
        self.opened.append(connection)
        return connection

    def _not_opened(self, label: str, what: str) -> Broken:
        self._recorder.frame(label, "connection", what)
        return Broken(f"live updates {what}")


def _carried(token: str | None, carrier: Carrier) -> tuple[dict[str, str], list[Subprotocol] | None, str]:
    """Headers, subprotocols and query of the handshake."""
    if token is None:
        return {}, None, ""
    if carrier == "header":
        return {"Authorization": f"Bearer {token}"}, None, ""
    if carrier == "address":
        return {}, None, "?" + urlencode({"token": token})
    encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    return {}, [Subprotocol("jwt-auth"), Subprotocol(f"jwt.{encoded}")], ""


def _ping() -> dict[str, Any]:
    return {"type": "ping", "timestamp": time.time()}


def _close_words(closed: ConnectionClosed) -> str:
    """How the connection ended, and by whom: what cannot be read any further is ended on this side."""
    theirs, ours = closed.rcvd, closed.sent
    if theirs and (closed.rcvd_then_sent or not ours):
        return f"closed the connection ({f'{theirs.code} {theirs.reason}'.strip()})"
    told = _UNREADABLE.get(ours.code) if ours else None
    return f"sent what ended the connection: {told}" if told else "cut the connection"


def _binary(frame: bytes) -> str:
    """What is kept of a message that is no text, which no page could read as one."""
    return f"{len(frame):,} bytes, not text: {frame[:_BINARY_SHOWN].decode(errors='replace')}"
