"""The people of a crowd: each signs in, connects, asks, checks all that they are told, disconnects and comes back.

What they say and how it is judged is the drivers' own code, the same as for the people of a scenario. Only nothing is
recorded: of what was wrong the messages are kept, of everything else the counts.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx

from acceptance.drivers.agent_runs import QUESTIONS, AgentRun, Kind, same_answer
from acceptance.drivers.auth import Auth, Person
from acceptance.drivers.backend import Backend, Thread
from acceptance.drivers.http import client_for
from acceptance.drivers.live_connection import LiveConnection
from acceptance.drivers.live_updates import LiveUpdates
from acceptance.drivers.ownership import marked, names_another, new_word, strange_words
from acceptance.drivers.reachability import Reachability
from acceptance.evidence.recorder import Recorder
from acceptance.evidence.redaction import Redactor
from acceptance.load.tally import SeenFlaw, Tally
from acceptance.target import Deadline, Target
from acceptance.verdicts import Broken, CouldNotTell

#: What is timed, by what a person waits for.
SIGN_IN, CONNECT, FIRST_EVENT, ANSWER = "sign-in", "connect", "first event", "answer"
TIMED = (SIGN_IN, CONNECT, FIRST_EVENT, ANSWER)
_MESSAGES_KEPT, _CHARACTERS_KEPT = 12, 2000
_DEADLINES = ("promptly", "service_discovery_timeout", "auth_coordination_timeout", "websocket_coordination_timeout")


class _Forgetful(Redactor):
    """Hides secrets by their names and shapes alone: a crowd has thousands of them, and none is kept."""

    def learn(self, secret: str, *, lasting: bool = False) -> None:
        """Nothing is kept that a secret could be in."""


class _Unrecorded(Recorder):
    """Takes everything and keeps nothing."""

    def exchange(self, **_: Any) -> None:
        """See :class:`Recorder`."""

    def frame(self, *_: Any) -> None:
        """See :class:`Recorder`."""

    def note(self, *_: Any) -> None:
        """See :class:`Recorder`."""


class Crowd:
    """What all people of one process share: the target, one HTTP client, and what they have found so far."""

    def __init__(self, target: Target, patience: float, think: float) -> None:
        """``patience`` and ``think`` are in seconds.

        What has not come by then is lost; how long people wait is judged apart. Who thinks before they ask again stays
        connected, so that all of them are there at once.
        """
        self.think = think
        self.target = target.model_copy(update=dict.fromkeys(_DEADLINES, patience))
        self.patient = Deadline("in the end", patience)
        self.recorder = _Unrecorded(_Forgetful())
        self._tally = Tally()
        self._lock = threading.Lock()  # people are in one thread, and who reports for them in another
        self._numbers = count(1)
        self._client: httpx.AsyncClient | None = None
        self._reachability: Reachability | None = None

    def visitor(self) -> Visitor:
        """One more person."""
        return Visitor(self, f"person {next(self._numbers)}")

    @property
    def client(self) -> httpx.AsyncClient:
        """One client for all; made by the first who needs it, on the loop on which everybody is."""
        if self._client is None:
            self._client = client_for(self.target)
        return self._client

    @property
    def reachability(self) -> Reachability:
        """Each address is probed once for everybody."""
        if self._reachability is None:
            self._reachability = Reachability(self.target, self.client)
        return self._reachability

    @contextmanager
    def counting(self) -> Iterator[Tally]:
        """What was found since it was last taken, to add to."""
        with self._lock:
            yield self._tally

    def take(self) -> Tally:
        """What was found since it was last taken."""
        with self._lock:
            taken, self._tally = self._tally, Tally()
        return taken

    async def close(self) -> None:
        """End what everybody shares."""
        if self._client is not None:
            await self._client.aclose()


class Visitor:
    """One simulated person. ``timings`` is what they waited for since it was last taken: ``(what, seconds)``."""

    def __init__(self, crowd: Crowd, name: str) -> None:
        self._crowd = crowd
        self._name = name
        self._auth = Auth(crowd.target, crowd.client, crowd.recorder, crowd.reachability)
        self._backend = Backend(crowd.target, crowd.client, crowd.recorder, crowd.reachability)
        self._live_updates = LiveUpdates(crowd.target, crowd.recorder, crowd.reachability)
        self._person: Person | None = None
        self._thread: Thread | None = None
        self._own_words: set[str] = set()
        self.timings: list[tuple[str, float]] = []

    async def visit(self) -> bool:
        """Come in, if not yet in, have one conversation, and leave the page; whether it could be told how that went.

        Everything that is wrong is counted, and nothing is raised.
        """
        try:
            person = self._person or await self._enter()
            await self._converse(person)
        except CouldNotTell as unknown:
            with self._crowd.counting() as tally:
                tally.could_not_tell(unknown.reason)
            return False
        except Broken as failure:
            self._note(Kind.REFUSED, failure.happened)
        return True

    async def leave(self) -> None:
        """Remove the conversation and sign out; what the platform does not let go is left."""
        for undo in (self._remove, self._sign_out):
            try:
                await undo()
            except (Broken, CouldNotTell):
                continue

    async def _enter(self) -> Person:
        begun = time.monotonic()
        person = await self._auth.sign_in(self._name)
        self.timings.append((SIGN_IN, time.monotonic() - begun))
        self._thread = await self._backend.open_thread(person)
        self._person = person
        with self._crowd.counting() as tally:
            tally.people += 1
        return person

    async def _converse(self, person: Person) -> None:
        begun = time.monotonic()
        connection = await self._live_updates.connect(person)
        self._live_updates.opened.clear()  # it is closed below, and thousands follow
        try:
            await connection.established(within=self._crowd.patient)
            self.timings.append((CONNECT, time.monotonic() - begun))
            runs: list[AgentRun] = []
            for question in QUESTIONS:
                if runs:
                    await asyncio.sleep(self._crowd.think)
                runs.append(await self._ask(connection, question))
                if not runs[-1].ended:
                    break  # nobody asks again who waited for nothing
        finally:
            await connection.close()
        self._judge(person, connection, runs)

    async def _ask(self, connection: LiveConnection, question: str) -> AgentRun:
        """Ask, follow the work to its end, and hear whatever is still under way."""
        word = new_word()
        self._own_words.add(word)
        assert self._thread is not None
        run = await connection.ask(marked(question, word), within=self._crowd.patient, thread_id=self._thread.id)
        for what, seconds in ((FIRST_EVENT, run.seconds_to_first_event), (ANSWER, run.seconds_to_answer)):
            if seconds is not None:
                self.timings.append((what, seconds))
        return run

    def _judge(self, person: Person, connection: LiveConnection, runs: list[AgentRun]) -> None:
        """As the promises about the golden path and about isolation do."""
        with self._crowd.counting() as tally:
            tally.conversations += 1
            tally.questions += len(runs)
            for run in runs:
                tally.hear({event.name for event in run.events})
        for event in connection.heard:
            if names_another(event, person.user_id) or strange_words(event, self._own_words):
                self._note(Kind.FOREIGN, f"{self._name} heard “{event.name}” of somebody else", [event.raw])
        whole = True
        for run in runs:
            if flaw := run.flaw(self._name, self._crowd.patient):
                whole = False
                self._note(flaw.kind, flaw.told, [event.raw for event in run.events])
            elif told := run.answer_shortcoming(person):
                whole = False
                self._note(Kind.WRONG_ANSWER, told, [run.events[-1].raw])
        if whole and len(runs) == len(QUESTIONS) and (told := same_answer(*runs)):
            self._note(Kind.WRONG_ANSWER, told, [run.events[-1].raw for run in runs])

    def _note(self, kind: Kind, told: str, messages: list[Any] | None = None) -> None:
        redact = self._crowd.recorder.redactor
        shown = [redact.text(json.dumps(message))[:_CHARACTERS_KEPT] for message in (messages or [])[:_MESSAGES_KEPT]]
        with self._crowd.counting() as tally:
            tally.flaw(SeenFlaw(person=self._name, kind=kind, told=redact.text(told), messages=shown))

    async def _remove(self) -> None:
        if self._person and self._thread:
            await self._backend.delete_thread(self._person, self._thread)

    async def _sign_out(self) -> None:
        for issued in list(self._auth.issued):
            await self._auth.sign_out(issued)
        self._person = None
