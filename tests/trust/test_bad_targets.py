"""Platforms that misbehave on real sockets, asked by the real command: each is judged, in time, and does no harm.

A trial is one line: what the platform does in place of one answer, how the example ends, and what is said of it.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from command import BEHAVE, Ran, clean_environment
from hostile import (
    BINARY,
    CLOSE,
    GREETING,
    LIVE_UPDATES,
    MESSAGE,
    PAT,
    PING,
    TEXT,
    Behaviour,
    Caller,
    Hostile,
    frame,
    hostile,
    repeated,
    shake_hands,
)

from acceptance.files import REPOSITORY

KEPT, BROKEN, COULD_NOT_TELL = "kept", "broken", "could not tell"
DISCOVERY, WHO = "/api/discovery/services", "/auth/me"
MEGABYTE = 1024 * 1024
_PATIENCE = 180  # seconds until a run is taken to hang
#: The most memory that a run may have had at its peak; one of a well-mannered platform has less than half of it.
_MOST_MEMORY = 256 * MEGABYTE  # 184 was the most that any trial took on a busy machine
#: Beside its deadlines: how long an example may take on a busy machine. What these trials look for takes minutes.
_SPARE = 60.0
_DEADLINE = 1.5

#: Runs a command, and writes its peak of memory (in bytes) into a file: of a child of pytest it would be pytest's own.
_MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
sys.exit(code)
"""


@dataclass(frozen=True)
class Trial:
    """What is done in place of the answer at ``at``, and what comes of the example that asks for it."""

    name: str
    at: str
    do: Behaviour
    verdict: str
    says: str
    #: The example; the usual one of that place unless said otherwise.
    example: str = ""
    #: What the evidence of the example holds.
    shows: tuple[str, ...] = ()
    #: The time for live updates, in seconds.
    within: float = _DEADLINE

    @property
    def asked(self) -> str:
        usual = {
            DISCOVERY: "staging-01a",
            WHO: "staging-02f",
            LIVE_UPDATES: "staging-03a",
            GREETING: "staging-03a",
            MESSAGE: "staging-03b",
        }
        return self.example or usual[self.at]


def ask(platform: Hostile, folder: Path, tags: str, env: Mapping[str, str] | None = None, **settings: object) -> Ran:
    """Ask the platform by the real command; its peak of memory, its exit code and its output are looked at here."""
    reports, peak = folder / "reports", folder / "peak"
    at = f"{platform.host}:{platform.port}"
    usual = {
        "base_url": f"http://{at}",
        "auth_url": f"http://{at}",
        "frontend_url": "http://127.0.0.1:3999",
        "websocket_url": f"ws://{at}/ws",
        **dict.fromkeys(("promptly", "service_discovery_timeout", "auth_coordination_timeout"), _DEADLINE),
        **dict.fromkeys(("websocket_coordination_timeout", "sign_of_life_timeout"), _DEADLINE),
        **settings,
    }
    options = [part for name, value in usual.items() for part in ("-D", f"{name}={value}")]
    command = [BEHAVE, f"--tags={tags}", "-D", "target=local", *options, "-D", f"reports={reports}"]
    done = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, str(peak), *command],
        cwd=REPOSITORY,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_PATIENCE,
        check=False,
    )
    output = done.stdout.decode(errors="strict")
    print(f"peak {int(peak.read_text()) / MEGABYTE:.0f} MB")
    assert "Traceback" not in output, output
    assert "\x1b" not in output, "what a platform says reaches no terminal as a command to it"
    assert int(peak.read_text()) < _MOST_MEMORY
    ran = Ran(done.returncode, output, reports)
    assert ran.exit_code == (0 if set(ran.examples.values()) == {KEPT} else 1), output
    return ran


def examples(ran: Ran) -> list[dict[str, Any]]:
    return [example for promise in ran.results["promises"] for example in promise["examples"]]


def evidence(ran: Ran) -> str:
    """All that the report has of the examples, the drawings apart."""
    files = (ran.reports / "allure-results").glob("*-attachment*")
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix != ".svg")


def check(ran: Ran, verdict: str, says: str, shows: tuple[str, ...] = ()) -> None:
    for example in examples(ran):
        assert example["verdict"] == verdict, ran.output
        assert says in (example["reason"] or ""), ran.output
        assert example["seconds"] < 4 * _DEADLINE + _SPARE, ran.output
    kept = evidence(ran)
    for part in shows:
        assert part in kept, kept[:2000]
    size = sum(file.stat().st_size for file in ran.reports.rglob("*") if file.is_file())
    assert size < 20 * MEGABYTE, "evidence is kept to be read"


