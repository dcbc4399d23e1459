"""One run of the real behave command over `all_statuses`, and what it left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FEATURES = Path(__file__).parent / "all_statuses"
REPOSITORY = Path(__file__).parents[2]

Result = dict[str, Any]
Behave = Callable[..., "Run"]


@dataclass
class Run:
    """``said`` is what behave itself says of the scenarios; everything else is read from Allure's results."""

    folder: Path
    code: int
    output: str

    @cached_property
    def said(self) -> list[dict[str, Any]]:
        return list(json.loads((self.folder / "said.json").read_text()))

    @cached_property
    def results_folder(self) -> Path:
        return self.folder / "reports" / "allure-results"

    @cached_property
    def results(self) -> list[Result]:
        return self._read("result")

    @property
    def names(self) -> list[str]:
        return sorted(result["name"] for result in self.results)

    @property
    def global_errors(self) -> list[dict[str, Any]]:
        return [error for item in self._read("globals") for error in item.get("errors", [])]

    @property
    def global_attachments(self) -> dict[str, str]:
        attached = [found for item in self._read("globals") for found in item.get("attachments", [])]
        return {attachment["name"]: self.text(attachment) for attachment in attached}

    def result(self, name: str, rule: str = "") -> Result:
        """The only result of that name (or, where several rules have it, of that name and rule)."""
        found = [result for result in self.results if result["name"] == name and rule in ("", *labels(result, "story"))]
        assert len(found) == 1, f"{len(found)} results are named {name}"
        return found[0]

    def text(self, attachment: dict[str, Any]) -> str:
        return Path(self.results_folder, attachment["source"]).read_bytes().decode(errors="replace")

    def attached(self, result: Result) -> dict[str, str]:
        """Attachments of the result and of its steps at any depth, by name."""
        own = {attachment["name"]: self.text(attachment) for attachment in result.get("attachments", [])}
        for step in result.get("steps", []):
            own |= self.attached(step)
        return own

    def _read(self, kind: str) -> list[Any]:
        return [json.loads(path.read_text()) for path in sorted(self.results_folder.glob(f"*-{kind}.json"))]


def run_behave(folder: Path, *arguments: str, stock: bool = False) -> Run:
    """The real command in a copy of the features; ``stock`` leaves allure-behave's own formatter in place."""
    shutil.copytree(FEATURES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "behave", "-D", "said=said.json", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "STOCK": "yes" if stock else ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return Run(folder, done.returncode, done.stdout)


def labels(result: Result, name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def details(item: Result, part: str = "message") -> str:
    return str(item.get("statusDetails", {}).get(part, ""))


def every_step(item: Result) -> Iterator[Result]:
    for step in item.get("steps", []):
        yield step
        yield from every_step(step)
