"""The command line: ``python -m acceptance``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from acceptance import __version__, console, plan
from acceptance.reporting import results
from acceptance.reporting.render import CannotRender, render
from acceptance.session import DEFAULT_REPORTS
from acceptance.signoff.verdict import judge
from acceptance.target import ADDRESSES
from acceptance.verdicts import ConfigurationError

UNUSABLE = 2  # what was named cannot be used; a verdict uses the same code for a failed environment

app = typer.Typer(
    name="acceptance",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Read, judge and show what a run of the specification (`behave --tags=@phase2`) has found.",
)
Reports = Annotated[Path, typer.Option("--reports", help="The folder that the run wrote to (its -D reports=…).")]


@app.callback(invoke_without_command=True)
def version(
    shown: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """Handle the options that belong to no command."""
    if shown:
        typer.echo(f"acceptance {__version__}")
        raise typer.Exit


@app.command()
def verdict(reports: Reports = DEFAULT_REPORTS) -> None:
    """Say in one sentence what the last run amounts to, with the counts.

    Exit codes: 0 ready, or a rehearsal that worked; 1 broken; 2 the environment or the specification failed, or there
    are no usable results; 3 the run did not ask everything. The worst decides.
    """
    judgement = judge(_results(reports))
    console.tell_verdict(judgement)
    raise typer.Exit(judgement.exit_code)


@app.command()
def report(reports: Reports = DEFAULT_REPORTS) -> None:
    """Render what the last run found as one self-contained page, report.html, that opens anywhere.

    The first time this installs the report tool from the npm registry (about 20 s); afterwards no network is needed.
    """
    ran = _results(reports)
    try:
        page = render(reports, title=judge(ran).sentence, facts=_facts(ran), progress=typer.echo)
    except CannotRender as error:
        raise ConfigurationError(str(error)) from None
    typer.echo(f"The report is {page}")


@app.command()
def schema() -> None:
    """Print the JSON schema of results.json, which is published as docs/results.schema.json."""
    typer.echo(json.dumps(results.Results.model_json_schema(), indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command line; what cannot be used is told in one sentence, never by a traceback."""
    try:
        app()
    except ConfigurationError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(UNUSABLE) from None


def _results(reports: Path) -> results.Results:
    path = reports / results.FILE_NAME
    try:
        return results.read(path)
    except FileNotFoundError:
        remedy = "run `behave --tags=@phase2` first, or name its folder with --reports"
        raise ConfigurationError(f"there are no results at {path}: {remedy}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise ConfigurationError(
            f"{path} is not a results file of this version ({problem}): run behave again"
        ) from None


def _facts(ran: results.Results) -> dict[str, str]:
    """What was judged, an owner's facts first: the report's first page shows eight before one asks for more."""
    target, source = ran.target, ran.source
    facts = {"Target": f"{target.name}: {target.about}"}
    if target.planted_faults:
        facts["Faults planted"] = ", ".join(target.planted_faults)
    if source:
        revision = f" at {source.revision[:12]}" if source.revision else ""
        facts["Source tree"] = f"{source.tree}{revision}"
    facts["Asked"] = ran.run.selection or "everything"
    facts["Begun"] = f"{ran.run.started:%d %B %Y, %H:%M} UTC"
    waiting = len(ran.specification.plan_tests_without_promise)
    facts["Plan tests"] = f"{len(plan.TESTS) - waiting} of {len(plan.TESTS)} have a promise"
    facts |= {ADDRESSES[setting]: address for setting, address in target.addresses.items()}
    facts |= {f"Version of {name}": version for name, version in target.versions.items()}
    facts |= {f"Time allowed, {name}": f"{seconds:g} s" for name, seconds in target.deadlines.items()}
    facts |= {"Shortened": "; ".join(target.shortened)} if target.shortened else {}
    facts["Specification"] = (ran.specification.revision or "not under version control")[:12]
    if source and source.manifest_version:
        facts["Manifest"] = f"version {source.manifest_version}"
    return facts | ran.tools
