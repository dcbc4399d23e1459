"""What the commands on a run do: ``verdict``, ``report`` and the schema of its results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from acceptance import console, known_gaps
from acceptance.reporting import results
from acceptance.reporting.facts import facts_of
from acceptance.reporting.render import CannotRender, render
from acceptance.signoff.verdict import judge
from acceptance.verdicts import ConfigurationError


def verdict(reports: Path, lists: Sequence[Path] | None, ratchet: bool) -> int:
    """Tell what the run in a folder amounts to; the exit code that says it to a pipeline."""
    judgement = judge(listed(_results(reports), lists), ratchet=ratchet)
    console.tell_verdict(judgement)
    return judgement.exit_code


def report(reports: Path) -> None:
    """Render what the run in a folder found as one page."""
    ran = listed(_results(reports))
    try:
        page = render(reports, title=judge(ran).sentence, facts=facts_of(ran), progress=typer.echo)
    except CannotRender as error:
        raise ConfigurationError(str(error)) from None
    typer.echo(f"The report is {page}")


def schema() -> None:
    """Print the published schema of a run's results."""
    typer.echo(json.dumps(results.Results.model_json_schema(), indent=2, ensure_ascii=False))


def listed(ran: results.Results, lists: Sequence[Path] | None = None) -> results.Results:
    """The run as the lists of known gaps have it today: those that are named, or else those that the run was given.

    A list of the run that is no longer there is taken as the run has recorded it.
    """
    if lists is None:
        recorded = [entry for entry in ran.known_gaps if not Path(entry.file).is_file()]
        here = list(dict.fromkeys(Path(file) for file in ran.lists if Path(file).is_file()))
        known = known_gaps.of([*known_gaps.read(here).entries.values(), *recorded])
    else:
        known = known_gaps.read(lists)
    return ran.with_known_gaps(known, date.today())


def _results(reports: Path) -> results.Results:
    return results.read(reports / results.FILE_NAME)
