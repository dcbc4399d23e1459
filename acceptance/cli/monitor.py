"""What ``monitor`` does: ask again and again, serve what came of it, and end in order."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from acceptance.cli.options import given_options, seconds
from acceptance.exit_codes import FINE, INTERRUPTED, UNUSABLE, WRONG
from acceptance.files import DEFAULT_REPORTS
from acceptance.locks import Work, claim
from acceptance.monitor import page
from acceptance.monitor.loop import Monitor, Settings
from acceptance.monitor.server import Server, exposition
from acceptance.monitor.status import REHEARSAL, Status
from acceptance.monitor.webhook import Webhook
from acceptance.promises import phase2
from acceptance.session import chosen
from acceptance.signals import ignore_signals, stop_in_order_on_signals
from acceptance.verdicts import ConfigurationError, Verdict

_EXIT = {Verdict.BROKEN: WRONG, Verdict.KNOWN_GAP: WRONG, Verdict.KEPT: FINE}


@dataclass(frozen=True)
class Asked:
    """What the command line asks for, as it was written."""

    options: Sequence[str]
    every: str
    every_creating: str
    give_up_after: str
    keep: str
    listen: str
    reports: Path | None
    once: bool
    rounds: int | None


def monitor(asked: Asked) -> int:
    """Ask until a signal comes, or once; the exit code."""
    refused = {"reports": "name the folder with --reports", "people": "the target says who asks"}
    options = given_options(asked.options, refused)
    target, _ = chosen(options)
    if target.has_synthetic_people:
        chosen({**options, "people": "synthetic"})  # refused now rather than at every round
    folder = (asked.reports or DEFAULT_REPORTS / "monitor" / target.name).resolve()
    settings = Settings(
        every=seconds(asked.every, "--every"),
        every_creating=seconds(asked.every_creating, "--every-creating"),
        patience=seconds(asked.give_up_after, "--give-up-after"),
        keep=seconds(asked.keep, "--keep"),
        folder=folder,
    )
    examples, _ = phase2()
    webhook = Webhook.of_environment()
    claim(folder, Work.MONITOR)  # two would write each other's history
    stop_in_order_on_signals()
    try:
        made = Monitor(settings, target, options, examples, webhook, _say)
        if made.not_measured:
            raise ConfigurationError(f"nothing can be asked of target {target.name}: {made.not_measured}")
        if target.embedded:
            _say(REHEARSAL)
        if asked.once:
            made.run(1)
            return _told(made)
        with closing(_served(made, asked.listen)) as server:
            _say(f"Asking {target.name} every {asked.every}; the status page is {server.url}")
            made.run(asked.rounds)
    except KeyboardInterrupt:
        ignore_signals()
        _say("Ended in order.")
        return INTERRUPTED if asked.once else FINE
    return FINE


def _served(made: Monitor, listen: str) -> Server:
    pages = {
        "/": lambda _: ("text/html; charset=utf-8", page.html(made.status(), served=True, refresh=True).encode()),
        "/still": lambda _: ("text/html; charset=utf-8", page.html(made.status(), served=True).encode()),
        "/status.json": lambda _: ("application/json", made.status().model_dump_json(indent=1).encode()),
        "/metrics": exposition(made.registry),
    }
    return Server(listen, pages)


def _told(made: Monitor) -> int:
    """Say how each promise stands; the exit code that says the worst of them."""
    status = made.status()
    for promise in status.promises:
        if promise.verdict:
            why = f": {promise.reason}" if promise.reason else ""
            print(f"{promise.verdict:<16}{promise.id:<14}{promise.sentence}{why}")
    for why, promises in _not_measured(status).items():
        print(f"{'not measured':<16}{', '.join(promises)}: {why}")
    worst = made.worst()
    return UNUSABLE if worst is None or status.troubles else _EXIT.get(worst, UNUSABLE)


def _not_measured(status: Status) -> dict[str, list[str]]:
    by_reason: dict[str, list[str]] = {}
    for promise in status.promises:
        if promise.verdict is None:
            by_reason.setdefault(promise.why_not, []).append(promise.id)
    return by_reason


def _say(said: str) -> None:
    """On standard error, with the time; whoever listens there may have gone, or its disk may be full."""
    with suppress(OSError):
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {said}", file=sys.stderr, flush=True)
