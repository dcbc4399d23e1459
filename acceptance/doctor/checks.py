"""One thing that the doctor has looked at, how it was found, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing was found; the value is the word that people read."""

    FINE = "fine"
    MISSING = "missing"
    COULD_NOT_TELL = "could not tell"


class Form(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Check:
    """What was looked at, what was found in one sentence, and the command that mends it, if a command can.

    What is not ``needed`` can be done without, and never stands in the way of a run.
    """

    about: str
    state: State
    says: str
    remedy: str | None = None
    needed: bool = True

    @property
    def stands_in_the_way(self) -> bool:
        """Whether a run should not begin before this is mended."""
        return self.needed and self.state is not State.FINE


@dataclass(frozen=True)
class Section:
    """The checks of one thing: of the machine, or of a target."""

    about: str
    checks: Sequence[Check]


def fine(about: str, says: str) -> Check:
    """What is as it should be."""
    return Check(about, State.FINE, says)


def missing(about: str, says: str, remedy: str | None = None) -> Check:
    """What is needed and is not there, or is not as it must be."""
    return Check(about, State.MISSING, says, remedy)


def note(about: str, says: str, remedy: str | None = None) -> Check:
    """What is not there, or not as it should be, and can be done without."""
    return Check(about, State.MISSING, says, remedy, needed=False)


def unknown(about: str, says: str, remedy: str | None = None, *, needed: bool = True) -> Check:
    """What could not be found out."""
    return Check(about, State.COULD_NOT_TELL, says, remedy, needed)


def some(things: Iterable[str], most: int = 3) -> str:
    """The first few of many things, and how many more there are."""
    listed = list(things)
    more = len(listed) - most
    return "; ".join(listed[:most]) + (f"; and {more} more" if more > 0 else "")
