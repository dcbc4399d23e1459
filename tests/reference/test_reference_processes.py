"""How the services start and end, as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from reference_services import AUTH, BACKEND, PATIENCE, Platform, Starter, environment, eventually
from websockets.exceptions import ConnectionClosed

#: Starts that end at once: the service, its settings, its arguments, and what it says.
REFUSALS: dict[str, tuple[str, dict[str, str], list[str], str]] = {
    "auth without a secret": (AUTH, {"JWT_SECRET_KEY": ""}, [], "JWT_SECRET_KEY is not set"),
    "backend without a secret": (BACKEND, {"JWT_SECRET_KEY": ""}, [], "JWT_SECRET_KEY is not set"),
    "a short secret": (AUTH, {"JWT_SECRET_KEY": "too short"}, [], "at least 32 bytes"),
    "an unknown environment": (BACKEND, {"ENVIRONMENT": "prod"}, [], "ENVIRONMENT must be one of"),
    "an odd cost": (AUTH, {"PASSWORD_HASH_COST": "1000"}, [], "power of two"),
    "no folder for the database": (AUTH, {"AUTH_DATABASE_PATH": "/nowhere/auth.sqlite"}, [], "cannot be used"),
    "no address": (BACKEND, {"AUTH_SERVICE_URL": "localhost:8081"}, [], "begins with http://"),
    "demo mode in production": (BACKEND, {"DEMO_MODE": "1", "ENVIRONMENT": "production"}, [], "not for production"),
    "neither on nor off": (BACKEND, {"DEMO_MODE": "maybe"}, [], "DEMO_MODE must be 1 or 0"),
    "a port in use": (AUTH, {}, ["--port", "{taken}"], "port {taken} on 127.0.0.1 is in use"),
    "a descriptor that is no socket": (AUTH, {}, ["--fd", "0"], "not a listening socket"),
}
HELP = {"help of auth": AUTH, "help of backend": BACKEND}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """The exit code and the whole output of each of those, started side by side."""
    folder = tmp_path_factory.mktemp("ended")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = str(listening.getsockname()[1])

        def start(module: str, settings: dict[str, str], arguments: list[str]) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-m", module, *(word.replace("{taken}", taken) for word in arguments)],
                env={**environment(folder), **settings},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        started = {
            name: start(module, settings, arguments or ["--port", "0"])
            for name, (module, settings, arguments, _) in REFUSALS.items()
        }
        started |= {name: start(module, {}, ["--help"]) for name, module in HELP.items()}
        printed = {name: process.communicate(timeout=PATIENCE)[0] for name, process in started.items()}
    return {name: (process.returncode, printed[name].replace(taken, "{taken}")) for name, process in started.items()}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_keeps_a_service_from_starting_is_told_in_a_line(ended: dict[str, tuple[int, str]], refusal: str) -> None:
    code, printed = ended[refusal]
    assert (code, len(printed.splitlines())) == (2, 1), printed
    assert REFUSALS[refusal][3] in printed
    assert "too short" not in printed


@pytest.mark.parametrize("service", HELP)
def test_help_teaches(ended: dict[str, tuple[int, str]], service: str) -> None:
    code, printed = ended[service]
    assert code == 0
    for word in ("JWT_SECRET_KEY", "AUTH_SERVICE_URL", "--port", "--fd", "--exit-with-parent"):
        assert word in printed


def test_told_to_stop_with_a_person_connected(starter: Starter) -> None:
    variables = environment(starter.folder)
    auth = starter.start(AUTH, variables)
    backend = starter.start(BACKEND, {**variables, "AUTH_SERVICE_URL": auth.url})
    platform = Platform(auth.await_health(), backend.await_health(), variables)
    with platform.connect(platform.register().token) as chat:
        chat.established()
        begun = time.monotonic()
        backend.process.send_signal(signal.SIGTERM)
        auth.process.send_signal(signal.SIGINT)
        with pytest.raises(ConnectionClosed):
            chat.next()
        assert [service.process.wait(PATIENCE) for service in (auth, backend)] == [0, 0]
        assert time.monotonic() - begun < PATIENCE / 2, "nobody is waited for"


def test_the_log_is_one_line_an_event_and_holds_no_token(platform: Platform) -> None:
    token = platform.register().token
    platform.http.get(f"{platform.backend.url}/health?token={token}&secret=hidden")
    with platform.connect(token, query=f"?token={token}") as chat:
        chat.established().ask("What did we spend?")
    eventually(lambda: "agent_completed" in platform.backend.log_text, "the events are in the log")
    for service, name in ((platform.auth, "auth-service"), (platform.backend, "netra-ai-platform")):
        assert token not in service.log_text
        assert "hidden" not in service.log_text
        for line in service.log_text.splitlines():
            timestamp, told, level, _ = line.split(" ", 3)
            assert (timestamp[-1], told) == ("Z", name)
            assert level in ("INFO", "WARNING")  # asyncio warns of writing to people who have vanished


def test_live_updates_wait_for_nothing_on_an_inherited_socket(platform: Platform) -> None:
    """Without TCP_NODELAY, which an inherited socket easily loses, each run waits 40 ms."""
    with platform.connect(platform.register().token) as chat:
        chat.established()
        seconds = []
        for _ in range(10):
            begun = time.perf_counter()
            chat.ask("What did we spend?")
            seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.03


# Ending with the parent


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, close_fds=False)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_service_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        service = ["-m", AUTH, "--fd", str(listening.fileno()), "--exit-with-parent"]
        os.set_inheritable(listening.fileno(), True)
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, *service],
            env=environment(tmp_path),
            stdin=subprocess.PIPE,  # held open by this test: only the kernel can tell of the parent's end
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=False,
        )
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/health"
    assert parent.stdout
    assert parent.stdin
    child = int(parent.stdout.readline())
    try:
        eventually(lambda: httpx.get(url, trust_env=False, timeout=PATIENCE).status_code == 200, "it is up")
        assert is_running(child)
        parent.kill()
        parent.wait()
        eventually(lambda: not is_running(child), "it ended with its parent")
    finally:
        parent.kill()
        parent.wait()
        if is_running(child):
            os.kill(child, signal.SIGKILL)
        parent.stdin.close()
        parent.stdout.close()


def test_a_service_ends_when_its_parent_closes_the_pipe(starter: Starter) -> None:
    service = starter.start(AUTH, environment(starter.folder), "--exit-with-parent").await_health()
    assert service.process.stdin
    service.process.stdin.close()
    assert service.process.wait(PATIENCE) == 0
