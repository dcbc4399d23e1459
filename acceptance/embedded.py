"""The embedded platform: the reference's two services as real processes on free loopback ports.

Started at the first need, gone with the run however it ends: a clean stop, Ctrl-C, a crash and SIGTERM by the clean-up
of the run; SIGKILL because each service ends when its parent does.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from acceptance.evidence.redaction import Redactor
from acceptance.faults import Fault, faulty_copy
from acceptance.files import REFERENCE, new_folder, sweep
from acceptance.signals import signals_held
from acceptance.target import Part, Target

_FOLDER = "netra-acceptance-"
SERVICE_NAMES = ("sign-in", "chat")
_START_SECONDS = 20.0  # far above the usual half second: only a broken machine or platform gets there
_STOP_SECONDS = 3.0
_BACKLOG = 128  # connections that wait to be accepted
#: The setting that says where the database is that an outage takes away.
_DATABASES = {Part.SIGN_IN_DATABASE: "AUTH_DATABASE_PATH", Part.CHAT_DATABASE: "BACKEND_DATABASE_PATH"}


class PlatformDidNotStart(RuntimeError):
    """The embedded platform is part of this project, so this is a fault of the specification."""


@dataclass
class _Service:
    """One process of the platform, and how to start it again."""

    name: str
    module: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


class EmbeddedPlatform:
    """The tree of the reference platform, with faults if any were asked for, and its processes once started."""

    def __init__(self, faults: Sequence[Fault], redactor: Redactor) -> None:
        temporary = Path(tempfile.gettempdir())
        self._folder = new_folder(_FOLDER, temporary)
        atexit.register(self.stop)  # where behave itself fails, it calls no clean-up
        self._redactor = redactor
        self._services: dict[str, _Service] = {}
        self._settings: dict[str, str] = {}
        self._reserved: socket.socket | None = None
        try:
            sweep(temporary, _FOLDER)  # of runs that were killed before they could
            self.tree = faulty_copy(REFERENCE, faults, self._folder) if faults else REFERENCE
        except BaseException:
            self.stop()
            raise

    @property
    def started(self) -> bool:
        """Whether its processes were started."""
        return bool(self._services)

    def start(self, target: Target) -> Target:
        """Start both services and wait for their health; the target with their addresses is returned.

        Raises :class:`PlatformDidNotStart` with the last lines of the log.
        """
        auth_socket, backend_socket = _free_port(), _free_port()
        auth_url, backend_url = _url(auth_socket), _url(backend_socket)
        self._settings = settings = self._environment(target, auth_url, backend_url)
        sign_in, chat = SERVICE_NAMES
        with contextlib.closing(auth_socket), contextlib.closing(backend_socket):
            self._spawn(sign_in, "auth_service.main", auth_socket)
            self._spawn(chat, "netra_backend.app.main", backend_socket)
        self._await_health(auth_url, backend_url)
        websocket_url = backend_url.replace("http", "ws", 1) + "/ws"
        return target.model_copy(
            update={
                "base_url": backend_url,
                "auth_url": auth_url,
                "frontend_url": settings["FRONTEND_URL"],
                "websocket_url": websocket_url,
                "service_secret": SecretStr(settings["SERVICE_SECRET"]),
                "jwt_secret": SecretStr(settings["JWT_SECRET_KEY"]),
            }
        )

    async def begin(self, part: Part) -> None:
        """Take a part away: kill its process, or put its database where it is not looked for."""
        if part is Part.SIGN_IN:
            service = self._services[part]
            service.process.kill()
            service.process.wait()
            self._close_stdin(service)
            # bound and not listening: connections are refused, and nobody else can take the port meanwhile
            self._reserved = _bound(*_host_and_port(service.url))
        else:
            self._database_of(part).rename(self._away(part))

    async def end(self, part: Part) -> None:
        """Give the part back, however far it was taken; a process is waited for until it answers its own health."""
        if part is Part.SIGN_IN:
            service = self._services[part]
            if service.process.poll() is None:
                return
            listening = self._reserved or _bound(*_host_and_port(service.url))
            with contextlib.closing(listening):
                listening.listen(_BACKLOG)
                self._spawn(service.name, service.module, listening)
            self._reserved = None
            await asyncio.to_thread(self._await_health, service.url)
        else:
            if self._away(part).exists():
                self._away(part).rename(self._database_of(part))

    def _database_of(self, part: Part) -> Path:
        return Path(self._settings[_DATABASES[part]])

    def _away(self, part: Part) -> Path:
        return self._database_of(part).with_suffix(".away")

    def logs(self) -> Iterator[tuple[str, str]]:
        """The services' names and their logs so far, redacted."""
        for service in self._services.values():
            yield service.name, self._redactor.text(service.log_text)

    def stop(self) -> None:
        """End the processes and remove everything they wrote; safe to call twice."""
        for service in self._services.values():
            if service.process.poll() is None:
                service.process.terminate()
        until = time.monotonic() + _STOP_SECONDS
        for service in self._services.values():
            try:
                service.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
            self._close_stdin(service)
        if self._reserved:
            self._reserved.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        atexit.unregister(self.stop)

    @staticmethod
    def _close_stdin(service: _Service) -> None:
        if service.process.stdin:
            service.process.stdin.close()

    def _environment(self, target: Target, auth_url: str, backend_url: str) -> dict[str, str]:
        """The services' settings; secrets are made for this run, and hidden from all that it writes."""
        made = {name: secrets.token_urlsafe(32) for name in ("JWT_SECRET_KEY", "SERVICE_SECRET")}
        for secret in made.values():
            self._redactor.learn(secret, lasting=True)
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        return {
            **inherited,
            **made,
            "PYTHONPATH": str(self.tree),
            "PYTHONUNBUFFERED": "1",
            "ENVIRONMENT": "development",
            "SERVICE_ID": target.service_id,
            "AUTH_SERVICE_URL": auth_url,
            "BACKEND_URL": backend_url,
            "FRONTEND_URL": "http://127.0.0.1:3000",
            "AUTH_DATABASE_PATH": str(self._folder / "sign-in.sqlite"),
            "BACKEND_DATABASE_PATH": str(self._folder / "chat.sqlite"),
            # scrypt at its working strength costs 66 ms a sign-in; nothing here is worth guessing
            "PASSWORD_HASH_COST": "1024",
            **({"HEARTBEAT_SECONDS": str(target.heartbeat_seconds)} if target.heartbeat_seconds else {}),
        }

    def _spawn(self, name: str, module: str, listening: socket.socket) -> None:
        log = self._folder / f"{name}.log"
        with signals_held(), log.open("ab") as output:  # a service that is started again goes on in the same log
            process = subprocess.Popen(
                [sys.executable, "-m", module, "--fd", str(listening.fileno()), "--exit-with-parent"],
                cwd=self.tree,
                env=self._settings,
                pass_fds=[listening.fileno()],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the run, which stops its services in order
            )
            self._services[name] = _Service(name, module, _url(listening), log, process)

    def _await_health(self, *addresses: str) -> None:
        until = time.monotonic() + _START_SECONDS
        waiting = list(addresses)
        with httpx.Client(trust_env=False, timeout=1.0) as client:
            while waiting:
                self._fail_if_ended()
                try:
                    client.get(waiting[0] + "/health")
                    waiting.pop(0)
                except httpx.TransportError:
                    if time.monotonic() > until:
                        raise PlatformDidNotStart(
                            f"{waiting[0]} did not answer in {_START_SECONDS:g} s{self._last_lines()}"
                        ) from None
                    time.sleep(0.02)

    def _fail_if_ended(self) -> None:
        for service in self._services.values():
            if service.process.poll() is not None:
                raise PlatformDidNotStart(
                    f"{service.name} ended at once with exit code {service.process.returncode}{self._last_lines()}"
                )

    def _last_lines(self) -> str:
        return "".join(f"\n{name}: {line}" for name, log in self.logs() for line in log.splitlines()[-5:])


def _free_port() -> socket.socket:
    """A listening socket on a free loopback port: held from now on, so that nobody else can take the port."""
    listening = _bound("127.0.0.1", 0)
    listening.listen(_BACKLOG)
    return listening


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the port is free again as soon as it is closed
    bound.bind((host, port))
    return bound


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"http://{host}:{port}"


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    return parts.hostname, parts.port
