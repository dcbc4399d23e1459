"""The command line: ``python -m acceptance``."""

from __future__ import annotations

import sys
from errno import EDQUOT, EFBIG, ENOSPC
from typing import NoReturn

import typer
from typer.models import CommandInfo

from acceptance.cli import commands  # noqa: F401  it adds them to the application
from acceptance.cli.app import app
from acceptance.exit_codes import INTERRUPTED, UNUSABLE
from acceptance.signals import stop_in_order_on_signals
from acceptance.verdicts import ConfigurationError


def _name(command: CommandInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", ""))


def main() -> None:
    """Run the command line; what cannot be used is told in one sentence, never by a traceback."""
    named = [command for command in app.registered_commands if _name(command) == next(iter(sys.argv[1:]), "")]
    if named:  # to describe all the others to typer takes longer than to look up an audit that is known
        app.registered_commands, app.registered_groups = named, []
    stop_in_order_on_signals()
    try:
        app()
    except KeyboardInterrupt:  # before the command began; from then on typer or the command itself tells it
        typer.echo("Interrupted.", err=True)
        raise SystemExit(INTERRUPTED) from None
    except ConfigurationError as error:
        _refuse(str(error))
    except OSError as error:  # of a file that was named, or is named by one of them
        if error.errno in (ENOSPC, EDQUOT, EFBIG):
            _refuse(f"{error.filename or 'what is said'} cannot be written: {error.strerror}; make room")
        if not error.filename:
            raise
        _refuse(f"{error.filename} cannot be used: {error.strerror}; name another, or let yourself use this one")


def _refuse(told: str) -> NoReturn:
    """Say in one line, which may repeat what a file holds or is called, why there is no answer."""
    from acceptance.reporting.terminal import visible

    typer.echo(visible(told), err=True)
    raise SystemExit(UNUSABLE) from None
