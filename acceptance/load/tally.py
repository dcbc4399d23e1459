"""What many people were told, and what was wrong with it: counted by each process, and added up over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from acceptance.drivers.agent_runs import Kind
from acceptance.drivers.envelopes import FIVE_EVENTS

#: How many flaws are kept in words, and how many reasons why something could not be told; all are counted.
KEPT = 20


class SeenFlaw(BaseModel):
    """One thing that was wrong: whose conversation, of which kind, what, and the messages that it was seen in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str
    kind: Kind
    told: str
    messages: list[str] = Field(default=[], description="redacted, the first of them")


class Tally(BaseModel):
    """What was asked, told and found; :meth:`add` joins two of them."""

    model_config = ConfigDict(extra="forbid")

    people: int = Field(default=0, description="who came in, and was signed in")
    conversations: int = Field(default=0, description="connections that were opened, used and ended")
    questions: int = 0
    delivered: dict[str, int] = Field(default={}, description="of each event of the golden path, for whom it came")
    flaws: dict[Kind, int] = {}
    first: list[SeenFlaw] = Field(default=[], description="the first of the flaws, in words")
    unknown: int = Field(default=0, description="what could not be asked or observed")
    reasons: list[str] = Field(default=[], description="why, each once")

    def flaw(self, seen: SeenFlaw) -> None:
        """Count one flaw."""
        self.flaws[seen.kind] = self.flaws.get(seen.kind, 0) + 1
        if len(self.first) < KEPT:
            self.first.append(seen)

    def could_not_tell(self, reason: str) -> None:
        """Count one thing that could not be asked or observed."""
        self.unknown += 1
        if reason not in self.reasons and len(self.reasons) < KEPT:
            self.reasons.append(reason)

    def hear(self, names: set[str]) -> None:
        """Count which events of the golden path came for one question."""
        for name in FIVE_EVENTS:
            self.delivered[name] = self.delivered.get(name, 0) + (name in names)

    def add(self, other: Self | Mapping[str, Any]) -> None:
        """What another process has found, too."""
        more = other if isinstance(other, Tally) else Tally.model_validate(other)
        self.people += more.people
        self.conversations += more.conversations
        self.questions += more.questions
        self.unknown += more.unknown
        self.delivered = dict(Counter(self.delivered) + Counter(more.delivered))
        self.flaws = dict(Counter(self.flaws) + Counter(more.flaws))
        self.first = [*self.first, *more.first][:KEPT]
        self.reasons = list(dict.fromkeys([*self.reasons, *more.reasons]))[:KEPT]
