"""A hostile platform on real sockets: good manners everywhere, but where a trial says otherwise.

A behaviour is a function that is given the caller once its request has been read, and does to it what it likes; when
it returns the connection is closed. Live updates can misbehave at three places: instead of the handshake, instead of
the greeting, and instead of the answer to the first message.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

LIVE_UPDATES, GREETING, MESSAGE = "live updates", "the greeting", "the answer to a message"
PAT = "pat-0123456789"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwYXQtMDEyMzQ1Njc4OSJ9.a-signature-of-nobody"
WEB_PAGE = "http://127.0.0.1:3999"  # nobody is asked there
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

Behaviour = Callable[["Caller"], None]


@dataclass
class Caller:
    """One connection, and what was asked on it."""

    socket: socket.socket
    port: int
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: What the first message of live updates said.
    said: Mapping[str, Any] = field(default_factory=dict)
    _unread: bytes = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, body: bytes | str | object, *headers: str, status: str = "200 OK") -> None:
        """One whole HTTP answer; what is neither text nor bytes is told as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        content = text.encode() if isinstance(text, str) else text
        self.begin(*(headers or ("Content-Type: application/json",)), f"Content-Length: {len(content)}", status=status)
        self.send(content)

    def begin(self, *headers: str, status: str = "200 OK") -> None:
        """The head of an HTTP answer."""
        self.send("\r\n".join([f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]).encode("latin-1"))

    def say(self, message: bytes | str | object, opcode: int = TEXT, **how: Any) -> None:
        """One frame of live updates; what is neither text nor bytes is said as JSON."""
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        self.send(frame(text.encode() if isinstance(text, str) else text, opcode, **how))

    def wait(self) -> None:
        """Until the caller gives up."""
        while self.socket.recv(65536):
            pass

    def read_request(self) -> bool:
        """Read the head of a request and its body; whether there was one."""
        head = self._until(b"\r\n\r\n")
        if not head:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, *_ = first.split(" ")
        self.path = self.path.partition("?")[0]
        self.headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        self._exactly(int(self.headers.get("content-length", 0)))
        return True

    def read_message(self) -> tuple[int, bytes]:
        """The opcode and the payload of one frame of the caller's; a close where the connection is over."""
        head = self._exactly(2)
        if len(head) < 2:
            return CLOSE, b""
        size = head[1] & 127
        if size > 125:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        mask, payload = self._exactly(4), self._exactly(size)
        return head[0] & 15, bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            if self._unread[:1] == b"\x16" or not (more := self.socket.recv(65536)):
                return b""
            self._unread += more
        head, _, self._unread = self._unread.partition(end)
        return head

    def _exactly(self, size: int) -> bytes:
        while len(self._unread) < size:
            if not (more := self.socket.recv(65536)):
                break
            self._unread += more
        data, self._unread = self._unread[:size], self._unread[size:]
        return data


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, reserved: int = 0) -> bytes:
    """A frame as a server sends it; ``reserved`` are the three reserved bits."""
    first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    size = len(payload)
    if size < 126:
        return first + bytes([size]) + payload
    return first + (b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")) + payload


class Hostile:
    """The platform of one trial: ``do`` is done at ``at``, a path or a place of live updates; a path may be any."""

    def __init__(self, at: str = "", do: Behaviour | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._at, self._do, self._tls = at, do, tls
        self.port = 0
        self.host = "127.0.0.1"
        #: What was asked, in order: ``GET /health``.
        self.asked: list[str] = []

    def serve(self, connection: socket.socket) -> None:
        """One connection from its beginning to its end."""
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection:
            caller = Caller(connection, self.port)
            if not caller.read_request():
                caller.answer("That was no request.", status="400 Bad Request")
                return
            self.asked.append(f"{caller.method} {caller.path}")
            if self._do and self._at == caller.path:
                self._do(caller)
            elif "upgrade" in caller.headers:
                self._talk(caller)
            else:
                self._answer_well(caller)
            with suppress(OSError):  # what was sent is still read where the caller has sent more
                connection.shutdown(socket.SHUT_WR)
                caller.wait()

    def _answer_well(self, caller: Caller) -> None:
        tokens = {"access_token": TOKEN, "refresh_token": TOKEN[::-1], "token_type": "Bearer"}
        user = {"id": PAT, "email": "pat@example.com"}
        service = {"/health": "netra-ai-platform"}.get(caller.path)
        address = f"http://{self.host}:{self.port}"
        answers: dict[str, object] = {
            "/health": {"status": "healthy", "service": service, "version": "1", "environment": "trial"},
            "/api/config/public": {"environment": "trial"},
            "/api/discovery/services": {
                "services": {
                    "backend": {"url": address, "ws_url": f"ws://{self.host}:{self.port}/ws"},
                    "auth": {"url": f"http://localhost:{self.port}"},
                    "frontend": {"url": WEB_PAGE},
                }
            },
            "/auth/register": {**tokens, "user": user},
            "/auth/login": {**tokens, "user": user},
            "/auth/me": {"user_id": PAT},
            "/auth/validate": {"valid": True, "user_id": PAT},
            "/api/v1/jwt/validate": {"valid": True, "user_id": PAT},
            "/api/threads": {"id": "thread-1", "metadata": {"user_id": PAT}},
        }
        caller.answer(answers.get(caller.path, {}))

    def _talk(self, caller: Caller) -> None:
        if self._at == LIVE_UPDATES and self._do:
            self._do(caller)
            return
        shake_hands(caller)
        if self._at == GREETING and self._do:
            self._do(caller)
            return
        caller.say({"type": "connection_established"})
        while True:
            opcode, payload = caller.read_message()
            if opcode == CLOSE:
                caller.say(payload, CLOSE)
                return
            with suppress(ValueError):
                caller.said = json.loads(payload)
            if self._at == MESSAGE and self._do:
                self._do(caller)
                return
            caller.say({"type": "pong" if caller.said.get("type") == "ping" else "ack", "user_id": PAT})


def shake_hands(caller: Caller, *headers: str) -> None:
    """The server's half of the opening handshake, with further headers."""
    key = caller.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    caller.send("\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", *headers, "", ""]).encode())


@contextmanager
def listening(treat: Callable[[socket.socket], None], host: str = "127.0.0.1") -> Iterator[int]:
    """Every connection to the port is treated in a thread of its own, until the end; whatever goes wrong ends it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    open_ones: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            treat(connection)

    with socket.create_server((host, 0), family=family, backlog=128) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    open_ones.append(connection)
                    threads.append(threading.Thread(target=one, args=(connection,)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for connection in open_ones:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


@contextmanager
def hostile(
    at: str = "", do: Behaviour | None = None, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Hostile]:
    """The platform of one trial, listening."""
    platform = Hostile(at, do, tls)
    platform.host = f"[{host}]" if ":" in host else host
    with listening(platform.serve, host) as port:
        platform.port = port
        yield platform


def repeated(caller: Caller, data: bytes, pause: float = 0.0) -> None:
    """The same again and again, until the caller gives up."""
    while True:
        caller.send(data)
        time.sleep(pause)
