"""The real command: a rehearsal, every fault, what cannot begin, what cannot be reached, secrets."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import sys
from pathlib import Path

import jsonschema
import pytest
from browser import shown_by_chromium
from command import Ran, _run, acceptance, behave
from node_tools import look

from acceptance.files import REPOSITORY
from acceptance.promises import phase2
from acceptance.reporting.results import Results

SCHEMA = REPOSITORY / "docs" / "results.schema.json"
TRACEBACK = re.compile(r"Traceback \(most recent call last\)")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run of everything against the reference platform."""
    return behave(tmp_path_factory.mktemp("rehearsal"), "--tags=@phase2")


def test_the_rehearsal_keeps_every_promise(rehearsal: Ran) -> None:
    assert rehearsal.exit_code == 0, rehearsal.output
    assert set(rehearsal.examples.values()) == {"kept"}
    assert set(rehearsal.examples) == {example.id for example in phase2()[0]}
    assert rehearsal.results["run"]["complete"]
    assert set(rehearsal.results["target"]["versions"]) == {"chat", "sign-in"}


def test_the_rehearsal_says_that_it_is_one(rehearsal: Ran) -> None:
    said = acceptance(rehearsal.reports, "verdict")
    assert said.exit_code == 0
    assert said.output.startswith("Rehearsal: the specification works; this says nothing about Netra.")
    promises = len(rehearsal.results["promises"])
    assert f"{promises} promises: {promises} kept" in said.output


def test_the_results_keep_to_their_published_schema(rehearsal: Ran) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(rehearsal.results, schema)
    assert schema == Results.model_json_schema(), "python -m acceptance schema > docs/results.schema.json"


def test_the_rehearsal_can_be_read_as_a_page(rehearsal: Ran) -> None:
    made = acceptance(rehearsal.reports, "report")
    assert made.exit_code == 0, made.output
    assert f"The report is {rehearsal.reports.resolve() / 'report.html'}\n" in made.output
    assert made.output.endswith(f"The sign-off sheet is {rehearsal.reports / 'signoff.html'} (rehearsal)\n")


@pytest.mark.browser
def test_report_and_sign_off_sheet_lead_to_each_other(rehearsal: Ran) -> None:
    acceptance(rehearsal.reports, "report")
    report, sheet = (rehearsal.reports / name for name in ("report.html", "signoff.html"))
    assert look(report.as_uri(), width=1200, click="a.signoff-sheet").address == sheet.as_uri()
    of_the_path = look(sheet.as_uri(), width=1200, click="#golden-01 td a").address
    assert of_the_path.startswith(f"{report.as_uri()}#")
    shown, _ = shown_by_chromium(of_the_path, rehearsal.reports)
    assert "golden-01a" in shown


@pytest.mark.browser
def test_the_page_opens_without_the_network(rehearsal: Ran, tmp_path: Path) -> None:
    acceptance(rehearsal.reports, "report")
    text, fetched = shown_by_chromium((rehearsal.reports / "report.html").as_uri(), tmp_path)
    assert fetched == []
    assert "Rehearsal: the specification works; this says nothing about Netra." in text
    assert "Gap 1: WebSocket import coordination" in text


def test_a_new_run_takes_the_last_ones_page_away(tmp_path: Path) -> None:
    page, somebody_elses = tmp_path / "report.html", tmp_path / "logs" / "mine.log"
    somebody_elses.parent.mkdir()
    for path in (page, somebody_elses):
        path.write_text("kept", encoding="utf-8")
    behave(tmp_path, "--tags=@phase2 and @unit")
    assert page.exists(), "a folder without results of ours is not ours to tidy"
    behave(tmp_path, "--tags=@phase2 and @unit")
    assert not page.exists()
    assert somebody_elses.exists()


