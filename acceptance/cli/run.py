"""What the commands on a run do: ``verdict``, ``report`` and the schema of its results."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from pydantic import ValidationError

from acceptance import console, plan
from acceptance.reporting import results
from acceptance.reporting.render import CannotRender, render
from acceptance.signoff.verdict import judge
from acceptance.target import ADDRESSES
from acceptance.verdicts import ConfigurationError


def verdict(reports: Path) -> int:
    """Tell what the run in a folder amounts to; the exit code that says it to a pipeline."""
    judgement = judge(_results(reports))
    console.tell_verdict(judgement)
    return judgement.exit_code


def report(reports: Path) -> None:
    """Render what the run in a folder found as one page."""
    ran = _results(reports)
    try:
        page = render(reports, title=judge(ran).sentence, facts=_facts(ran), progress=typer.echo)
    except CannotRender as error:
        raise ConfigurationError(str(error)) from None
    typer.echo(f"The report is {page}")


def schema() -> None:
    """Print the published schema of a run's results."""
    typer.echo(json.dumps(results.Results.model_json_schema(), indent=2, ensure_ascii=False))


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
