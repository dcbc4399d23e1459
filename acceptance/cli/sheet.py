"""What ``signoff sheet`` does: one sheet from one run or several, as a page, as Markdown and as data."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import typer

from acceptance.cli import trend
from acceptance.files import write_together
from acceptance.locks import no_run_in
from acceptance.reporting import proof as proofs
from acceptance.reporting.audit import trend as trends
from acceptance.signoff.several_runs import runs_in
from acceptance.signoff.sheet import pages
from acceptance.signoff.sheet.compose import compose
from acceptance.signoff.verdict import State
from acceptance.verdicts import ConfigurationError

NAME = "signoff"


def write(folders: Sequence[Path], into: Path | None = None) -> tuple[Path, State]:
    """Write the sheet of these runs into a folder, by default the first run's; the page and its state."""
    place = into or folders[0]
    with ExitStack() as working:
        for folder in dict.fromkeys((place, *folders)):
            working.enter_context(no_run_in(folder, "a sign-off sheet"))
        return _write(folders, place)


def _write(folders: Sequence[Path], place: Path) -> tuple[Path, State]:
    proof = proofs.beside(folders)
    over_time = trends.beside((place, *folders))
    sheet = compose(
        runs_in(folders, date.today()),
        place,
        proofs.read(proof) if proof else None,
        trends.read(over_time) if over_time else None,
    )
    try:
        page = place / f"{NAME}.html"
        write_together(
            {
                place / f"{NAME}.json": sheet.model_dump_json(indent=2) + "\n",
                place / f"{NAME}.md": pages.markdown(sheet),
                page: pages.html(sheet),
            }
        )
    except OSError as error:
        raise ConfigurationError(
            f"the sheet cannot be written in {place}: {error.strerror}; name another folder with --output"
        ) from None
    return page, sheet.conclusion.state


def sheet(folders: Sequence[Path], into: Path | None, over: trend.Asked | None = None) -> None:
    """Write the sheet, and say where it is; with the trend of a repository's revisions, where one is named."""
    if over:
        for file in trend.write(trend.made(over), into or folders[0]):
            typer.echo(f"Written: {file}")
    page, state = write(folders, into)
    typer.echo(f"The sign-off sheet is {page} ({state})")
