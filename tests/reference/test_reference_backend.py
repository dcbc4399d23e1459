"""Chat keeps the contract: over HTTP, and over live updates."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from reference_services import (
    AUTH,
    BACKEND,
    GOLDEN_PATH,
    Platform,
    Starter,
    environment,
    eventually,
    free_port,
    subprotocols,
)
from websockets.exceptions import InvalidStatus

ENVELOPE = {"error", "error_code", "message", "user_message", "details", "trace_id", "timestamp"}
STARTED = {"type", "run_id", "user_id", "agent_name", "timestamp", "data"}
COMPARING = "What did we spend on language models, and which one costs most?"


def get(platform: Platform, path: str) -> httpx.Response:
    return platform.http.get(platform.backend.url + path)


def refused(platform: Platform, token: str | None, **how: Any) -> tuple[int, dict[str, Any]]:
    """How a handshake was refused: the status, and the envelope."""
    with pytest.raises(InvalidStatus) as refusal, platform.connect(token, **how):
        pass
    response = refusal.value.response
    answer = httpx.Response(response.status_code, content=bytes(response.body))
    assert answer.json().keys() == ENVELOPE
    return answer.status_code, answer.json()


# HTTP


def test_health(platform: Platform) -> None:
    for path in ("/health", "/health/live"):
        body = get(platform, path).json()
        assert body.keys() == {"status", "service", "version", "timestamp"}
        assert (body["status"], body["service"]) == ("healthy", "netra-ai-platform")
    ready = get(platform, "/health/ready").json()
    assert (ready["status"], ready["core_db"]) == ("ready", "connected")
    assert ready["websocket_readiness"]["websocket_ready"] is True
    live = get(platform, "/ws/health").json()
    assert live["status"] == "healthy"
    assert live["components"].keys() == {"manager", "message_router", "connection_monitor"}


def test_discovery_publishes_what_is_configured(platform: Platform) -> None:
    body = get(platform, "/api/discovery/services").json()
    for entry in body["services"].values():
        assert entry.pop("timestamp")
    assert body["services"] == {
        "backend": {
            "port": 443,
            "url": "https://chat.test",
            "api_url": "https://chat.test",
            "ws_url": "wss://chat.test/ws",
        },
        "frontend": {"port": 3000, "url": "http://localhost:3000"},
        "auth": {"port": platform.auth.port, "url": platform.auth.url, "api_url": platform.auth.url},
    }
    one = get(platform, "/api/discovery/services/auth").json()
    assert (one["port"], one["url"]) == (platform.auth.port, platform.auth.url)


def test_an_unknown_service_is_told_in_the_envelope(platform: Platform) -> None:
    answer = get(platform, "/api/discovery/services/database")
    assert answer.status_code == 404
    assert answer.json().keys() == ENVELOPE
    assert answer.json()["error"] is True


def test_the_routers_own_errors_are_plain(platform: Platform) -> None:
    assert get(platform, "/nothing").json() == {"detail": "Not Found"}
    answer = platform.http.post(platform.backend.url + "/health")
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})


def test_public_configuration(platform: Platform) -> None:
    body = get(platform, "/api/config/public").json()
    assert body.keys() == {"environment", "app_name", "version", "features"}
    assert (body["environment"], body["features"]["websocket"]) == ("development", True)


# The handshake


def test_both_ways_of_the_token(platform: Platform) -> None:
    person = platform.register()
    both = subprotocols(person.token)
    offers: list[tuple[str | None, list[str] | None, str | None]] = [
        (person.token, None, None),
        (person.token, ["jwt-auth"], "jwt-auth"),
        (None, both, "jwt-auth"),
        (None, both[::-1], "jwt-auth"),
        (None, both[1:], both[1]),
    ]
    for token, offered, selected in offers:
        with platform.connect(token, subprotocols=offered) as chat:
            assert chat.socket.subprotocol == selected
            assert chat.next()["data"]["user_id"] == f"{person.user_id[:8]}..."
            chat.send({"type": "who am I"})
            assert chat.next()["user_id"] == person.user_id


def test_no_token_is_refused(platform: Platform) -> None:
    token = platform.register().token
    for how in ({}, {"query": f"?token={token}"}, {"subprotocols": ["jwt-auth"]}):
        status, body = refused(platform, None, **how)
        assert (status, body["error_code"]) == (401, "AUTH_UNAUTHORIZED")
    assert token not in platform.backend.log_text


def test_subprotocols_without_a_supported_one_are_refused(platform: Platform) -> None:
    token = platform.register().token
    assert refused(platform, token, subprotocols=["graphql-ws", "chat"])[0] == 403
    assert refused(platform, None, subprotocols=["graphql-ws"])[0] == 403


def _tampered(token: str) -> str:
    header, claims, signature = token.split(".")
    return ".".join((header, claims, ("A" if signature[0] != "A" else "B") + signature[1:]))


BAD_TOKENS: dict[str, Any] = {
    "garbage": lambda platform: "garbage",
    "three parts of garbage": lambda platform: "a.b.c",
    "tampered": lambda platform: _tampered(platform.register().token),
    "expired": lambda platform: platform.mint(exp=int(time.time()) - 5),
    "algorithm none": lambda platform: platform.mint(algorithm=None),
    "another issuer": lambda platform: platform.mint(iss="somebody-else"),
    "another audience": lambda platform: platform.mint(aud="netra-services"),
    "another secret": lambda platform: platform.mint(secret="another secret, and long enough to sign with"),
    "no subject": lambda platform: platform.mint(sub=None),
    "an empty subject": lambda platform: platform.mint(sub=""),
    "no expiry": lambda platform: platform.mint(exp=None),
    "a refresh token": lambda platform: platform.register().refresh_token,
    "no type": lambda platform: platform.mint(token_type=None),
}


@pytest.mark.parametrize("way", ["header", "subprotocol"])
@pytest.mark.parametrize("wrong", BAD_TOKENS)
def test_a_wrong_token_is_refused(platform: Platform, wrong: str, way: str) -> None:
    token = BAD_TOKENS[wrong](platform)
    carried = {"token": token} if way == "header" else {"token": None, "subprotocols": subprotocols(token)}
    status, body = refused(platform, **carried)
    assert (status, body["error_code"]) == (401, "AUTH_FAILED")
    verdict = platform.http.post(platform.auth.url + "/auth/validate", json={"token": token})
    assert verdict.json()["valid"] is False, "sign-in says the same"


def test_a_subprotocol_that_does_not_decode_is_refused(platform: Platform) -> None:
    for encoded in ("", "a", "gICA", "%%%%"):
        if re.fullmatch(r"[\w-]*", encoded):
            assert refused(platform, None, subprotocols=["jwt-auth", f"jwt.{encoded}"])[0] == 401


def test_a_minted_token_is_good_without_its_flaw(platform: Platform) -> None:
    with platform.connect(platform.mint()) as chat:
        chat.established()


def test_nobody_is_let_in_while_sign_in_is_down_and_it_heals(starter: Starter) -> None:
    variables = environment(starter.folder)
    port = free_port()
    backend = starter.start(BACKEND, {**variables, "AUTH_SERVICE_URL": f"http://127.0.0.1:{port}"})
    auth = starter.start(AUTH, variables, port=port)
    platform = Platform(auth.await_health(), backend.await_health(), variables)
    token = platform.register().token
    with platform.connect(token) as chat:
        chat.established()
    auth.process.kill()
    auth.process.wait()
    status, body = refused(platform, token)
    assert (status, body["error_code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused(platform, "garbage")[0] == 401, "what is wrong anyway needs no sign-in"
    starter.start(AUTH, variables, port=port).await_health()
    with platform.connect(token) as chat:
        chat.established()


def test_a_service_that_sign_in_does_not_accept_is_no_fault_of_the_person(starter: Starter) -> None:
    variables = environment(starter.folder, SERVICE_SECRET="one secret")
    auth = starter.start(AUTH, variables)
    other = {**variables, "SERVICE_SECRET": "another secret", "AUTH_SERVICE_URL": auth.url}
    backend = starter.start(BACKEND, other)
    platform = Platform(auth.await_health(), backend.await_health(), variables)
    status, body = refused(platform, platform.register().token)
    assert (status, "SERVICE_SECRET" in body["message"]) == (503, True)
    assert "another secret" not in backend.log_text + str(body)


def test_the_secret_of_the_environment_wins(staging: Platform) -> None:
    """Staging's services were given different values of JWT_SECRET_KEY, and the same JWT_SECRET_STAGING."""
    with staging.connect(staging.register().token) as chat:
        chat.established()
    assert get(staging, "/api/config/public").json()["environment"] == "staging"


