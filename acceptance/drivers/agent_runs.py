"""A question, the run of the agent that it began, and what is wrong with what a person saw of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.drivers.auth import Person
from acceptance.drivers.envelopes import (
    AGENT_ERROR,
    ERROR_MESSAGE,
    FIVE_EVENTS,
    Event,
    answer_of,
    answer_text,
    ends_run,
    error_text,
)
from acceptance.target import Deadline

_FIRST, *_, _LAST = FIVE_EVENTS
#: Two questions that ask for different things, so that they cannot have one answer.
QUESTIONS = ("What did we spend on language models in all?", "Which language model costs most?")


class Kind(StrEnum):
    """In which way what somebody was told can be wrong; the value is what people read."""

    FAILED = "failed"
    REFUSED = "refused"
    FOREIGN = "foreign"
    LOST = "lost"
    DISORDERED = "out of order"
    DOUBLED = "delivered twice"
    WRONG_ANSWER = "wrong answer"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with what somebody was told: of which kind, and in a sentence."""

    kind: Kind
    told: str


@dataclass
class AgentRun:
    """One question and what live updates said until the run ended or its deadline passed.

    ``refused`` is the error that came instead of a run, ``closed`` how the connection ended before the run did.
    ``asked_at`` is seconds on the clock of the events; None for a question that was asked elsewhere.
    """

    question: str
    thread_id: str | None = None
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    refused: Event | None = None
    closed: str | None = None
    asked_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self.ended or self.refused is not None

    def take(self, event: Event) -> None:
        """Add what was heard of this run."""
        if event.name == ERROR_MESSAGE and not self.events:
            self.refused = event
            return
        self.events.append(event)
        self.ended = self.ended or ends_run(event, self.events)

    def named(self, name: str) -> list[Event]:
        """The events of one name, in order."""
        return [event for event in self.events if event.name == name]

    @property
    def ids(self) -> set[str]:
        """The ids of the runs that the events name: one, where all is well."""
        return {event.run_id for event in self.events if event.run_id}

    @property
    def answer(self) -> str:
        """The words in which the question was answered; empty where it was not."""
        ends = [event for event in self.named(_LAST) if ends_run(event, self.events)]
        return " ".join(answer_text(answer_of(ends[-1])).split()) if ends else ""

    @property
    def seconds_to_first_event(self) -> float | None:
        """How long the person saw nothing; None where nothing came, or the question was asked elsewhere."""
        if self.asked_at is None or not self.events:
            return None
        return self.events[0].at - self.asked_at

    @property
    def seconds_to_answer(self) -> float | None:
        """How long the person waited for the end of the work; None where it did not come."""
        if self.asked_at is None or not self.ended:
            return None
        return next(event.at - self.asked_at for event in reversed(self.events) if ends_run(event, self.events))

    def repeated(self) -> list[str]:
        """Events of the golden path that were delivered again, by name.

        An agent begins and ends a run once, and a tool is done as often as it was begun. A step of the thinking is
        known by its number; anything else is the same only when all of it is, its time of sending included: a tool may
        be used twice for the same thing.
        """
        seen: set[str] = set()
        again = []
        starter = self._starter
        for event in self.events:
            step = event.raw.get("step_number") or event.data.get("step_number")
            frame = dict(event.raw)
            if event.name in (_FIRST, _LAST) and event.agent == starter:
                frame = {"type": event.name}
            elif step is not None:
                frame.pop("timestamp", None)
            key = json.dumps(frame, sort_keys=True)
            if event.name in FIVE_EVENTS and key in seen:
                again.append(event.name)
            seen.add(key)
        if "tool_completed" not in again and any(uses < 0 for uses in self._open_uses().values()):
            again.append("tool_completed")
        return again

    @property
    def _starter(self) -> str | None:
        """The agent whose run it is: the one that began first."""
        return next((event.agent for event in self.named(_FIRST)), None)

    def _order(self) -> list[str]:
        """The golden path as it was seen: each event where it first came, the end where this run's own end came."""
        first = {event.name: place for place, event in reversed(list(enumerate(self.events)))}
        ends = [
            place for place, event in enumerate(self.events) if event.name == _LAST and ends_run(event, self.events)
        ]
        first |= {_LAST: ends[-1]} if ends else {}
        return sorted(FIVE_EVENTS, key=lambda name: first[name])

    def unfinished_tools(self) -> list[str]:
        """Tools that were begun more often than they were finished, by name."""
        return sorted(tool for tool, uses in self._open_uses().items() if uses > 0)

    def _open_uses(self) -> Counter[str]:
        """By tool, how much more often it was begun than finished."""
        uses = Counter(_tool(event) for event in self.named("tool_executing"))
        uses.subtract(_tool(event) for event in self.named("tool_completed"))
        return uses

    def shortcoming(self, who: str, within: Deadline) -> str | None:
        """What is wrong with the work as ``who`` saw it, in a sentence; None when all of the golden path was kept."""
        flaw = self.flaw(who, within)
        return flaw.told if flaw else None

    def flaw(self, who: str, within: Deadline) -> Flaw | None:
        """The first thing that is wrong with the work as ``who`` saw it.

        All five events by the deadline, first told in their order, none delivered twice, every tool finished, all of
        one run.
        """
        for error in self.named(AGENT_ERROR):
            told = f"{who} was told that the work failed: {error_text(error) or 'no reason given'}"
            return Flaw(Kind.FAILED, told)
        if self.refused is not None:
            told = f"{who} was refused the question: {error_text(self.refused) or 'no reason given'}"
            return Flaw(Kind.REFUSED, told)
        elsewhere = [event for event in self.events if self.thread_id and event.thread_id not in (None, self.thread_id)]
        if astray := [event.name for event in elsewhere]:
            told = f"{who} was told of {_in_words(astray)} as if it belonged to another conversation"
            return Flaw(Kind.FOREIGN, told)
        names = [event.name for event in self.events]
        if missing := [words for event, words in FIVE_EVENTS.items() if event not in names]:
            seen = [FIVE_EVENTS[event] for event in dict.fromkeys(names) if event in FIVE_EVENTS]
            end = f"; live updates {self.closed}" if self.closed else ""
            if not seen:
                return Flaw(Kind.LOST, f"{who} saw nothing at all of the work {within}{end}")
            told = f"{who} did not see {' or '.join(missing)} {within}: {who} saw only {', '.join(seen)}{end}"
            return Flaw(Kind.LOST, told)
        if (seen := self._order()) != list(FIVE_EVENTS):
            told = f"{who} saw the work in a wrong order: {', then '.join(FIVE_EVENTS[event] for event in seen)}"
            return Flaw(Kind.DISORDERED, told)
        if len(self.ids) > 1:
            told = f"what {who} saw as one piece of work belongs to {len(self.ids)}: {', '.join(sorted(self.ids))}"
            return Flaw(Kind.FOREIGN, told)
        if again := self.repeated():
            return Flaw(Kind.DOUBLED, f"{who} was told the same thing twice: {_in_words(again)}")
        if unfinished := self.unfinished_tools():
            return Flaw(Kind.LOST, f"{who} saw tools at work that were never finished: {', '.join(unfinished)}")
        if not self.ended:
            return Flaw(Kind.LOST, f"{who} did not see the work come to its end {within}")
        return None

    def answer_shortcoming(self, person: Person) -> str | None:
        """What is wrong with the answer, in a sentence; None for words of its own, addressed to the person."""
        if not self.answer:
            return f"{person.name}'s work ended without an answer in words"
        if self.answer.casefold() == self.question.casefold():
            return f"{person.name} was given the question back as the answer"
        begun, end = self.named(_FIRST), self.named(_LAST)[-1]
        if end.run_id not in [event.run_id for event in begun]:
            return f"{person.name}'s answer is that of other work ({end.run_id})"
        if end.user_id != person.user_id:
            return f"{person.name}'s answer is addressed to somebody else ({end.user_id or 'nobody'})"
        return None


