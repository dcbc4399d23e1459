"""Starts the reference platform's services as real processes on free loopback ports, and speaks with them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import jwt
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

REFERENCE = Path(__file__).parents[2] / "reference"
AUTH = "auth_service.main"
BACKEND = "netra_backend.app.main"
GOLDEN_PATH = ["agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"]
PATIENCE = 20.0  # seconds: far above what anything here takes, so only a defect gets there

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str) -> T:
    """What ``look`` returns as soon as it is truthy; fails when it stays falsy."""
    until = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < until, f"not within {PATIENCE} s: {what}"
        time.sleep(0.005)
    return seen


WEB_PAGE = "http://127.0.0.1:3999"  # nobody is asked there: only that it is named


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The variables of one service: a secret, databases of its own, cheap passwords, and ``settings``."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REFERENCE),
        "PYTHONWARNINGS": "default",  # a deprecation shows in the log, and fails the test
        "JWT_SECRET_KEY": secrets.token_urlsafe(32),
        "PASSWORD_HASH_COST": "2",
        "AUTH_DATABASE_PATH": str(folder / "auth.sqlite"),
        "BACKEND_DATABASE_PATH": str(folder / "backend.sqlite"),
        **settings,
    }


@dataclass
class Service:
    """One process of the platform."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_text(self) -> str:
        return self.log.read_text()

    def await_health(self) -> Service:
        eventually(self._answers, f"{self.url} answers; its log: {self.log_text}")
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.log_text}"
        try:
            httpx.get(self.url + "/health", trust_env=False)
        except httpx.TransportError:
            return False
        return True


@contextmanager
def database_gone(variables: Mapping[str, str], name: str) -> Iterator[None]:
    """The database of a service is gone for as long as this lasts."""
    path = Path(variables[name])
    away = path.rename(path.with_suffix(".away"))
    yield
    away.rename(path)


@dataclass
class Starter:
    """Starts services for one test or one session, and ends them all with it."""

    folder: Path
    started: list[Service] = field(default_factory=list)

    def start(self, module: str, variables: Mapping[str, str], *arguments: str, port: int = 0) -> Service:
        """One service: on ``port`` if one is given, else on an inherited socket as a launcher does it."""
        log = self.folder / f"{len(self.started)}-{module}.log"
        with socket.socket() as listening, log.open("wb") as output:
            if not port:
                listening.bind(("127.0.0.1", 0))
                listening.listen(128)
            where = ["--port", str(port)] if port else ["--fd", str(listening.fileno())]
            process = subprocess.Popen(
                [sys.executable, "-m", module, *where, *arguments],
                env=dict(variables),
                pass_fds=[] if port else [listening.fileno()],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            self.started.append(Service(process, log, port or listening.getsockname()[1]))
        return self.started[-1]

    def platform(self, **settings: str) -> Platform:
        """Both services, for a test that changes them."""
        variables = environment(self.folder, **settings)
        auth = self.start(AUTH, variables)
        backend = self.start(BACKEND, {**variables, "AUTH_SERVICE_URL": auth.url})
        return Platform(auth.await_health(), backend.await_health(), variables)

    def close(self) -> None:
        """End everything, and look for what no log may hold."""
        for service in self.started:
            service.process.kill()  # how they stop when told to has tests of its own
        for service in self.started:
            service.process.wait(PATIENCE)
            assert service.process.stdin
            service.process.stdin.close()
        for service in self.started:
            for unwanted in ("Traceback", "Warning", "eyJ"):
                assert unwanted not in service.log_text, f"{unwanted} in the log: {service.log_text}"


@dataclass
class Person:
    """Somebody who has registered."""

    user_id: str
    email: str
    token: str
    refresh_token: str


@dataclass
class Platform:
    """Both services, and the secrets that they were given."""

    auth: Service
    backend: Service
    variables: Mapping[str, str]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=PATIENCE))

    def register(self) -> Person:
        """A new person."""
        email = f"{uuid.uuid4().hex}@example.com"
        answer = self.http.post(self.auth.url + "/auth/register", json={"email": email, "password": "a password"})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return Person(body["user"]["id"], email, body["access_token"], body["refresh_token"])

    def call(self, method: str, path: str, person: Person | None = None, **how: Any) -> httpx.Response:
        """A request to chat, as this person."""
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        return self.http.request(method, self.backend.url + path, headers=headers, **how)

    def thread(self, person: Person) -> str:
        """The id of a new thread."""
        answer = self.call("POST", "/api/threads", person, json={"title": "a thread"})
        assert answer.status_code == 200, answer.text
        thread_id: str = answer.json()["id"]
        return thread_id

    def messages(self, person: Person, thread_id: str) -> list[tuple[str, str]]:
        """Who said what in a thread."""
        answer = self.call("GET", f"/api/threads/{thread_id}/messages", person)
        assert answer.status_code == 200, answer.text
        return [(message["role"], message["content"]) for message in answer.json()["messages"]]

    def mint(self, *, secret: str | None = None, algorithm: str | None = "HS256", **claims: Any) -> str:
        """A token as sign-in makes them, but for what is given; a claim that is None is left out."""
        now = int(time.time())
        usual = {
            "sub": "somebody",
            "iat": now,
            "exp": now + 60,
            "iss": "netra-auth-service",
            "aud": "netra-platform",
            "jti": uuid.uuid4().hex,
            "token_type": "access",
            "env": "development",
            "email": "somebody@example.com",
            "permissions": ["read"],
        }
        payload = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        key = (secret or self.variables["JWT_SECRET_KEY"]) if algorithm else ""
        return jwt.encode(payload, key, algorithm)

    @contextmanager
    def connect(
        self, token: str | None = None, *, query: str = "", subprotocols: list[str] | None = None
    ) -> Iterator[Chat]:
        """Live updates, a token in the header; raises ``InvalidStatus`` when they are refused."""
        with connect(
            f"ws://127.0.0.1:{self.backend.port}/ws{query}",
            additional_headers={"Authorization": f"Bearer {token}"} if token is not None else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] if subprotocols else None,
            open_timeout=PATIENCE,
            close_timeout=PATIENCE,
            proxy=None,
        ) as socket:
            yield Chat(socket)


