"""What one scenario knows and its people can do: one typed object, fresh each time, closed when the scenario ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from acceptance.drivers.agent_runs import AgentRun
from acceptance.drivers.auth import Auth, Opinion, Person
from acceptance.drivers.backend import Backend, Thread, thread_path
from acceptance.drivers.doors import OPEN, door
from acceptance.drivers.envelopes import Event
from acceptance.drivers.health import ANSWERED_BY, condition
from acceptance.drivers.http import Reply, Service
from acceptance.drivers.live_connection import IN_THE_CHAT, LiveConnection
from acceptance.drivers.live_updates import Carrier, LiveUpdates
from acceptance.drivers.ownership import marked, new_word, strange_words
from acceptance.drivers.tokens import claims_of
from acceptance.evidence.recorder import Recorder
from acceptance.files import DEFAULT_REPORTS
from acceptance.outages import OUTAGE_SETTINGS, Outages
from acceptance.promises import Example
from acceptance.source import Audit, Finding
from acceptance.source_questions import SourceQuestion
from acceptance.target import Deadline, Part, Target
from acceptance.verdicts import Broken, CouldNotTell, in_words


@dataclass(frozen=True)
class Drivers:
    """The drivers of one scenario: one for each service, all writing to the scenario's recorder."""

    auth: Auth
    backend: Backend
    live_updates: LiveUpdates
    at: Callable[[str, str], Service]  # (name, address that the platform itself named) -> a driver for it


