"""The monitor by its real command, on real services: what it asks, what it keeps, and what it survives."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import soak_monitor
from command import BEHAVE
from reference_services import AUTH, BACKEND, Platform, Starter, environment, free_port
from watching import children_of, hooked, is_gone, once, password, ran, read_status, samples, target_file, watching

from acceptance.cli.options import seconds
from acceptance.files import REFERENCE, REPOSITORY
from acceptance.monitor.measures import Share
from acceptance.monitor.questions import SELECTIONS, Pace, questions
from acceptance.promises import phase2
from acceptance.targets import load_target
from acceptance.verdicts import ConfigurationError

EXAMPLES, _ = phase2()
READ = {"access-03", "staging-01", "staging-05"}
NO_PERSON = "target watched declares no synthetic person"


SETTINGS = {"SERVICE_SECRET": "between services", "HEARTBEAT_SECONDS": "1"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Both services, shared by the tests that leave them as they are."""
    starter = Starter(tmp_path_factory.mktemp("platform"))
    yield starter.platform(**SETTINGS)
    starter.close()


@pytest.fixture
def own_platform(starter: Starter) -> Platform:
    """For a test that counts what is left on it."""
    return starter.platform(**SETTINGS)


@pytest.fixture(scope="module")
def first_round(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target that is only read, with what its monitor has left after a round beside it, in ``kept``."""
    folder = tmp_path_factory.mktemp("first-round")
    target = target_file(folder, platform, "")
    came = once(folder / "kept", "-D", f"target={target}")
    assert came.returncode == 0, came.stdout + came.stderr
    (folder / "said").write_text(came.stdout, encoding="utf-8")
    return folder


def quick(target: Path, *more: str) -> list[str]:
    return ["-D", f"target={target}", "--every", "1s", *more]


# --- what is asked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pace", list(Pace))
def test_behave_selects_what_the_monitor_asks_at_a_pace(pace: Pace) -> None:
    """Told by behave itself, in a dry run."""
    asked = questions(EXAMPLES, load_target("embedded", {})).at(pace)
    done = subprocess.run(
        [BEHAVE, "--dry-run", *SELECTIONS[pace]], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    selected = re.findall(r"^ +would be asked +([a-z]+-\d\d[a-z](?:\[[^\]]*\])?)", done.stdout, re.MULTILINE)
    assert asked
    assert sorted(selected) == sorted(example.id for example in asked)


def test_nothing_disruptive_is_ever_asked() -> None:
    asked = questions(EXAMPLES, load_target("embedded", {}))
    effects = {asked.examples[name].effect for name in asked.paces}
    assert effects == {"read-only", "creates-data"}
    assert not [name for name in asked.paces if "load" in asked.examples[name].tags]
    assert set(asked.paces).isdisjoint(asked.excused)
    assert {*asked.paces, *asked.excused} == {example.id for example in EXAMPLES}


@pytest.mark.parametrize(("said", "meant"), [("30s", 30), ("5m", 300), ("1h", 3600), ("30d", 30 * 86400), ("7", 7)])
def test_times_are_read(said: str, meant: float) -> None:
    assert seconds(said, "--every") == meant


@pytest.mark.parametrize("said", ["", "0s", "-5s", "soon", "5y", "9999999s"])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(ConfigurationError, match="is no time: say it like"):
        seconds(said, "--every")


def test_a_share_is_never_rounded_up_to_all_of_it() -> None:
    assert str(Share(9999, 10000)) == "9999 of 10000 (99.9 %)"
    assert str(Share(1, 1)) == "1 of 1 (100 %)"


# --- one round -------------------------------------------------------------------------------------------------------


def test_a_rehearsal_is_never_ready_and_says_so(tmp_path: Path) -> None:
    came = once(tmp_path / "kept")
    assert came.returncode == 0, came.stdout + came.stderr
    assert "says nothing about Netra" in came.stderr
    found = samples((tmp_path / "kept" / "metrics.prom").read_text())
    assert found['acceptance_rounds_total{readiness="rehearsal"}'] == 1
    assert "acceptance_ready" not in found
    assert found["acceptance_ssot_warnings"] == 0
    assert found["acceptance_canonical_imports_ratio"] == 1
    assert found["acceptance_factory_coordination_ratio"] == found["acceptance_staging_health_ratio"] == 1
    assert found['acceptance_golden_path_examples_total{verdict="kept"}'] == 4
    assert found['acceptance_isolation_examples_total{verdict="kept"}'] == 9
    expected = {name: value for name, value in found.items() if name.startswith("acceptance_events_expected")}
    assert len(expected) == 5
    for name, value in expected.items():
        assert found[name.replace("expected", "delivered")] == value > 9
    assert found["acceptance_answer_seconds_count"] == found["acceptance_first_event_seconds_count"] > 9
    page = read_status(tmp_path / "kept")
    assert "kept, rehearsed" in page
    assert "a rehearsal on the reference platform is never ready" in page


def test_what_is_lost_is_counted_and_no_more(tmp_path: Path) -> None:
    came = once(tmp_path / "kept", "-D", "faults=silent-chat", "-D", "promptly=0.5")  # nobody waits in vain for long
    assert came.returncode == 1, came.stdout + came.stderr
    found = samples((tmp_path / "kept" / "metrics.prom").read_text())
    assert found['acceptance_promise_verdict{promise="golden-01",verdict="broken"}'] == 1
    assert found['acceptance_golden_path_examples_total{verdict="broken"}'] > 0
    expected = found['acceptance_events_expected_total{event="agent_completed"}']
    delivered = found['acceptance_events_delivered_total{event="agent_completed"}']
    assert delivered < expected
    assert found["acceptance_answer_seconds_count"] <= delivered  # who never had an answer did not wait 0 s for it
    assert found["acceptance_ssot_warnings"] == 0


def test_a_target_without_a_synthetic_person_is_only_read(first_round: Path) -> None:
    assert NO_PERSON in (first_round / "said").read_text()
    found = samples((first_round / "kept" / "metrics.prom").read_text())
    assert not [
        name for name in found if "golden_path" in name or "events_" in name or "ssot" in name or "imports" in name
    ]
    assert {name.split('"')[1] for name in found if name.startswith("acceptance_promise_verdict")} == READ
    assert found["acceptance_ready"] == 1
    assert found['acceptance_rounds_total{readiness="ready"}'] == 1
    page = read_status(first_round / "kept")
    assert f"not measured, because {NO_PERSON}" in page
    assert "not measured, because no source tree was named" in page


def test_the_same_people_come_again_and_leave_nothing(own_platform: Platform, tmp_path: Path) -> None:
    """Accounts are as many after two rounds as after one, and no conversation is left."""
    target = target_file(tmp_path, own_platform)
    accounts = []
    for _ in range(2):
        came = once(tmp_path / "kept", "-D", f"target={target}", "--every-creating", "1s", env=password())
        assert came.returncode == 0, came.stdout + came.stderr
        with closing(sqlite3.connect(own_platform.variables["AUTH_DATABASE_PATH"])) as base:
            tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            users = next(name for name in tables if "user" in name)
            accounts.append({row[0] for row in base.execute(f"SELECT email FROM {users}")})
    assert accounts[0] == accounts[1]
    assert "phase2-monitor-pat@example.com" in accounts[0]
    assert all(email.startswith("phase2-monitor-") for email in accounts[0])
    with closing(sqlite3.connect(own_platform.variables["BACKEND_DATABASE_PATH"])) as base:
        assert base.execute("SELECT count(*) FROM threads").fetchone() == (0,)
    found = samples((tmp_path / "kept" / "metrics.prom").read_text())
    assert found['acceptance_golden_path_examples_total{verdict="kept"}'] == 8  # counted on by the second process
    assert found['acceptance_rounds_total{readiness="ready"}'] == 2
    for file in (tmp_path / "kept").iterdir():
        assert password()["WATCHED_SYNTHETIC_PASSWORD"].encode() not in file.read_bytes(), file


def test_a_standing_account_with_another_password_could_not_be_told(platform: Platform, tmp_path: Path) -> None:
    target = target_file(tmp_path, platform, 'synthetic_person = "known@example.com"\n')
    account = {"email": "known-pat@example.com", "password": "another than the monitor has, bB2?"}
    assert platform.http.post(f"{platform.auth.url}/auth/register", json=account).status_code == 200
    came = once(tmp_path / "kept", "-D", f"target={target}", env=password())
    assert came.returncode == 2, came.stdout + came.stderr
    assert "has another password" in came.stdout


def test_synthetic_people_come_in_by_simulation_too(staging: Platform, tmp_path: Path) -> None:
    target = target_file(tmp_path, staging)
    target.write_text(target.read_text().replace('"register"', '"simulation"'))
    came = once(tmp_path / "kept", "-D", f"target={target}", env={"E2E_OAUTH_SIMULATION_KEY": "the key"})
    for promise in ("golden-01", "golden-02", "isolation-01", "isolation-02", "isolation-03"):
        assert re.search(rf"^kept +{promise}", came.stdout, re.MULTILINE), came.stdout + came.stderr
    assert b"the key" not in (tmp_path / "kept" / "history.sqlite").read_bytes()


def test_source_is_asked_again_only_when_it_has_changed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(REFERENCE, tree, ignore=shutil.ignore_patterns("__pycache__"))
    options = ("-D", "target=source", "-D", f"source={tree}")

    def asked() -> float:
        came = once(tmp_path / "kept", *options)
        assert came.returncode in (0, 1), came.stdout + came.stderr
        found = samples((tmp_path / "kept" / "metrics.prom").read_text())
        return found['acceptance_promise_asked_timestamp_seconds{promise="ssot-01"}']

    first = asked()
    assert asked() == first
    (tree / "netra_backend" / "app" / "more.py").write_text("class WebSocketManager: ...\n")
    assert asked() > first
    with closing(sqlite3.connect(tmp_path / "kept" / "history.sqlite")) as base:
        reasons = [row[0] for row in base.execute("SELECT reason FROM verdicts WHERE verdict = 'broken'")]
    assert reasons
    assert not [reason for reason in reasons if "\n" in reason or not reason]
    found = samples((tmp_path / "kept" / "metrics.prom").read_text())
    assert found["acceptance_ssot_warnings"] == 1
    assert found["acceptance_ready"] == 0


def test_nobody_there_could_not_be_told(tmp_path: Path, platform: Platform) -> None:
    target = target_file(tmp_path, platform)
    for service in (platform.auth, platform.backend):
        target.write_text(target.read_text().replace(f":{service.port}", f":{free_port()}"))
    came = once(tmp_path / "kept", "-D", f"target={target}", env=password())
    assert came.returncode == 2, came.stdout + came.stderr
    found = samples((tmp_path / "kept" / "metrics.prom").read_text())
    assert "acceptance_staging_health_ratio" not in found
    assert "acceptance_ready" not in found
    assert found['acceptance_rounds_total{readiness="could not tell"}'] == 1
    assert "cannot be reached" in came.stdout


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--every", "soon"], "--every soon is no time: say it like 30s, 5m, 1h or 30d"),
        (["-D", "target"], "-D target says no value"),
        (["-D", "tarket=staging"], "did you mean -D target=…?"),
        (["-D", "people=new"], "-D people=… is not for this command"),
        (["-D", "target=source"], "needs a source tree, a platform's addresses, or both"),
        (["-D", "target=local", "-D", "synthetic_person=nobody"], "is not an e-mail address"),
        (["-D", "target=local", "-D", "synthetic_person=a@b.test"], "LOCAL_SYNTHETIC_PASSWORD"),
        (["-D", "target=local", "-D", "synthetic_password=secret"], "-D synthetic_password=… is refused"),
        (["--listen", "nowhere"], "--listen nowhere is no address"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(options: list[str], told: str, tmp_path: Path) -> None:
    refused = ran(tmp_path / "kept", *options)
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_webhook_that_is_no_address_is_refused_and_not_shown(tmp_path: Path) -> None:
    came = once(tmp_path / "kept", env={"ACCEPTANCE_WEBHOOK": "hooks.test/very-secret"})
    assert came.returncode == 2
    assert "ACCEPTANCE_WEBHOOK is no address" in came.stderr
    assert "very-secret" not in came.stdout + came.stderr


# --- round after round -----------------------------------------------------------------------------------------------


def test_the_target_goes_and_comes_again_and_each_change_is_told(starter: Starter, tmp_path: Path) -> None:
    variables = environment(tmp_path, HEARTBEAT_SECONDS="1")
    auth = starter.start(AUTH, variables, port=free_port())  # not on an inherited socket, so that it can come again
    chat = starter.start(BACKEND, {**variables, "AUTH_SERVICE_URL": auth.url})
    platform = Platform(auth.await_health(), chat.await_health(), variables)
    target = target_file(tmp_path, platform, "")
    with (
        hooked() as (address, taken, statuses),
        watching(tmp_path / "kept", *quick(target), env={"ACCEPTANCE_WEBHOOK": address}) as monitor,
    ):
        statuses.append(503)  # the first change is not taken at once
        monitor.after_rounds(1)
        assert taken == []
        platform.auth.process.kill()
        platform.auth.process.wait()
        with socket.socket() as held:  # the port, so that nobody else takes it meanwhile
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", platform.auth.port))
            monitor.eventually(lambda: monitor.promise("staging-05")["verdict"] == "could not tell", "could not tell")
            monitor.eventually(lambda: taken, "the webhook takes the change at the next round")
        again = starter.start(AUTH, platform.variables, port=platform.auth.port)
        again.await_health()
        monitor.eventually(lambda: monitor.promise("staging-05")["verdict"] == "kept", "kept again")

        def told() -> list[tuple[str, str]]:
            """What was told of the promise; of others it may be told a round earlier or later."""
            changes = [change for each in taken for change in each["changes"] if change["promise"] == "staging-05"]
            return [(change["before"], change["now"]) for change in changes]

        monitor.eventually(lambda: len(told()) == 2, "the webhook is told of the second change")
        assert told() == [("kept", "could not tell"), ("could not tell", "kept")]
        assert "is kept" in taken[-1]["text"]
        assert not taken[-1]["rehearsal"]
        strip = monitor.promise("staging-05")["last_day_told"]
        assert "could not tell" in strip
        assert "kept" in strip
        assert monitor.metrics()["acceptance_webhook_failures_total"] == 1
        assert monitor.said.count("The webhook does not take changes") == 1
        assert "The webhook is well again." in monitor.said
        assert monitor.end() == 0
        assert "a-secret-path" not in monitor.said
    for file in (tmp_path / "kept").iterdir():
        assert b"a-secret-path" not in file.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_mid_round_ends_it_quickly_and_leaves_nothing(
    number: signal.Signals, platform: Platform, tmp_path: Path
) -> None:
    target = target_file(tmp_path, platform)
    with watching(tmp_path / "kept", *quick(target, "--every-creating", "1s"), env=password()) as monitor:
        monitor.after_rounds(1)
        children = monitor.eventually(lambda: children_of(monitor.process.pid), "a round under way")
        begun = time.monotonic()
        assert monitor.end(number) == 0, monitor.said
        assert time.monotonic() - begun < 20
        assert all(map(is_gone, children))
        assert "Traceback" not in monitor.said
        assert "Ended in order." in monitor.said
    with closing(sqlite3.connect(tmp_path / "kept" / "history.sqlite")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        known = json.loads(base.execute("SELECT known FROM now").fetchone()[0])
        (rounds,) = base.execute("SELECT count(*) FROM rounds").fetchone()
    assert sum(known["totals"]["rounds"].values()) == rounds >= 1


def test_a_hanging_round_is_ended_and_the_next_one_begins_in_time(tmp_path: Path, platform: Platform) -> None:
    """Services that are stopped take connections and say nothing."""
    target = target_file(tmp_path, platform, "")
    target.write_text(target.read_text().replace("= 10\n", "= 300\n"))
    options = quick(target, "--give-up-after", "20s")
    with watching(tmp_path / "kept", *options) as monitor:
        monitor.after_rounds(1)
        for service in (platform.auth, platform.backend):
            os.kill(service.process.pid, signal.SIGSTOP)
        try:
            monitor.eventually(lambda: monitor.promise("staging-05")["verdict"] == "could not tell", "given up")
            assert "did not end within 20 s" in monitor.promise("staging-05")["reason"]
            assert monitor.status()["troubles"] == ["its run did not end within 20 s"]
        finally:
            for service in (platform.auth, platform.backend):
                os.kill(service.process.pid, signal.SIGCONT)
        monitor.eventually(lambda: monitor.promise("staging-05")["verdict"] == "kept", "kept again")
        assert monitor.metrics()["acceptance_rounds_missed_total"] >= 15  # told, and not piled up
        assert monitor.status()["troubles"] == []
        assert monitor.end() == 0


def test_a_full_disk_is_told_once_and_the_rounds_go_on(platform: Platform, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here (it takes root)")
    try:
        target = target_file(tmp_path, platform, "")
        with watching(disk / "kept", *quick(target), log=tmp_path / "log") as monitor:
            monitor.after_rounds(1)
            (disk / "full").write_bytes(b"")
            with (disk / "full").open("ab", buffering=0) as filling:
                try:
                    while filling.write(b"x" * 512):
                        pass
                except OSError:
                    pass
            monitor.eventually(
                lambda: monitor.metrics()["acceptance_history_write_failures_total"] >= 3, "failures are counted"
            )
            monitor.after_rounds(1)
            assert monitor.promise("staging-01")["verdict"] == "kept"
            assert "No space left" in " ".join(monitor.status()["troubles"])
            assert monitor.said.count("The page cannot be written") == 1
            (disk / "full").unlink()
            monitor.eventually(lambda: not monitor.status()["troubles"], "all is written again")
            assert "The page is well again." in monitor.said
            assert monitor.end() == 0
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("damage", ["garbage", "torn", "a folder's worth of zeros", "another format"])
def test_a_history_that_cannot_be_used_is_put_aside(damage: str, first_round: Path, tmp_path: Path) -> None:
    target, kept = first_round / "watched.toml", tmp_path / "kept"
    shutil.copytree(first_round / "kept", kept)
    history = kept / "history.sqlite"
    if damage == "garbage":
        history.write_bytes(b"this is no database" * 1000)
    elif damage == "torn":
        whole = history.read_bytes()
        history.write_bytes(whole[: len(whole) // 2])
    elif damage == "another format":
        with closing(sqlite3.connect(history)) as base:
            base.execute("PRAGMA user_version = 99")
    else:
        history.write_bytes(history.read_bytes()[:4096] + bytes(20000))
    came = once(kept, "-D", f"target={target}")
    assert came.returncode == 0, came.stdout + came.stderr
    assert "a new one is begun" in came.stderr
    assert len(list(kept.glob("history.sqlite.unusable-*"))) == 1
    found = samples((kept / "metrics.prom").read_text())
    assert found['acceptance_rounds_total{readiness="ready"}'] == 1
    with closing(sqlite3.connect(history)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("SELECT count(*) FROM rounds").fetchone() == (1,)


def test_two_monitors_on_one_folder_or_one_port_are_refused(platform: Platform, tmp_path: Path) -> None:
    target = target_file(tmp_path, platform, "")
    with watching(tmp_path / "kept", *quick(target)) as monitor:
        second = once(tmp_path / "kept", *quick(target))
        assert second.returncode == 2
        assert "a monitor (process " in second.stderr
        port = monitor.url.rpartition(":")[2].strip("/")
        third = ran(tmp_path / "other", *quick(target), "--listen", f"127.0.0.1:{port}")
        assert third.returncode == 2
        assert "nobody can listen on" in third.stderr
        assert "Traceback" not in third.stderr


def test_the_history_of_another_target_is_refused(first_round: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text((first_round / "watched.toml").read_text())
    came = once(first_round / "kept", "-D", f"target={other}")
    assert came.returncode == 2
    assert "holds the history of target watched: name another folder with --reports" in came.stderr


def test_a_server_answers_only_what_there_is(platform: Platform, tmp_path: Path) -> None:
    target = target_file(tmp_path, platform, "")
    with watching(tmp_path / "kept", *quick(target)) as monitor:
        page = monitor.http.get(monitor.url)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.text
        assert "<script" not in page.text
        assert '<meta http-equiv="refresh"' in page.text
        assert 'http-equiv="refresh"' not in monitor.http.get(monitor.url + "still").text
        assert monitor.http.head(monitor.url).content == b""
        assert monitor.http.get(monitor.url + "../../etc/passwd").status_code == 404
        assert monitor.http.post(monitor.url).status_code == 501
        open_metrics = monitor.http.get(monitor.url + "metrics", headers={"Accept": "application/openmetrics-text"})
        assert open_metrics.text.endswith("# EOF\n")


def test_a_few_rounds_hold_nothing(tmp_path: Path) -> None:
    """The short soak; the long one is `make soak`."""
    held, _ = soak_monitor.soak(5, tmp_path, creating=False)
    assert held[-1].rounds >= 5
    assert soak_monitor.grown(held) == []
    leaking = [*held, *(soak_monitor.Held(80, 10**9, 99, 99, 99) for _ in range(9))]
    assert len(soak_monitor.grown(leaking)) == 4