# An open connection


def test_the_first_frame(platform: Platform) -> None:
    person = platform.register()
    with platform.connect(person.token) as chat:
        frame = chat.next()
        assert frame["type"] == "connection_established"
        assert frame["data"].keys() == {
            "mode", "user_id", "connection_id", "golden_path_events", "features", "timestamp",
        }  # fmt: skip
        assert frame["data"]["user_id"] == f"{person.user_id[:8]}..."
        assert frame["data"]["golden_path_events"] == GOLDEN_PATH


def test_ping_unknown_and_malformed_messages(platform: Platform) -> None:
    person = platform.register()
    with platform.connect(person.token) as chat:
        chat.established()
        chat.send({"type": "ping", "timestamp": time.time()})
        pong = chat.next()
        assert (pong["type"], pong["data"].keys()) == ("pong", {"timestamp", "user_id"})
        assert pong["data"]["user_id"] == person.user_id

        for unknown, told in (({"type": "dance"}, "dance"), ({}, ""), ({"type": None}, "None")):
            chat.send(unknown)
            ack = chat.next()
            assert (ack["type"], ack["received_type"], ack["status"]) == ("ack", told, "acknowledged")
            assert ack["user_id"] == person.user_id

        for malformed in ("{not json", "", "[1]", '"text"', b"\xff\xfe", "[" * 100_000):
            chat.send(malformed)
            error = chat.next()
            assert (error["type"], error["error_code"]) == ("error_message", "JSON_PARSE_ERROR")

        for empty in ({}, {"payload": {"text": " "}}, {"payload": {"text": 7}}, {"payload": "text"}):
            chat.send({"type": "user_message", **empty})
            assert chat.next()["error_code"] == "VALIDATION_ERROR"
        assert chat.ask("still open?")[-1]["type"] == "agent_completed"


