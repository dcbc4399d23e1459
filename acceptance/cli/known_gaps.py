"""What ``known-gaps update`` does: propose a list of known gaps from a run."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import typer

from acceptance import documents, known_gaps
from acceptance.cli.app import DAYS, last_day
from acceptance.files import write_whole
from acceptance.locks import alone_in
from acceptance.reporting import results
from acceptance.signoff.against_lists import standings
from acceptance.signoff.proposal import Given, propose
from acceptance.verdicts import ConfigurationError


def update(
    file: Path, reports: Path, owner: str | None, issue: str | None, reason: str | None, until: str | None
) -> None:
    """Write the list as the run in a folder would have it, and say what is new in it."""
    on = date.today()
    given = Given(owner, issue, reason, last_day(until) if until else on + timedelta(days=DAYS))
    try:
        with alone_in(Path(os.path.realpath(file)).parent):  # what another proposes at the same time is not lost
            _update(file, reports, given, on)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}; name another file") from None


def _update(file: Path, reports: Path, given: Given, on: date) -> None:
    there = os.path.lexists(file)
    known = known_gaps.read([file]) if there else known_gaps.KnownGaps()
    ran = results.read_in(reports).with_known_gaps(known, on)
    if ran.run.faults or not ran.run.finished:
        raise ConfigurationError(f"the run in {reports} did not come to its end: run behave again, then propose a list")
    text = documents.read_text(file) if there else ""
    try:
        proposal = propose(text, ran, standings(ran, on), given, on)
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    if proposal.text != text:
        write_whole(file.resolve(), proposal.text)
    for line in proposal.changes:
        typer.echo(line)
    for line in proposal.left:
        typer.echo(f"left as it is: {line}")
    said = f"{file}: {len(proposal.changes)} changed, {len(proposal.left)} left to decide"
    new = any(line.startswith("in: ") for line in proposal.changes) and None in (given.owner, given.issue, given.reason)
    typer.echo(f"{said}; write what says TODO, and have it reviewed" if new else said)
