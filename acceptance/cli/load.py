"""What ``load`` does: send a crowd to a platform, tell how it fared, and say by the exit code if that was right."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from acceptance.cli.options import given_options
from acceptance.drivers.http import client_for
from acceptance.embedded import EmbeddedPlatform
from acceptance.evidence.redaction import Redactor
from acceptance.exit_codes import FINE, INTERRUPTED, UNUSABLE, WRONG
from acceptance.faults import Fault
from acceptance.load import running
from acceptance.load.crowd_plan import CrowdPlan
from acceptance.load.result import FILE_NAME, PAGE_NAME, LoadResult
from acceptance.locks import Work, claim
from acceptance.reporting.terminal import console_on
from acceptance.session import chosen
from acceptance.signals import signals_held, stop_in_order_on_signals
from acceptance.target import Capability, Target
from acceptance.verdicts import ConfigurationError, CouldNotTell, Verdict

_EXIT = {Verdict.KEPT: FINE, Verdict.BROKEN: WRONG, Verdict.COULD_NOT_TELL: UNUSABLE}
_SHOWN = 3  # flaws that are told on the terminal


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    options: Sequence[str]
    users: int | None
    spawn_rate: float | None
    run_time: float
    think: float
    patience: float
    master: bool
    expect_workers: int
    worker: bool
    master_host: str
    master_port: int
    yes: bool
    reports: Path
    more: Sequence[str]


def load(asked: Asked) -> int:
    """Send the crowd, and tell what came of it; the exit code."""
    target, faults = chosen(given_options(asked.options, {"reports": "name the folder with --reports"}))
    _check(target, asked)
    crowd = _crowd(target, asked, faults)
    if not asked.worker:  # which leaves nothing
        claim(asked.reports, Work.LOAD)
    stop_in_order_on_signals()
    try:
        if asked.worker:
            return _work(target, crowd)
        with _platform(target, faults) as there, _progress(crowd) as progress:
            result = asyncio.run(running.run(there, crowd, asked.reports, progress))
    except CouldNotTell as unknown:
        _say(f"Could not tell: {unknown.reason}", "bold yellow")
        return UNUSABLE
    except KeyboardInterrupt:
        typer.echo("Interrupted: the crowd has left, and there is no result.", err=True)
        return INTERRUPTED
    _tell(result, asked.reports)
    return _EXIT[result.verdict]


def _check(target: Target, asked: Asked) -> None:
    """Raise :class:`ConfigurationError` where a crowd is not to go."""
    for capability, what in ((Capability.LOAD, "many people at once"), (Capability.CREATES_DATA, "data")):
        if capability not in target.capabilities:
            raise ConfigurationError(
                f"target {target.name} does not declare that it may be asked for {what}: add “{capability}” to its "
                "capabilities, if that is so"
            )
    if target.embedded and (asked.master or asked.worker):
        raise ConfigurationError(
            "the embedded platform is known to this process alone: start the services by hand for --master and "
            "--worker (docs/load.md)"
        )
    if asked.master and asked.worker:
        raise ConfigurationError("a process is a --master or a --worker: leave one of them out")
    if not asked.worker and asked.users is None and target.load_users is None:
        raise ConfigurationError(
            f"target {target.name} does not say how many people at once it is meant for: say it with --users N"
        )
    asyncio.run(client_for(target).aclose())  # a proxy that cannot be used is told once, and not lost by everybody
    if target.staging and not asked.yes and not _agreed(target):
        raise ConfigurationError(
            f"target {target.name} is a staging environment that others use too: say --yes if they know of the crowd"
        )


def _agreed(target: Target) -> bool:
    return sys.stdin.isatty() and typer.confirm(
        f"{target.name} is a staging environment that others use too. Send a crowd there?", err=True
    )


def _crowd(target: Target, asked: Asked, faults: Sequence[Fault]) -> CrowdPlan:
    users = asked.users or target.load_users or 1
    crowd = CrowdPlan(
        users,
        asked.spawn_rate or max(1.0, users / 10),
        asked.run_time,
        asked.think,
        asked.patience,
        more=tuple(asked.more),
        faults=tuple(fault.name for fault in faults),
    )
    if asked.master:
        workers = asked.expect_workers
        port = ("--master-bind-port", str(asked.master_port))
        return replace(crowd, roles=("--master", "--expect-workers", str(workers), *port), workers=workers)
    if asked.worker:
        where = ("--master-host", asked.master_host, "--master-port", str(asked.master_port))
        return replace(crowd, roles=("--worker", *where))
    return crowd


def _work(target: Target, crowd: CrowdPlan) -> int:
    """Be a worker until the master lets it go; what it finds is with its master."""
    if not running.is_installed():
        raise CouldNotTell("Locust is not installed: pip install -r requirements.txt")
    environment = running.environment(target, crowd, "")
    with signals_held():
        worker = subprocess.Popen(running.worker_command(crowd), env=environment, stdin=subprocess.PIPE)
    try:
        return worker.wait()
    finally:
        if worker.poll() is None:
            worker.terminate()
            worker.wait()


@contextmanager
def _platform(target: Target, faults: list[Fault]) -> Iterator[Target]:
    """The target with its addresses: of the embedded platform, which is started and stopped around this."""
    if not target.embedded:
        yield target
        return
    with signals_held():
        platform = EmbeddedPlatform(faults, Redactor(target.secrets))
    try:
        yield platform.start(target)
    finally:
        platform.stop()


@contextmanager
def _progress(crowd: CrowdPlan) -> Iterator[running.Progress]:
    """A bar over the time of the run, on a terminal."""
    console = console_on(sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("the crowd gathers", total=crowd.run_time)
        begun: float | None = None

        def told(now: Mapping[str, Any]) -> None:
            nonlocal begun
            begun = begun or time.monotonic()
            words = f"{now.get('people')} people, {now.get('conversations')} conversations"
            if wrong := now.get("flaws"):
                words += f", {wrong} flaws"
            bar.update(task, description=words, completed=min(crowd.run_time, time.monotonic() - begun))

        yield told


def _tell(result: LoadResult, folder: Path) -> None:
    console = console_on()
    head, *rows = result.table
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for flaw in result.tally.first[:_SHOWN]:
        console.print(Text(f"{flaw.kind}: {flaw.told}"))
    _say(result.sentence, "bold")
    if result.embedded:
        _say("A rehearsal, on the reference platform: this says nothing about Netra.")
    page = folder / PAGE_NAME
    beside = f" Locust's own page: {page}." if page.exists() else ""
    _say(f"Figures: {folder / FILE_NAME}.{beside}", "dim")


def _say(said: str, style: str = "") -> None:
    console_on().print(Text(said, style=style))