def test_an_idle_connection_gets_heartbeats(platform: Platform) -> None:
    with platform.connect(platform.register().token) as chat:
        chat.established()
        assert chat.next(heartbeats=True)["type"] == "heartbeat"
        assert chat.next(heartbeats=True)["type"] == "heartbeat"


# A run


def test_the_five_events_and_their_envelopes(platform: Platform) -> None:
    person = platform.register()
    with platform.connect(person.token) as chat:
        frames = chat.established().ask(COMPARING)
        assert chat.pending() == []
    assert [frame["type"] for frame in frames] == GOLDEN_PATH
    started, thinking, executing, completed, end = frames
    for nested in (started, executing, completed):
        assert nested.keys() == STARTED
    assert started["data"].keys() == {"status", "context", "message"}
    assert executing["data"].keys() == {"tool_name", "parameters", "status", "message"}
    assert completed["data"].keys() == {"tool_name", "result", "execution_time_ms", "status", "message"}
    who = {"user_id", "thread_id", "agent_name", "run_id", "request_id"}
    assert thinking.keys() == {"type", "timestamp", "reasoning", "step_number", "metadata"} | who
    assert end.keys() == {
        "type", "timestamp", "status", "final_response", "result", "execution_time_ms", "message",
    } | who  # fmt: skip
    assert {frame["user_id"] for frame in frames} == {person.user_id}
    assert {frame["agent_name"] for frame in frames} == {"Supervisor"}
    assert len({frame["run_id"] for frame in frames}) == 1
    assert executing["data"]["tool_name"] == completed["data"]["tool_name"]
    assert [executing["data"]["status"], completed["data"]["status"]] == ["executing", "completed"]


