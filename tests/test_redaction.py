"""Redaction: nothing secret gets through, whatever it is wrapped in; what is not secret stays readable."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from acceptance.evidence.recorder import LONGEST_KEPT, Recorder
from acceptance.evidence.redaction import HIDDEN, Redactor

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwYXQifQ.c2lnbmF0dXJlLWNhbmFyeQ"
CANARY = 'p4ss"wörd/canary+42'


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {JWT}",
        f"the token {JWT} was refused",
        f"jwt.{base64.urlsafe_b64encode(JWT.encode()).decode().rstrip('=')}",
        json.dumps({"access_token": JWT, "nested": [{"refresh_token": "opaque-canary-value"}]}),
        json.dumps({"password": "canary-in-json"}),
        "password=canary-in-a-log&next=1",
        "client_secret: 'canary-in-yaml'",
        "postgres://ada:canary-in-a-url@db.test:5432/netra",
        'sent {"token": "canary-in-a-half-line',
    ],
)
def test_secret_shapes_and_names_are_hidden_in_any_text(text: str) -> None:
    hidden = Redactor().text(text)
    assert "canary" not in hidden
    assert "eyJ" not in hidden
    assert "Y2FuYXJ5" not in hidden


@pytest.mark.parametrize(
    "wrapped",
    [
        CANARY,
        quote(CANARY, safe=""),
        json.dumps(CANARY),
        json.dumps({"anything": CANARY}),
        base64.b64encode(CANARY.encode()).decode(),
        f"Traceback: ValueError: {CANARY} is not valid",
    ],
)
def test_a_learned_secret_is_hidden_however_it_is_written(wrapped: str) -> None:
    hidden = Redactor([CANARY]).text(wrapped)
    assert "canary" not in hidden
    assert base64.b64encode(CANARY.encode()).decode().rstrip("=") not in hidden


def test_a_value_seen_under_a_secret_name_is_hidden_wherever_it_comes_again() -> None:
    redactor = Redactor()
    redactor.json({"refresh_token": "opaque-4711"})
    assert redactor.text("the server echoed opaque-4711") == f"the server echoed {HIDDEN}"


def test_headers_urls_and_cookies() -> None:
    redactor = Redactor()
    headers = [("Authorization", "Bearer x"), ("X-Service-Secret", "s"), ("Set-Cookie", "sid=1"), ("Accept", "*/*")]
    assert redactor.headers(headers) == [
        ("Authorization", HIDDEN),
        ("X-Service-Secret", HIDDEN),
        ("Set-Cookie", HIDDEN),
        ("Accept", "*/*"),
    ]
    assert redactor.url("https://u:p@h.test:8/ws?token=abc&page=2") == f"https://h.test:8/ws?token={HIDDEN}&page=2"


@pytest.mark.parametrize(
    "harmless",
    [
        "Pat asks what we spent on tokens",
        '{"token_type": "Bearer", "expires_in": 900, "tokens_used": 12}',
        "https://api.staging.netrasystems.ai/api/discovery/services",
        '{"type": "agent_started", "run_id": "3f9a", "data": {"status": "started"}}',
        "netra_backend/app/websocket_core/websocket_manager.py:41",
    ],
)
def test_what_is_not_secret_stays_readable(harmless: str) -> None:
    assert Redactor(["some-secret"]).text(harmless) == harmless


def test_the_recorder_keeps_nothing_unredacted_and_cuts_honestly() -> None:
    recorder = Recorder(Redactor(["canary-pw"]))
    recorder.exchange(
        service="sign-in",
        method="POST",
        url="https://h.test/auth/login?code=canary-pw",
        request_headers=[("Authorization", "Bearer canary-pw")],
        request_body='{"password": "canary-pw"}',
        seconds=0.1,
        status=200,
        response_headers=[("Set-Cookie", "canary-pw")],
        response_body=json.dumps({"access_token": JWT, "echo": "canary-pw", "long": "x" * (LONGEST_KEPT + 5)}),
    )
    recorder.frame("Pat", "received", f'{{"token": "canary-pw", "text": "{JWT}"}}')
    kept = repr(recorder.entries)
    assert "canary" not in kept
    assert "eyJ" not in kept
    assert "more characters left out" in kept


@pytest.mark.parametrize(
    "echo",
    [
        quote(CANARY),
        quote_plus(CANARY),
        CANARY.encode().hex(),
        CANARY.upper(),
        *(
            base64.b64encode(before + CANARY.encode() + b"and more").decode()
            for before in (b"", b"k:", b"key:", b"a:::")
        ),
    ],
)
def test_a_lasting_secret_is_hidden_however_it_is_echoed(echo: str) -> None:
    redactor = Redactor([CANARY])
    hidden = redactor.text(f"the platform said {echo} and more")
    assert HIDDEN in hidden
    assert echo[len(echo) // 3 : 2 * len(echo) // 3] not in hidden
