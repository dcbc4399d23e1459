"""Runs a crowd: Locust as a process of its own, told what to do by its environment, and read when it ends."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from acceptance.files import REPOSITORY, passing_folder, write_together
from acceptance.load.crowd_plan import CrowdPlan
from acceptance.load.result import FILE_NAME, PAGE_NAME, LoadResult, Measured, thresholds_of
from acceptance.target import Target
from acceptance.verdicts import CouldNotTell

ASKED = "ACCEPTANCE_LOAD"  # the variable in which the process finds what to do; a command line could be read by others
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
_INSTALL = "pip install -r requirements.txt"
_LAST_LINES = 5

Progress = Callable[[Mapping[str, Any]], None]


class Asked(BaseModel):
    """What the Locust process is to do beside what its command line says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    settings: dict[str, Any]
    patience: float
    think: float
    run_time: float
    measured: str

    def target(self) -> Target:
        """The target, as the process that asks has it."""
        return Target.model_validate(self.settings)


def is_installed() -> bool:
    """Whether Locust is here."""
    return importlib.util.find_spec("locust") is not None


async def run(target: Target, crowd: CrowdPlan, folder: Path, progress: Progress = lambda told: None) -> LoadResult:
    """Have a crowd talk to a platform that is there; the result, which is also left in ``folder`` with Locust's page.

    Cancelled, it ends the crowd in order: everybody leaves, and nothing is left running. Raises
    :class:`CouldNotTell` where Locust is missing or fails.
    """
    if not is_installed():
        raise CouldNotTell(f"Locust is not installed: {_INSTALL}", look_first_at="requirements.txt")
    started = datetime.now(UTC)
    with passing_folder("acceptance-load-") as own:
        file, page = own / "measured.json", own / PAGE_NAME
        _take_the_last_away(folder)
        said = await _locust(target, crowd, file, page, progress)
        try:
            measured = Measured.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            last = " / ".join(said[-_LAST_LINES:]) or "it did not say why"
            raise CouldNotTell(f"Locust ended without a result: {last}", look_first_at="what it says") from None
        drawn = _whole(page)
    result = LoadResult(
        target=target.name,
        about=target.about,
        embedded=target.embedded,
        planted_faults=list(crowd.faults),
        started=started,
        finished=datetime.now(UTC),
        users=crowd.users,
        spawn_rate=crowd.spawn_rate,
        run_time=crowd.run_time,
        think=crowd.think,
        patience=crowd.patience,
        workers=crowd.workers,
        measured=measured,
        thresholds=thresholds_of(target.load_thresholds, measured.waited),
    )
    pages = {folder / PAGE_NAME: drawn} if drawn else {}
    write_together({folder / FILE_NAME: result.model_dump_json(indent=1) + "\n", **pages})
    return result


def _take_the_last_away(folder: Path) -> None:
    """An earlier crowd's files would pass for this one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in (folder / PAGE_NAME, folder / FILE_NAME):
        earlier.unlink(missing_ok=True)


def _whole(page: Path) -> str:
    """Locust's page, which it writes at the very end; empty where it had no room for it, or was none to write one."""
    with suppress(OSError, UnicodeError):
        drawn = page.read_text(encoding="utf-8")
        return drawn if drawn.rstrip().endswith("</html>") else ""
    return ""


def command(crowd: CrowdPlan, page: Path) -> list[str]:
    """Locust's own command line."""
    return [
        *(sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--headless", "--only-summary"),
        *("--users", str(crowd.users), "--spawn-rate", f"{crowd.spawn_rate:g}"),
        *(() if crowd.workers else ("--run-time", f"{ceil(crowd.run_time)}s")),  # a master's end is in the locustfile
        # who is in a conversation ends it
        *(
            "--stop-timeout",
            f"{ceil(crowd.patience + crowd.think + 10)}s",
            "--loglevel",
            "WARNING",
            "--html",
            str(page),
        ),
        *crowd.roles,
        *crowd.more,
    ]


def worker_command(crowd: CrowdPlan) -> list[str]:
    """The same for a worker, which its master tells the rest."""
    given = ("--loglevel", "WARNING", *crowd.roles, *crowd.more)
    return [sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), *given]


def environment(target: Target, crowd: CrowdPlan, measured: Path | str) -> dict[str, str]:
    """This process's, and what the Locust process is to do; secrets are in it, so it is for nobody else."""
    asked = Asked(
        settings=_plain(target),
        patience=crowd.patience,
        think=crowd.think,
        run_time=crowd.run_time,
        measured=str(measured),
    ).model_dump_json()
    path = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    return {**os.environ, ASKED: asked, "LOCUST_SKIP_MONKEY_PATCH": "1", "PYTHONPATH": path}


def _plain(target: Target) -> dict[str, Any]:
    """A target's settings as JSON, its secrets readable."""

    def plain(value: Any) -> Any:
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        if isinstance(value, Path):
            return str(value)
        if isinstance(value, frozenset | tuple | list):
            return [plain(item) for item in value]
        return {str(key): plain(item) for key, item in value.items()} if isinstance(value, dict) else value

    return {name: plain(getattr(target, name)) for name in Target.model_fields if getattr(target, name) is not None}


async def _locust(target: Target, crowd: CrowdPlan, measured: Path, page: Path, progress: Progress) -> list[str]:
    """Run the process to its end, and read what it says beside its progress; cancelled, end it in order."""
    process = await asyncio.create_subprocess_exec(
        *command(crowd, page),
        env=environment(target, crowd, measured),
        stdin=asyncio.subprocess.PIPE,  # the process ends when this end of it is gone, however this one ends
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches this process, which ends the crowd in order
    )
    said: list[str] = []
    reading = asyncio.create_task(_heard(process, said, progress))
    try:
        await asyncio.shield(reading)
    except asyncio.CancelledError:
        with suppress(ProcessLookupError, TimeoutError):
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(crowd.patience):
                await process.wait()
        raise
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(reading, return_exceptions=True)
    return said


async def _heard(process: asyncio.subprocess.Process, said: list[str], progress: Progress) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        text = line.decode(errors="replace").rstrip()
        told: Any = None
        if text.startswith("{"):
            with suppress(ValueError):
                told = json.loads(text)
        if isinstance(told, dict):
            progress(told)
        elif text:
            said.append(text)
            del said[:-50]