@pytest.mark.parametrize(
    ("question", "tool", "figure"),
    [
        (COMPARING, "spending_ranking", lambda result: result["ranking"][0]["cost_usd"]),
        ("Which service costs most?", "spending_ranking", lambda result: result["ranking"][0]["cost_usd"]),
        ("What did we spend on Orion?", "spending_total", lambda result: result["total_usd"]),
        ("What did we spend on orion mini?", "spending_total", lambda result: result["total_usd"]),
        ("What did code review spend on Vega?", "spending_total", lambda result: result["total_usd"]),
        ("Good morning", "spending_total", lambda result: result["total_usd"]),
        ("What if we moved Orion to Lyra?", "switching_saving", lambda result: result["saving_usd"]),
    ],
)
def test_the_answer_is_the_tools_result_in_words(platform: Platform, question: str, tool: str, figure: Any) -> None:
    with platform.connect(platform.register().token) as chat:
        *frames, end = chat.established().ask(question)
    (completed,) = (frame for frame in frames if frame["type"] == "tool_completed")
    assert completed["data"]["tool_name"] == tool
    result = completed["data"]["result"]
    assert end["final_response"] == end["result"]
    assert end["final_response"]["figures"] == result
    assert f"${figure(result):,.2f}" in end["final_response"]["text"]


def test_the_figures_agree_with_one_another(platform: Platform) -> None:
    with platform.connect(platform.register().token) as chat:
        chat.established()

        def figures(question: str) -> dict[str, Any]:
            found: dict[str, Any] = chat.ask(question)[-1]["final_response"]["figures"]
            return found

        ranking = figures(COMPARING)
        assert sum(entry["cost_usd"] for entry in ranking["ranking"]) == pytest.approx(ranking["total_usd"])
        assert sum(entry["share_percent"] for entry in ranking["ranking"]) == pytest.approx(100, abs=0.3)
        answers = {entry["name"]: figures(f"What did {entry['name']} cost?") for entry in ranking["ranking"]}
    for entry in ranking["ranking"]:
        assert answers[entry["name"]]["total_usd"] == entry["cost_usd"]
        assert answers[entry["name"]]["model"] == entry["name"]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("user_message", {"text": "What did we spend?", "references": []}),
        ("start_agent", {"user_request": "What did we spend?", "context": {}, "settings": {}}),
        ("agent_request", {"message": "What did we spend?"}),
    ],
)
def test_three_ways_to_ask(platform: Platform, kind: str, payload: dict[str, Any]) -> None:
    with platform.connect(platform.register().token) as chat:
        chat.established().send({"type": kind, "payload": payload})
        frames = chat.run()
    assert [frame["type"] for frame in frames] == GOLDEN_PATH


def test_people_see_only_their_own_runs_in_every_tab(platform: Platform) -> None:
    pat, robin = platform.register(), platform.register()
    with (
        platform.connect(pat.token) as tab,
        platform.connect(pat.token) as other_tab,
        platform.connect(robin.token) as robins,
    ):
        for chat in (tab, other_tab, robins):
            chat.established()
            assert chat.pending() == []  # answered, so it is certainly among those who are told
        tab.send({"type": "user_message", "payload": {"text": "What did we spend on Orion?"}})
        robins.send({"type": "user_message", "payload": {"text": "What did we spend on Vega?"}})
        pats, robins_frames = tab.run(), robins.run()
        assert other_tab.run() == pats
        assert {frame["user_id"] for frame in pats} == {pat.user_id}
        assert {frame["user_id"] for frame in robins_frames} == {robin.user_id}
        assert "Orion" in pats[-1]["final_response"]["text"]
        assert "Vega" in robins_frames[-1]["final_response"]["text"]
        assert [chat.pending() for chat in (tab, other_tab, robins)] == [[], [], []]


