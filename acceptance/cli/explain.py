"""What ``explain`` does: say what something is that has an id, before anything is run."""

from __future__ import annotations

import typer

from acceptance.cli import audit
from acceptance.reporting.promises_page import Catalogue
from acceptance.source import RULES

ALL = "all"


def explain(what: str) -> None:
    """Print what a promise, example, test of the plan, rule or fault is, or the page of all promises.

    Raises :class:`ConfigurationError` with the nearest for what there is not.
    """
    if what.upper() in RULES:
        audit.explain(what.upper())
    elif what == ALL:
        typer.echo(Catalogue().page(), nl=False)
    else:
        typer.echo(Catalogue().explained(what), nl=False)
