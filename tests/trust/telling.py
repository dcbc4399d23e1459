"""A run of a copy of the specification whose platform and steps tell given texts in every way there is.

The platform tells them in each header, body, frame and line of its log; the steps in what they print, attach and raise,
until an example has ended in each verdict; the source tree in the name of a file that the audit has to name.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from command import clean_environment
from watching import hooked, once, watching

from acceptance.files import REPOSITORY
from acceptance.monitor.webhook import VARIABLE as WEBHOOK

HERE = Path(__file__).parent / "leaks"
ASKED = " or ".join(
    ("@promise.leak-01", "@id.golden-01a", "@id.isolation-01a", "@id.staging-04b", "@id.access-02a", "@id.imports-01a")
)
KNOWN = "".join(
    f"""
[[gap]]
example = "{example}"
says = "this is known"
owner = "the team of trials"
issue = "#1"
reason = "It is planted."
since = 2026-01-01
expires = 2099-12-31
"""
    for example in ("leak-01h", "leak-04a")
)


@dataclass(frozen=True)
class Told:
    """What such a run left, and what it and the commands on its results said, with these variables."""

    reports: Path
    said: dict[str, str]
    variables: dict[str, str]

    @property
    def files(self) -> Iterator[Path]:
        return (file for file in sorted(self.reports.rglob("*")) if file.is_file())


def run_that_tells(texts: Sequence[str], as_file_name: str, folder: Path, *, pages: bool = False) -> Told:
    """Make the copy in ``folder``, run it, and have every command show what it found; or those that make ``pages``."""
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
    variables = {f"TOLD_{place}": told for place, told in enumerate(texts)}
    environment = clean_environment(variables)
    for name, (command, where) in commands.items():
        if pages and name not in ("behave", "report", "sheet"):
            continue
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
    return Told(reports, said, variables)


def monitor_of(told: Told) -> dict[str, bytes]:
    """What a monitor of the same copy says and leaves, by what it is.

    Three rounds: the first asks everything; at the second examples end otherwise, so that changes are told; at the
    third a run leaves no results, and only its last words are known.
    """
    checkout = told.reports.parent
    kept = checkout.parent / "kept"
    found: dict[str, bytes] = {}

    def keep(when: str) -> None:
        for file in sorted(kept.iterdir()):
            found[f"{file.name}, {when}"] = file.read_bytes()
        with closing(sqlite3.connect(kept / "history.sqlite")) as base:  # a long text is in several places of the file
            found[f"the history, {when}"] = "\n".join(base.iterdump()).encode()

    def one_round(when: str) -> None:
        done = once(kept, env=told.variables, checkout=checkout)
        found[f"the terminal, {when}"] = (done.stdout + done.stderr).encode()
        keep(when)

    for feature in (checkout / "features").glob("*.feature"):
        if feature.name != "leaks.feature":  # of the others as much as gives every pace something to ask
            begun, first, *_ = feature.read_text(encoding="utf-8").split("\n  @promise.")
            kept_of_it = feature.stem in ("golden_path", "staging_environment", "websocket_imports")
            feature.write_text(f"{begun}\n  @promise.{first}\n" if kept_of_it else begun, encoding="utf-8")
    one_round("first")
    (checkout / "asked-again").touch()
    with (
        hooked() as (address, taken, _),
        watching(
            kept, "--every=1h", "--every-creating=9h", env={**told.variables, WEBHOOK: address}, checkout=checkout
        ) as monitor,
    ):
        before = found["metrics.prom, first"]
        monitor.eventually(lambda: (kept / "metrics.prom").read_bytes() != before, "a second round, and its files")
        for page in ("", "still", "status.json", "metrics"):
            found[f"/{page}"] = monitor.http.get(monitor.url + page).content
        assert monitor.end() == 0
        found["the terminal, all the while"] = monitor.said.encode()
        found["the webhook"] = json.dumps(taken, ensure_ascii=False).encode()
    keep("second")
    (checkout / "asked-no-more").touch()
    one_round("third")
    return found
