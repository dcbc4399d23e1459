"""What must hold after every scenario: each invariant is seen to break, and to leave what is right alone."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from acceptance.drivers.auth import Person
from acceptance.drivers.envelopes import read
from acceptance.drivers.live_connection import LiveConnection
from acceptance.evidence.recorder import Recorder
from acceptance.evidence.redaction import HIDDEN, Redactor
from acceptance.invariants import check
from acceptance.promises import phase2
from acceptance.targets import load_target
from acceptance.verdicts import Broken
from acceptance.world import Drivers, World

EXAMPLE = phase2()[0][0]
PAT = Person("Pat", "pat@example.com", "", user_id="user-of-pat-4711")


def world(*connections: LiveConnection) -> World:
    drivers = cast(Drivers, SimpleNamespace(live_updates=SimpleNamespace(opened=list(connections), refusals=[])))
    return World(EXAMPLE, load_target("embedded", {}), Recorder(Redactor()), drivers)


def connection(*frames: dict[str, Any], closed: bool = True) -> LiveConnection:
    """Pat's connection, on which these frames were heard."""

    class Heard(LiveConnection):
        is_closed = closed

    made = Heard(cast(Any, None), PAT, "Pat", Recorder(Redactor()))
    made.heard = [event for frame in frames if (event := read(json.dumps(frame), 0.0))]
    return made


def answered(scenario: World, status: int) -> None:
    scenario.recorder.exchange(
        service="chat",
        method="GET",
        url="http://127.0.0.1/api/threads",
        request_headers=(),
        request_body="",
        seconds=0.01,
        status=status,
    )


@pytest.mark.parametrize("status", [200, 204, 401, 404, 422])
def test_an_answer_that_the_contract_has_is_right(status: int) -> None:
    scenario = world()
    answered(scenario, status)
    check(scenario)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_that_nobody_asked_for_is_broken(status: int) -> None:
    scenario = world()
    answered(scenario, status)
    with pytest.raises(Broken, match=rf"chat answered GET .* with an error of its own \({status}\)"):
        check(scenario)


def test_in_an_outage_being_unavailable_is_right_and_falling_over_is_not() -> None:
    scenario = world()
    scenario.recorder.in_outage = True
    answered(scenario, 503)
    check(scenario)
    answered(scenario, 500)
    with pytest.raises(Broken, match="500"):
        check(scenario)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "agent_started", "user_id": PAT.user_id},
        {"type": "pong", "data": {"user_id": PAT.user_id}},
        {"type": "connection_established", "data": {"user_id": f"{PAT.user_id[:8]}..."}},
        {"type": "heartbeat"},
    ],
)
def test_what_names_the_person_or_nobody_is_right(frame: dict[str, Any]) -> None:
    check(world(connection(frame)))


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "agent_started", "user_id": "user-of-robin"},
        {"type": "tool_completed", "data": {"user_id": "user-of-robin"}},
        {"type": "connection_established", "data": {"user_id": "user-rob..."}},
    ],
)
def test_what_names_somebody_else_is_broken(frame: dict[str, Any]) -> None:
    with pytest.raises(Broken, match=f"Pat was told of somebody else's “{frame['type']}”"):
        check(world(connection(frame)))


def test_a_connection_that_is_left_open_is_our_own_fault() -> None:
    with pytest.raises(AssertionError, match="live connections were left open: Pat") as failure:
        check(world(connection(closed=False)))
    assert not isinstance(failure.value, Broken)


def test_a_secret_that_became_known_too_late_is_hidden_and_told() -> None:
    scenario = world()
    scenario.recorder.frame("Pat", "sent", "my word is canary-4711")
    scenario.recorder.redactor.learn("canary-4711")
    with pytest.raises(AssertionError, match="a secret was recorded before it was known"):
        check(scenario)
    assert scenario.recorder.frames[0].text == f"my word is {HIDDEN}"
    check(scenario)


def test_a_secret_in_a_header_is_hidden_late_too() -> None:
    scenario = world()
    scenario.recorder.exchange(
        service="chat",
        method="GET",
        url="http://127.0.0.1/",
        request_headers=[("X-Note", "canary-4711")],
        request_body="",
        seconds=0.0,
    )
    scenario.recorder.redactor.learn("canary-4711")
    assert scenario.recorder.hide_what_was_learned_late()
    assert scenario.recorder.exchanges[0].request_headers == [("X-Note", HIDDEN)]