@dataclass
class World:
    """What one scenario knows. Steps read and write these fields and nothing else on behave's context."""

    example: Example
    target: Target
    recorder: Recorder
    drivers: Drivers | None = None
    outages: Outages | None = None
    audit_source: Callable[[], Audit] | None = None
    reports: Path = DEFAULT_REPORTS

    people: dict[str, Person] = field(default_factory=dict)
    #: Live connections by whose they are: "Pat", or "Pat's second tab".
    connections: dict[str, LiveConnection] = field(default_factory=dict)
    #: Each person's own conversation, by the person's name.
    threads: dict[str, Thread] = field(default_factory=dict)
    #: What was asked and how it went on, by who asked or watched.
    runs: dict[str, list[AgentRun]] = field(default_factory=dict)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    followed: Service | None = None
    #: A sign-in of a person's beside the one in ``people``: the one before a renewal, or at another door.
    other_sign_in: Person | None = None
    #: The answer to what was asked last, over HTTP or over live updates.
    reply: Reply | None = None
    event: Event | None = None
    #: What several parts of the platform say of one thing, by who says it.
    said: dict[str, Any] = field(default_factory=dict)
    #: Words that nobody can guess, by which what a person wrote is known wherever it turns up: whose each is.
    words: dict[str, str] = field(default_factory=dict)
    #: The page that asks whether it may use chat.
    origin: str = ""
    opinions: dict[str, Opinion] = field(default_factory=dict)
    #: What the source tree was searched for last, and what was found of it.
    sought: SourceQuestion | None = None
    findings: list[Finding] = field(default_factory=list)
    #: What is taken away just now.
    outage: Part | None = None
    #: Why something could not be given back.
    left_away: str | None = None
    is_over: bool = False
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def platform(self) -> Drivers:
        """The drivers; only an example tagged ``@needs.platform`` has them."""
        if self.drivers is None:
            raise LookupError(f"{self.example.id} speaks to the platform but is not tagged @needs.platform")
        return self.drivers

    @property
    def source(self) -> Audit:
        """What the audit found in the source tree; only an example tagged ``@needs.source-tree`` has it."""
        if self.audit_source is None:
            raise LookupError(f"{self.example.id} reads the source tree but is not tagged @needs.source-tree")
        return self.audit_source()

    @property
    def asked(self) -> SourceQuestion:
        """What the source tree was searched for last."""
        if self.sought is None:
            raise LookupError(f"{self.example.id} speaks of findings before the source tree was searched")
        return self.sought

    @property
    def answered(self) -> Reply:
        """The answer to what was asked last over HTTP."""
        if self.reply is None:
            raise LookupError(f"{self.example.id} speaks of an answer before anything was asked")
        return self.reply

    def run_of(self, name: str) -> AgentRun:
        """The run that this person's last question began, or that they watched."""
        if not self.runs.get(name):
            raise LookupError(f"{self.example.id} speaks of a conversation of {name}'s before anybody asked")
        return self.runs[name][-1]

    @property
    def all_runs(self) -> list[AgentRun]:
        """Everything that anybody asked or watched."""
        return [run for asked in self.runs.values() for run in asked]

    def deadline(self, name: str) -> Deadline:
        """A named deadline with this target's seconds."""
        return self.target.deadlines[name]

    @property
    def person(self) -> Person:
        """The one person of a scenario that has only one, however often they signed in: by the first of it."""
        if len({person.user_id for person in self.people.values()}) != 1:
            raise LookupError(
                f"{self.example.id} has {' and '.join(self.people) or 'nobody'}, and speaks of one person"
            )
        return next(iter(self.people.values()))

    @property
    def other(self) -> Person:
        """The sign-in beside the one in ``people``."""
        if self.other_sign_in is None:
            raise LookupError(f"{self.example.id} speaks of another sign-in before there is one")
        return self.other_sign_in

    @property
    def jwt_secret(self) -> str:
        """What the platform signs tokens with; only an example tagged ``@needs.minted-tokens`` asks for it."""
        if self.target.jwt_secret is None:
            told = f"target {self.target.name} declares that tokens may be made with its secret, and does not name it"
            raise CouldNotTell(told, look_first_at="the setting jwt_secret of the target, in docs/targets.md")
        return self.target.jwt_secret.get_secret_value()

    async def sign_in(self, name: str) -> Person:
        """A new synthetic person, signed in, and signed out again when the scenario ends."""
        self.people[name] = await self.platform.auth.sign_in(name)
        return self.people[name]

    async def sign_in_again(self, name: str, called: str) -> Person:
        """One more sign-in of the same person, known as ``called`` from now on."""
        self.people[called] = await self.platform.auth.sign_in_again(self.people[name])
        return self.people[called]

    async def doors(self, person: Person, token: str | None) -> dict[str, str]:
        """How every place that decides about a token stands to this one, in each way of carrying it."""
        opinions = await self.platform.auth.opinions(token, person)
        at_sign_in = {who: opinion.door for who, opinion in opinions.items()}
        return {**await self.doors_of_chat(person, token), **at_sign_in}

    async def doors_of_chat(self, person: Person, token: str | None) -> dict[str, str]:
        """The same for chat and live updates alone, which have to ask sign-in."""
        backend, live_updates = self.platform.backend, self.platform.live_updates
        return {
            "chat": door(await backend.ask("GET", "/api/threads", replace(person, token=token or ""))),
            "live updates, as a browser comes": await live_updates.door(person, token, "subprotocol"),
            "live updates, as a program comes": await live_updates.door(person, token, "header"),
        }

    async def require_open_doors(self, person: Person, token: str) -> None:
        """Raise :class:`Broken` unless every door opens for a token that is right."""
        shut = {who: state for who, state in (await self.doors(person, token)).items() if state != OPEN}
        if shut:
            raise Broken("; ".join(f"{who}: {state}" for who, state in shut.items()))

    async def said_of(self, name: str) -> dict[str, Mapping[str, Any]]:
        """All that anybody says of the person behind a token, by who says it: ``{"user_id": …, "email": …, …}``."""
        person, within = self.people[name], self.deadline("live updates")
        claims = claims_of(person.token)
        permissions = claims.get("permissions")
        own = {
            "user_id": claims.get("sub"),
            "email": claims.get("email"),
            "permissions": sorted(map(str, permissions)) if isinstance(permissions, list) else None,
        }
        opinions = await self.platform.auth.opinions(person.token, person)
        thread = await self.open_thread(name)
        connection = await self.connect(name)
        greeted = await connection.ping(within=within)
        return {
            "the token itself": own,
            **{who: opinion.said for who, opinion in opinions.items()},
            "chat, as the owner of a conversation": {"user_id": thread.owner},
            "live updates, asked who is there": {"user_id": await connection.identity(within=within)},
            "live updates, answering a ping": {"user_id": greeted.user_id},
        }

    async def condition(self, service: str) -> str:
        """What a service says of its own condition: ``well``, or what else."""
        answering = self.platform.auth if ANSWERED_BY[service] == "sign-in" else self.platform.backend
        return await condition(service, answering, within=self.deadline("service discovery"))

    async def enter(self, name: str) -> None:
        """A new person who is signed in, watches live updates, and has opened a conversation."""
        await self.sign_in(name)
        await self.connect(name)
        await self.open_thread(name)

    def marked(self, name: str, text: str) -> str:
        """``text`` with a word that nobody can guess, which nobody but this person may ever be told."""
        word = new_word()
        self.words[word] = name
        return marked(text, word)

    async def ask(self, name: str, question: str, *, form: str = IN_THE_CHAT) -> None:
        """Ask in the person's conversation, if there is one; all of the person's connections follow the work."""
        question = self.marked(name, question)
        own, within = self.connections[name], self.deadline("promptly")
        thread = self.threads.get(name)
        thread_id = thread.id if thread else None
        tabs = {label: tab for label, tab in self.connections.items() if tab.person == own.person and tab is not own}
        run, *watched = await asyncio.gather(
            own.ask(question, within=within, form=form, thread_id=thread_id),
            *(tab.watch(AgentRun(question, thread_id), within=within) for tab in tabs.values()),
        )
        for label, followed in zip((name, *tabs), (run, *watched), strict=True):
            self.runs.setdefault(label, []).append(followed)

    async def settle(self) -> None:
        """Hear whatever is still under way to anybody's connection."""
        within = self.deadline("promptly")
        await asyncio.gather(*(connection.settle(within=within) for connection in self.connections.values()))

    async def write(self, name: str, message: str) -> None:
        """Write into the person's conversation without asking anything; raises :class:`Broken` when that is refused."""
        backend = self.platform.backend
        path = thread_path(self.threads[name].id, "/messages")
        reply = await backend.ask("POST", path, self.people[name], {"message": self.marked(name, message)})
        backend.expect(reply, f"to let {name} write in their own conversation", 200, 201)

    async def kept(self, name: str, called: str | None = None) -> list[tuple[str, str]]:
        """What chat keeps of a conversation, as it shows it to its owner: ``(role, words)``."""
        return await self.platform.backend.messages(self.people[name], self.threads[called or name])

    def foreign_events(self) -> list[str]:
        """What anybody was told of somebody else's: the person, a run, a conversation, or a word of a question."""
        runs = {id: name for name, asked in self.runs.items() for run in asked for id in run.ids}
        threads = {thread.id: name for name, thread in self.threads.items()}
        told = []
        for name, connection in self.connections.items():
            for event in connection.heard:
                own = {word for word, owner in self.words.items() if owner == name}
                said = {self.words.get(word, "somebody else") for word in strange_words(event, own)}
                owners = ({runs.get(event.run_id or ""), threads.get(event.thread_id or "")} | said) - {None, name}
                if owners or connection.is_foreign(event):
                    told.append(f"{name} heard “{event.name}” of {' and '.join(map(str, owners)) or 'somebody else'}")
        return list(dict.fromkeys(told))

    async def connect(self, name: str, *, carrier: Carrier = "subprotocol", label: str | None = None) -> LiveConnection:
        """The person's connection to live updates, confirmed; every connection is closed when the scenario ends."""
        label = label or name
        connection = await self.platform.live_updates.connect(self.people[name], carrier=carrier, label=label)
        await connection.established(within=self.deadline("live updates"))
        self.connections[label] = connection
        return connection

    async def open_thread(self, name: str, *, called: str | None = None) -> Thread:
        """A conversation of this person's that chat keeps, removed when the scenario ends."""
        thread = self.threads[called or name] = await self.platform.backend.open_thread(self.people[name])
        self.close_afterwards(partial(self._tidy, self._remove, self.people[name], thread))
        return thread

    async def gone_thread(self, name: str) -> Thread:
        """A conversation that this person had and has deleted: its id has the form of any other, and is nobody's."""
        backend, person = self.platform.backend, self.people[name]
        thread = await backend.open_thread(person)
        reply = await backend.delete_thread(person, thread)
        backend.expect(reply, f"to delete a conversation of {name}'s", 200, 204)
        return thread

    async def begin_outage(self, part: Part) -> None:
        """Take a part of the platform away; it is given back when the scenario ends, if not before."""
        assert self.outages is not None
        self.outage, self.recorder.in_outage = part, True
        self.close_afterwards(self.end_outage)  # first, since a run may be ended while something is being taken away
        await self.outages.begin(part)
        self.recorder.note(part, "is taken away")
        if part is Part.SIGN_IN and await self._still_answers(self.platform.auth):
            raise CouldNotTell(f"{part} still answers, although it was taken away", look_first_at=OUTAGE_SETTINGS)

    async def _still_answers(self, service: Service) -> bool:
        try:
            reply = await service.call("GET", "/health", within=self.deadline("promptly"))
        except (Broken, CouldNotTell):
            return False
        return reply.status < 500  # what stands in front of it may answer in its place

    async def end_outage(self) -> None:
        """Give back what was taken away; safe to call twice. Until it has recovered, the platform may still say so."""
        if self.outage is not None and self.outages is not None:
            part, self.outage = self.outage, None
            try:
                await self.outages.end(part)
            except Exception as failure:
                self.left_away = str(failure)
                raise
            self.recorder.note(part, "is there again")

    def close_afterwards(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have ``close`` awaited when the scenario ends, whatever its end; the last one registered comes first."""
        self.closing.push_async_callback(close)

    async def close(self) -> None:
        """Tidy up behind the scenario and end its connections; safe to call twice."""
        if self.drivers is not None:
            self.recorder.note("the specification", "tidies up")
        try:
            await self.closing.aclose()
        finally:
            if self.drivers is not None:
                for person in list(self.drivers.auth.issued):
                    await self._tidy(self._sign_out, person)
                await self.drivers.live_updates.close()

    async def _sign_out(self, person: Person) -> None:
        auth = self.platform.auth
        auth.expect(await auth.sign_out(person), f"to sign {person.name} out", 200, 204, 401)

    async def _remove(self, person: Person, thread: Thread) -> None:
        backend = self.platform.backend
        reply = await backend.delete_thread(person, thread)
        backend.expect(reply, f"to remove a conversation of {person.name}'s", 200, 204, 404)

    async def _tidy(self, remove: Callable[..., Awaitable[None]], *what: Any) -> None:
        """What the platform does not let the specification remove changes no verdict: no promise speaks of it."""
        try:
            await remove(*what)
        except (Broken, CouldNotTell) as failure:
            self.recorder.note("the specification", f"leaves something behind: {failure}")


@contextmanager
def precondition(missing: str) -> Iterator[None]:
    """What a Given needs: when the platform does not provide it, the promise itself was not put to the test."""
    try:
        yield
    except AssertionError as failure:
        look = getattr(failure, "look_first_at", None) or "the promises about what is missing, which tell more"
        raise CouldNotTell(f"{missing}, since {in_words(failure)}", look_first_at=look) from failure
