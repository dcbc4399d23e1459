"""`load.json`: what a crowd did, what each of its people was told, and how that is judged.

The models here are the published schema (`docs/load.schema.json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.drivers.envelopes import FIVE_EVENTS
from acceptance.load.tally import Tally
from acceptance.verdicts import ConfigurationError, Verdict

FILE_NAME = "load.json"
PAGE_NAME = "locust.html"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Waited(_Document):
    """How long people waited for one thing, in seconds; half of them no longer than ``p50``."""

    times: int
    p50: float
    p95: float
    p99: float
    longest: float


class Measured(_Document):
    """What the Locust process leaves: the counts of all processes, and the times."""

    tally: Tally
    most_people: int
    waited: dict[str, Waited]
    seconds: float
    processor_seconds: float = Field(description="of this process alone, its start apart")


class Threshold(_Document):
    """A promise in time for a crowd: nineteen of twenty wait no longer than this."""

    name: str
    seconds: float
    p95: float
    kept: bool


class LoadResult(_Document):
    """One run of a crowd."""

    format: Literal[1] = 1
    target: str
    about: str
    embedded: bool
    planted_faults: list[str] = []
    started: datetime
    finished: datetime
    users: int = Field(description="how many people were asked for")
    spawn_rate: float = Field(description="how many of them came a second")
    run_time: float = Field(description="seconds")
    think: float = Field(description="seconds between a person's two questions, and between two visits")
    patience: float = Field(description="seconds after which what has not come is lost")
    workers: int = Field(description="processes beside this one; 0 is one process alone")
    measured: Measured
    thresholds: list[Threshold]

    @property
    def tally(self) -> Tally:
        """What was counted."""
        return self.measured.tally

    @property
    def broken(self) -> list[str]:
        """What the platform did wrong, each in a few words."""
        counted = [f"{many} {kind}" for kind, many in sorted(self.tally.flaws.items())]
        slow = [
            f"{each.name} took {each.p95:.2f} s where {each.seconds:g} s are allowed"
            for each in self.thresholds
            if not each.kept
        ]
        return counted + slow

    @property
    def verdict(self) -> Verdict:
        """Broken by one flaw; could not be told where nobody came in, or anybody could not be asked."""
        if self.broken:
            return Verdict.BROKEN
        if not self.tally.conversations or self.tally.unknown:
            return Verdict.COULD_NOT_TELL
        return Verdict.KEPT

    @property
    def told(self) -> str:
        """What came of it, without the verdict."""
        tally = self.tally
        who = f"{self.measured.most_people or tally.people} people at once, {tally.conversations} conversations"
        match self.verdict:
            case Verdict.KEPT:
                return f"{who}, each told of their own work alone, in order, once and whole"
            case Verdict.BROKEN:
                return f"{who}: {', '.join(self.broken)}"
            case _:
                times = f" ({tally.unknown} times)" if tally.unknown > 1 else ""
                return f"{who}: {tally.reasons[0] if tally.reasons else 'nobody had a conversation'}{times}"

    @property
    def sentence(self) -> str:
        """What it amounts to."""
        return f"{self.verdict.capitalize()}: {self.told}"

    @property
    def table(self) -> list[list[str]]:
        """How long people waited, as rows with a head; seconds."""
        allowed = {each.name: f"{each.seconds:g}" for each in self.thresholds}
        rows = [["seconds until", "times", "half", "95 %", "99 %", "longest", "95 % allowed"]]
        for name, waited in self.measured.waited.items():
            times = [f"{value:.3f}" for value in (waited.p50, waited.p95, waited.p99, waited.longest)]
            rows.append([name, str(waited.times), *times, allowed.get(name, "")])
        return rows

    @property
    def events(self) -> list[list[str]]:
        """How often each event of the golden path came, as rows with a head."""
        questions = self.tally.questions
        rows = [[name, str(self.tally.delivered.get(name, 0)), str(questions)] for name in FIVE_EVENTS]
        return [["event", "came for", "questions"], *rows]


def thresholds_of(allowed: Mapping[Any, float], waited: Mapping[str, Waited]) -> list[Threshold]:
    """Each promise in time, and whether it was kept; what nobody waited for is not judged."""
    return [
        Threshold(name=name, seconds=seconds, p95=waited[name].p95, kept=waited[name].p95 <= seconds)
        for name, seconds in allowed.items()
        if name in waited and waited[name].times
    ]


def read(path: Path) -> LoadResult:
    """The result in a file; raises :class:`ConfigurationError` for what is none."""
    try:
        return documents.read_json(path, LoadResult)
    except (OSError, Unusable) as error:
        told = f"{path} is no result of `python -m acceptance load` ({why(error)})"
        raise ConfigurationError(f"{told}: remove it, or run that again") from None
