"""A run of a copy of the specification whose platform and steps tell given texts in every way there is.

The platform tells them in each header, body, frame and line of its log; the steps in what they print, attach and raise,
until an example has ended in each verdict; the source tree in the name of a file that the audit has to name.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from command import clean_environment

from acceptance.files import REPOSITORY

HERE = Path(__file__).parent / "leaks"
ASKED = " or ".join(
    ("@promise.leak-01", "@id.golden-01a", "@id.isolation-01a", "@id.staging-04b", "@id.access-02a", "@id.imports-01a")
)
KNOWN = """
[[gap]]
example = "leak-01h"
says = "this is known"
owner = "the team of trials"
issue = "#1"
reason = "It is planted."
since = 2026-01-01
expires = 2099-12-31
"""


@dataclass(frozen=True)
class Told:
    """What such a run left, and what it and the commands on its results said."""

    reports: Path
    said: dict[str, str]

    @property
    def files(self) -> Iterator[Path]:
        return (file for file in sorted(self.reports.rglob("*")) if file.is_file())


def run_that_tells(texts: Sequence[str], as_file_name: str, folder: Path) -> Told:
    """Make the copy in ``folder``, run it, and have every command show what it found."""
    copy = folder / "specification"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout.split("\0"):
        if name and (REPOSITORY / name).is_file() and not name.startswith("tests/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, copy / name)
    shutil.copy(HERE / "leaks.feature", copy / "features")
    shutil.copy(HERE / "leaks.py", copy / "steps")
    lifecycle = copy / "reference" / "shared" / "lifecycle"
    shutil.copy(HERE / "leaking.py", lifecycle)
    for place in (copy, lifecycle):
        (place / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
    runner = lifecycle / "service_runner.py"
    text = runner.read_text(encoding="utf-8")
    wrapped = re.sub(r"_serve\((build\(.+?\)), listening\)", r"_serve(Leaking(\1), listening)", text)
    assert wrapped != text
    added = "import uvicorn\nfrom shared.lifecycle.leaking import Leaking\n"
    runner.write_text(wrapped.replace("import uvicorn\n", added, 1), encoding="utf-8")
    second = copy / "reference" / "netra_backend" / "app" / "services" / f"{as_file_name}.py"
    second.write_text("class WebSocketManager: ...\n", encoding="utf-8")  # so that a finding names it
    (copy / "known-gaps" / "embedded.toml").write_text(KNOWN, encoding="utf-8")
    reports = copy / "reports"
    commands: dict[str, tuple[list[str], Path]] = {
        "behave": (["behave", f"--tags={ASKED}"], copy),
        "report": (["acceptance", "report", f"--reports={reports}"], REPOSITORY),  # where the report tool is installed
        "verdict": (["acceptance", "verdict"], copy),
        "junit": (["acceptance", "junit"], copy),
        "sheet": (["acceptance", "signoff", "sheet"], copy),
        "known gaps": (["acceptance", "known-gaps", "update", "reports/proposed.toml"], copy),
        "compare": (["acceptance", "compare", "reports", "reports", "--output", "reports/compare.md"], copy),
    }
    said = {}
    environment = clean_environment({f"TOLD_{place}": told for place, told in enumerate(texts)})
    for name, (command, where) in commands.items():
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=where,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        said[name] = done.stdout
    return Told(reports, said)
