"""The real monitor on a platform that somebody started, and what it says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from command import clean_environment
from prometheus_client.parser import text_string_to_metric_families
from reference_services import Platform

from acceptance.files import REPOSITORY

PATIENCE = 120.0  # seconds: far above anything here, on a machine that does other things too
T = TypeVar("T")


def target_file(
    folder: Path, platform: Platform, text: str = 'synthetic_person = "phase2-monitor@example.com"\n'
) -> Path:
    """The platform as an ordinary target, called ``watched``."""
    file = folder / "watched.toml"
    chat = f"127.0.0.1:{platform.backend.port}"
    file.write_text(
        f'about = "services started by a test"\nbase_url = "http://{chat}"\nauth_url = "{platform.auth.url}"\n'
        f'websocket_url = "ws://{chat}/ws"\nfrontend_url = "http://localhost:3000"\n'
        'sign_in = "register"\ncapabilities = ["creates-data"]\n'
        "promptly = 10\nservice_discovery_timeout = 10\nauth_coordination_timeout = 10\n"
        f"websocket_coordination_timeout = 10\n{text}",
        encoding="utf-8",
    )
    return file


def password() -> dict[str, str]:
    """The variable that the target above needs."""
    return {"WATCHED_SYNTHETIC_PASSWORD": "the canary's own password, aA1!"}


def command(reports: Path, *options: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "acceptance", "monitor", "--reports", str(reports), *options]


def ran(
    reports: Path, *options: str, env: Mapping[str, str] | None = None, checkout: Path = REPOSITORY
) -> subprocess.CompletedProcess[str]:
    """A monitor that ends by itself; ``checkout`` is whose."""
    return subprocess.run(
        command(reports, *options),
        cwd=checkout,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def once(
    reports: Path, *options: str, env: Mapping[str, str] | None = None, checkout: Path = REPOSITORY
) -> subprocess.CompletedProcess[str]:
    """One round, as cron begins it."""
    return ran(reports, "--once", *options, env=env, checkout=checkout)


def samples(text: str) -> dict[str, float]:
    """Every sample of an exposition: ``name{label="value"}`` and its value, without the target's label."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()) if name != "target")
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@dataclass
class Watching:
    """A monitor at work."""

    process: subprocess.Popen[str]
    log: Path
    url: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=PATIENCE))

    @property
    def said(self) -> str:
        """What it has said until now."""
        return self.log.read_text(encoding="utf-8")

    def status(self) -> Any:
        """What it knows."""
        return self.http.get(self.url + "status.json").json()

    def promise(self, name: str) -> Any:
        """How one promise stands."""
        return next(each for f in self.status()["features"] for each in f["promises"] if each["id"] == name)

    def metrics(self) -> dict[str, float]:
        """Its metrics now."""
        return samples(self.http.get(self.url + "metrics").text)

    def rounds(self) -> int:
        """How many have ended."""
        return int(sum(value for name, value in self.metrics().items() if name.startswith("acceptance_rounds_total")))

    def eventually(self, look: Callable[[], T], what: str) -> T:
        """What ``look`` gives as soon as it is truthy."""
        until = time.monotonic() + PATIENCE
        while not (seen := look()):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said}"
            assert time.monotonic() < until, f"not in time: {what}; it said: {self.said}"
            time.sleep(0.1)
        return seen

    def after_rounds(self, number: int) -> None:
        """Wait until so many more have ended."""
        begun = self.rounds()
        self.eventually(lambda: self.rounds() >= begun + number, f"{number} more rounds")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def watching(
    reports: Path,
    *options: str,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    checkout: Path = REPOSITORY,
    listen: Sequence[str] = ("--listen", "127.0.0.1:0"),
) -> Iterator[Watching]:
    """A monitor from its first word to its end."""
    log = log or reports.with_name(f"{reports.name}.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            command(reports, *listen, *options),
            cwd=checkout,
            env=clean_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    made = Watching(process, log)
    try:
        found = made.eventually(lambda: re.search(r"the status page is (\S+)", made.said), "its address")
        made.url = str(found and found[1])
        yield made
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        made.http.close()


@contextmanager
def hooked() -> Iterator[tuple[str, list[dict[str, Any]], list[int]]]:
    """An address that takes JSON: the address, what it was sent, and the statuses that it answers one after another."""
    taken: list[dict[str, Any]] = []
    statuses: list[int] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = statuses.pop(0) if statuses else 200
            if status == 200:
                taken.append(body)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/a-secret-path", taken, statuses
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read_status(reports: Path) -> Any:
    """The page that a round has left, as text."""
    return (reports / "status.html").read_text(encoding="utf-8")


def children_of(process: int) -> list[int]:
    """The processes that it has begun and that still are."""
    return [child.pid for child in psutil.Process(process).children(recursive=True) if child.status() != "zombie"]


def is_gone(process: int) -> bool:
    """Whether there is no such process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
