"""What the specification costs: its live examples beside a bare script that makes the same calls.

For ``make bench``. Runs both in turn, each with a reference platform of its own, and prints medians and their ratio.
The calls are read from what the platform's services logged of the specification's own run, so they cannot go stale: the
script makes each of them, in that order, with httpx and websockets and nothing else. It neither judges nor records. The
examples that take something away are left out, since restarting a service is no call.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from rich.progress import track
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

REPOSITORY = Path(__file__).resolve().parents[1]
BEHAVE = Path(sys.executable).parent / "behave"
LIVE = "@phase2 and @needs.platform and not @effect.disruptive"

_REQUEST = re.compile(r'"(?P<method>[A-Z]+) (?P<path>/\S*) HTTP/1\.1" (?P<status>\d+)')
_SOCKET = re.compile(r'"WebSocket /ws\S*" (?P<outcome>\[accepted\]|\d+)')
_QUESTION = re.compile(r"INFO agent_started of (?P<run>run_\w+)")
_ASKED_BY_CHAT = re.compile(r"HTTP Request: POST \S+/auth/validate ")
_THREAD = re.compile(r"(?<=/api/threads/)[^/]+")


def calls_of(logs: Path) -> list[tuple[str, str, int]]:
    """What was called, in order: ``(method, path, status)``; "SOCKET" and "QUESTION" are live updates."""
    lines = sorted(line for log in logs.glob("*.log") for line in log.read_text(encoding="utf-8").splitlines())
    by_chat = sum(bool(_ASKED_BY_CHAT.search(line)) for line in lines)
    calls, runs = [], set()
    for line in lines:
        if request := _REQUEST.search(line):
            calls.append((request["method"], request["path"], int(request["status"])))
        elif socket := _SOCKET.search(line):
            calls.append(("SOCKET", "/ws", 101 if socket["outcome"] == "[accepted]" else int(socket["outcome"])))
        elif (question := _QUESTION.search(line)) and question["run"] not in runs:
            runs.add(question["run"])
            calls.append(("QUESTION", "", 200))
    validations = [call for call in calls if call[1] == "/auth/validate"]
    for call in validations[:by_chat]:  # chat makes these itself again, as soon as it is asked anything
        calls.remove(call)
    return calls


class Bare:
    """The calls and nothing else."""

    def __init__(self, auth_url: str, base_url: str, websocket_url: str) -> None:
        self._urls = {"auth": auth_url, "chat": base_url, "ws": websocket_url}
        self._refresh_token, self._email = "", ""
        self._tokens, self._threads = ["none"], ["none"]  # the last one is used, until it is signed out or deleted
        self._socket: ClientConnection | None = None
        self.differing = 0

    async def make(self, calls: list[tuple[str, str, int]]) -> None:
        """Make every call, counting those that end otherwise than they did for the specification."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for method, path, status in calls:
                if method == "SOCKET":
                    await self._connect(status)
                elif method == "QUESTION":
                    await self._ask()
                else:
                    await self._request(client, method, path, status)
        if self._socket:
            await self._socket.close()

    async def _request(self, client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
        at_auth = path.startswith(("/auth", "/api/v1"))
        token = self._tokens[-1] if status != 401 else "wrong"
        path = _THREAD.sub(self._threads[-1] if status != 404 else uuid.uuid4().hex, path)
        page = "http://127.0.0.1:3000" if status != 400 else "https://elsewhere.invalid"
        headers = {"Authorization": f"Bearer {token}", "Origin": page}
        if method == "OPTIONS":
            headers["Access-Control-Request-Method"] = "POST"
        body = self._body(path, token) if method == "POST" else None
        reply = await client.request(
            method, self._urls["auth" if at_auth else "chat"] + path, json=body, headers=headers
        )
        self.differing += reply.status_code != status
        if reply.is_success and method == "POST":
            told = reply.json()
            self._refresh_token = told.get("refresh_token", self._refresh_token)
            if "refresh_token" in told:
                self._tokens.append(told["access_token"])
            if path == "/api/threads":
                self._threads.append(told["id"])
        if path == "/auth/logout" and len(self._tokens) > 1:
            self._tokens.pop()
        if method == "DELETE" and status < 400 and len(self._threads) > 1:
            self._threads.pop()

    def _body(self, path: str, token: str) -> dict[str, Any]:
        if path == "/auth/register":
            self._email = f"{uuid.uuid4().hex}@example.com"
        account = {"email": self._email, "password": "a password", "name": "Pat"}
        bodies: dict[str, dict[str, Any]] = {
            "/auth/register": account,
            "/auth/login": account,
            "/auth/refresh": {"refresh_token": self._refresh_token if token != "wrong" else token},
            "/api/threads": {"title": "a bare one"},
        }
        return bodies.get(path, {"token": token, "message": "What did we spend?", "type": "supervisor"})

    async def _connect(self, status: int) -> None:
        if self._socket:
            await self._socket.close()
        token = self._tokens[-1] if status == 101 else "wrong"
        carried = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
        offered = [Subprotocol("jwt-auth"), Subprotocol(f"jwt.{carried}")]
        try:
            self._socket = await connect(self._urls["ws"], subprotocols=offered, proxy=None)
            await self._socket.recv()
        except InvalidStatus as refused:
            self.differing += refused.response.status_code != status

    async def _ask(self) -> None:
        if self._socket is None:
            return
        question = {"type": "user_message", "payload": {"text": "What did we spend?", "thread_id": None}}
        await self._socket.send(json.dumps(question))
        while json.loads(await self._socket.recv())["type"] != "agent_completed":
            pass


def bare(logs: Path) -> None:
    """Start a platform, make the calls that ``logs`` tell, stop it."""
    from acceptance.embedded import EmbeddedPlatform
    from acceptance.evidence.redaction import Redactor
    from acceptance.targets import load_target

    platform = EmbeddedPlatform([], Redactor())
    try:
        target = platform.start(load_target("embedded", {}))
        script = Bare(str(target.auth_url), str(target.base_url), str(target.websocket_url))
        calls = calls_of(logs)
        asyncio.run(script.make(calls))
    finally:
        platform.stop()
    print(json.dumps({"calls": len(calls), "differing": script.differing}))


def _timed(command: list[str]) -> tuple[float, str]:
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - begun, done.stdout


def main() -> None:
    """Compare, or be the bare script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: %(default)s)")
    parser.add_argument("--bare", type=Path, metavar="LOGS", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        bare(arguments.bare)
        return
    with tempfile.TemporaryDirectory() as folder:
        specification = [str(BEHAVE), f"--tags={LIVE}", "-D", f"reports={folder}"]
        script = [sys.executable, "-m", "tests.bench_live", "--bare", f"{folder}/logs"]
        _timed(specification)  # for its logs, and to warm up
        times: dict[str, list[float]] = {"specification": [], "bare script": []}
        told = ""
        for _ in track(range(arguments.rounds), "running both in turn", transient=True):
            times["specification"].append(_timed(specification)[0])
            seconds, told = _timed(script)
            times["bare script"].append(seconds)
    made = json.loads(told)
    print(f"{made['calls']} calls, of which {made['differing']} ended otherwise for the bare script")
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    for name, measured in times.items():
        print(f"{name:<14} {medians[name]:6.2f} s  ({min(measured):.2f} to {max(measured):.2f})")
    print(f"ratio          {medians['specification'] / medians['bare script']:6.2f}")


if __name__ == "__main__":
    main()