def run(trial: Trial, folder: Path) -> None:
    with hostile(trial.at, trial.do) as platform:
        ran = ask(platform, folder, f"@id.{trial.asked}", websocket_coordination_timeout=trial.within)
    check(ran, trial.verdict, trial.says, trial.shows)


# What is done in place of an answer.


def endless(caller: Caller) -> None:
    caller.begin("Content-Type: application/json")
    caller.send(b'{"services": "')
    repeated(caller, b"a" * 65536)


def drip(caller: Caller) -> None:
    caller.begin("Content-Type: application/json")
    caller.send(b'{"services": "the beginning of it')
    repeated(caller, b".", pause=0.05)


def dripping_head(caller: Caller) -> None:
    caller.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    repeated(caller, b".", pause=0.05)


def one_hundred(caller: Caller) -> None:
    repeated(caller, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def half_open(caller: Caller) -> None:
    caller.wait()


def says_nothing(caller: Caller) -> None:
    pass


def reset(caller: Caller) -> None:
    caller.begin("Content-Length: 1000")
    caller.send(b'{"services": ')
    time.sleep(0.2)  # what was sent is read before
    caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.socket.close()


def too_short(caller: Caller) -> None:
    caller.begin("Content-Length: 1000")
    caller.send(b'{"services": ')


def gzip_bomb(caller: Caller) -> None:
    caller.answer(BOMB, "Content-Encoding: gzip")


def gzip_bomb_in_a_bomb(caller: Caller) -> None:
    caller.answer(gzip.compress(BOMB), "Content-Encoding: gzip, gzip")


def answers(body: object, *headers: str, status: str = "200 OK") -> Behaviour:
    return lambda caller: caller.answer(body, *headers, status=status)


def sends(data: bytes) -> Behaviour:
    return lambda caller: caller.send(data)


def services(**entry: object) -> Behaviour:
    """A list of services whose entry for chat has these fields."""
    return answers(
        {"services": {"backend": entry, "auth": {"url": "http://a.test"}, "frontend": {"url": "http://f.test"}}}
    )


def registered(**fields: object) -> Behaviour:
    """An answer to a registration with these fields."""
    whole = {"access_token": "an-access-token", "refresh_token": "a-refresh-token", "user": {"id": "pat"}, **fields}
    return answers(whole)


BOMB = gzip.compress(bytes(MEGABYTE)) * 200
HTML = "<!doctype html><title>Sign in to the network</title>"
NO_LIST = "gave no list of them"
NO_END = "without an end in sight"
DEEP = "[" * 200_000
NESTED = '{"services": ' + '{"a":' * 900 + "1" + "}" * 901
LISTED = json.dumps({"services": {name: {"url": f"http://{name}.test"} for name in ("backend", "auth", "frontend")}})

IN_PLACE_OF_AN_ANSWER = [
    Trial("endless", DISCOVERY, endless, BROKEN, NO_END, shows=('"status": 200', "more characters left out")),
    Trial("gzip bomb", DISCOVERY, gzip_bomb, BROKEN, "in an encoding that nobody asked for (gzip)"),
    Trial("gzip bomb in a bomb", DISCOVERY, gzip_bomb_in_a_bomb, BROKEN, "that nobody asked for (gzip, gzip)"),
    Trial(
        "drip",
        DISCOVERY,
        drip,
        BROKEN,
        "gave no end of the answer within",
        shows=("the beginning of it", '"status": 200'),
    ),
    Trial("dripping head", DISCOVERY, dripping_head, BROKEN, "gave no answer within"),
    Trial("continue for ever", DISCOVERY, one_hundred, BROKEN, "gave no answer within"),
    Trial("half-open", DISCOVERY, half_open, BROKEN, "gave no answer within"),
    Trial("closes without a word", DISCOVERY, says_nothing, BROKEN, "did not answer: "),
    Trial("reset", DISCOVERY, reset, BROKEN, "the connection was reset", shows=('{\\"services\\": ',)),
    Trial("too short", DISCOVERY, too_short, BROKEN, "did not answer: ", shows=('{\\"services\\": ',)),
    Trial("no HTTP", DISCOVERY, sends(b"220 mail.example.com ESMTP\r\n"), BROKEN, "did not answer: "),
    Trial(
        "HTML", DISCOVERY, answers(HTML, "Content-Type: text/html"), BROKEN, NO_LIST, shows=("Sign in to the network",)
    ),
    Trial("HTML called JSON", DISCOVERY, answers(HTML), BROKEN, NO_LIST),
    Trial("JSON called text", DISCOVERY, answers(LISTED, "Content-Type: text/plain"), KEPT, ""),
    Trial("no such charset", DISCOVERY, answers(LISTED, "Content-Type: text/plain; charset=hex"), KEPT, ""),
    Trial("not UTF-8", DISCOVERY, answers(b'{"services": "\xff\xfe\x00\xc3"}'), BROKEN, NO_LIST),
    Trial("not JSON", DISCOVERY, answers(b"\x00" * 1000), BROKEN, NO_LIST),
    Trial("deep", DISCOVERY, answers(DEEP), BROKEN, NO_LIST),
    Trial("nested", DISCOVERY, answers(NESTED), BROKEN, NO_LIST),
    Trial("many objects", DISCOVERY, answers("[" + "{}," * 340_000 + "{}]"), BROKEN, NO_LIST),
    Trial("many secrets", DISCOVERY, answers([{"token": f"secret-{n:08}"} for n in range(30_000)]), BROKEN, NO_LIST),
    Trial("one long word", DISCOVERY, answers("eyJ-token-" * 100_000), BROKEN, NO_LIST),
    Trial("one long address", DISCOVERY, answers("a.b://" + "a." * 500_000), BROKEN, NO_LIST),
    Trial("enormous number", DISCOVERY, answers('{"services": ' + "9" * 100_000 + "}"), BROKEN, NO_LIST),
    Trial("enormous header", DISCOVERY, answers({}, f"X-Long: {'a-' * 100_000}"), BROKEN, "did not answer: "),
    Trial("long header", DISCOVERY, answers({}, f"X-Long: {'token-' * 15_000}"), BROKEN, NO_LIST),
    Trial("many headers", DISCOVERY, answers({}, *["Set-Cookie: a=b"] * 5000), BROKEN, NO_LIST),
    Trial(
        "two lengths",
        DISCOVERY,
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        BROKEN,
        "did not answer: ",
    ),
    Trial(
        "commands", DISCOVERY, answers({"detail": "\x1b]0;yours\x07\x1b[2J\x9b"}, status="400 No"), BROKEN, "0;yours"
    ),
    Trial("odd status", DISCOVERY, sends(b"HTTP/1.1 999 \x1b[31m\r\nContent-Length: 0\r\n\r\n"), BROKEN, ""),
    Trial("an address that is none", DISCOVERY, services(url="http://[::1"), BROKEN, "no web address for chat"),
    Trial(
        "an address of another kind", DISCOVERY, services(url=[["http://a.test"]]), BROKEN, "no web address for chat"
    ),
    Trial("following what is none", DISCOVERY, services(url="http://[::1"), BROKEN, "", example="staging-01b"),
    Trial("following a long one", DISCOVERY, services(url="http://a.test/" + "a" * 99_999), BROKEN, "", "staging-01b"),
    Trial("half a pair in a name", DISCOVERY, answers(r'{"services": {"\ud800": {}}}'), KEPT, "", "staging-01d"),
    Trial(
        "far future",
        WHO,
        answers('{"token_expires_at": 1e999}'),
        BROKEN,
        "",
        "staging-02e",
    ),
    Trial(
        "no number",
        WHO,
        answers('{"token_expires_at": NaN}'),
        BROKEN,
        "sign-in",
        "staging-02e",
    ),
    Trial(
        "a clock far off",
        WHO,
        answers({"token_expires_at": 10**18}, "Date: Thu, 01 Jan 1970"),
        BROKEN,
        "",
        "staging-02e",
    ),
    Trial("a token that ends lines", "/auth/register", registered(access_token="a\r\nX: y"), BROKEN, "", "staging-02f"),
    Trial("a token of half a pair", "/auth/login", registered(access_token="\ud800"), BROKEN, "", "staging-02f"),
    Trial("a long token", "/auth/login", registered(access_token="a" * MEGABYTE), BROKEN, "", "staging-02f"),
]


# What is done in place of a part of live updates.


def refuses_for_ever(caller: Caller) -> None:
    caller.begin(status="401 Unauthorized")
    repeated(caller, b"a" * 65536)


def packed_bomb(caller: Caller) -> None:
    shake_hands(caller, "Sec-WebSocket-Extensions: permessage-deflate")
    packer = zlib.compressobj(wbits=-15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    caller.say((block * 200).removesuffix(b"\0\0\xff\xff"), reserved=4)
    caller.wait()


def wrong_accept(caller: Caller) -> None:
    caller.headers = {"sec-websocket-key": "another key"}
    shake_hands(caller)
    caller.wait()


def hand_shaken(*headers: str) -> Behaviour:
    """A handshake with further headers, and the greeting."""

    def do(caller: Caller) -> None:
        shake_hands(caller, *headers)
        caller.say({"type": "connection_established"})
        caller.wait()

    return do


def says(*messages: object, opcode: int = TEXT, **how: int) -> Behaviour:
    """These messages, and then nothing."""

    def do(caller: Caller) -> None:
        for message in messages:
            caller.say(message, opcode, **how)
        caller.wait()

    return do


def floods(message: str | bytes, opcode: int = TEXT) -> Behaviour:
    text = message.encode() if isinstance(message, str) else message
    return lambda caller: repeated(caller, frame(text, opcode) * max(1, 65536 // len(text)))


def flood_of_runs(caller: Caller) -> None:
    run = 0
    while True:
        run += 1
        caller.say({"type": "agent_started" if run % 2 else "agent_completed", "run_id": f"run-{run}"})


def in_pieces(message: bytes) -> Behaviour:
    """A message of as many frames as it has bytes."""

    def do(caller: Caller) -> None:
        for place in range(len(message)):
            final = place == len(message) - 1
            caller.send(frame(message[place : place + 1], TEXT if place == 0 else 0, final=final))
        caller.read_message()

    return do


def never_whole(piece: bytes) -> Behaviour:
    """A message that has no last frame."""

    def do(caller: Caller) -> None:
        caller.send(frame(b"{", final=False))
        repeated(caller, frame(piece, 0, final=False) * (65536 // (len(piece) + 2)))

    return do


GREETED = '{"type": "connection_established"}'
PONG_TEXT = json.dumps({"type": "pong", "user_id": PAT, "data": {"timestamp": "9999-12-31"}})
NO_ANSWER = "gave no answer within the time for live updates"
TOO_BIG = "sent what ended the connection: a message of more than 1,024 KiB"
NO_WEBSOCKET = "did not keep to the WebSocket handshake"
NO_FRAME = "sent what ended the connection: a frame that no WebSocket has"
NO_UTF8 = "sent what ended the connection: text that is not UTF-8"
THINKING = '{"type": "agent_thinking", "run_id": "r"}'
DEEP_ANSWER = '{"text":' * 900 + '""' + "}" * 901
FINAL = '{"type": "agent_completed", "run_id": "r", "final_response": '

IN_PLACE_OF_LIVE_UPDATES = [
    Trial("a page", LIVE_UPDATES, answers(HTML), BROKEN, "refused the connection (HTTP 200)"),
    Trial("a refusal without an end", LIVE_UPDATES, refuses_for_ever, BROKEN, "live updates "),
    Trial("another key", LIVE_UPDATES, wrong_accept, BROKEN, NO_WEBSOCKET),
    Trial("a protocol of its own", LIVE_UPDATES, hand_shaken("Sec-WebSocket-Protocol: x"), BROKEN, NO_WEBSOCKET),
    Trial("an extension of its own", LIVE_UPDATES, hand_shaken("Sec-WebSocket-Extensions: x"), BROKEN, NO_WEBSOCKET),
    Trial("a long header", LIVE_UPDATES, hand_shaken("X: " + "\x1b" * 100_000), BROKEN, NO_WEBSOCKET),
    Trial("too many headers", LIVE_UPDATES, hand_shaken(*["X: y"] * 5000), BROKEN, NO_WEBSOCKET),
    Trial("a handshake that drips", LIVE_UPDATES, dripping_head, BROKEN, "did not open the connection within"),
    Trial("no handshake", LIVE_UPDATES, half_open, BROKEN, "did not open the connection within"),
    Trial("an end instead of it", LIVE_UPDATES, says_nothing, BROKEN, NO_WEBSOCKET),
    Trial("another language", LIVE_UPDATES, sends(b"220 mail.example.com ESMTP\r\n" * 9), BROKEN, NO_WEBSOCKET),
    Trial("a packed bomb", LIVE_UPDATES, packed_bomb, BROKEN, TOO_BIG),
    Trial("no greeting", GREETING, half_open, BROKEN, NO_ANSWER),
    Trial("an end instead of a greeting", GREETING, says_nothing, BROKEN, "cut the connection"),
    Trial("a greeting of bytes", GREETING, says(GREETED, opcode=BINARY), BROKEN, NO_ANSWER),
    Trial("a greeting as HTML", GREETING, says(HTML), BROKEN, NO_ANSWER, shows=("Sign in to the network",)),
    Trial("half-open", MESSAGE, half_open, BROKEN, NO_ANSWER),
    Trial("cut", MESSAGE, says_nothing, BROKEN, "cut the connection"),
    Trial("ten megabytes", MESSAGE, says("a" * 10 * MEGABYTE), BROKEN, TOO_BIG),
    Trial("not UTF-8", MESSAGE, says(b'{"type": "\xff"}'), BROKEN, NO_UTF8),
    Trial("a reserved bit", MESSAGE, says("{}", reserved=2), BROKEN, NO_FRAME),
    Trial("an unknown frame", MESSAGE, says("{}", opcode=7), BROKEN, NO_FRAME),
    Trial("a close with commands", MESSAGE, says(b"\x0f\xa0\x1b]0;yours\x07", opcode=CLOSE), BROKEN, "\\x1b]0;yours"),
    Trial("bytes", MESSAGE, says(PONG_TEXT, opcode=BINARY), BROKEN, NO_ANSWER, shows=("bytes, not text: ",)),
    Trial("in pieces", MESSAGE, in_pieces(PONG_TEXT.encode()), KEPT, ""),
    Trial("never whole", MESSAGE, never_whole(b"a" * 100), BROKEN, TOO_BIG),
    Trial("never whole, of nothing", MESSAGE, never_whole(b""), BROKEN, TOO_BIG),
    Trial("deep", MESSAGE, says(DEEP, NESTED), BROKEN, NO_ANSWER, shows=("more characters left out",)),
    Trial("flood of signs of life", MESSAGE, floods('{"type": "heartbeat"}'), BROKEN, NO_END, within=60),
    Trial("flood of long words", MESSAGE, floods("a" * 400_000), BROKEN, NO_END, within=60),
    Trial(
        "flood of objects",
        MESSAGE,
        floods('{"type": "ack", "data": [' + "{}," * 99_999 + "{}]}"),
        BROKEN,
        "live updates ",
    ),
    Trial("flood of pings", MESSAGE, floods(b"are you there?", opcode=PING), BROKEN, NO_ANSWER),
    Trial("flood of runs", MESSAGE, flood_of_runs, BROKEN, "Pat ", "golden-01a"),
    Trial("flood of thinking", MESSAGE, floods(THINKING), BROKEN, "Pat ", "golden-01a"),
    Trial("a deep answer", MESSAGE, says(FINAL + DEEP_ANSWER), BROKEN, "saw nothing", "golden-01a"),
    Trial("an answer for ever", MESSAGE, says(FINAL + f'"{"word " * 200_000}"}}'), BROKEN, "did not see", "golden-01a"),
]

#: Those that are tried each time.
SHORT = ("endless", "gzip bomb", "drip", "one long word", "commands", "flood of objects", "ten megabytes")
TRIALS = [*IN_PLACE_OF_AN_ANSWER, *IN_PLACE_OF_LIVE_UPDATES]


@pytest.mark.parametrize("trial", [trial for trial in TRIALS if trial.name in SHORT], ids=lambda trial: trial.name)
def test_the_worst_of_what_a_platform_can_do(trial: Trial, tmp_path: Path) -> None:
    run(trial, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("trial", IN_PLACE_OF_AN_ANSWER, ids=lambda trial: trial.name)
def test_whatever_comes_in_place_of_an_answer(trial: Trial, tmp_path: Path) -> None:
    run(trial, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("trial", IN_PLACE_OF_LIVE_UPDATES, ids=lambda trial: trial.name)
def test_whatever_comes_in_place_of_live_updates(trial: Trial, tmp_path: Path) -> None:
    run(trial, tmp_path)


EVERYTHING = "@id.staging-01a or @id.staging-02f or @id.staging-03a or @id.staging-03b"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_platform_with_manners_is_kept(host: str, tmp_path: Path) -> None:
    """What the trials ask is kept where nothing is done to it, by either family of addresses."""
    with hostile(host=host) as platform:
        check(ask(platform, tmp_path, EVERYTHING), KEPT, "")


@pytest.mark.parametrize("at", ["/auth/register", WHO, LIVE_UPDATES])
def test_nobodys_sign_in_follows_a_redirect(at: str, tmp_path: Path) -> None:
    """A password, a token in a header and a token in a subprotocol are for the address that was named."""
    with hostile() as elsewhere:
        target = f"{'ws' if at == LIVE_UPDATES else 'http'}://127.0.0.1:{elsewhere.port}/ws"
        redirect = answers({}, f"Location: {target}", status="307 Temporary Redirect")
        with hostile(at, redirect) as platform:
            ran = ask(platform, tmp_path, "@id.staging-03a" if at == LIVE_UPDATES else "@id.staging-02f")
    check(ran, BROKEN, "307")
    assert elsewhere.asked == []


AUTHORITY = trustme.CA()
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def certified(*names: str, by: trustme.CA = AUTHORITY, **how: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    by.issue_cert(*names, **how).configure_cert(context)
    return context


@pytest.mark.long
@pytest.mark.parametrize(
    ("scheme", "tls", "why"),
    [
        ("s", certified("127.0.0.1"), None),
        ("s", certified("127.0.0.1", not_after=YESTERDAY), "its certificate is not trusted (certificate has expired)"),
        ("s", certified("elsewhere.test"), "its certificate is not trusted (IP address mismatch"),
        ("s", certified("127.0.0.1", by=trustme.CA()), "its certificate is not trusted ("),
        ("s", None, "no secure connection could be made (TLS failed)"),
        ("", certified("127.0.0.1"), "cannot be reached: "),
    ],
    ids=["trusted", "expired", "another name", "another authority", "plain on the TLS port", "TLS on the plain port"],
)
def test_tls_that_is_wrong_proves_nothing(
    scheme: str, tls: ssl.SSLContext | None, why: str | None, tmp_path: Path
) -> None:
    """Chat and live updates could not be told; with the right certificate they are kept."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with hostile() as well, hostile(tls=tls) as platform:
        at = f"127.0.0.1:{platform.port}"
        ran = ask(
            well,
            tmp_path,
            "@id.staging-01a or @id.staging-03a",
            {"SSL_CERT_FILE": str(tmp_path / "authority.pem"), "NO_PROXY": "*"},
            base_url=f"http{scheme}://{at}",
            websocket_url=f"ws{scheme}://{at}/ws",
            frontend_url="https://web.test",  # or the run were on this machine only, where nobody names an authority
        )
    check(ran, COULD_NOT_TELL if why else KEPT, why or "")


def deaf(listening: socket.socket, to: list[socket.socket]) -> None:
    """From now on nobody can connect: whoever knocks is not even refused, as behind a firewall that drops."""
    listening.listen(0)
    for _ in range(8):
        knocking = socket.socket()
        knocking.setblocking(False)
        knocking.connect_ex(listening.getsockname())
        to.append(knocking)


@pytest.mark.parametrize(
    ("setting", "probed", "example"),
    [
        ("base_url", False, "staging-01a"),
        ("base_url", True, "staging-01a"),
        ("websocket_url", True, "staging-03a"),
    ],
    ids=["never", "no more: chat", "no more: live updates"],
)
def test_an_address_that_never_answers_proves_nothing(setting: str, probed: bool, example: str, tmp_path: Path) -> None:
    """From the beginning, or once it has answered the one question by which a run finds out whether it is there."""
    knocking: list[socket.socket] = []
    with hostile() as well, socket.create_server(("127.0.0.1", 0)) as server:

        def once() -> None:
            connection, _ = server.accept()
            with connection:
                deaf(server, knocking)
                caller = Caller(connection, 0)
                caller.read_request()
                caller.answer({})

        answering = threading.Thread(target=once)
        if probed:
            answering.start()
        else:
            deaf(server, knocking)
        at = f"127.0.0.1:{server.getsockname()[1]}"
        address = f"ws://{at}/ws" if setting == "websocket_url" else f"http://{at}"
        ran = ask(well, tmp_path, f"@id.{example}", None, **{setting: address})
        if probed:
            answering.join()
    for each in knocking:
        each.close()
    check(ran, COULD_NOT_TELL, "cannot be reached any more: " if probed else "it never answered within")
