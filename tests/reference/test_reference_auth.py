"""Sign-in keeps the contract."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from reference_services import AUTH, Platform, Starter, environment

TOKENS = {"access_token", "refresh_token", "token_type", "expires_in"}
IDENTITY = {"user_id", "email", "permissions"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def asking(platform: Platform, path: str, **body: Any) -> httpx.Response:
    # by hand, since the client's own JSON refuses what some tests send
    content, headers = json.dumps(body), {"Content-Type": "application/json"}
    return platform.http.post(platform.auth.url + path, content=content, headers=headers)


def test_health(platform: Platform) -> None:
    body = platform.http.get(platform.auth.url + "/health").json()
    assert body.keys() == {
        "status",
        "service",
        "version",
        "timestamp",
        "uptime_seconds",
        "environment",
        "database_status",
    }
    assert (body["status"], body["service"], body["environment"]) == ("healthy", "auth-service", "development")
    assert platform.http.get(platform.auth.url + "/health/ready").json()["status"] == "ready"


def test_every_answer_carries_the_service_name(platform: Platform) -> None:
    for method, path in (("GET", "/health"), ("GET", "/nothing"), ("DELETE", "/health"), ("POST", "/auth/login")):
        answer = platform.http.request(method, platform.auth.url + path)
        assert answer.headers["x-service-name"] == "auth-service", (method, path)


def test_health_tells_of_a_database_that_does_not_answer(starter: Starter) -> None:
    variables = environment(starter.folder)
    auth = starter.start(AUTH, variables).await_health()
    database = Path(variables["AUTH_DATABASE_PATH"])
    database.write_bytes(b"this is not a database, and long enough that nobody can take it for an empty one")
    for path, status in (("/health", "unhealthy"), ("/health/ready", "not_ready")):
        answer = httpx.get(auth.url + path, trust_env=False)
        assert (answer.status_code, answer.json()["status"]) == (503, status)
        assert "database" in answer.json()["reason"]
    database.unlink()
    assert httpx.get(auth.url + "/health", trust_env=False).status_code == 503
    answer = httpx.post(auth.url + "/auth/login", json={"email": "a@b.c", "password": "p"}, trust_env=False)
    assert (answer.status_code, answer.headers["x-service-name"]) == (503, "auth-service")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE anything (it TEXT)")
    connection.close()
    assert httpx.get(auth.url + "/health", trust_env=False).status_code == 200, "it recovers by itself"


def test_register_and_login(platform: Platform) -> None:
    account = {"email": "Pat@Example.com", "password": "a password"}
    registered = asking(platform, "/auth/register", **account, name="Pat")
    assert registered.status_code == 200
    body = registered.json()
    assert body.keys() == TOKENS | {"user"}
    assert body["user"] == {"id": body["user"]["id"], "email": "pat@example.com", "name": "Pat"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)

    again = asking(platform, "/auth/register", **account)
    assert (again.status_code, again.json().keys()) == (409, {"detail"})

    login = asking(platform, "/auth/login", **account)
    assert login.status_code == 200
    assert login.json().keys() == TOKENS | {"user"}
    assert login.json()["user"] == {"id": body["user"]["id"], "email": "pat@example.com"}


@pytest.mark.parametrize("email", ["pat.unknown@example.com", "known@example.com"])
def test_login_refuses_the_unknown_and_the_wrong_password_alike(platform: Platform, email: str) -> None:
    asking(platform, "/auth/register", email="known@example.com", password="a password")
    answer = asking(platform, "/auth/login", email=email, password="another password")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid credentials"})


@pytest.mark.parametrize("path", ["/auth/register", "/auth/login"])
@pytest.mark.parametrize("body", [{}, {"email": "a@example.com"}, {"password": "hidden"}, {"email": 1, "password": 2},
                                  {"email": "a\ud800@b", "password": "hidden"}])  # fmt: skip
def test_incomplete_bodies_are_told_without_repeating_them(platform: Platform, path: str, body: dict[str, Any]) -> None:
    answer = asking(platform, path, **body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert "hidden" not in answer.text


def test_a_large_body_is_refused(platform: Platform) -> None:
    def in_pieces() -> Any:
        yield b'{"email": "'
        for _ in range(60):
            yield b"a" * 1024
        yield b'"}'

    for content in (b'"' + b"a" * 51 * 1024 + b'"', in_pieces()):
        answer = platform.http.post(
            platform.auth.url + "/auth/login", content=content, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json().keys()) == (413, {"detail"})


def test_the_claims_of_the_tokens(platform: Platform) -> None:
    person = platform.register()
    secret = platform.variables["JWT_SECRET_KEY"]
    claims = jwt.decode(person.token, secret, algorithms=["HS256"], audience="netra-platform")
    assert claims.keys() == {
        "sub", "iat", "exp", "iss", "aud", "jti", "token_type", "env", "email", "permissions",
    }  # fmt: skip
    assert claims["exp"] - claims["iat"] == 900
    expected = {
        "sub": person.user_id,
        "iss": "netra-auth-service",
        "aud": "netra-platform",
        "token_type": "access",
        "env": "development",
        "email": person.email,
        "permissions": ["read", "write"],
    }
    assert {name: claims[name] for name in expected} == expected
    refresh = jwt.decode(person.refresh_token, secret, algorithms=["HS256"], audience="netra-platform")
    assert (refresh["token_type"], refresh["sub"]) == ("refresh", person.user_id)
    assert refresh["jti"] != claims["jti"]


def test_me_and_validate_agree(platform: Platform) -> None:
    person = platform.register()
    me = platform.http.get(platform.auth.url + "/auth/me", headers=bearer(person.token))
    assert me.status_code == 200
    assert me.json().keys() == IDENTITY | {"token_expires_at"}
    verdict = asking(platform, "/auth/validate", token=person.token).json()
    assert verdict.keys() == IDENTITY | {"valid", "expires_at"}
    assert verdict["valid"] is True
    assert {key: me.json()[key] for key in IDENTITY} == {key: verdict[key] for key in IDENTITY}
    assert verdict["user_id"] == person.user_id
    assert me.json()["token_expires_at"] == verdict["expires_at"]
    assert 0 < datetime.fromisoformat(verdict["expires_at"]).timestamp() - time.time() <= 900


def test_me_and_validate_refuse_a_wrong_token(platform: Platform) -> None:
    wrong = platform.register().refresh_token
    for headers in ({}, {"Authorization": "Bearer"}, bearer("garbage"), bearer(wrong), {"Authorization": "Basic abc"}):
        answer = platform.http.get(platform.auth.url + "/auth/me", headers=headers)
        assert (answer.status_code, answer.json().keys()) == (401, {"detail"})
    for body in ({}, {"token": ""}, {"token": "garbage"}, {"token": wrong}):
        answer = asking(platform, "/auth/validate", **body)
        assert answer.status_code == 200
        assert answer.json().keys() == {"valid", "error", "message"}
        assert answer.json()["valid"] is False


@pytest.mark.parametrize(
    ("headers", "valid"),
    [
        ({"X-Service-ID": "netra-backend", "X-Service-Secret": "between services"}, True),
        ({"X-Service-ID": "netra-backend", "X-Service-Secret": "a guess"}, False),
        ({"X-Service-ID": "another", "X-Service-Secret": "between services"}, False),
        ({"X-Service-ID": "netra-backend"}, False),
        ({"X-Service-Secret": "between services"}, False),
    ],
)
def test_validate_checks_the_service_that_asks(platform: Platform, headers: dict[str, str], valid: bool) -> None:
    token = platform.register().token
    answer = platform.http.post(platform.auth.url + "/auth/validate", json={"token": token}, headers=headers)
    assert (answer.status_code, answer.json()["valid"]) == (200, valid)


def test_config(platform: Platform) -> None:
    body = platform.http.get(platform.auth.url + "/auth/config").json()
    assert body["oauth_enabled"] is False
    assert body["development_mode"] is True
    here = f"http://localhost:{platform.auth.port}/auth"
    doors = {"token": "refresh", "user": "me"}
    doors |= {name: name for name in ("login", "logout", "register", "refresh", "validate")}
    assert body["endpoints"] == {name: f"{here}/{path}" for name, path in doors.items()}


DOOR, KEY = "/auth/e2e/test-auth", {"X-E2E-Bypass-Key": "the key"}


def test_simulated_sign_in(staging: Platform) -> None:
    door = staging.auth.url + DOOR
    wanted = {"email": "ada@example.com", "name": "Ada", "permissions": ["admin"]}
    body = staging.http.post(door, json=wanted, headers=KEY).json()
    assert body.keys() == TOKENS | {"user"}
    assert body["user"] == {**wanted, "id": "e2e-ada", "oauth_simulated": True}
    me = staging.http.get(staging.auth.url + "/auth/me", headers=bearer(body["access_token"])).json()
    assert (me["user_id"], me["email"], me["permissions"]) == ("e2e-ada", "ada@example.com", ["admin"])
    assert staging.http.post(door, headers=KEY).status_code == 200, "every field may be left out"
    with staging.connect(body["access_token"]) as chat:
        chat.established()


def test_simulated_sign_in_refuses_everybody_else(staging: Platform, platform: Platform, starter: Starter) -> None:
    variables = environment(starter.folder, E2E_OAUTH_SIMULATION_KEY="the key")
    production = starter.start(AUTH, {**variables, "ENVIRONMENT": "production"})
    keyless = starter.start(AUTH, {**variables, "ENVIRONMENT": "staging", "E2E_OAUTH_SIMULATION_KEY": ""})
    for service in (staging.auth, keyless.await_health()):
        for headers in ({}, {"X-E2E-Bypass-Key": ""}, {"X-E2E-Bypass-Key": "a guess"}):
            assert platform.http.post(service.url + DOOR, json={}, headers=headers).status_code == 401
    assert platform.http.post(platform.auth.url + DOOR, json={}, headers=KEY).status_code == 503, "development"
    assert platform.http.post(production.await_health().url + DOOR, json={}, headers=KEY).status_code == 403
