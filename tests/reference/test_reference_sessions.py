"""A sign-in from its beginning to its end: renewed, signed out, and what every service says of its tokens."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jwt
import pytest
from reference_services import Platform, Starter, database_gone
from websockets.exceptions import InvalidStatus

IDENTITY = ("user_id", "email", "permissions")
JWT_VERDICT = {"valid", *IDENTITY, "expires_at", "issued_at", "token_type", "error"}


def post(platform: Platform, path: str, bearer: str | None = None, /, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return platform.http.post(platform.auth.url + path, json=body, headers=headers)


def me(platform: Platform, token: str) -> httpx.Response:
    return platform.http.get(platform.auth.url + "/auth/me", headers={"Authorization": f"Bearer {token}"})


def counts(platform: Platform, token: str) -> set[bool]:
    """Whether the token counts, in the words of everybody who can be asked."""
    return {
        me(platform, token).status_code == 200,
        post(platform, "/auth/validate", token=token).json()["valid"],
        post(platform, "/api/v1/jwt/validate", token=token).json()["valid"],
        platform.http.get(
            platform.backend.url + "/api/threads", headers={"Authorization": f"Bearer {token}"}
        ).status_code
        == 200,
    }


def test_renewal_gives_new_tokens_once(platform: Platform) -> None:
    person = platform.register()
    renewed = post(platform, "/auth/refresh", refresh_token=person.refresh_token)
    assert renewed.status_code == 200
    tokens = renewed.json()
    assert tokens.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert len({person.token, person.refresh_token, tokens["access_token"], tokens["refresh_token"]}) == 4
    assert counts(platform, tokens["access_token"]) == {True}
    assert me(platform, tokens["access_token"]).json()["user_id"] == person.user_id
    again = post(platform, "/auth/refresh", refresh_token=person.refresh_token)
    assert (again.status_code, again.json().keys()) == (401, {"detail"})
    assert post(platform, "/auth/refresh", refresh_token=tokens["refresh_token"]).status_code == 200


def test_renewal_refuses_everything_else(platform: Platform) -> None:
    person = platform.register()
    expired = platform.mint(token_type="refresh", exp=int(time.time()) - 5)
    for wrong in ("garbage", "", person.token, expired):
        assert post(platform, "/auth/refresh", refresh_token=wrong).status_code == 401
    assert post(platform, "/auth/refresh").status_code == 422
    assert post(platform, "/auth/refresh", refresh_token=person.refresh_token).status_code == 200


def test_of_many_renewals_at_once_one_succeeds(platform: Platform) -> None:
    for _ in range(5):
        refresh_token = platform.register().refresh_token
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda token: post(platform, "/auth/refresh", refresh_token=token), [refresh_token] * 8)
            )
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_simulated_people_renew_and_sign_out_too(staging: Platform) -> None:
    signed_in = staging.http.post(
        staging.auth.url + "/auth/e2e/test-auth",
        json={"email": "robin@example.com", "permissions": ["admin"]},
        headers={"X-E2E-Bypass-Key": "the key"},
    ).json()
    tokens = post(staging, "/auth/refresh", refresh_token=signed_in["refresh_token"]).json()
    told = me(staging, tokens["access_token"]).json()
    assert [told[field] for field in IDENTITY] == ["e2e-robin", "robin@example.com", ["admin"]]
    assert post(staging, "/auth/logout", tokens["access_token"]).status_code == 200
    assert counts(staging, tokens["access_token"]) == {False}


def test_signing_out_ends_that_token_everywhere(platform: Platform) -> None:
    person = platform.register()
    elsewhere = post(platform, "/auth/login", email=person.email, password="a password").json()["access_token"]
    assert post(platform, "/auth/check-blacklist", token=person.token).json() == {
        "blacklisted": False,
        "status": "not_blacklisted",
    }
    assert counts(platform, person.token) == {True}
    assert post(platform, "/auth/logout", person.token).status_code == 200
    assert counts(platform, person.token) == {False}
    assert post(platform, "/auth/check-blacklist", token=person.token).json() == {
        "blacklisted": True,
        "status": "blacklisted",
    }
    with pytest.raises(InvalidStatus) as refusal, platform.connect(person.token):
        pass
    assert refusal.value.response.status_code == 401
    assert counts(platform, elsewhere) == {True}
    for token in (person.token, person.refresh_token, "garbage", None):
        assert post(platform, "/auth/logout", token).status_code == 401


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "", None])
def test_what_is_no_token_is_on_no_list(platform: Platform, token: str | None) -> None:
    answer = post(platform, "/auth/check-blacklist", token=token)
    assert (answer.status_code, answer.json()["blacklisted"]) == (200, False)


def test_the_two_verdicts_agree(platform: Platform) -> None:
    person = platform.register()
    claims = jwt.decode(person.token, options={"verify_signature": False})
    short = post(platform, "/auth/validate", token=person.token).json()
    long = post(platform, "/api/v1/jwt/validate", token=person.token).json()
    assert long.keys() == JWT_VERDICT
    assert {name: long[name] for name in short} == short
    assert (long["token_type"], long["error"]) == ("access", None)
    assert (claims["sub"], claims["exp"] - claims["iat"]) == (person.user_id, 900)
    refresh = post(platform, "/api/v1/jwt/validate", token=person.refresh_token, token_type="refresh").json()
    assert (refresh["valid"], refresh["token_type"]) == (True, "refresh")
    nested = "eyJ" + "W1tb" * 9000 + ".e30.e30"
    for wrong in (person.refresh_token, "garbage", "", None, nested):
        answer = post(platform, "/api/v1/jwt/validate", token=wrong)
        assert (answer.status_code, answer.json().keys(), answer.json()["valid"]) == (200, JWT_VERDICT, False)
        assert answer.json()["error"] == post(platform, "/auth/validate", token=wrong).json()["message"]


def test_a_service_gets_a_token_that_is_no_persons(platform: Platform, starter: Starter) -> None:
    proof = {"service_id": "netra-backend", "service_secret": "between services"}
    answer = post(platform, "/auth/service-token", **proof)
    assert (answer.status_code, answer.json().keys()) == (200, {"access_token", "token_type", "expires_in"})
    token = answer.json()["access_token"]
    claims = jwt.decode(token, platform.variables["JWT_SECRET_KEY"], algorithms=["HS256"], audience="netra-services")
    assert (claims["sub"], claims["token_type"], claims["iss"]) == ("netra-backend", "service", "netra-auth-service")
    assert counts(platform, token) == {False}
    for wrong in ({"service_secret": "a guess"}, {"service_id": "another"}):
        assert post(platform, "/auth/service-token", **{**proof, **wrong}).status_code == 401
    assert post(platform, "/auth/service-token", service_id="netra-backend").status_code == 422
    without = starter.platform(SERVICE_SECRET="")
    refused = post(without, "/auth/service-token", service_id="netra-backend", service_secret="")
    assert refused.status_code == 401, "where no secret is configured, nobody has it"


def test_no_verdict_without_the_database_and_it_heals(starter: Starter) -> None:
    platform = starter.platform()
    person = platform.register()
    with database_gone(platform.variables, "AUTH_DATABASE_PATH"):
        health = platform.http.get(platform.auth.url + "/health")
        assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
        asked = [
            me(platform, person.token),
            post(platform, "/auth/validate", token=person.token),
            post(platform, "/api/v1/jwt/validate", token=person.token),
            post(platform, "/auth/check-blacklist", token=person.token),
            post(platform, "/auth/refresh", refresh_token=person.refresh_token),
            post(platform, "/auth/logout", person.token),
            post(platform, "/auth/login", email=person.email, password="a password"),
            post(platform, "/auth/register", email="new@example.com", password="a password"),
            platform.call("GET", "/api/threads", person),
        ]
        assert [answer.status_code for answer in asked] == [503] * len(asked)
        assert asked[-1].json()["error_code"] == "SERVICE_UNAVAILABLE"
        with pytest.raises(InvalidStatus) as refusal, platform.connect(person.token):
            pass
        assert refusal.value.response.status_code == 503
    assert counts(platform, person.token) == {True}
    assert post(platform, "/auth/refresh", refresh_token=person.refresh_token).status_code == 200
