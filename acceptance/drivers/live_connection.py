"""One live connection: what is said on it, heard from it, and waited for, as the platform's wire contract has it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.protocol import State

from acceptance.drivers.agent_runs import AgentRun, sorted_into
from acceptance.drivers.auth import LABEL, Person
from acceptance.drivers.envelopes import MAY_END, PASSED_OVER, Event, error_code, read
from acceptance.drivers.ownership import names_another
from acceptance.evidence.recorder import Recorder
from acceptance.target import Deadline
from acceptance.verdicts import Broken, CouldNotTell

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
CLOSE_SECONDS = 1.0
LARGEST_MESSAGE = 1024 * 1024  # bytes; a whole answer is a hundredth of it
_MOST_MESSAGES, _MOST_CHARACTERS = 10_000, 4 * 1024 * 1024  # on one connection; many conversations are a tenth of it
_BINARY_SHOWN = 1000  # bytes
#: The codes with which this side ends a connection, by what was heard on it.
_UNREADABLE: dict[int, str] = {
    CloseCode.PROTOCOL_ERROR: "a frame that no WebSocket has",
    CloseCode.INVALID_DATA: "text that is not UTF-8",
    CloseCode.MESSAGE_TOO_BIG: f"a message of more than {LARGEST_MESSAGE // 1024:,} KiB, or in thousands of pieces",
    CloseCode.INTERNAL_ERROR: "nothing, also not when they were asked for a sign of life",
}
#: What people call the messages that are waited for.
_AWAITED = {"ack": "a receipt", "pong": "an answer", "error_message": "a complaint", "heartbeat": "a sign of life"}


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
    ) -> AgentRun:
        """Ask one question and listen until its run ends or the deadline passes."""
        return (await self.ask_all([(question, thread_id)], within=within, form=form))[0]

    async def ask_all(
        self, questions: Sequence[tuple[str, str | None]], *, within: Deadline, form: str = IN_THE_CHAT
    ) -> list[AgentRun]:
        """Ask all questions ``(text, thread id)`` at once, and listen until each one's run ends or the deadline passes.

        Never raises for what live updates leave unsaid: the steps judge the runs. A closed connection is in ``closed``.
        """
        runs = [AgentRun(question, thread_id) for question, thread_id in questions]
        for run in runs:
            run.asked_at = time.monotonic()
        await self._follow(runs, within, [FORMS[form](run.question, run.thread_id) for run in runs])
        return runs

    async def watch(self, run: AgentRun, *, within: Deadline) -> AgentRun:
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
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                await self._socket.close()
        except TimeoutError:
            self._socket.transport.abort()
            await self._socket.wait_closed()

    async def _follow(self, runs: list[AgentRun], within: Deadline, messages: Sequence[dict[str, Any]] = ()) -> None:
        """Send ``messages``; give every event to its run until all runs have ended, and what was still under way."""
        until = time.monotonic() + within.seconds
        try:
            for message in messages:
                await self._send(message, until)
            await self._hear(runs, within)
        except ConnectionClosed as closed:
            for run in runs:
                run.closed = _close_words(closed)

    async def _hear(self, runs: list[AgentRun], within: Deadline) -> None:
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
