"""What the command ``report`` does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from acceptance.locks import no_run_in
from acceptance.reporting import results
from acceptance.signoff.against_lists import listed
from acceptance.signoff.verdict import judge
from acceptance.verdicts import ConfigurationError


def report(reports: Path) -> None:
    """Render what the run in a folder found as one page, and the sign-off sheet beside it."""
    with no_run_in(reports, "a report"):
        _report(reports)


def _report(reports: Path) -> None:
    # A verdict needs none of these, and to load them takes longer than all that it needs.
    from acceptance.cli import sheet
    from acceptance.reporting.facts import facts_of
    from acceptance.reporting.render import CannotRender, render

    today = date.today()
    ran = listed(results.read_in(reports), today)
    title = judge(ran, today).sentence
    try:
        page = render(
            reports,
            title=title,
            facts=facts_of(ran),
            sheet=f"{sheet.NAME}.html",
            noticed=_noticed(ran, reports),
            progress=typer.echo,
        )
    except CannotRender as error:
        problem = str(error)
    else:
        problem = ""
        typer.echo(f"The report is {page}")
    sheet.sheet([reports], None)  # needs no tool, and is made whatever became of the report
    if problem:
        raise ConfigurationError(problem)


def _noticed(ran: results.Results, reports: Path) -> dict[str, list[str]]:
    """What each example would have noticed, by the proof, if there is one of its wording."""
    from acceptance.reporting import proof as proofs

    file = proofs.beside([reports])
    if file is None:
        return {}
    proof = proofs.read(file)
    return {e.id: proof.noticed_by(e.id, each.id, each.text) for each in ran.promises for e in each.examples}
