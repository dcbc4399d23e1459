"""A crowd on the real command: what it checks, what it catches, where it may go, and over several processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import psutil
import pytest
from command import Ran, acceptance, clean_environment
from reference_services import AUTH, BACKEND, REFERENCE, Starter, environment, free_port

from acceptance.drivers.agent_runs import Kind
from acceptance.drivers.envelopes import FIVE_EVENTS
from acceptance.drivers.envelopes import read as read_event
from acceptance.drivers.ownership import new_word, strange_words
from acceptance.faults import chosen_faults, faulty_copy
from acceptance.files import REPOSITORY
from acceptance.load.result import LoadResult, read
from acceptance.load.tally import KEPT, SeenFlaw, Tally

QUICK = ("--spawn-rate=20", "--run-time=3s", "--think=0.1s")
PATIENCE = 180  # seconds


def load(reports: Path, *arguments: str, env: dict[str, str] | None = None) -> Ran:
    ran = acceptance(reports, "load", *arguments, env=env)
    assert "Traceback" not in ran.output, ran.output
    return ran


def result_in(ran: Ran) -> LoadResult:
    return read(ran.reports / "load.json")


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    made = Starter(tmp_path)
    yield made
    for service in made.started:
        service.process.kill()
        service.process.wait()


def target(starter: Starter, tmp_path: Path, tree: Path = REFERENCE, *, more: str = "") -> Path:
    """A target file for both services, started by hand from a tree."""
    auth_port, backend_port = free_port(), free_port()
    auth, backend = f"http://127.0.0.1:{auth_port}", f"http://127.0.0.1:{backend_port}"
    variables = environment(tmp_path, AUTH_SERVICE_URL=auth, BACKEND_URL=backend, PYTHONPATH=str(tree))
    services = [starter.start(AUTH, variables, port=auth_port), starter.start(BACKEND, variables, port=backend_port)]
    for service in services:
        service.await_health()
    file = tmp_path / "crowded.toml"
    file.write_text(
        f"""
