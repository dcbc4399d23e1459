"""Two commands at once in one checkout: kept apart, or the second is refused in one sentence and nothing is lost."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from command import BEHAVE, acceptance, behave, clean_environment
from made_up_runs import a_run, kept_in, staging, tree

from acceptance.files import REPOSITORY
from acceptance.locks import Work, claim
from acceptance.signoff import approval
from acceptance.verdicts import ConfigurationError

PATIENCE = 120.0  # seconds: far above anything here, on a machine that does other things too
ACCEPTANCE = [sys.executable, "-m", "acceptance"]
GOLDEN = [BEHAVE, "--tags=@promise.golden-01"]
#: Two selections that take no platform, so that it is seen whose results are in a folder.
SOURCE = ["-D", "target=source", "-D", "source=reference"]
QUICK = (("@promise.imports-01", "imports-01a"), ("@promise.imports-02", "imports-02a"))
#: And one that takes some seconds, which is longer than the others wait for it.
SEVERAL = (
    *(([f"--tags={tag}", *SOURCE], asked) for tag, asked in QUICK),
    (["--tags=@id.isolation-04a"], "isolation-04a"),
)


def begin(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def said_by(*command: str) -> tuple[int, str]:
    process = begin(*command)
    output, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, output


@contextmanager
def ended_afterwards(process: subprocess.Popen[str]) -> Iterator[None]:
    """In order, so that it leaves nothing; what does not listen is killed."""
    try:
        yield
    finally:
        for number in (signal.SIGCONT, signal.SIGTERM):
            if process.poll() is None:
                process.send_signal(number)
        try:
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()


def until(seen: Callable[[], bool], process: subprocess.Popen[str], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert process.poll() is None, f"it ended, and {what} was not seen: {process.communicate()[0]}"
        assert time.monotonic() < end, f"{what} was not seen"
        time.sleep(0.02)


@contextmanager
def run_under_way(reports: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that waits for an answer which never comes, and writes nothing meanwhile."""
    waiting = begin(*GOLDEN, "-D", "faults=silent-chat", "-D", "promptly=600", "-D", f"reports={reports}")
    with ended_afterwards(waiting):
        until(lambda: has_asked(psutil.Process(waiting.pid)), waiting, "its question")
        yield waiting


