"""The tolerant reader: every envelope family of the contract, and where a run ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from acceptance.drivers.agent_runs import AgentRun
from acceptance.drivers.envelopes import FIVE_EVENTS, Event, answer_of, answer_text, ends_run, read
from acceptance.target import Deadline


def event(frame: dict[str, Any]) -> Event:
    told = read(json.dumps(frame), 0.0)
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        ({"type": "agent_started", "run_id": "r", "data": {"status": "started"}}, "agent_started"),
        ({"type": "agent_thinking", "reasoning": "…", "run_id": "r"}, "agent_thinking"),
        ({"type": "system_message", "data": {"event": "agent_started", "run_id": "r"}}, "agent_started"),
        ({"type": "agent_progress", "data": {"type": "tool_executing", "run_id": "r"}}, "tool_executing"),
        ({"type": "agent_response_complete", "event": "agent_completed", "run_id": "r"}, "agent_completed"),
        ({"data": {"event": "tool_completed", "run_id": "r"}}, "tool_completed"),
        ({"type": "system_message", "run_id": "r", "data": {"note": "nothing named"}}, "system_message"),
    ],
)
def test_the_name_and_the_run_are_read_from_every_family(frame: dict[str, Any], name: str) -> None:
    told = event(frame)
    assert (told.name, told.run_id) == (name, "r")


@pytest.mark.parametrize("text", ["", "not json", "[1, 2]", "3", "null", "[" * 100_000])
def test_what_is_no_event_is_passed_over(text: str) -> None:
    assert read(text, 0.0) is None


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"final_response": "42 euros"}, "42 euros"),
        ({"final_response": {"text": "42 euros"}, "message": "done"}, "42 euros"),
        ({"data": {"result": {"response": "42 euros"}}}, "42 euros"),
        ({"result": {"content": "42 euros"}}, "42 euros"),
        ({"data": {"content": "42 euros"}}, "42 euros"),
        ({"message": "42 euros"}, "42 euros"),
        ({"response": "42 euros"}, "42 euros"),
        ({"final_response": {}, "result": {}}, ""),
        ({}, ""),
    ],
)
def test_the_answer_is_read_from_the_contracts_places(frame: dict[str, Any], words: str) -> None:
    assert answer_text(answer_of(event({"type": "agent_completed", **frame}))) == words


def test_a_run_ends_with_the_agent_that_began_it() -> None:
    started = event({"type": "agent_started", "agent_name": "Supervisor"})
    helper = event({"type": "agent_completed", "agent_name": "Data helper"})
    end = event({"type": "agent_completed", "agent_name": "Supervisor"})
    failure = event({"type": "agent_error", "agent_name": "Supervisor"})
    assert not ends_run(helper, [started, helper])
    assert ends_run(end, [started, helper, end])
    assert ends_run(failure, [started, failure])
    assert not ends_run(started, [started])


def test_a_repeated_frame_and_an_unfinished_tool_are_told() -> None:
    begun = {"type": "tool_executing", "run_id": "r", "data": {"tool_name": "costs"}}
    done = {"type": "tool_completed", "run_id": "r", "data": {"tool_name": "costs"}}
    frames: list[dict[str, Any]] = [{**begun, "timestamp": 1}, {**begun, "timestamp": 1}, done]
    run = AgentRun("?", events=[event(frame) for frame in frames])
    assert run.repeated() == ["tool_executing"]
    assert run.unfinished_tools() == ["costs"]
    other = {"type": "tool_executing", "run_id": "r", "data": {"tool_name": "costs", "parameters": {"month": 5}}}
    assert AgentRun("?", events=[event(begun), event(other)]).repeated() == []


#: The golden path of a run that uses a tool.
FRAMES: list[dict[str, Any]] = [
    {"type": "agent_started", "run_id": "r", "agent_name": "Supervisor"},
    {"type": "agent_thinking", "run_id": "r", "step_number": 1},
    {"type": "tool_executing", "run_id": "r", "data": {"tool_name": "costs"}},
    {"type": "tool_completed", "run_id": "r", "data": {"tool_name": "costs"}},
    {"type": "agent_completed", "run_id": "r", "agent_name": "Supervisor"},
]


def shortcoming(frames: Sequence[dict[str, Any]]) -> str | None:
    run = AgentRun("?")
    for number, frame in enumerate(frames):
        run.take(event({**frame, "timestamp": number}))
    return run.shortcoming("Pat", Deadline("promptly", 2))


def test_the_whole_golden_path_has_no_shortcoming() -> None:
    assert shortcoming(FRAMES) is None


@pytest.mark.parametrize("place", range(len(FRAMES)), ids=list(FIVE_EVENTS))
def test_each_of_the_five_events_must_come_once_and_in_its_place(place: int) -> None:
    """A frame that is sent again bears another time; an event in a wrong place trades it with a neighbour."""
    before, it, after = FRAMES[:place], FRAMES[place], FRAMES[place + 1 :]
    assert "did not see" in (shortcoming([*before, *after]) or "")
    assert shortcoming([*before, it, it, *after]) in {
        f"Pat was told the same thing twice: {FIVE_EVENTS[it['type']]}",
        "Pat saw tools at work that were never finished: costs",
    }
    swapped = [*before, *after[:1], it, *after[1:]] if after else [*before[:-1], it, before[-1]]
    assert "in a wrong order" in (shortcoming(swapped) or "")