def delivery(runs: Iterable[AgentRun]) -> dict[str, tuple[int, int]]:
    """Of each event of the golden path, how many runs promised it and how many people saw it: ``(expected, seen)``."""
    told = [{event.name for event in run.events} for run in runs]
    return {name: (len(told), sum(name in names for names in told)) for name in FIVE_EVENTS} if told else {}


def same_answer(first: AgentRun, second: AgentRun) -> str | None:
    """What is wrong with the answers to two of the :data:`QUESTIONS`, in a sentence; None where they differ."""
    if first.answer == second.answer:
        return f"different questions were given one and the same answer: “{first.answer}”"
    return None


def sorted_into(runs: Sequence[AgentRun], events: Sequence[Event]) -> None:
    """Give the events of one connection to the runs that its questions began, anew each time.

    Events of one run id belong together. Which question they answer is told by the thread that any of them names, else
    by the order in which they began; what belongs to none goes to the last run, where it is found to be foreign.
    """
    pieces: list[list[Event]] = []
    named: dict[str, list[Event]] = {}
    for event in events:
        piece = named.get(event.run_id or "")
        if piece is None and pieces and not event.run_id and event.name != ERROR_MESSAGE:
            piece = pieces[-1]
        if piece is None:
            piece = []
            pieces.append(piece)
            if event.run_id:
                named[event.run_id] = piece
        piece.append(event)
    left = list(runs)
    owners: list[AgentRun | None] = []
    for piece in pieces:
        threads = {event.thread_id for event in piece} - {None}
        owner = next((run for run in left if run.thread_id in threads), None)
        if owner is not None:
            left.remove(owner)
        owners.append(owner)
    for run in runs:
        run.events, run.ended, run.refused = [], False, None
    for piece, owner in zip(pieces, owners, strict=True):
        whose = owner or (left.pop(0) if left else runs[-1])
        for event in piece:
            whose.take(event)


def _in_words(names: Sequence[str]) -> str:
    return ", ".join(FIVE_EVENTS.get(name, name) for name in dict.fromkeys(names))


def _tool(event: Event) -> str:
    return str(event.data.get("tool_name") or event.raw.get("tool_name") or "a tool without a name")