def has_asked(run: psutil.Process) -> bool:
    """Both services are up, and somebody is connected to live updates, on which the question follows at once."""
    try:
        services = [child for child in run.children() if "--exit-with-parent" in child.cmdline()]
        connected = {each.status for child in services for each in child.net_connections("tcp")}
    except psutil.Error:  # a process that has just ended
        return False
    return len(services) == 2 and psutil.CONN_ESTABLISHED in connected


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The folder and the process id of a run that is under way as long as these tests."""
    reports = tmp_path_factory.mktemp("under-way") / "reports"
    with run_under_way(reports) as run:
        yield reports, run.pid


def files_in(folder: Path) -> dict[str, bytes]:
    """All of them but those of a report that is being made: its tool goes on where the report is stopped."""
    files = (file for file in folder.rglob("*") if ".rendering-" not in str(file) and file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def told(what: str, process: int, folder: Path, remedy: str) -> str:
    return f"{what} (process {process}) is under way in {folder}: wait for its end{remedy}"


def test_a_second_run_in_the_same_folder_is_refused(under_way: tuple[Path, int]) -> None:
    reports, process = under_way
    before = files_in(reports)
    exit_code, output = said_by(*GOLDEN, "-D", f"reports={reports}")
    assert exit_code == 2
    assert told("a run", process, reports, ", or name another folder with -D reports=DIR") in output.splitlines()
    assert "Traceback" not in output
    assert files_in(reports) == before


def test_what_a_run_has_under_way_is_not_taken_for_its_end(under_way: tuple[Path, int], tmp_path: Path) -> None:
    reports, process = under_way
    before = files_in(reports)
    of_it = ("--reports", str(reports))
    asked = [
        begin(*ACCEPTANCE, *words)
        for words in (
            ("verdict", *of_it),
            ("report", *of_it),
            ("junit", *of_it),
            ("signoff", "sheet", *of_it),
            ("signoff", "approve", "--by", "Olga", "--role", "owner", "--output", str(tmp_path), *of_it),
            ("known-gaps", "update", str(tmp_path / "list.toml"), *of_it),
            ("compare", str(reports), str(reports)),
        )
    ]
    refusal = told("a run", process, reports, "") + "\n"
    for each in asked:
        output, _ = each.communicate(timeout=PATIENCE)
        assert (each.returncode, output) == (2, refusal), each.args
    assert files_in(reports) == before
    assert not list(tmp_path.iterdir())


def test_a_run_into_another_folder_is_kept_apart(under_way: tuple[Path, int], tmp_path: Path) -> None:
    reports, process = under_way
    services = psutil.Process(process).children()
    before = files_in(reports)
    beside = behave(tmp_path / "beside", "--tags=@promise.golden-01")
    assert beside.exit_code == 0, beside.output
    assert set(beside.examples.values()) == {"kept"}
    assert files_in(reports) == before
    assert all(service.is_running() and service.status() != psutil.STATUS_ZOMBIE for service in services)


def test_approvals_at_the_same_time_each_get_a_file(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "judged", a_run(staging(), tree()))
    who = ["--by", "Olga Owner", "--role", "product owner", "--output", str(tmp_path / "approvals")]
    command = [sys.executable, "-m", "acceptance", "signoff", "approve", "--reports", str(reports), *who]
    running = [
        subprocess.Popen(command, cwd=REPOSITORY, env=clean_environment(), stdout=subprocess.DEVNULL) for _ in range(4)
    ]
    assert [each.wait(PATIENCE) for each in running] == [0, 0, 0, 0]
    made = list((tmp_path / "approvals").iterdir())
    assert len(made) == 4
    assert all(approval.read(file).by == "Olga Owner" for file in made)


@pytest.mark.long
def test_make_does_not_take_the_other_runs_results_for_its_own(under_way: tuple[Path, int]) -> None:
    reports, _ = under_way
    made = begin("make", "--old-file=.venv/run.installed", "phase2", f"REPORTS={reports}")
    while made.poll() is None:
        os.utime(reports / "results.json")  # as the other run does after every feature
        time.sleep(0.2)
    output, _ = made.communicate()
    assert made.returncode != 0
    assert f"This run left no results in {reports}/, so there is no report and no verdict." in output
    assert output.count("is under way") == 1, "neither the report nor the verdict of the other run was asked for"


def test_a_killed_run_leaves_the_folder_to_the_next(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    assert behave(reports, f"--tags={QUICK[0][0]}", *SOURCE).exit_code == 0
    with run_under_way(reports) as run:
        run.kill()
        run.wait(PATIENCE)
    said = acceptance(reports, "verdict")
    assert said.exit_code == 3
    assert "the run did not come to its end" in said.output
    after = behave(reports, f"--tags={QUICK[1][0]}", *SOURCE)
    assert after.exit_code == 0, after.output
    assert_of_one_run(reports, QUICK[1][1])
    assert len((reports / "runs.jsonl").read_text(encoding="utf-8").splitlines()) == 2, "the first is remembered"


def test_no_page_of_an_earlier_run_passes_for_one_of_the_next(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "reports", a_run(staging(), tree()))
    made = [begin(*ACCEPTANCE, *words, "--reports", str(reports)) for words in (("junit",), ("signoff", "sheet"))]
    assert [(each.communicate(timeout=PATIENCE), each.returncode)[1] for each in made] == [0, 0]
    (reports / "report.html").write_text("what takes seconds to render", encoding="utf-8")
    before = {name: (reports / name).stat().st_mtime_ns for name in files_in(reports)}
    assert {"report.html", "junit.xml", "signoff.html", "signoff.md", "signoff.json"} <= before.keys()
    assert behave(reports, f"--tags={QUICK[0][0]}", *SOURCE).exit_code == 0
    old = {name for name in files_in(reports) if (reports / name).stat().st_mtime_ns == before.get(name)}
    assert old == set()


def test_a_process_that_was_forked_does_not_hold_the_folder(tmp_path: Path) -> None:
    """Such as one that reads source files, and is left for a moment when its run is killed."""
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from acceptance.locks import Work, claim\n"
        "claim(Path(sys.argv[1]), Work.RUN)\n"
        "print(os.fork() or time.sleep(600), flush=True)\n"
        "time.sleep(600)"
    )
    parent = begin(sys.executable, "-c", program, str(tmp_path))
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    try:
        with pytest.raises(ConfigurationError, match=rf"a run \(process {parent.pid}\)"):
            claim(tmp_path, Work.RUN)
        parent.kill()
        parent.wait()
        assert child.is_running()
        exit_code, output = said_by(sys.executable, "-c", program.partition("print")[0], str(tmp_path))
        assert exit_code == 0, output
    finally:
        child.kill()
        parent.kill()
        parent.communicate()


@contextmanager
def at_work(where: Path, folder: str, work: Work) -> Iterator[int]:
    """The id of a process that has claimed a folder of a checkout."""
    program = (
        "import sys; from pathlib import Path; from acceptance.locks import Work, claim\n"
        "claim(Path(sys.argv[1]), Work[sys.argv[2]]); print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, folder, work.name]
    with subprocess.Popen(command, cwd=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        yield process.pid


def test_make_clean_takes_nothing_away_while_somebody_is_at_work(tmp_path: Path) -> None:
    """In a checkout of its own, which it may empty."""
    for needed in (
        "Makefile",
        "reports/README.md",
        *(f"acceptance/{n}.py" for n in ("__init__", "locks", "verdicts")),
    ):
        (tmp_path / needed).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / needed, tmp_path / needed)
    (tmp_path / ".venv").mkdir()

    def clean() -> tuple[int, str, set[str]]:
        made = subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, text=True, check=False)
        left = {str(file.relative_to(tmp_path / "reports")) for file in (tmp_path / "reports").rglob("*")}
        return made.returncode, made.stderr.splitlines()[0] if made.stderr else "", left

    for folder, work in (("reports", Work.RUN), ("reports/monitor/staging", Work.MONITOR)):
        with at_work(tmp_path, folder, work) as process:
            (tmp_path / folder / "results.json").touch()
            exit_code, said, left = clean()
        assert (exit_code, said) == (2, told(work.told, process, Path(folder), ""))
        assert {"results.json", work.file} <= {Path(each).name for each in left}
        assert (tmp_path / ".venv").is_dir()
    assert clean() == (0, "", {"README.md"})
    assert not (tmp_path / ".venv").exists()


@pytest.mark.long
def test_no_run_begins_while_a_report_is_made(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    assert behave(reports, f"--tags={QUICK[0][0]}", *SOURCE).exit_code == 0
    report = begin(*ACCEPTANCE, "report", "--reports", str(reports))
    with ended_afterwards(report):
        until(lambda: f"{report.pid} a report" in (reports / ".run.lock").read_text(), report, "its claim")
        report.send_signal(signal.SIGSTOP)
        before = files_in(reports)
        refused = behave(reports, f"--tags={QUICK[1][0]}", *SOURCE)
        remedy = ", or name another folder with -D reports=DIR"
        assert refused.exit_code == 2
        assert told("a report", report.pid, reports, remedy) in refused.output.splitlines()
        assert files_in(reports) == before
        assert acceptance(reports, "verdict").exit_code == 3, "who only reads does not mind"


@pytest.mark.long
@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("a proof", ["prove", "--fault", "silent-chat", "--jobs", "1"]),
        ("a monitor", ["monitor", "--listen", "127.0.0.1:0"]),
        ("a crowd", ["load", "--users", "2", "--run-time", "600s"]),
    ],
    ids=["prove", "monitor", "load"],
)
def test_a_second_of_what_takes_long_is_refused(what: str, command: Sequence[str], tmp_path: Path) -> None:
    asked = [*ACCEPTANCE, *command, "--reports", str(tmp_path)]
    first = begin(*asked)
    with ended_afterwards(first):
        until(lambda: any(tmp_path.glob(".*.lock")), first, "its claim")
        exit_code, output = said_by(*asked)
        assert exit_code == 2
        remedy = ", or name another folder with --reports DIR"
        assert output == told(what, first.pid, tmp_path, remedy) + "\n"


def assert_of_one_run(reports: Path, asked: str) -> None:
    """All that is in the folder is of one finished run, which asked this."""
    results = json.loads((reports / "results.json").read_text(encoding="utf-8"))
    examples = sorted(example["id"] for promise in results["promises"] for example in promise["examples"])
    assert results["run"]["finished"]
    assert {re.sub(r"\[.*", "", example) for example in examples} == {asked}
    shown = [json.loads(file.read_bytes())["testCaseId"] for file in reports.glob("allure-results/*-result.json")]
    assert sorted(shown) == examples
    assert not list(reports.rglob("*.tmp"))


@pytest.mark.long
def test_of_many_runs_at_once_each_is_whole_or_refused(tmp_path: Path) -> None:
    """Three begin within a second, again and again; a second more and the first is at its end."""
    seed = int(os.environ.get("TRIALS_SEED", random.randrange(10**6)))
    print(f"TRIALS_SEED={seed} repeats these moments")
    chance = random.Random(seed)
    reports = tmp_path / "reports"
    ended = 0
    refused = 0
    for _ in range(20):
        begun: list[tuple[subprocess.Popen[str], str]] = []
        for _ in range(3):
            arguments, asked = chance.choice(SEVERAL)
            begun.append((begin(BEHAVE, *arguments, "-D", f"reports={reports}"), asked))
            time.sleep(chance.choice((0.0, chance.uniform(0.0, 1.0), chance.uniform(0.0, 4.0))))
        whole = []
        for run, asked in begun:
            output, _ = run.communicate(timeout=PATIENCE)
            assert run.returncode in (0, 2), output
            assert (run.returncode == 2) == ("is under way in" in output), output
            assert "Traceback" not in output
            if run.returncode == 0:
                whole.append(asked)
        assert whole, "one of them has had the folder"
        ended += len(whole)
        refused += len(begun) - len(whole)
        last = json.loads((reports / "results.json").read_text(encoding="utf-8"))["promises"][0]["examples"][0]["id"]
        assert last.partition("[")[0] in whole
        assert_of_one_run(reports, last.partition("[")[0])
        assert len((reports / "runs.jsonl").read_text(encoding="utf-8").splitlines()) == ended
    print(f"{ended} runs came to their end, {refused} were refused")
    assert refused, "no two ever met: nothing was tried"
