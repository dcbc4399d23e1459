"""What one scenario knows: one typed object, fresh each time, closed when the scenario ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from acceptance.drivers.auth import Auth, Person
from acceptance.drivers.backend import Backend
from acceptance.drivers.chat import Chat, LiveConnection, Run
from acceptance.drivers.http import Service
from acceptance.evidence.recorder import Recorder
from acceptance.promises import Example
from acceptance.source import Audit, Finding
from acceptance.target import Deadline, Target
from acceptance.verdicts import CouldNotTell


@dataclass(frozen=True)
class Platform:
    """The drivers of one scenario: one for each service, all writing to the scenario's recorder."""

    auth: Auth
    backend: Backend
    chat: Chat
    at: Callable[[str, str], Service]  # (name, address that the platform itself named) -> a driver for it


@dataclass
class World:
    """What one scenario knows. Steps read and write these fields and nothing else on behave's context."""

    example: Example
    target: Target
    recorder: Recorder
    drivers: Platform | None = None
    audit_source: Callable[[], Audit] | None = None

    people: dict[str, Person] = field(default_factory=dict)
    connections: dict[str, LiveConnection] = field(default_factory=dict)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    followed: Service | None = None
    run: Run | None = None
    concept: str = ""
    findings: list[Finding] = field(default_factory=list)
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def platform(self) -> Platform:
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
    def conversation(self) -> Run:
        """The run that the scenario's question began."""
        if self.run is None:
            raise LookupError(f"{self.example.id} speaks of a conversation before anybody asked")
        return self.run

    def deadline(self, name: str) -> Deadline:
        """A named deadline with this target's seconds."""
        return self.target.deadlines[name]

    def close_afterwards(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have ``close`` awaited when the scenario ends, whatever its end."""
        self.closing.push_async_callback(close)


@contextmanager
def precondition(missing: str) -> Iterator[None]:
    """What a Given needs: when the platform does not provide it, the promise itself was not put to the test."""
    try:
        yield
    except AssertionError as failure:
        look = getattr(failure, "look_first_at", None) or "the promises about what is missing, which tell more"
        raise CouldNotTell(f"{missing}, since {failure}", look_first_at=look) from failure
