"""A question, the run of the agent that it began, and what is wrong with what a person saw of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from acceptance.drivers.auth import Person
from acceptance.drivers.events import AGENT_ERROR, GOLDEN_PATH, Event, answer_of, answer_text, ends_run
from acceptance.target import Deadline

ERROR_MESSAGE = "error_message"
_FIRST, *_, _LAST = GOLDEN_PATH


@dataclass
class Run:
    """One question and what live updates said until the run ended or its deadline passed.

    ``refused`` is the error that came instead of a run, ``closed`` how the connection ended before the run did.
    """

    question: str
    thread_id: str | None = None
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    refused: Event | None = None
    closed: str | None = None

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
        return answer_text(answer_of(ends[-1])) if ends else ""

    def repeated(self) -> list[str]:
        """Events of which the very same frame came again (its time of sending apart), by name."""
        seen: set[str] = set()
        again = []
        for event in self.events:
            frame = json.dumps({key: value for key, value in event.raw.items() if key != "timestamp"}, sort_keys=True)
            if frame in seen:
                again.append(event.name)
            seen.add(frame)
        return again

    def unfinished_tools(self) -> list[str]:
        """Tools that were begun more often than they were finished, by name."""
        begun = Counter(_tool(event) for event in self.named("tool_executing"))
        begun.subtract(_tool(event) for event in self.named("tool_completed"))
        return sorted(tool for tool, open_uses in begun.items() if open_uses > 0)

    def shortcoming(self, who: str, within: Deadline) -> str | None:
        """What is wrong with the work as ``who`` saw it, in a sentence; None when all of the golden path was kept.

        All five events by the deadline, first told in their order, none delivered twice, every tool finished, all of
        one run.
        """
        for error in self.named(AGENT_ERROR):
            return f"{who} was told that the work failed: {error.data.get('error_message', 'no reason given')}"
        if self.refused is not None:
            return f"{who} was refused the question: {self.refused.raw.get('error_message', 'no reason given')}"
        told = [event.name for event in self.events]
        if missing := [words for event, words in GOLDEN_PATH.items() if event not in told]:
            seen = [GOLDEN_PATH[event] for event in dict.fromkeys(told) if event in GOLDEN_PATH]
            end = f"; live updates {self.closed}" if self.closed else ""
            only = f"{who} saw only {', '.join(seen)}" if seen else f"{who} saw nothing at all"
            return f"{who} did not see {' or '.join(missing)} {within}: {only}{end}"
        order = list(GOLDEN_PATH)
        if (seen := sorted(order, key=told.index)) != order:
            return f"{who} saw the work in a wrong order: {', then '.join(GOLDEN_PATH[event] for event in seen)}"
        if again := self.repeated():
            return f"{who} was told the same thing twice: {', '.join(again)}"
        if unfinished := self.unfinished_tools():
            return f"{who} saw tools at work that were never finished: {', '.join(unfinished)}"
        if len(self.ids) > 1:
            return f"what {who} saw as one piece of work belongs to {len(self.ids)}: {', '.join(sorted(self.ids))}"
        if not self.ended:
            return f"{who} did not see the work come to its end {within}"
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


def run_of(event: Event, runs: Sequence[Run]) -> Run:
    """Which of the runs of one connection an event belongs to: by its run id, by its thread, else in their order.

    What belongs to none of them goes to the first that is not over, where it is found to be foreign.
    """
    for run in runs:
        if event.run_id and event.run_id in run.ids:
            return run
    thread = event.raw.get("thread_id") or event.data.get("thread_id")
    for run in runs:
        if thread is not None and run.thread_id == str(thread):
            return run
    untouched = [run for run in runs if not run.events and not run.is_over] if event.run_id else []
    going_on = [run for run in runs if not run.is_over]
    return next(iter([*untouched, *going_on, *runs]))


def _tool(event: Event) -> str:
    return str(event.data.get("tool_name") or event.raw.get("tool_name") or "a tool without a name")
