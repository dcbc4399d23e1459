"""The recorder: every HTTP exchange and WebSocket frame of one scenario, redacted as it is recorded.

Nothing unredacted is kept, so nothing unredacted can be shown. Times are seconds since the scenario began.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from acceptance.evidence.redaction import Redactor

#: Longest body or frame that is kept, in characters; what is cut is said.
LONGEST_KEPT = 20_000


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its response, or the error that came instead of it."""

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

    def told(self) -> str:
        """One line of the timeline."""
        result = self.error or f"answered {self.status} in {self.seconds * 1000:.0f} ms"
        return f"{self.service}: {self.method} {self.url} → {result}"


@dataclass(frozen=True)
class Frame:
    """One WebSocket message, or an event of the connection itself (opened, refused, closed)."""

    at: float
    person: str
    direction: Literal["sent", "received", "connection"]
    text: str

    def told(self) -> str:
        """One line of the timeline."""
        arrow = {"sent": "→ live updates", "received": "← live updates", "connection": "live updates"}[self.direction]
        return f"{self.person} {arrow}: {self.text}"


@dataclass
class Recorder:
    """What one scenario said and heard, in order."""

    redactor: Redactor
    started: float = field(default_factory=time.monotonic)
    entries: list[Exchange | Frame] = field(default_factory=list)

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
            )
        )

    def frame(self, person: str, direction: Literal["sent", "received", "connection"], text: str) -> None:
        """Record one message of a live connection, or what happened to the connection."""
        self.entries.append(Frame(self._now(), person, direction, self._kept(text)))

    @property
    def exchanges(self) -> list[Exchange]:
        """The HTTP exchanges, in order."""
        return [entry for entry in self.entries if isinstance(entry, Exchange)]

    @property
    def frames(self) -> list[Frame]:
        """The live-update messages, in order."""
        return [entry for entry in self.entries if isinstance(entry, Frame)]

    def _now(self) -> float:
        return time.monotonic() - self.started

    def _kept(self, text: str) -> str:
        shown = self.redactor.text(text)
        if len(shown) <= LONGEST_KEPT:
            return shown
        return f"{shown[:LONGEST_KEPT]}… ({len(shown) - LONGEST_KEPT:,} more characters left out)"