about = "services started by hand"
base_url = "{backend}"
auth_url = "{auth}"
websocket_url = "{backend.replace("http", "ws")}/ws"
capabilities = ["creates-data", "load"]
promptly = 10
service_discovery_timeout = 10
auth_coordination_timeout = 10
websocket_coordination_timeout = 10
{more}
""",
        encoding="utf-8",
    )
    return file


def test_a_crowd_on_a_sound_platform_finds_nothing(tmp_path: Path) -> None:
    ran = load(tmp_path, "--users=10", *QUICK)
    assert ran.exit_code == 0, ran.output
    assert "Kept: 10 people at once" in ran.output
    assert "this says nothing about Netra" in ran.output
    found = result_in(ran)
    assert (found.tally.people, found.tally.flaws, found.tally.unknown) == (10, {}, 0)
    assert found.tally.conversations >= 10
    assert found.tally.questions == 2 * found.tally.conversations
    assert found.tally.delivered == dict.fromkeys(FIVE_EVENTS, found.tally.questions)
    assert found.measured.waited["answer"].times == found.tally.questions
    assert found.measured.waited["sign-in"].times == 10
    written = json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, json.loads((REPOSITORY / "docs" / "load.schema.json").read_text(encoding="utf-8")))
    assert "Locust" in (tmp_path / "locust.html").read_text(encoding="utf-8")
    assert "eyJ" not in (tmp_path / "load.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("broadcast", Kind.FOREIGN),
        ("told-twice", Kind.DOUBLED),
        ("wrong-order", Kind.DISORDERED),
        ("unseen-end", Kind.LOST),
        ("answer-cached-for-all", Kind.WRONG_ANSWER),
    ],
)
def test_a_planted_fault_is_caught_by_a_crowd_too(fault: str, kind: Kind, tmp_path: Path) -> None:
    ran = load(tmp_path, "--users=4", *QUICK, "--patience=4s", "-D", f"faults={fault}")
    assert ran.exit_code == 1, ran.output
    found = result_in(ran)
    assert found.tally.flaws[kind] >= 1
    named = next(flaw for flaw in found.tally.first if flaw.kind is kind)
    assert named.person.startswith("person ")
    assert named.messages
    assert "Broken: " in ran.output


def test_a_crowd_that_cannot_get_in_tells_nothing(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    where = ["-D", f"base_url={nobody}", "-D", f"auth_url={nobody}", "-D", f"websocket_url=ws{nobody[4:]}/ws"]
    declared = ["-D", "target=local", "-D", "capabilities=creates-data,load"]
    ran = load(tmp_path, "--users=3", *QUICK, *declared, *where)
    assert ran.exit_code == 2, ran.output
    assert "Could not tell: 3 people at once, 0 conversations: " in ran.output
    assert "cannot be reached" in ran.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-D", "target=local"], "target local does not declare that it may be asked for many people at once"),
        (["-D", "target=staging", "-D", "capabilities=creates-data,load", "-u", "3"], "say --yes if they know of the"),
        (["-D", "target=local", "-D", "capabilities=creates-data,load"], "say it with --users N"),
        (["--master"], "start the services by hand for --master"),
        (["-D", "target=nowhere"], "there is no target “nowhere”"),
        (["-D", "reports=x"], "name the folder with --reports"),
        (["--run-time=soon"], "--run-time"),
    ],
)
def test_a_crowd_that_must_not_come_is_refused_in_one_sentence(arguments: list[str], says: str, tmp_path: Path) -> None:
    ran = load(tmp_path, *arguments)
    assert ran.exit_code == 2
    assert says in ran.output
    assert len(ran.output.strip().splitlines()) == 1
    assert not (tmp_path / "load.json").exists()


def test_a_proxy_that_cannot_be_used_is_told_before_anybody_goes(tmp_path: Path) -> None:
    elsewhere = ["-D", "target=staging", "-D", "capabilities=creates-data,load", "-u", "3", "--yes"]
    ran = load(tmp_path, *elsewhere, env={"HTTP_PROXY": "odd://127.0.0.1:9"})
    assert ran.exit_code == 2
    assert ran.output.startswith("the proxy settings of the environment cannot be used: ")
    assert len(ran.output.strip().splitlines()) == 1
    assert not (tmp_path / "load.json").exists()


def test_who_waits_longer_than_the_target_allows_is_told(starter: Starter, tmp_path: Path) -> None:
    slow = target(starter, tmp_path, more="[load_thresholds]\nanswer = 0.0001\nsign-in = 500")
    ran = load(tmp_path / "reports", "--users=3", *QUICK, "-D", f"target={slow}")
    assert ran.exit_code == 1, ran.output
    assert "answer took" in ran.output
    assert [each.kept for each in result_in(ran).thresholds] == [False, True]


@pytest.mark.parametrize("fault", ["", "broadcast"])
def test_a_master_says_what_its_workers_have_found(fault: str, starter: Starter, tmp_path: Path) -> None:
    tree = faulty_copy(REFERENCE, chosen_faults([fault]), tmp_path) if fault else REFERENCE
    there, port = target(starter, tmp_path, tree), free_port()
    shared = ["-D", f"target={there}", f"--master-port={port}", "--think=0.1s"]
    command = [sys.executable, "-m", "acceptance", "load", *shared, "--worker"]
    workers = [subprocess.Popen(command, cwd=REPOSITORY, env=clean_environment()) for _ in range(2)]
    try:
        ran = load(tmp_path / "reports", *shared, "--master", "--expect-workers=2", "-u", "8", "-r", "8", "-t", "5s")
        ended = [worker.wait(PATIENCE) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert ended == [0, 0]
    found = result_in(ran)
    assert found.workers == 2
    assert 2 <= found.tally.people <= 8  # on a busy machine not all of them have come in when the time is over
    if fault:
        assert ran.exit_code == 1, ran.output
        assert found.tally.flaws[Kind.FOREIGN]
        assert "of somebody else" in ran.output
    else:
        assert ran.exit_code == 0, ran.output
        assert found.measured.waited["answer"].times == found.tally.questions >= 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_crowd_that_is_sent_home_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "load.json").write_text("what an earlier crowd has left", encoding="utf-8")
    command = [sys.executable, "-m", "acceptance", "load", "--users=5", "--spawn-rate=5", "--run-time=300s"]
    variables = clean_environment({"TMPDIR": str(tmp_path)})  # where a killed one leaves what the next one sweeps
    run = subprocess.Popen([*command, f"--reports={tmp_path}"], cwd=REPOSITORY, env=variables)
    family: list[psutil.Process] = []
    try:
        until = time.monotonic() + PATIENCE
        while not any("locust" in " ".join(process.cmdline()) for process in family if process.is_running()):
            assert time.monotonic() < until
            family = psutil.Process(run.pid).children(recursive=True)
            time.sleep(0.1)
        time.sleep(2)  # so that some are in a conversation
        run.send_signal(number)
        assert run.wait(PATIENCE) == (130 if number is not signal.SIGKILL else -signal.SIGKILL)
    finally:
        run.kill()
    _, alive = psutil.wait_procs(family, timeout=90)
    for process in alive:
        process.kill()
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not (tmp_path / "load.json").exists()


def test_what_several_processes_have_found_adds_up() -> None:
    one, other = Tally(people=1, conversations=2, questions=4), Tally(people=2, conversations=3, questions=6)
    one.hear(set(FIVE_EVENTS))
    other.hear({"agent_started"})
    for tally, times in ((one, 3), (other, KEPT)):
        for _ in range(times):
            tally.flaw(SeenFlaw(person="person 1", kind=Kind.LOST, told="nothing came"))
        tally.could_not_tell("it is gone")
    one.add(other.model_dump(mode="json"))
    assert (one.people, one.conversations, one.questions, one.unknown) == (3, 5, 10, 2)
    assert one.delivered["agent_started"] == 2
    assert one.delivered["agent_completed"] == 1
    assert one.flaws == {Kind.LOST: 3 + KEPT}
    assert len(one.first) == KEPT
    assert one.reasons == ["it is gone"]


def test_a_word_of_somebody_else_is_known_wherever_it_stands() -> None:
    mine, theirs = new_word(), new_word()
    told = read_event(json.dumps({"type": "agent_thinking", "reasoning": f"{mine}; [{{'q': '{theirs}.'}}]"}), 0.0)
    assert told is not None
    assert strange_words(told, {mine}) == {theirs}
    assert strange_words(told, {mine, theirs}) == set()


def test_the_schema_is_as_its_command_prints_it() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "acceptance", "schema", "load"], cwd=REPOSITORY, capture_output=True, check=True
    ).stdout
    assert (REPOSITORY / "docs" / "load.schema.json").read_bytes() == printed
