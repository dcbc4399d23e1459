"""The recorder: every HTTP exchange, WebSocket frame and deadline of one scenario, redacted as it is recorded.

Nothing unredacted is kept, so nothing unredacted can be shown. Times are seconds since the scenario began.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from acceptance.evidence.redaction import Redactor

#: Longest body or frame that is kept, in characters; what is cut is said.
LONGEST_KEPT = 20_000
#: How many characters of one scenario are kept in that length; of what comes after them only the beginnings.
MOST_KEPT, BEGINNING = 4_000_000, 200


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its response, or the error that came instead of it.

    ``person`` is who asked, where a person of the scenario did; ``in_outage`` whether the scenario had taken something
    away just then, so that an error was to be expected.
    """

    at: float
    service: str
    method: str
    url: str
    request_headers: list[tuple[str, str]]
    request_body: str
    status: int | None
    response_headers: list[tuple[str, str]]
    response_body: str
    seconds: float
    error: str | None = None
    person: str = ""
    in_outage: bool = False


@dataclass(frozen=True)
class Frame:
    """One WebSocket message, or an event of the connection itself (opened, refused, closed).

    ``person`` is whose connection it is, and which where a person has several: "Pat", "Pat's second tab".
    """

    at: float
    person: str
    direction: Literal["sent", "received", "connection"]
    text: str


@dataclass(frozen=True)
class Said:
    """A frame as a person would tell it: “Pat” + ``words`` + ``detail``.

    ``words`` is in the past tense (“saw the work begin”), so that it fits one person and many; ``detail`` is the
    question, the reasoning, the tool or the answer. ``idle`` is what only keeps the connection alive, ``trouble`` what
    tells of an error.
    """

    words: str
    detail: str = ""
    name: str = ""
    agent: str = ""
    run: str = ""
    thread: str = ""
    idle: bool = False
    trouble: bool = False


def verbatim(frame: Frame) -> Said:
    """The message itself, by one who knows no envelope."""
    return Said({"sent": "sent", "received": "was sent", "connection": ""}[frame.direction], frame.text)


@dataclass(frozen=True)
class Note:
    """Something that the scenario did to a service by other means than asking it: an outage begun or ended."""

    at: float
    service: str
    text: str


@dataclass
class Wait:
    """A deadline that was running: who waited for what, from when, and when it would have passed.

    ``ended`` is when what was waited for was there; None when it never was.
    """

    at: float
    until: float
    person: str
    what: str
    ended: float | None = None


Entry = Exchange | Frame | Note


@dataclass
class Recorder:
    """What one scenario said and heard, in order.

    ``in_words`` tells a message; who knows the platform's envelopes are the drivers, a layer above.
    """

    redactor: Redactor
    in_words: Callable[[Frame], Said] = verbatim
    started: float = field(default_factory=time.monotonic)
    entries: list[Entry] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    in_outage: bool = False
    _room: int = MOST_KEPT

    def exchange(
        self,
        *,
        service: str,
        method: str,
        url: str,
        request_headers: Iterable[tuple[str, str]],
        request_body: str,
        seconds: float,
        status: int | None = None,
        response_headers: Iterable[tuple[str, str]] = (),
        response_body: str = "",
        error: str | None = None,
        person: str = "",
    ) -> None:
        """Record one HTTP exchange that took ``seconds`` and ended now."""
        hide = self.redactor
        # the response first: it may carry a token that the request's echo repeats
        body = self._kept(response_body)
        self.entries.append(
            Exchange(
                at=self._now() - seconds,
                service=service,
                method=method,
                url=hide.url(url),
                request_headers=hide.headers(request_headers),
                request_body=self._kept(request_body),
                status=status,
                response_headers=hide.headers(response_headers),
                response_body=body,
                seconds=seconds,
                error=hide.text(error) if error else None,
                person=person,
                in_outage=self.in_outage,
            )
        )

    def frame(self, person: str, direction: Literal["sent", "received", "connection"], text: str) -> None:
        """Record one message of a live connection, or what happened to the connection."""
        self.entries.append(Frame(self._now(), person, direction, self._kept(text)))

    def note(self, service: str, text: str) -> None:
        """Record what the scenario did to a service."""
        self.entries.append(Note(self._now(), service, self._kept(text)))

    def wait(self, person: str, what: str, seconds: float) -> Wait:
        """Record that from now on a person waits for ``what``, for so many seconds at most."""
        now = self._now()
        self.waits.append(Wait(now, now + seconds, person, what))
        return self.waits[-1]

    def over(self, wait: Wait) -> None:
        """Record that what was waited for is there."""
        wait.ended = self._now()

    def hide_what_was_learned_late(self) -> bool:
        """Hide, in everything recorded so far, secrets that became known only afterwards; whether there were any."""
        before = self.entries
        self.entries = [self._hidden(entry) for entry in before]
        return self.entries != before

    @property
    def exchanges(self) -> list[Exchange]:
        """The HTTP exchanges, in order."""
        return [entry for entry in self.entries if isinstance(entry, Exchange)]

    @property
    def frames(self) -> list[Frame]:
        """The live-update messages, in order."""
        return [entry for entry in self.entries if isinstance(entry, Frame)]

    def _hidden(self, entry: Entry) -> Entry:
        texts = {name: value for name, value in vars(entry).items() if isinstance(value, str)}
        changed: dict[str, Any] = {
            name: shown for name, text in texts.items() if (shown := self.redactor.learned(text)) != text
        }
        if isinstance(entry, Exchange):
            for name in ("request_headers", "response_headers"):
                headers = getattr(entry, name)
                hidden = [(header, self.redactor.learned(value)) for header, value in headers]
                if hidden != headers:
                    changed[name] = hidden
        return replace(entry, **changed) if changed else entry

    def _now(self) -> float:
        return time.monotonic() - self.started

    def _kept(self, text: str) -> str:
        shown = self.redactor.text(text)
        longest = LONGEST_KEPT if self._room > 0 else BEGINNING
        self._room -= len(shown[:longest])
        if len(shown) <= longest:
            return shown
        return f"{shown[:longest]}… ({len(shown) - longest:,} more characters left out)"
