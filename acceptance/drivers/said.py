"""Live updates in words, for the evidence: what each message means to the person who sent or saw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acceptance.drivers.envelopes import AGENT_ERROR, FIVE_EVENTS, Event, answer_of, answer_text, read
from acceptance.evidence.recorder import Frame, Said, verbatim

_SIGNS_OF_LIFE = frozenset({"heartbeat", "ping", "pong"})
_QUESTIONS = frozenset({"user_message", "start_agent", "agent_request"})
_HEARD = {
    "connection_established": "got a greeting",
    "ack": "got a receipt",
    "error_message": "got an error message",
    AGENT_ERROR: "saw the work fail",
    **{name: f"saw {words}" for name, words in FIVE_EVENTS.items()},
}
_TROUBLE = frozenset({"error_message", AGENT_ERROR})


def said(frame: Frame) -> Said:
    """The message in words, whichever of the platform's envelopes it came in; its own text where it is none of them."""
    event = read(frame.text, frame.at) if frame.direction != "connection" else None
    if event is None or not event.name:
        return verbatim(frame)
    payload = event.raw.get("payload")
    inside = payload if isinstance(payload, dict) else {}
    readable = event.name.replace("_", " ")
    if frame.direction == "sent":
        words = "asked" if event.name in _QUESTIONS else f"sent {readable}"
        detail = _first(inside, "text", "message", "user_request")
    else:
        words, detail = _HEARD.get(event.name, f"got {readable}"), _detail(event)
    return Said(
        words=words,
        detail=detail,
        name=event.name,
        agent=event.agent or "",
        run=event.run_id or "",
        thread=event.thread_id or _first(inside, "thread_id"),
        idle=event.name in _SIGNS_OF_LIFE,
        trouble=event.name in _TROUBLE,
    )


def _detail(event: Event) -> str:
    """The reasoning, the tool, the answer or the complaint; nothing for an event that only says that it happened."""
    frame, data = event.raw, event.data
    match event.name:
        case "agent_thinking":
            return next(filter(None, (_first(of, "reasoning", "thought", "message") for of in (frame, data))), "")
        case "tool_executing" | "tool_completed":
            return _first(data, "tool_name") or _first(frame, "tool_name")
        case "agent_completed":
            return answer_text(answer_of(event))
        case name if name in _TROUBLE:
            words = ("error_message", "message", "error", "error_code")
            return _first(data, *words) or _first(frame, *words)
        case _:
            return ""


def _first(values: Mapping[str, Any], *names: str) -> str:
    """The first of these values that holds text."""
    return next((value for name in names if isinstance(value := values.get(name), str) and value), "")