class Chat:
    """One person's open connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, message: object) -> None:
        """Send a message as JSON; text and bytes as they are."""
        self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def next(self, *, heartbeats: bool = False) -> dict[str, Any]:
        """The next frame; heartbeats are passed over unless they are wanted."""
        until = time.monotonic() + PATIENCE
        while True:
            frame: dict[str, Any] = json.loads(self.socket.recv(until - time.monotonic()))
            if heartbeats or frame["type"] != "heartbeat":
                return frame

    def established(self) -> Chat:
        """This, once the connection is confirmed."""
        assert self.next()["type"] == "connection_established"
        return self

    def run(self) -> list[dict[str, Any]]:
        """The frames of one run, to its end: its first agent has answered, or failed, or nothing was run."""
        frames = [self.next()]
        while True:
            last = frames[-1]
            answered = last["type"] == "agent_completed" and last["agent_name"] == frames[0]["agent_name"]
            if answered or last["type"] in ("agent_error", "error_message"):
                return frames
            frames.append(self.next())

    def ask(self, question: str, thread_id: str | None = None) -> list[dict[str, Any]]:
        """Ask in the chat; the frames of the run."""
        self.send({"type": "user_message", "payload": {"text": question, "references": [], "thread_id": thread_id}})
        return self.run()

    def pending(self) -> list[dict[str, Any]]:
        """Everything that has been sent so far: all that comes before the answer to a ping."""
        self.send({"type": "ping"})
        frames = []
        while (frame := self.next())["type"] != "pong":
            frames.append(frame)
        return frames


def subprotocols(token: str) -> list[str]:
    """What a browser offers."""
    return ["jwt-auth", "jwt." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")]


@dataclass(frozen=True)
class ByHand:
    """The platform as somebody starts it who has no launcher."""

    auth: Service
    backend: Service
    variables: Mapping[str, str]

    @property
    def addresses(self) -> dict[str, str]:
        """The settings of a target that say where it is."""
        return {
            "base_url": self.backend.url,
            "auth_url": self.auth.url,
            "frontend_url": WEB_PAGE,
            "websocket_url": f"ws://127.0.0.1:{self.backend.port}/ws",
        }


def by_hand(starter: Starter, name: str, **settings: str) -> ByHand:
    """Both services on fixed ports, each told where both are."""
    folder = starter.folder / name
    folder.mkdir()
    auth_port, backend_port = free_port(), free_port()
    variables = environment(
        folder,
        AUTH_SERVICE_URL=f"http://127.0.0.1:{auth_port}",
        BACKEND_URL=f"http://127.0.0.1:{backend_port}",
        FRONTEND_URL=WEB_PAGE,
        HEARTBEAT_SECONDS="0.3",
        **settings,
    )
    auth = starter.start(AUTH, variables, port=auth_port)
    backend = starter.start(BACKEND, variables, port=backend_port)
    return ByHand(auth.await_health(), backend.await_health(), variables)
