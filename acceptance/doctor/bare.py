"""What is said where a package that the command line itself needs is not installed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from acceptance.doctor.checks import Form, Section, unknown
from acceptance.doctor.machine import ABOUT, machine
from acceptance.doctor.telling import tell
from acceptance.exit_codes import UNUSABLE
from acceptance.files import DEFAULT_REPORTS


def without(package: str, arguments: Sequence[str]) -> int:
    """Answer a command of which ``package`` could not be loaded: the doctor itself as far as it can; the exit code."""
    if arguments[:1] != ["doctor"]:
        told = (
            f"The package {package} is not installed in this Python: {sys.executable} -m acceptance doctor says more."
        )
        print(told, file=sys.stderr)
        return UNUSABLE
    options = argparse.ArgumentParser("acceptance doctor", add_help=False, allow_abbrev=False)
    options.add_argument("--format", type=Form, default=Form.TEXT)
    options.add_argument("--reports", type=Path, default=DEFAULT_REPORTS)
    asked, _ = options.parse_known_args(arguments[1:])
    not_asked = unknown("Target", "no target can be looked at before the packages are installed")
    with suppress(BrokenPipeError):  # nobody reads on
        tell([Section(ABOUT, machine(asked.reports)), Section("The target", [not_asked])], asked.format)
        sys.stdout.flush()
    os._exit(UNUSABLE)  # what is left in the pipe is nobody's
