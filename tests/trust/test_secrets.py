"""Nothing that looks like a secret, or that the target calls one, is ever read in what a run leaves or says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from canaries import Canary, canaries, found_in
from command import clean_environment

from acceptance.evidence.redaction import Redactor
from acceptance.target import REPOSITORY

PLANTED = canaries(seed=4711)


@pytest.mark.parametrize("canary", PLANTED, ids=lambda canary: canary.shape)
@pytest.mark.parametrize("around", ["{}", "ValueError: {} is not valid", '{{"debug": "{}"}}', "line 1\n{}\nline 3"])
def test_every_shape_of_a_secret_is_hidden_in_any_text(canary: Canary, around: str) -> None:
    told = Redactor().text(around.format(canary.text))
    assert found_in(told.encode(), [canary]) == [], told


# A whole run, in a copy of the specification whose platform and steps tell all of it


HERE = Path(__file__).parent / "leaks"
ASKED = (
    "@promise.leak-01 or @id.golden-01a or @id.isolation-01a or @id.staging-04b or @id.access-02a or @id.imports-01a"
)
EVERY_VERDICT = {"kept", "broken", "could not tell", "suite fault", "not asked", "known gap"}
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
class Leaky:
    """A run that told all of it: what it left, and what it and the commands on its results said."""

    reports: Path
    said: dict[str, str]

    @property
    def files(self) -> Iterator[Path]:
        return (file for file in sorted(self.reports.rglob("*")) if file.is_file())


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Leaky:
    """The run, with secrets of its own in the environment too, and every command that shows what it found."""
    copy = tmp_path_factory.mktemp("leaky") / "specification"
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
        (place / "canaries.json").write_text(json.dumps([canary.text for canary in PLANTED]), encoding="utf-8")
    runner = lifecycle / "service_runner.py"
    text = runner.read_text(encoding="utf-8")
    wrapped = text.replace(
        "_serve(build(listening.getsockname()[1]), ", "_serve(Leaking(build(listening.getsockname()[1])), "
    )
    assert wrapped != text
    runner.write_text(
        wrapped.replace("import uvicorn\n", "import uvicorn\nfrom shared.lifecycle.leaking import Leaking\n", 1),
        encoding="utf-8",
    )
    as_file_name = next(canary.secret for canary in PLANTED if canary.shape == "token of GitHub")
    second = copy / "reference" / "netra_backend" / "app" / "services" / f"{as_file_name}.py"
    second.write_text("class WebSocketManager: ...\n", encoding="utf-8")  # so that a finding names it
    (copy / "known-gaps" / "embedded.toml").write_text(KNOWN, encoding="utf-8")
    reports = copy / "reports"
    secret = {f"LEAK_{place}": canary.text for place, canary in enumerate(PLANTED)}
    said = {}
    commands: dict[str, tuple[list[str], Path]] = {
        "behave": (["behave", f"--tags={ASKED}"], copy),
        "report": (["acceptance", "report", f"--reports={reports}"], REPOSITORY),  # where the report tool is installed
        "verdict": (["acceptance", "verdict"], copy),
        "junit": (["acceptance", "junit"], copy),
        "sheet": (["acceptance", "signoff", "sheet"], copy),
        "known gaps": (["acceptance", "known-gaps", "update", "reports/proposed.toml"], copy),
        "compare": (
            ["acceptance", "compare", "reports", "reports", "--output=reports/compare.md", "--format=markdown"],
            copy,
        ),
    }
    for name, (command, where) in commands.items():
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=where,
            env=clean_environment(secret),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        said[name] = done.stdout
    return Leaky(reports, said)


def test_a_run_that_is_told_secrets_ends_in_every_verdict(leaky: Leaky) -> None:
    """Otherwise the trial would prove less than it says."""
    results = json.loads((leaky.reports / "results.json").read_text(encoding="utf-8"))
    ended = {example["verdict"] for promise in results["promises"] for example in promise["examples"]}
    assert ended == EVERY_VERDICT, leaky.said["behave"]
    left = {file.relative_to(leaky.reports).as_posix() for file in leaky.files}
    assert {"report.html", "signoff.html", "signoff.md", "junit.xml", "proposed.toml", "compare.md"} <= left, leaky.said
    assert {"logs/chat.log", "logs/sign-in.log"} <= left


def test_nothing_under_reports_holds_a_secret(leaky: Leaky) -> None:
    leaks = {
        file.relative_to(leaky.reports).as_posix(): shapes
        for file in leaky.files
        if (shapes := found_in(file.name.encode() + b"\n" + file.read_bytes(), PLANTED))
    }
    assert leaks == {}


def test_nothing_on_the_terminal_is_secret(leaky: Leaky) -> None:
    leaks = {who: shapes for who, told in leaky.said.items() if (shapes := found_in(told.encode(), PLANTED))}
    assert leaks == {}
