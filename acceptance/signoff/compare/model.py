"""A comparison as data (``compare --format json``); its published schema is `docs/compare.schema.json`.

A and B are the two runs in the order in which they were named: before and after, blue and green, yesterday and today.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from acceptance.exit_codes import FINE, WRONG
from acceptance.verdicts import Count, Verdict


class Kind(StrEnum):
    """What happened to a promise or an example between A and B, worst first; the value is what people read.

    Whoever is *broken* here may be listed as a known gap: a list excuses a break, and does not undo it.
    """

    NEWLY_BROKEN = "newly broken"
    BROKEN_FURTHER = "broken further"
    NO_LONGER_ANSWERED = "no longer answered"
    NEWLY_KEPT = "newly kept"
    LESS_BROKEN = "less broken"
    KEPT_AND_UNANSWERED_BEFORE = "kept, and not answered before"
    OTHERWISE = "changed otherwise"
    NEW = "new"
    GONE = "gone"
    SLOWER = "slower"

    @property
    def meaning(self) -> str:
        """One sentence for a reader who sees the word for the first time."""
        return _MEANINGS[self]

    @property
    def counted_in(self) -> str:
        """What a number of them is a number of: a promise is broken or kept as a whole, the rest is of examples."""
        return "promise" if self in _OF_PROMISES else "example"


_MEANINGS = {
    Kind.NEWLY_BROKEN: "broken in B by at least one example, and by none in A",
    Kind.BROKEN_FURTHER: "broken in A already, and in B by another example, or in more places",
    Kind.NO_LONGER_ANSWERED: "kept or broken in A; in B not asked, not to be told, or a fault of the specification",
    Kind.NEWLY_KEPT: "broken in A, and in B kept by every example that was asked",
    Kind.LESS_BROKEN: "another example is kept, or is broken in fewer places, and the promise is not kept as a whole",
    Kind.KEPT_AND_UNANSWERED_BEFORE: "kept in B; in A not asked, not to be told, or a fault of the specification",
    Kind.OTHERWISE: "another verdict, which neither became broken nor kept: such as a break that is now listed",
    Kind.NEW: "the specification of A does not have it; where it is broken and not listed, it counts as newly broken",
    Kind.GONE: "the specification of B does not have it",
    Kind.SLOWER: "kept in both, and took longer in B: one timing each, and single timings are noisy",
}
_OF_PROMISES = frozenset({Kind.NEWLY_BROKEN, Kind.BROKEN_FURTHER, Kind.NEWLY_KEPT, Kind.LESS_BROKEN})
WORSE = frozenset({Kind.NEWLY_BROKEN, Kind.BROKEN_FURTHER})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Part):
    """One thing that is known of both runs; an empty text where a run says nothing of it."""

    name: str
    a: str
    b: str


class ExampleEnd(_Part):
    """How one example ended in one run."""

    verdict: Verdict
    reason: str = Field(description="the first line of what happened; empty where it is kept")
    count: Count | None = Field(description="how many things are wrong, where the example counts them")
    seconds: float | None = Field(description="null where it was not asked")


class ExampleChange(_Part):
    """One example that is not in B as it is in A; null in the run whose specification does not have it."""

    id: str
    title: str
    a: ExampleEnd | None
    b: ExampleEnd | None


class PromiseEnd(_Part):
    """How one promise ended in one run: the worst of its examples that were asked."""

    verdict: Verdict
    asked: int = Field(ge=0, description="how many of its examples were asked")
    examples: int = Field(ge=1)

    def __str__(self) -> str:
        in_part = f" ({self.asked} of {self.examples} examples asked)" if 0 < self.asked < self.examples else ""
        return f"{self.verdict}{in_part}"


class PromiseChange(_Part):
    """One promise, and those of its examples to which the same happened; null as for an example."""

    id: str
    sentence: str
    a: PromiseEnd | None
    b: PromiseEnd | None
    examples: list[ExampleChange] = Field(min_length=1)


class Section(_Part):
    """All to which the same happened, in the order of the specification."""

    kind: Kind
    promises: list[PromiseChange] = Field(min_length=1)

    @property
    def examples(self) -> Iterator[ExampleChange]:
        """Its examples, promise by promise."""
        return (example for promise in self.promises for example in promise.examples)

    @property
    def counted(self) -> str:
        """How many there are: "2 promises"."""
        of_promises = self.kind.counted_in == "promise"
        return number(len(self.promises) if of_promises else len(list(self.examples)), self.kind.counted_in)


class Comparison(_Part):
    """Two runs beside each other."""

    format: Literal[1] = 1
    conclusion: str = Field(description="all of it in one sentence")
    worse: bool = Field(description="whether anything is newly broken, or broken further: the exit code is then 1")
    a: str = Field(description="the first run, as it was named")
    b: str = Field(description="the second run")
    facts: list[Fact] = Field(description="what was compared; beside what is always told, what differs")
    remarks: list[str] = Field(description="what to bear in mind: each a sentence")
    slower: float = Field(description="how many times as long counts as slower")
    sections: list[Section] = Field(description="what changed, worst first; kinds that do not occur are left out")
    broken_in_both: list[str] = Field(description="promises that an example broke in A and in B, the same or another")
    answered_in_both: int = Field(ge=0, description="examples that were kept or broken in both runs")

    @property
    def exit_code(self) -> int:
        """What a pipeline is told: 1 when anything is newly broken or broken further, 0 otherwise."""
        return WRONG if self.worse else FINE


def number(count: int, noun: str) -> str:
    """A number of things in words: "1 promise", "2 promises"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
