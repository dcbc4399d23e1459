"""Chat keeps conversations, each for its owner alone, over HTTP and over live updates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from reference_services import GOLDEN_PATH, Person, Platform, Starter, database_gone

ENVELOPE = {"error", "error_code", "message", "user_message", "details", "trace_id", "timestamp"}
THREAD = {"id", "object", "title", "created_at", "metadata", "message_count"}
QUESTION = "What did we spend?"


def told(body: dict[str, Any]) -> dict[str, Any]:
    """An error without what is of this one answer only."""
    assert body.keys() == ENVELOPE
    return {name: value for name, value in body.items() if name not in ("trace_id", "timestamp")}


def test_a_thread_and_its_messages(platform: Platform) -> None:
    pat = platform.register()
    metadata = {"topic": {"is": ["costs"]}, "user_id": "somebody-else"}
    created = platform.call("POST", "/api/threads", pat, json={"title": "Costs — all", "metadata": metadata}).json()
    assert created.keys() == THREAD
    assert (created["object"], created["title"], created["message_count"]) == ("thread", "Costs — all", 0)
    assert created["metadata"] == {**metadata, "user_id": pat.user_id}
    path = f"/api/threads/{created['id']}"
    assert platform.call("GET", path, pat).json() == created
    said = [platform.call("POST", f"{path}/messages", pat, json={"message": text}).json() for text in ("one", "two")]
    assert said[0].keys() >= {"id", "thread_id", "content", "role", "created_at"}
    assert (said[0]["thread_id"], said[0]["content"], said[0]["role"]) == (created["id"], "one", "user")
    kept = platform.call("GET", f"{path}/messages", pat).json()
    assert (kept["messages"], kept["total"]) == (said, 2)
    assert platform.call("GET", path, pat).json() == {**created, "message_count": 2}
    newer = platform.thread(pat)
    assert [thread["id"] for thread in platform.call("GET", "/api/threads", pat).json()] == [newer, created["id"]]
    assert platform.call("DELETE", path, pat).status_code == 204
    assert platform.call("GET", path, pat).status_code == 404
    assert [thread["id"] for thread in platform.call("GET", "/api/threads", pat).json()] == [newer]


def test_another_persons_thread_is_as_if_there_were_none(platform: Platform) -> None:
    pat, mallory = platform.register(), platform.register()
    thread_id = platform.thread(pat)
    platform.call("POST", f"/api/threads/{thread_id}/messages", pat, json={"message": "mine"})
    ways: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("DELETE", "", {}),
        ("GET", "/messages", {}),
        ("POST", "/messages", {"json": {"message": "hello"}}),
    ]
    for method, below, how in ways:
        other = platform.call(method, f"/api/threads/{thread_id}{below}", mallory, **how)
        unknown = platform.call(method, f"/api/threads/thread_unknown{below}", mallory, **how)
        assert (other.status_code, unknown.status_code) == (404, 404)
        assert told(other.json()) == told(unknown.json())
    assert platform.call("GET", "/api/threads", mallory).json() == []
    assert platform.messages(pat, thread_id) == [("user", "mine")]


@pytest.mark.parametrize("path", ["/api/threads", "/api/threads/x", "/api/threads/x/messages"])
def test_no_threads_without_a_sign_in(platform: Platform, path: str) -> None:
    answer = platform.call("GET", path)
    assert (answer.status_code, told(answer.json())["error_code"]) == (401, "AUTH_UNAUTHORIZED")
    answer = platform.call("GET", path, Person("", "", "garbage", ""))
    assert (answer.status_code, told(answer.json())["error_code"]) == (401, "AUTH_FAILED")


@pytest.mark.parametrize(
    "body", [b'{"title": NaN}', b'{"title": "\\ud800"}', b'{"metadata": {"a": "\\ud800"}}', b'{"metadata": {"a": NaN}}',
             b'{"metadata": {"\\ud800": 1}}', b"[", b'{"metadata": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}"]
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(platform: Platform, body: bytes) -> None:
    pat = platform.register()
    answer = platform.http.post(
        platform.backend.url + "/api/threads",
        content=body,
        headers={"Authorization": f"Bearer {pat.token}", "Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422)
    assert answer.json().keys() == {"detail"}


# Live updates


@pytest.mark.parametrize(
    ("kind", "field"), [("user_message", "text"), ("start_agent", "user_request"), ("agent_request", "message")]
)
def test_question_and_answer_are_kept_when_the_answer_is_heard(platform: Platform, kind: str, field: str) -> None:
    pat = platform.register()
    thread_id = platform.thread(pat)
    with platform.connect(pat.token) as chat:
        chat.established().send({"type": kind, "payload": {field: QUESTION, "thread_id": thread_id}})
        frames = chat.run()
        kept = platform.messages(pat, thread_id)
    assert [frame["type"] for frame in frames] == GOLDEN_PATH
    assert {frame["thread_id"] for frame in frames if "thread_id" in frame} == {thread_id}
    assert kept == [("user", QUESTION), ("assistant", frames[-1]["final_response"]["text"])]


def test_a_thread_of_nobodys_and_of_anothers_are_refused_alike(platform: Platform) -> None:
    pat, mallory = platform.register(), platform.register()
    thread_id = platform.thread(pat)
    with platform.connect(mallory.token) as chat, platform.connect(pat.token) as pats:
        chat.established()
        pats.established()
        answers = [chat.ask(QUESTION, wanted) for wanted in (thread_id, "thread_unknown")]
        assert chat.pending() == pats.pending() == []
        assert [frame["type"] for frame in chat.ask(QUESTION)] == GOLDEN_PATH, "it stays open"
    for frames in answers:
        frames[0].pop("timestamp")
    assert answers[0] == answers[1]
    assert [(frame["type"], frame["error_code"]) for frame in answers[0]] == [("error_message", "THREAD_NOT_FOUND")]
    assert platform.messages(pat, thread_id) == []


def test_a_question_in_no_thread_is_kept_nowhere(platform: Platform) -> None:
    pat = platform.register()
    with platform.connect(pat.token) as chat:
        chat.established().ask(QUESTION)
    assert platform.call("GET", "/api/threads", pat).json() == []


def test_half_a_character_is_refused_and_the_connection_stays(platform: Platform) -> None:
    pat = platform.register()
    thread_id = platform.thread(pat)
    with platform.connect(pat.token) as chat:
        chat.established()
        chat.send({"type": "user_message", "payload": {"text": "\ud800", "thread_id": thread_id}})
        assert chat.next()["error_code"] == "JSON_PARSE_ERROR"
        assert chat.ask(QUESTION, thread_id)[-1]["type"] == "agent_completed"


def test_two_questions_at_once_are_both_answered(platform: Platform) -> None:
    pat = platform.register()
    thread_id = platform.thread(pat)
    with platform.connect(pat.token) as chat:
        chat.established()
        for model in ("Orion", "Vega"):
            payload = {"text": f"What did we spend on {model}?", "thread_id": thread_id}
            chat.send({"type": "user_message", "payload": payload})
        runs = [chat.run(), chat.run()]
    assert len({frame["run_id"] for frames in runs for frame in frames}) == 2
    assert ["Orion" in runs[0][-1]["result"]["text"], "Vega" in runs[1][-1]["result"]["text"]] == [True, True]
    assert [role for role, _ in platform.messages(pat, thread_id)] == ["user", "assistant"] * 2


def test_ten_people_at_once(platform: Platform) -> None:
    models = ["Orion", "Vega", "Lyra"]
    people = [platform.register() for _ in range(10)]
    threads = [platform.thread(person) for person in people]
    with ExitStack() as stack:
        chats = [stack.enter_context(platform.connect(person.token)).established() for person in people]

        def talk(number: int) -> list[list[dict[str, Any]]]:
            chat = chats[number]
            return [chat.ask(f"What did we spend on {model}?", threads[number]) for model in models * 3]

        with ThreadPoolExecutor(len(people)) as pool:
            talks = list(pool.map(talk, range(len(people))))
        assert [chat.pending() for chat in chats] == [[] for _ in people]
    for person, thread_id, runs in zip(people, threads, talks, strict=True):
        assert {frame["user_id"] for frames in runs for frame in frames} == {person.user_id}
        assert [[frame["type"] for frame in frames] for frames in runs] == [GOLDEN_PATH] * 9
        answers = [frames[-1]["final_response"]["text"] for frames in runs]
        assert all(model in answer for model, answer in zip(models * 3, answers, strict=True))
        assert [words for role, words in platform.messages(person, thread_id) if role == "assistant"] == answers


def test_a_sub_agent_works_within_the_supervisors_run(platform: Platform) -> None:
    with platform.connect(platform.register().token) as chat:
        frames = chat.established().ask("What if we moved Orion to Lyra?")
    outer, inner = "Supervisor", "Optimizations"
    assert [(frame["type"], frame["agent_name"]) for frame in frames] == [
        *((event, outer) for event in GOLDEN_PATH[:2]),
        *((event, inner) for event in GOLDEN_PATH),
        (GOLDEN_PATH[-1], outer),
    ]
    assert len({frame["run_id"] for frame in frames}) == 1


def test_a_person_whose_question_cannot_be_kept_is_told(starter: Starter) -> None:
    platform = starter.platform()
    pat = platform.register()
    thread_id = platform.thread(pat)
    with platform.connect(pat.token) as chat:
        chat.established()
        with database_gone(platform.variables, "BACKEND_DATABASE_PATH"):
            assert [frame["type"] for frame in chat.ask(QUESTION, thread_id)] == ["agent_error"]
            switching = chat.ask("What if we moved Orion to Lyra?")
            assert [(frame["type"], frame["agent_name"]) for frame in switching][-1] == ("agent_error", "Supervisor")
            executed = platform.call("POST", "/api/agents/execute", pat, json={"type": "cost", "message": QUESTION})
            assert (executed.status_code, executed.json()["status"]) == (200, "error")
            assert executed.json()["response"] is None
            assert chat.pending()[-1]["type"] == "agent_error", "the tab saw that too"
            for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{thread_id}"), ("DELETE", f"/{thread_id}")):
                answer = platform.call(method, f"/api/threads{path}", pat, **({"json": {}} if method == "POST" else {}))
                assert (answer.status_code, told(answer.json())["error_code"]) == (503, "SERVICE_UNAVAILABLE")
            assert platform.call("GET", "/health/ready").status_code == 503
            assert platform.call("GET", "/health").status_code == 200
        assert chat.ask(QUESTION, thread_id)[-1]["type"] == "agent_completed"
        assert [role for role, _ in platform.messages(pat, thread_id)] == ["user", "assistant"]
    assert platform.call("GET", "/health/ready").status_code == 200


# The agent over HTTP


def test_the_agent_over_http(platform: Platform) -> None:
    pat = platform.register()
    body = {"type": "cost", "message": "What did we spend on Orion?", "context": {"any": "thing"}}
    with platform.connect(pat.token) as chat:
        chat.established()
        answer = platform.call("POST", "/api/agents/execute", pat, json=body)
        seen = chat.pending()
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "agent", "response", "execution_time", "error"}
    assert (answer.json()["status"], answer.json()["error"]) == ("success", None)
    assert [frame["type"] for frame in seen] == GOLDEN_PATH
    assert seen[-1]["final_response"]["text"] == answer.json()["response"]
    assert platform.call("POST", "/api/agents/execute", json=body).status_code == 401
    for wrong in ({}, {"type": "cost"}, {"type": "cost", "message": " "}):
        assert platform.call("POST", "/api/agents/execute", pat, json=wrong).status_code == 422


# Sign-in by way of chat


def test_sign_in_by_way_of_chat(platform: Platform) -> None:
    account = {"email": "by.way@example.com", "password": "a password"}
    registered = platform.call("POST", "/auth/register", json=account)
    assert (registered.status_code, registered.json()["user"]["email"]) == (200, account["email"])
    assert platform.call("POST", "/auth/register", json=account).status_code == 409
    assert platform.call("POST", "/auth/login", json=account).json()["user"]["id"] == registered.json()["user"]["id"]
    refused = platform.call("POST", "/auth/login", json={**account, "password": "another"})
    assert (refused.status_code, refused.json()) == (401, {"detail": "Invalid credentials"})
    assert platform.call("POST", "/auth/login", json={}).status_code == 422
    assert platform.call("POST", "/auth/login", content=b"a" * 10_000_000).status_code == 413
    direct = platform.http.get(platform.auth.url + "/auth/config")
    assert platform.call("GET", "/auth/config").json() == direct.json()


def test_sign_in_down_is_told_by_chat(starter: Starter) -> None:
    platform = starter.platform()
    pat = platform.register()
    platform.auth.process.kill()
    platform.auth.process.wait()
    for method, path in (("POST", "/auth/login"), ("POST", "/auth/register"), ("GET", "/auth/config")):
        answer = platform.call(method, path)
        assert (answer.status_code, told(answer.json())["error_code"]) == (503, "SERVICE_UNAVAILABLE")
    assert platform.call("GET", "/api/threads", pat).status_code == 503


# Browsers


def test_which_pages_may_use_chat(platform: Platform) -> None:
    def preflight(origin: str) -> Any:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "DELETE",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        return platform.http.options(platform.backend.url + "/api/threads/x", headers=headers)

    allowed = preflight("http://localhost:3000")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert allowed.headers["access-control-allow-credentials"] == "true"
    refused = preflight("https://mallory.example")
    assert (refused.status_code, refused.headers.get("access-control-allow-origin")) == (400, None)
    answer = platform.http.get(platform.backend.url + "/api/threads", headers={"Origin": "http://localhost:3000"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "http://localhost:3000")


# Demo mode


@pytest.mark.parametrize("value", ["1", "true"])
def test_demo_mode_lets_everybody_into_live_updates_only(starter: Starter, value: str) -> None:
    platform = starter.platform(DEMO_MODE=value)
    for token in (None, "garbage", platform.register().token):
        with platform.connect(token) as chat:
            chat.established().send({"type": "who am I"})
            assert chat.next()["user_id"] == "demo-user-001"
            assert [frame["type"] for frame in chat.ask(QUESTION)] == GOLDEN_PATH
    assert platform.call("GET", "/api/threads").status_code == 401
    assert platform.call("GET", "/api/config/public").json()["features"]["demo_mode"] is True
