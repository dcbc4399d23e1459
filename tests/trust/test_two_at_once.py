"""Two at once in one checkout: refused in one sentence, or kept apart."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import BEHAVE, Ran, acceptance, behave, clean_environment
from made_up_runs import a_run, kept_in, staging, tree

from acceptance.claims import PROOF, Claim, no_run_in
from acceptance.signoff import approval
from acceptance.target import REPOSITORY

_PATIENCE = 120.0  # seconds
_PROMISE = "--tags=@promise.golden-01"


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run that waits for an answer which never comes, and its folder."""
    reports = tmp_path_factory.mktemp("under way") / "reports"
    waiting = ["-D", "faults=silent-chat", "-D", "promptly=300", "-D", f"reports={reports}"]
    with subprocess.Popen(
        [BEHAVE, _PROMISE, *waiting],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        try:
            until = time.monotonic() + _PATIENCE
            while not (reports / "results.json").exists():
                assert run.poll() is None and time.monotonic() < until, "the run did not begin"
                time.sleep(0.05)
            yield run, reports
        finally:
            run.kill()


def refused(ran: Ran, told: str) -> None:
    """In one sentence, with 2."""
    said = [line for line in ran.output.splitlines() if not line.startswith("USING RUNNER")]
    assert (ran.exit_code, said) == (2, [told])


def test_a_second_run_in_the_same_folder_is_refused(under_way: tuple[subprocess.Popen[bytes], Path]) -> None:
    run, reports = under_way
    before = {path: path.read_bytes() for path in reports.rglob("*") if path.is_file()}
    remedy = "wait for its end, or use -D reports=DIR"
    refused(behave(reports, _PROMISE), f"{reports} is in use by process {run.pid}: {remedy}")
    assert {path: path.read_bytes() for path in before} == before
    assert run.poll() is None


def test_a_run_in_another_folder_is_kept_apart(under_way: tuple[subprocess.Popen[bytes], Path], tmp_path: Path) -> None:
    run, _ = under_way
    assert behave(tmp_path / "other", _PROMISE).exit_code == 0
    assert run.poll() is None


def test_a_run_that_is_under_way_is_not_taken_for_one_that_has_ended(
    under_way: tuple[subprocess.Popen[bytes], Path],
) -> None:
    run, reports = under_way
    approve = ["signoff", "approve", "--by", "Olga Owner", "--role", "product owner"]
    for command in (["report"], ["verdict"], ["junit"], ["signoff", "sheet"], approve):
        refused(acceptance(reports, *command), f"a run is under way in {reports} (process {run.pid}): wait for its end")


def test_a_folder_is_free_when_its_run_was_killed(under_way: tuple[subprocess.Popen[bytes], Path]) -> None:
    run, reports = under_way
    run.send_signal(signal.SIGKILL)
    run.wait(_PATIENCE)
    assert acceptance(reports, "verdict").exit_code in (2, 3)
    assert "a run is under way" not in acceptance(reports, "verdict").output
    assert behave(reports, _PROMISE).exit_code == 0


def test_no_run_begins_in_a_folder_that_is_being_read(tmp_path: Path) -> None:
    with no_run_in(tmp_path):
        ran = behave(tmp_path, _PROMISE)
    refused(ran, f"{tmp_path} is in use by another process: wait for its end, or use -D reports=DIR")


def test_a_second_proof_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    claim = Claim(tmp_path, PROOF)
    ran = acceptance(tmp_path, "prove", "--fault", "silent-chat")
    claim.release()
    assert ran.exit_code == 2
    assert re.search(r"is in use by process \d+: wait for its end, or use --reports DIR$", ran.output.strip())


def test_approvals_at_the_same_time_each_get_a_file(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "judged", a_run(staging(), tree()))
    who = ["--by", "Olga Owner", "--role", "product owner", "--output", str(tmp_path / "approvals")]
    command = [sys.executable, "-m", "acceptance", "signoff", "approve", "--reports", str(reports), *who]
    running = [
        subprocess.Popen(command, cwd=REPOSITORY, env=clean_environment(), stdout=subprocess.DEVNULL) for _ in range(4)
    ]
    assert [each.wait(_PATIENCE) for each in running] == [0, 0, 0, 0]
    made = list((tmp_path / "approvals").iterdir())
    assert len(made) == 4
    assert all(approval.read(file).by == "Olga Owner" for file in made)
