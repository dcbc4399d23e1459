"""The drivers' own judgement: runs kept apart, moments and addresses read, wrong tokens made, doors told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest
from hamcrest import assert_that

from acceptance.addresses import same_address
from acceptance.drivers.agent_runs import AgentRun, sorted_into
from acceptance.drivers.auth import Person, seconds_since_1970
from acceptance.drivers.doors import OPEN, SHUT, door
from acceptance.drivers.envelopes import FIVE_EVENTS, Event, read
from acceptance.drivers.http import Reply
from acceptance.drivers.tokens import MADE_BY_ANYBODY, MADE_WITH_THE_SECRET, claims_of, signed
from acceptance.matchers import everybody_says
from acceptance.target import Deadline

PROMPTLY = Deadline("promptly", 2)
PAT = Person("Pat", "pat@example.com", "", user_id="pat")
SECRET = "a secret of this test, of more than 32 bytes"


def event(name: str, **fields: Any) -> Event:
    made = read(json.dumps({"type": name, "run_id": "run-1", "agent_name": "Supervisor", **fields}), 0.0)
    assert made is not None
    return made


def whole_run(**changed: dict[str, Any]) -> list[Event]:
    """The five events of a good run, with further fields for some of them."""
    usual: dict[str, dict[str, Any]] = {
        "tool_executing": {"data": {"tool_name": "sum"}},
        "tool_completed": {"data": {"tool_name": "sum"}},
        "agent_completed": {"user_id": "pat", "final_response": {"text": "It cost $5."}},
    }
    return [event(name, **{**usual.get(name, {}), **changed.get(name, {})}) for name in FIVE_EVENTS]


def run(events: list[Event]) -> AgentRun:
    made = AgentRun("What did it cost?")
    for heard in events:
        made.take(heard)
    return made


def test_a_good_run_has_no_shortcoming() -> None:
    good = run(whole_run())
    assert good.shortcoming("Pat", PROMPTLY) is None
    assert good.answer_shortcoming(PAT) is None
    assert good.answer == "It cost $5."


def test_how_long_a_person_waited_is_told_once_there_is_something_to_tell() -> None:
    good = run([replace(event, at=10.0 + place) for place, event in enumerate(whole_run())])
    assert (good.seconds_to_first_event, good.seconds_to_answer) == (None, None)  # nobody asked on this connection
    good.asked_at = 9.5
    assert (good.seconds_to_first_event, good.seconds_to_answer) == (0.5, 4.5)
    silent = AgentRun("?", asked_at=9.5)
    assert (silent.seconds_to_first_event, silent.seconds_to_answer) == (None, None)


def test_a_run_with_a_sub_agent_and_more_of_everything_has_none_either() -> None:
    first, thinking, executing, completed, end = whole_run()
    inner = [event("agent_started", agent_name="Sums"), event("agent_thinking", agent_name="Sums", step_number=2)]
    done = event("agent_completed", agent_name="Sums")
    good = run([first, thinking, *inner, executing, completed, done, event("agent_thinking", step_number=3), end])
    assert good.shortcoming("Pat", PROMPTLY) is None
    assert good.answer == "It cost $5."


@pytest.mark.parametrize("missing", FIVE_EVENTS)
def test_each_missing_event_is_named_in_words(missing: str) -> None:
    told = run([heard for heard in whole_run() if heard.name != missing]).shortcoming("Pat", PROMPTLY)
    assert told is not None
    assert f"did not see {FIVE_EVENTS[missing]} promptly (2 s)" in told


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([*whole_run()[:2], whole_run()[1], *whole_run()[2:]], "told the same thing twice: the thinking"),
        ([*whole_run(), whole_run()[4]], "told the same thing twice: the work end"),
        ([whole_run()[1], whole_run()[0], *whole_run()[2:]], "in a wrong order: the thinking, then the work begin"),
        (
            [*whole_run()[:3], event("tool_executing", data={"tool_name": "other"}), *whole_run()[3:]],
            "never finished: other",
        ),
        (whole_run(tool_executing={"run_id": "run-2"}), "belongs to 2: run-1, run-2"),
        (whole_run(agent_completed={"agent_name": "Somebody else"}), "did not see the work come to its end"),
        ([event("agent_error", data={"error_message": "no database"})], "the work failed: no database"),
        ([event("error_message", error_message="no such thread")], "was refused the question: no such thread"),
        ([], "saw nothing at all"),
    ],
)
def test_what_is_wrong_with_a_run_is_told(events: list[Event], says: str) -> None:
    told = run(events).shortcoming("Pat", PROMPTLY)
    assert told is not None
    assert says in told


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"final_response": None, "result": None}, "without an answer in words"),
        ({"final_response": "what did it cost?"}, "given the question back"),
        ({"run_id": "run-2"}, "is that of other work (run-2)"),
        ({"user_id": "robin"}, "addressed to somebody else (robin)"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(changed: dict[str, Any], says: str) -> None:
    told = run(whole_run(agent_completed=changed)).answer_shortcoming(PAT)
    assert told is not None
    assert says in told


def test_the_events_of_two_runs_are_kept_apart_by_run_and_by_thread() -> None:
    first, second = AgentRun("a?", "thread-a"), AgentRun("b?", "thread-b")
    heard = [
        event("agent_started", run_id="b"),  # names no thread yet, and would be taken for the first's
        event("agent_started", run_id="a"),
        event("agent_thinking", run_id="b", thread_id="thread-b"),
        event("agent_thinking", run_id="a"),
    ]
    sorted_into([first, second], heard)
    assert first.ids == {"a"}
    assert second.ids == {"b"}


def test_an_event_of_a_third_run_shows_in_one_of_the_two() -> None:
    first, second = AgentRun("a?"), AgentRun("b?")
    sorted_into([first, second], [event("agent_started", run_id=id) for id in ("a", "b", "c")])
    assert first.ids == {"a"}
    assert second.ids == {"b", "c"}


def test_a_sub_agent_that_ends_before_any_tool_is_no_disorder() -> None:
    first, *rest = whole_run()
    inner = [event("agent_started", agent_name="Triage"), event("agent_completed", agent_name="Triage")]
    assert run([first, *inner, *rest]).shortcoming("Pat", PROMPTLY) is None


def test_a_tool_that_is_used_twice_for_the_same_is_no_repetition() -> None:
    first, thinking, executing, completed, end = whole_run()
    uses = [event(use.name, timestamp=when, data=use.data) for when in ("1", "2") for use in (executing, completed)]
    assert run([first, thinking, *uses, end]).shortcoming("Pat", PROMPTLY) is None


@pytest.mark.parametrize("name", ["agent_started", "agent_completed"])
def test_a_run_that_begins_or_ends_twice_is_one_however_the_two_differ(name: str) -> None:
    events = whole_run()
    again = next(heard for heard in events if heard.name == name)
    other = event(name, **{**again.raw, "execution_time_ms": 7, "timestamp": "later"})
    assert "twice" in str(run([*events, other]).shortcoming("Pat", PROMPTLY))


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (1760000000, 1760000000),
        (1760000000.9, 1760000000),
        ("2025-10-09T08:53:20+00:00", 1760000000),
        ("2025-10-09T08:53:20Z", 1760000000),
        ("2025-10-09T10:53:20+02:00", 1760000000),
        ("2025-10-09T08:53:20", 1760000000),
        (None, None),
        (True, None),
        ("soon", None),
    ],
)
def test_moments_are_read_in_every_form(moment: object, seconds: int | None) -> None:
    assert seconds_since_1970(moment) == seconds


@pytest.mark.parametrize(
    ("told", "configured", "same"),
    [
        ("http://localhost:8000", "http://127.0.0.1:8000", True),
        ("https://api.test/", "https://api.test", True),
        ("https://API.test:443", "https://api.test", True),
        ("wss://api.test/ws", "wss://api.test/ws", True),
        ("wss://api.test/other", "wss://api.test/ws", False),
        ("http://api.test", "https://api.test", False),
        ("https://api.test:8443", "https://api.test", False),
        ("https://other.test", "https://api.test", False),
        ("https://api.test:port", "https://api.test", False),
        (None, "https://api.test", False),
    ],
)
def test_addresses_are_compared_by_what_they_mean(told: object, configured: str, same: bool) -> None:
    assert same_address(told, configured) is same


def test_an_address_below_another_is_recognised() -> None:
    assert same_address("https://auth.test/auth/login", "https://auth.test", below=True)
    assert not same_address("https://auth.test.evil/auth/login", "https://auth.test", below=True)
    assert not same_address("https://auth.test/authentic", "https://auth.test/auth", below=True)


def _claims() -> dict[str, Any]:
    return {"sub": "pat", "iat": 1, "exp": 4_000_000_000, "iss": "netra-auth-service", "aud": "netra-platform"}


def _refused(token: str) -> bool:
    """By a reader that does what the contract asks of every service."""
    try:
        claims = jwt.decode(
            token,
            SECRET,
            algorithms=["HS256"],
            issuer="netra-auth-service",
            audience="netra-platform",
            options={"require": ["sub", "exp", "iat"]},
        )
    except jwt.InvalidTokenError:
        return True
    return not claims["sub"]


def test_a_right_token_made_here_is_accepted() -> None:
    assert not _refused(signed(_claims(), SECRET))
    assert claims_of(signed(_claims(), SECRET)) == _claims()
    assert claims_of("no token") == {}


@pytest.mark.parametrize("name", [name for name in MADE_BY_ANYBODY if name != "no token at all"])
def test_each_wrong_token_that_anybody_can_make_is_wrong(name: str) -> None:
    made = MADE_BY_ANYBODY[name](signed(_claims(), SECRET))
    assert made is not None
    assert _refused(made)


@pytest.mark.parametrize("name", MADE_WITH_THE_SECRET)
def test_each_wrong_token_that_is_signed_rightly_differs_in_one_way(name: str) -> None:
    claims = MADE_WITH_THE_SECRET[name](_claims())
    assert _refused(signed(claims, SECRET))
    different = {key for key in {*claims, *_claims()} if claims.get(key) != _claims().get(key)}
    assert different in ({"exp", "iat"}, {"exp"}, {"iss"}, {"aud"}, {"sub"})


@pytest.mark.parametrize(
    ("status", "stands"),
    [(200, OPEN), (204, OPEN), (401, SHUT), (403, "answered 403"), (404, "answered 404"), (503, "answered 503")],
)
def test_only_401_shuts_a_door(status: int, stands: str) -> None:
    assert door(Reply(status, httpx.Headers(), "")) == stands


def test_those_who_say_something_else_are_named_and_nobody_else() -> None:
    assert_that({"a": 1, "b": 1}, everybody_says(1))
    with pytest.raises(AssertionError, match="Expected: “1” from everybody\n     but: b: “2”; c: “nothing”"):
        assert_that({"a": 1, "b": 2, "c": None}, everybody_says(1), "what they say")
    with pytest.raises(AssertionError, match="nobody was asked"):
        assert_that({}, everybody_says(1))
