"""The tolerant reader of live updates: several envelope families are in real use, one deployment mixes them.

Every name and rule here is the platform's wire contract, gathered from its public code and from running it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from acceptance.drivers.json_text import parsed

#: The five events, in order, and what a person sees by them.
FIVE_EVENTS = {
    "agent_started": "the work begin",
    "agent_thinking": "the thinking",
    "tool_executing": "a tool at work",
    "tool_completed": "what the tool found",
    "agent_completed": "the work end",
}
AGENT_ERROR = "agent_error"
ERROR_MESSAGE = "error_message"
#: What can be the end of a run.
MAY_END = frozenset({"agent_completed", AGENT_ERROR, ERROR_MESSAGE})
#: What the server says of its own accord and a reader of a run passes over.
PASSED_OVER = frozenset({"heartbeat", "ping", "pong", "connection_established", "ack"})
#: Outer types of the older family, whose events are named inside.
_WRAPPERS = frozenset({"system_message", "agent_progress", "agent_response_complete"})


@dataclass(frozen=True)
class Event:
    """One message of live updates, read from whichever envelope it came in. ``at`` is seconds on the run's clock."""

    name: str
    at: float
    raw: Mapping[str, Any]
    run_id: str | None = None
    thread_id: str | None = None
    agent: str | None = None
    user_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def read(text: str, at: float) -> Event | None:
    """The event in a frame's text; None for text that is not a JSON object."""
    frame = parsed(text)
    if not isinstance(frame, dict):
        return None
    inner = frame.get("data")
    data: dict[str, Any] = inner if isinstance(inner, dict) else {}
    name = str(frame.get("type") or "")
    if not name or name in _WRAPPERS:
        name = str(data.get("event") or data.get("type") or frame.get("event") or name)
    return Event(
        name=name,
        at=at,
        raw=frame,
        run_id=_text(frame.get("run_id") or data.get("run_id")),
        thread_id=_text(frame.get("thread_id") or data.get("thread_id")),
        agent=_text(frame.get("agent_name") or data.get("agent_name")),
        user_id=_text(frame.get("user_id") or data.get("user_id")),
        data=data,
    )


def answer_of(event: Event) -> Any:
    """What the run answered, read from the first of the contract's places that holds anything; else None.

    Of the places for an answer itself, the first with words counts; the places for a remark only where
    none is there at all, not even empty.
    """
    frame, data = event.raw, event.data
    places = (
        (frame, "final_response"),
        (data, "final_response"),
        (data, "result"),
        (frame, "result"),
        (data, "content"),
    )
    answers = [holder[name] for holder, name in places if name in holder]
    remarks = [holder.get(name) for name in ("message", "response") for holder in (frame, data)]
    worded = [answer for answer in answers if answer_text(answer)]
    return next((candidate for candidate in (worded or answers or remarks) if candidate), None)


def answer_text(answer: Any) -> str:
    """The words of an answer that may be text or an object holding text."""
    if isinstance(answer, str):
        return answer.strip()
    if isinstance(answer, Mapping):
        for key in ("text", "answer", "response", "content", "message", "summary", "result"):
            if words := answer_text(answer.get(key)):
                return words
    return ""


def error_code(event: Event) -> str | None:
    """The code of an error, in whichever envelope."""
    return _text(event.raw.get("error_code") or event.data.get("error_code"))


def error_text(event: Event) -> str:
    """What an error says, in whichever envelope; empty where it says nothing."""
    places = (of.get(name) for of in (event.data, event.raw) for name in ("error_message", "message", "error"))
    return next((text for text in places if isinstance(text, str) and text), "")


def ends_run(event: Event, run: Iterable[Event]) -> bool:
    """Whether ``event`` is the end of ``run``: the completion (or error) of the agent that started it.

    A supervisor's sub-agents start and complete inside the run; their completions do not end it.
    """
    if event.name not in ("agent_completed", AGENT_ERROR):
        return False
    starter = next((earlier for earlier in run if earlier.name == "agent_started"), None)
    return starter is None or starter.agent is None or event.agent is None or event.agent == starter.agent


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
