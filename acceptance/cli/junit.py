"""What the command ``junit`` does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from acceptance.cli.output import check_place, writing
from acceptance.files import write_whole
from acceptance.reporting import junit as xml
from acceptance.reporting import results
from acceptance.signoff.against_lists import listed


def junit(reports: Path, output: Path | None) -> None:
    """Write what the run in a folder found as JUnit XML."""
    file = output or reports / xml.FILE_NAME
    check_place(file)
    content = xml.document(listed(results.read_in(reports), date.today()))
    with writing(file):
        write_whole(file.resolve(), content)
    typer.echo(f"The results as JUnit XML are {file}")
