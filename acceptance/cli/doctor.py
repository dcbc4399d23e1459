"""What ``doctor`` does: look at this machine and at a target, and say what is missing and how to mend it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from acceptance.cli.options import given_options
from acceptance.doctor import telling
from acceptance.doctor.checks import Form, Section, missing
from acceptance.doctor.machine import ABOUT, machine
from acceptance.doctor.target import of_target
from acceptance.exit_codes import FINE, INTERRUPTED, UNUSABLE
from acceptance.files import DEFAULT_REPORTS, REPOSITORY
from acceptance.session import chosen
from acceptance.verdicts import ConfigurationError

_REFUSED = {
    "reports": "name the folder with --reports",
    "platform": "what is needed does not depend on what is planted",
    "closed": "what is needed does not depend on what is planted",
    "faults": "what is needed does not depend on what is planted",
}


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    options: Sequence[str]
    form: Form
    reports: Path


def doctor(asked: Asked) -> int:
    """Look at both, and tell; the exit code."""
    options = given_options(asked.options, _REFUSED)
    run = [_behave(), "--tags=@phase2", *(part for option in asked.options for part in ("-D", option))]
    if asked.reports != DEFAULT_REPORTS:
        run += ["-D", f"reports={asked.reports}"]
    try:
        ready = telling.tell(_looked_at(asked.reports, options), asked.form, shlex.join(run))
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        return INTERRUPTED
    return FINE if ready else UNUSABLE


def _behave() -> str:
    """The behave of this Python, as it is called from here."""
    beside = Path(sys.executable).with_name("behave")
    there = shutil.which("behave")
    known = there is not None and Path(there) == beside
    return "behave" if known else str(beside.relative_to(REPOSITORY) if beside.is_relative_to(REPOSITORY) else beside)


def _looked_at(reports: Path, options: Mapping[str, str]) -> Iterator[Section]:
    yield Section(ABOUT, machine(reports))
    try:
        target, _ = chosen(options)
    except ConfigurationError as error:
        yield Section(f"Target {options.get('target', 'embedded')}", [missing("Target", str(error))])
        return
    yield Section(f"Target {target.name}: {target.about}", list(of_target(target)))