def test_the_same_words_are_in_the_report_as_on_the_terminal(tmp_path: Path) -> None:
    ran = behave(tmp_path, "--tags=@promise.imports-01", "-D", "faults=second-manager")
    told = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "allure-results").glob("*-result.json")]
    failed = [result for result in told if result["status"] == "failed"]
    assert len(failed) == 1
    message = failed[0]["statusDetails"]["message"]
    assert message.startswith("We promised: The managers of live updates have one home each\nWhat happened: ")
    assert all(line.strip() in ran.output for line in message.splitlines())


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["--tags=@phase3"], 3, "no example carries @phase3; did you mean @phase2?"),
        (["--tags=@phase2", "--name=no such title"], 3, "Nothing was asked"),
        (["--tags=@phase2 and @unit", "-D", "target=local"], 3, "Nothing was asked: no source tree was named"),
        (["--tags=@phase2", "-D", "target=stagin"], 2, "there is no target “stagin”: did you mean “staging”?"),
        (["--tags=@phase2", "-D", "tagret=staging"], 2, "did you mean -D target=…?"),
        (["--tags=@phase2", "-D", "faults=second-manger"], 2, "did you mean “second-manager”?"),
        (["--tags=@phase2", "-D", "faults=second-manager", "-D", "target=local"], 2, "embedded target only"),
        (["--tags=@phase2", "-D", "base_url=nonsense", "-D", "target=local"], 2, "is not an address like https://"),
        (["--tags=@phase2", "-D", "base_url=http://127.0.0.1:1"], 2, "leave out base_url or add -D target=local"),
        (["--tags=@phase2", "-D", "target=local", "-D", "embedded=true"], 2, "is said by its file only"),
        (["--tags=@phase2", "-D", "source="], 2, "-D source= is empty"),
        (["--tags=@phase2", "-D", "manifest=nowhere.toml"], 2, "the manifest nowhere.toml does not exist"),
        (["--tags=@phase2", "-D", "simulation_key=x"], 2, "is refused, since a command line can be read by others"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_asks_nothing_or_cannot_begin_says_so(
    arguments: list[str], exit_code: int, says: str, tmp_path: Path
) -> None:
    ran = behave(tmp_path, *arguments)
    assert ran.exit_code == exit_code, ran.output
    assert says in ran.output
    assert not TRACEBACK.search(ran.output)


def test_a_reports_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    ran = behave(tmp_path / "file", "--tags=@phase2")
    assert ran.exit_code == 2
    assert "cannot be written (Not a directory): name another folder with -D reports=DIR" in ran.output
    assert not TRACEBACK.search(ran.output)


def test_a_run_that_cannot_begin_loses_nothing_of_the_last(rehearsal: Ran) -> None:
    def left() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in rehearsal.reports.rglob("*") if path.is_file()}

    before = left()
    assert behave(rehearsal.reports, "--tags=@phase2", "-D", "target=stagin").exit_code == 2
    assert left() == before


def test_a_part_of_the_specification_is_no_verdict(tmp_path: Path) -> None:
    ran = behave(tmp_path, "--tags=@promise.imports-01")
    assert ran.exit_code == 0, ran.output
    said = acceptance(tmp_path, "verdict")
    assert said.exit_code == 3
    assert "Partial, no verdict: the run asked a part of the specification; not asked: access-01a" in said.output


def test_source_promises_alone_start_no_service(tmp_path: Path) -> None:
    assert behave(tmp_path, "--tags=@phase2 and @unit").exit_code == 0
    assert not (tmp_path / "logs").exists()


