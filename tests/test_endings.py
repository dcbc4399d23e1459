"""However a run ends, no process of the platform is left and no port is held."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from command import BEHAVE, clean_environment

from acceptance.files import REPOSITORY

_PATIENCE = 30.0  # seconds


def start(reports: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [BEHAVE, "--tags=@promise.golden-01", *options, "-D", f"reports={reports}"],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def half_way(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[psutil.Process], Path]]:
    """A run that is waiting for an answer which never comes, and the services that it started."""
    run = start(tmp_path, "-D", "faults=silent-chat", "-D", "promptly=300")
    services: list[psutil.Process] = []
    try:
        until = time.monotonic() + _PATIENCE
        while not _is_waiting_for_the_answer(services):
            assert time.monotonic() < until, "the run did not get to its question"
            assert run.poll() is None
            services = psutil.Process(run.pid).children(recursive=True)
            time.sleep(0.05)
        yield run, services, tmp_path
    finally:
        for process in [*services, *([psutil.Process(run.pid)] if run.poll() is None else [])]:
            if process.is_running():
                process.kill()
        run.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_run_that_is_ended_half_way_leaves_nothing_behind(
    number: signal.Signals, half_way: tuple[subprocess.Popen[bytes], list[psutil.Process], Path]
) -> None:
    run, services, reports = half_way
    ports = _ports(services)
    assert len(services) == len(ports) == 2
    run.send_signal(number)
    assert run.wait(_PATIENCE) != 0
    _assert_gone(services, ports)
    left = json.loads((reports / "results.json").read_text(encoding="utf-8"))
    assert not left["run"]["complete"]
    if number is not signal.SIGKILL:
        assert left["run"]["interrupted"]
        assert [p["verdict"] for p in left["promises"]] == ["could not tell"]


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.1])
def test_an_impatient_second_signal_does_not_cut_the_tidying_short(
    pause: float, half_way: tuple[subprocess.Popen[bytes], list[psutil.Process], Path]
) -> None:
    run, services, reports = half_way
    run.send_signal(signal.SIGINT)
    time.sleep(pause)  # how long a person waits, not for anything to happen
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        run.send_signal(number)
    assert run.wait(_PATIENCE) == 1
    _assert_gone(services, set())
    assert json.loads((reports / "results.json").read_text(encoding="utf-8"))["run"]["finished"]


@pytest.mark.parametrize(
    ("module", "moment"),
    [
        ("embedded", "sweep"),
        ("embedded", "faulty_copy"),
        ("session", "EmbeddedPlatform"),
        ("embedded", "_free_port"),
        ("embedded", "_Service"),
    ],
)
def test_a_run_that_is_ended_while_it_begins_leaves_nothing_behind(module: str, moment: str, tmp_path: Path) -> None:
    """Before the run could note what it has to tidy up: a folder, a copy, the platform, ports, a service."""
    program = (
        "import os, signal, sys\n"
        f"from acceptance import {module}\n"
        "from behave.__main__ import main\n"
        f"real = {module}.{moment}\n"
        "def interrupted(*given):\n"
        "    made = real(*given)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return made\n"
        f"{module}.{moment} = interrupted\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    folders = tmp_path / "folders"
    folders.mkdir()
    options = ["-D", f"reports={tmp_path / 'reports'}", "-D", "faults=silent-chat"]
    run = subprocess.run(
        [sys.executable, "-c", program, "--tags=@phase2 and @e2e", *options],
        cwd=REPOSITORY,
        env=clean_environment({"TMPDIR": str(folders)}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    assert list(folders.iterdir()) == []
    assert not [each for each in psutil.process_iter(["cwd"]) if str(folders) in str(each.info["cwd"])]


def test_a_run_that_ends_by_itself_leaves_nothing_behind(tmp_path: Path) -> None:
    run = start(tmp_path)
    services: set[psutil.Process] = set()
    while run.poll() is None:
        with suppress(psutil.NoSuchProcess):
            services |= set(psutil.Process(run.pid).children(recursive=True))
        time.sleep(0.01)
    assert run.returncode == 0
    assert len(services) >= 2
    _assert_gone(list(services), set())


_DEAF = """
import asyncio
from acceptance.signals import stop_in_order_on_signals

async def swallow_everything():
    print("listening", flush=True)
    while True:
        try:
            await asyncio.sleep(0)
        except BaseException:
            pass

stop_in_order_on_signals()
asyncio.new_event_loop().run_until_complete(swallow_everything())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_no_code_of_others_can_swallow_the_signal_to_stop(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _DEAF], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as deaf:
        assert deaf.stdout is not None
        assert deaf.stdout.readline() == "listening\n"
        deaf.send_signal(number)
        try:
            _, told = deaf.communicate(timeout=_PATIENCE)
        finally:
            deaf.kill()
    assert f"KeyboardInterrupt: {number.name}" in told.splitlines()


def _is_waiting_for_the_answer(services: list[psutil.Process]) -> bool:
    """Both services are up and somebody is connected to live updates."""
    return len(services) == 2 and any(
        connection.status == psutil.CONN_ESTABLISHED
        for process in services
        if "netra_backend.app.main" in process.cmdline()
        for connection in process.net_connections("tcp")
    )


def _ports(services: list[psutil.Process]) -> set[int]:
    return {
        connection.laddr.port
        for process in services
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def _assert_gone(services: list[psutil.Process], ports: set[int]) -> None:
    until = time.monotonic() + _PATIENCE
    while any(_is_alive(process) for process in services):
        assert time.monotonic() < until, services
        time.sleep(0.02)
    while held := [port for port in ports if not _is_free(port)]:  # a killed process's last thread closes it
        assert time.monotonic() < until, held
        time.sleep(0.02)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections may linger, no listener
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def _is_alive(process: psutil.Process) -> bool:
    """Not counting a zombie, which holds nothing."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
