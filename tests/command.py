"""The real commands, as their users run them: a bare ``behave`` and ``python -m acceptance``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.files import REPOSITORY

BEHAVE = str(Path(sys.executable).parent / "behave")
_PATIENCE = 180  # seconds: far above any run here, so that a hanging one fails instead of blocking


@dataclass(frozen=True)
class Ran:
    """One finished command and what it left in its reports folder."""

    exit_code: int
    output: str
    reports: Path

    @property
    def results(self) -> dict[str, Any]:
        """The results file."""
        loaded: dict[str, Any] = json.loads((self.reports / "results.json").read_text(encoding="utf-8"))
        return loaded

    @property
    def examples(self) -> dict[str, str]:
        """Every example's verdict by its id."""
        return {example["id"]: example["verdict"] for p in self.results["promises"] for example in p["examples"]}


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This machine's environment without settings of targets, and without colour."""
    prefixes = ("STAGING_", "LOCAL_", "EMBEDDED_", "E2E_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return {**kept, "NO_COLOR": "1", **(extra or {})}


def behave(reports: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run a bare ``behave`` from the root of the repository, its results going to ``reports``."""
    return _run([BEHAVE, *arguments, "-D", f"reports={reports}"], reports, env)


def acceptance(reports: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run ``python -m acceptance`` on the results in ``reports``."""
    return _run([sys.executable, "-m", "acceptance", *arguments, "--reports", str(reports)], reports, env)


def _run(command: list[str], reports: Path, env: Mapping[str, str] | None) -> Ran:
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, reports)