def test_an_unreachable_target_is_never_broken_and_never_kept(tmp_path: Path) -> None:
    """The staging target with every address turned to a port of this machine that refuses."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused, and nobody else gets it
        at = f"127.0.0.1:{closed.getsockname()[1]}"
        addresses = {
            "STAGING_BASE_URL": f"http://{at}",
            "STAGING_AUTH_URL": f"http://{at}",
            "STAGING_WEBSOCKET_URL": f"ws://{at}/ws",
        }
        ran = behave(tmp_path, "--tags=@phase2", "-D", "target=staging", env=addresses)
    assert ran.exit_code == 1
    verdicts = {id: verdict for id, verdict in ran.examples.items() if not id.startswith("imports")}
    assert set(verdicts.values()) == {"could not tell", "not asked"}
    assert "cannot be reached: the connection was refused" in ran.output
    assert "Who is affected: not known, since the promise was not put to the test" in ran.output
    assert "no source tree was named" in ran.output
    assert not TRACEBACK.search(ran.output)
    assert acceptance(tmp_path, "verdict").exit_code == 2


def test_an_address_that_never_answers_costs_the_discovery_time_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        at = f"127.0.0.1:{silent.getsockname()[1]}"
        settings = {"base_url": f"http://{at}", "auth_url": f"http://{at}", "websocket_url": f"ws://{at}/ws"}
        options = [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]
        ran = behave(tmp_path, "--tags=@phase2", "-D", "target=local", "-D", "service_discovery_timeout=1", *options)
    run = ran.results["run"]
    assert "it never answered within the time for service discovery (1 s)" in ran.output
    live = [example for promise in ran.results["promises"] for example in promise["examples"]]
    assert sum(example["seconds"] for example in live) < 3, run


def test_a_tree_of_something_else_is_never_kept(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "netra_backend" / "app").mkdir(parents=True)
    (tree / "netra_backend" / "app" / "main.py").write_text("x = 1\n", encoding="utf-8")
    ran = behave(tmp_path / "reports", "--tags=@promise.imports-01", "-D", f"source={tree}")
    assert set(ran.examples.values()) == {"could not tell"}
    assert ran.exit_code == 1


def test_a_file_that_cannot_be_read_is_never_taken_for_a_clean_one(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(REPOSITORY / "reference", tree)
    unread = tree / "netra_backend" / "app" / "second.py"
    unread.write_text("class UnifiedWebSocketManager:\n    def (self): pass\n", encoding="utf-8")
    ran = behave(tmp_path / "reports", "--tags=@promise.imports-01", "-D", f"source={tree}")
    assert set(ran.examples.values()) == {"could not tell"}
    assert "netra_backend/app/second.py: " in ran.output


@pytest.mark.parametrize("fault", ["missing-event", "renewal-stays-the-same"])
def test_what_a_run_leaves_holds_no_secret(fault: str, tmp_path: Path) -> None:
    """Every generated password and key is a canary, and the evidence of what is broken is whole."""
    canary = "canary-pa55phrase-4711-of-more-than-32-letters"
    planted = (
        f"import secrets, sys; secrets.token_urlsafe = lambda *_: {canary!r};"
        "from behave.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["--tags=@phase2", "-D", f"faults={fault}", "-D", f"reports={tmp_path}"]
    ran = _run([sys.executable, "-c", planted, *arguments], tmp_path, None)
    assert "broken" in ran.examples.values(), ran.output
    assert (tmp_path / "logs").is_dir()
    _assert_no_secret(tmp_path, ran.output, canary)


def test_the_simulation_key_is_never_written(tmp_path: Path) -> None:
    canary = "canary-simulation-key-4711"
    unreachable = ["-D", "base_url=http://127.0.0.1:1", "-D", "auth_url=http://127.0.0.1:1"]
    unreachable += ["-D", "websocket_url=ws://127.0.0.1:1/ws", "-D", "frontend_url=http://127.0.0.1:1"]
    ran = behave(
        tmp_path, "--tags=@phase2", "-D", "target=staging", *unreachable, env={"E2E_OAUTH_SIMULATION_KEY": canary}
    )
    _assert_no_secret(tmp_path, ran.output, canary)


def _assert_no_secret(reports: Path, output: str, canary: str) -> None:
    forms = [canary, base64.b64encode(canary.encode()).decode()[:-4]]
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in reports.rglob("*") if path.is_file()}
    assert len(texts) > 1
    for path, text in [*texts.items(), (Path("terminal"), output)]:
        for form in forms:
            assert form not in text, path
        assert not re.search(r"\beyJ[\w-]{10,}\.", text), path
        assert not re.search(r"jwt\.[\w-]{20,}", text), path


def test_a_target_that_may_only_be_read_is_only_read(tmp_path: Path) -> None:
    ran = behave(tmp_path, "--tags=@phase2 and @needs.platform", "-D", "capabilities=")
    asked = {id for id, verdict in ran.examples.items() if verdict == "kept"}
    effects = {example.id: example.effect for example in phase2()[0]}
    assert {effects[id] for id in asked} == {"read-only"}
    assert {verdict for id, verdict in ran.examples.items() if effects[id] != "read-only"} == {"not asked"}
    assert "target embedded does not declare that data may be created on it" in ran.output
    sign_in = (tmp_path / "logs" / "sign-in.log").read_text(encoding="utf-8")
    assert "/auth/register" not in sign_in
