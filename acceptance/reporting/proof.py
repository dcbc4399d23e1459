"""The proof (`proof.json`): for every fault, what the specification noticed of it; the schema is published.

What each promise would have noticed is read from it by the report and the sign-off sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.files import DEFAULT_REPORTS, first_in
from acceptance.verdicts import ConfigurationError

FILE_NAME = "proof.json"


class Outcome(StrEnum):
    """How one trial ended; the value is what people read."""

    CAUGHT = "noticed, just as declared"
    SURVIVED = "noticed by nobody"
    OTHER = "noticed otherwise than declared"
    NOT_TRIED = "could not be tried"


class How(StrEnum):
    """What was asked of a fault: as much as it can change."""

    SOURCE = "the source tree alone"
    PLATFORM = "the running platform alone, since the audit finds the same as without the fault"
    EVERYTHING = "everything"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Trial(_Part):
    """One trial: how it ended, and each difference between what was expected and what was seen, in a sentence."""

    name: str
    outcome: Outcome
    told: list[str]
    seconds: float


class FaultTrial(Trial):
    """One fault: what it declares, and what was seen of it."""

    gap: str
    people_notice: str
    breaks: list[str] = Field(description="the examples that are about it, by its header")
    entails: list[str] = Field(description="the examples that break because something else did, by its header")
    hides: list[str] = Field(description="the examples that can then not be told, by its header")
    how: How


class Control(Trial):
    """A trial without a fault: what must then be so for every example."""

    expected: str


class PromiseProof(_Part):
    """What one promise, in this wording, has been seen to notice."""

    id: str
    text: str = Field(description="the digest of its wording")
    examples: dict[str, list[str]] = Field(description="of each example, the faults about it that it was seen to catch")


class Proof(_Part):
    """One proof of the whole specification."""

    format: Literal[1] = 1
    made: datetime
    seconds: float
    jobs: int = Field(description="how many runs were under way at once")
    revision: str | None = Field(description="of the specification")
    changed: bool | None = Field(description="whether it had changes since")
    controls: list[Control]
    faults: list[FaultTrial]
    promises: list[PromiseProof]

    @model_validator(mode="after")
    def _tells_of_its_own_faults(self) -> Self:
        caught = {name for promise in self.promises for by in promise.examples.values() for name in by}
        if unknown := caught - {fault.name for fault in self.faults}:
            raise ValueError(f"a promise caught the fault {documents.shortened(min(unknown))}, which was not tried")
        return self

    @property
    def is_proven(self) -> bool:
        """Whether everything was noticed as declared, and nothing is vacuous."""
        ended = [trial.outcome for trial in (*self.controls, *self.faults)]
        return all(outcome is Outcome.CAUGHT for outcome in ended) and not self.unbroken

    @property
    def unbroken(self) -> list[str]:
        """The examples that no fault was seen to break."""
        return [example for promise in self.promises for example, by in promise.examples.items() if not by]

    def noticed(self, promise: str, text: str) -> list[str]:
        """What a promise of this wording would have noticed, as people would; empty for another wording."""
        proven = next((each for each in self.promises if (each.id, each.text) == (promise, text)), None)
        return self._told(name for by in (proven.examples.values() if proven else ()) for name in by)

    def noticed_by(self, example: str, promise: str, text: str) -> list[str]:
        """What one example of a promise of this wording would have noticed."""
        proven = next((each for each in self.promises if (each.id, each.text) == (promise, text)), None)
        return self._told(proven.examples.get(example, ()) if proven else ())

    def _told(self, names: Iterable[str]) -> list[str]:
        by_name = {fault.name: fault.people_notice for fault in self.faults}
        return [by_name[name] for name in dict.fromkeys(names)]


def read(file: Path) -> Proof:
    """The proof in a file; raises :class:`ConfigurationError` for what is none, with what to do."""
    try:
        return documents.read_json(file, Proof)
    except OSError as error:
        raise ConfigurationError(f"the proof {file} cannot be read ({why(error)}): run `make prove`") from None
    except Unusable as error:
        raise ConfigurationError(
            f"{file} is no proof of this version ({error}): remove it, or run `make prove` again"
        ) from None


def beside(folders: Iterable[Path]) -> Path | None:
    """The proof that is beside the results in these folders, or else the one of this repository; None without one."""
    return first_in((*folders, DEFAULT_REPORTS), FILE_NAME)