FACTORIES = """
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_emitter import WebSocketEmitterFactory
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager

somebody = UserExecutionContext(user_id="somebody", email="", permissions=())
manager = get_websocket_manager(user_context=somebody)
WebSocketEmitterFactory.create_emitter(manager=manager, user_context=somebody)
for make in (
    lambda: get_websocket_manager(user_context=None),
    lambda: WebSocketEmitterFactory.create_emitter(manager=None, user_context=somebody),
    lambda: WebSocketEmitterFactory.create_emitter(manager=manager, user_context=None),
):
    try:
        print("made", make())
    except ValueError as refusal:
        print("refused:", refusal)
"""


def test_the_factories_refuse_what_is_missing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FACTORIES], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    told = ended.stdout.splitlines()
    assert [line.split(":")[0] for line in told] == ["refused"] * 3
    assert ["user_context" in told[0], "manager" in told[1], "user_context" in told[2]] == [True] * 3


def test_a_tool_that_fails_is_told_and_the_database_is_missed(starter: Starter) -> None:
    variables = environment(starter.folder)
    auth = starter.start(AUTH, variables)
    backend = starter.start(BACKEND, {**variables, "AUTH_SERVICE_URL": auth.url})
    platform = Platform(auth.await_health(), backend.await_health(), variables)
    with platform.connect(platform.register().token) as chat:
        chat.established()
        Path(variables["BACKEND_DATABASE_PATH"]).unlink()
        frames = chat.ask("What did we spend?")
        assert [frame["type"] for frame in frames] == [*GOLDEN_PATH[:3], "agent_error"]
        assert frames[-1].keys() == STARTED
        assert frames[-1]["data"]["status"] == "error"
        assert "database" in frames[-1]["data"]["error_message"]
        assert chat.pending() == []
    answer = get(platform, "/health/ready")
    assert (answer.status_code, answer.json().keys()) == (503, ENVELOPE)
    assert get(platform, "/health").status_code == 200


def _connections(platform: Platform) -> int:
    manager = get(platform, "/ws/health").json()["components"]["manager"]
    connections: int = manager["connections"]
    return connections


def test_people_who_vanish_are_forgotten(platform: Platform) -> None:
    pat = platform.register()
    with ExitStack() as tabs:
        staying, *leaving = (tabs.enter_context(platform.connect(pat.token)).established() for _ in range(4))
        eventually(lambda: _connections(platform) == 4, "four tabs are counted")
        for chat in leaving:
            chat.send({"type": "user_message", "payload": {"text": "What did we spend?"}})
            chat.socket.socket.shutdown(socket.SHUT_RDWR)  # as a lost network does it: no goodbye
        eventually(lambda: _connections(platform) == 1, "those who vanished are forgotten")
        frames = staying.ask("What did we spend on Vega?")
        while "Vega" not in str(frames[-1]):  # the last of theirs may not have ended before
            frames += staying.run()
        run_id = frames[-1]["run_id"]
        assert [frame["type"] for frame in frames if frame["run_id"] == run_id] == GOLDEN_PATH


def test_a_person_who_leaves_during_the_handshake(platform: Platform) -> None:
    before = _connections(platform)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", platform.backend.port)) as raw:
            raw.sendall(
                b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                b"Authorization: Bearer " + platform.mint().encode() + b"\r\n\r\n"
            )
    eventually(lambda: _connections(platform) == before, "nothing is left behind")
