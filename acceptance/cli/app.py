"""The application that every command is added to, and what several of them take or end with."""

from __future__ import annotations

import os
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from acceptance import __version__
from acceptance.verdicts import ConfigurationError

app = typer.Typer(
    name="acceptance",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: to load what draws boxes takes as long as all the rest
    help="Read, judge and show what a run of the specification (`behave --tags=@phase2`) has found; audit a source "
    "tree by itself; load and monitor a platform.",
    epilog="""To begin with:

\b
  python -m acceptance doctor           see what this machine lacks for a run, and how to mend it
  behave --tags=@phase2                 ask everything of the reference platform
  python -m acceptance report           see it as a page, and as the sign-off sheet
  python -m acceptance audit ../netra   judge a checkout of the platform
  python -m acceptance explain all      read what is promised

Each command says more by --help. Where a platform is, and what it may be asked, is a target: docs/targets.md.""",
)
of_known_gaps = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The lists of what is known broken.")
app.add_typer(of_known_gaps, name="known-gaps")
of_signoff = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the owner reads, decides and signs.")
app.add_typer(of_signoff, name="signoff")

Reports = Annotated[Path, typer.Option("--reports", help="The folder that the run wrote to (its -D reports=…).")]
CacheFolder = Annotated[
    Path,
    typer.Option(
        "--cache-dir",
        metavar="DIR",
        envvar="ACCEPTANCE_CACHE_DIR",
        help="Where what is known of files is kept, by their contents.",
        readable=False,  # one that cannot be used is done without
        show_default=".audit_cache here",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Find out everything anew.", show_default=False)]

Manifest = Annotated[
    Path,
    typer.Option(metavar="FILE", help="Which concepts are governed.", show_default="ssot.toml of this repository"),
]
Last = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="The last N commits, up to the revision named.", show_default="10"),
]
FirstParent = Annotated[
    bool, typer.Option("--first-parent", help="Of the main line alone, as without --last.", show_default=False)
]

DAYS = 90  # how long an approval stands, or a new entry in a list of known gaps, unless --expires says otherwise


class Format(StrEnum):
    """How an audit is told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Told(StrEnum):
    """How a comparison is told."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@app.callback(invoke_without_command=True)
def version(
    shown: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """Handle the options that belong to no command."""
    if shown:
        typer.echo(f"acceptance {__version__}")
        raise typer.Exit


def last_day(said: str) -> date:
    """The day that ``--expires`` says; raises :class:`ConfigurationError` for what is none."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ConfigurationError(f"--expires {said} is not a day: write it as 2027-03-31") from None


def leave(code: int) -> NoReturn:
    """End at once: to take a million facts out of memory, one by one, takes as long as to look up an audit."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads on: typer knows what to do
        raise typer.Exit(code) from None
    os._exit(code)
