"""The report: really rendered, from small results that hold every verdict and every odd thing."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import shown_by_chromium

from acceptance.files import REPOSITORY
from acceptance.reporting import node as node_tools
from acceptance.reporting import render as rendering
from acceptance.reporting.render import CannotRender, render
from acceptance.verdicts import Verdict

TITLE = "Not ready: 1 promise is broken — </title></script><script>alert('título')</script>"
FACTS = {"Target": "the embedded platform", "Sign-in": "http://127.0.0.1:8001", "Promptly": "2 s"}
ODD = "</script><b>odd</b> “quotes” & 'ünïcödé' 你好 \u2028"
GAP = "Gap 1: live updates are built from one set of parts"
VALUE = "Business value: what customers pay for"

EXCHANGE = {
    "schemaVersion": 1,
    "start": 1763850000000,
    "stop": 1763850000042,
    "request": {
        "method": "POST",
        "url": "http://127.0.0.1:8001/auth/login",
        "headers": [{"name": "authorization", "value": "__ALLURE_REDACTED__"}],
        "body": {"contentType": "application/json", "encoding": "utf8", "value": '{"email": "pat@example.com"}'},
    },
    "response": {"status": 401, "statusText": "Unauthorized", "headers": []},
}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ATTACHMENTS: dict[str, tuple[str, str, bytes]] = {
    "Exchange": ("application/vnd.allure.http+json", ".httpexchange", json.dumps(EXCHANGE).encode()),
    "Timeline": ("image/svg+xml", ".svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    "Picture": ("image/png", ".png", PIXEL),
    "Events": ("text/csv", ".csv", b"time,service,what\n0.1,sign-in,accepted\n"),
    "Observation": ("application/json", ".json", json.dumps({"odd": ODD}).encode()),
    "Trace": ("text/plain", ".txt", ODD.encode()),
}


def result(
    reports: Path,
    id: str,
    verdict: Verdict | None,
    *,
    title: str = "it is so",
    story: str = "Every manager has exactly one home",
    message: str = "",
    epic: str = GAP,
    attach: bool = False,
    description: str = "",
    start: int = 1763850000000,
) -> dict[str, Any]:
    """Write one result as the formatter does, and return it."""
    folder = reports / "allure-results"
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    uuid = hashlib.sha256(f"{id} {number} {start} {time.monotonic_ns()}".encode()).hexdigest()
    identity = hashlib.md5(id.encode()).hexdigest()
    attachments = []
    for name, (kind, extension, content) in ATTACHMENTS.items() if attach else ():
        source = f"{uuid[:8]}-{name}-attachment{extension}"
        (folder / source).write_bytes(content)
        attachments.append({"name": name, "type": kind, "source": source})
    labels = {"epic": epic, "feature": "Imports have one home", "story": story, "severity": "critical", "host": "here"}
    labels |= {"verdict": verdict.value} if verdict else {}
    written = {
        "uuid": uuid,
        "name": title,
        "status": verdict.allure_status if verdict else "failed",
        "statusDetails": {"message": message},
        "description": description,
        "testCaseId": identity,
        "historyId": identity,
        "start": start + number,
        "stop": start + number + 500,
        "labels": [{"name": name, "value": value} for name, value in labels.items()],
        "attachments": attachments,
        "steps": [{"name": "Given a source tree", "status": "passed", "start": start, "stop": start + 1}],
    }
    (folder / f"{uuid}-result.json").write_text(json.dumps(written), encoding="utf-8")
    return written


def every_verdict(reports: Path, **options: Any) -> None:
    """Replace the results by those of a run that ended in every way."""
    shutil.rmtree(reports / "allure-results", ignore_errors=True)
    for number, verdict in enumerate(Verdict, start=1):
        result(reports, f"imports-{number:02}a", verdict, message=f"{verdict.value}: {ODD}", attach=True, **options)
    result(reports, "imports-09a", None, title="without a verdict", story="Another promise", **options)
    result(reports, "golden-01a", Verdict.KEPT, title=ODD, story="A question is answered", epic=VALUE, **options)


@dataclass(frozen=True)
class Report:
    """A rendered report and the data that its page shows."""

    path: Path

    @property
    def page(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def files(self) -> dict[str, bytes]:
        """The files that Allure put into the page, by name."""
        return {name: base64.b64decode(data) for name, data in re.findall(r'\bd\("([^"]+)","([^"]*)"\)', self.page)}

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    @property
    def examples(self) -> list[dict[str, Any]]:
        return [json.loads(content) for name, content in self.files.items() if name.startswith("data/test-results/")]

    @property
    def script(self) -> str:
        """The program of the page."""
        coded = re.search(r'src="data:text/javascript;base64,([^"]+)"', self.page)
        assert coded
        return base64.b64decode(coded[1]).decode("utf-8")

    def outside(self) -> list[str]:
        return rendering._outside_references(self.page)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reports folder with a name that patterns, shells and encodings stumble over."""
    return tmp_path_factory.mktemp("reports") / "repörts [1] of *möre*"


@pytest.fixture(scope="module")
def rendered(reports: Path) -> Report:
    """The report of the second of two runs."""
    every_verdict(reports, start=1763850000000)
    render(reports, title="Earlier", facts={})
    every_verdict(reports, start=1763860000000)
    return Report(render(reports, title=TITLE, facts=FACTS))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reports folder with one result."""
    result(tmp_path, "imports-01a", Verdict.KEPT)
    return tmp_path


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# What the report shows


def test_the_report_is_one_file_and_nothing_else_is_left(rendered: Report, reports: Path) -> None:
    assert rendered.path == reports / "report.html"
    assert left_in(reports) == {"allure-results", "history.jsonl", "report.html"}


def test_it_says_the_verdict_and_what_was_judged(rendered: Report) -> None:
    assert "<title> Not ready: 1 promise is broken — &lt;/title&gt;&lt;/script&gt;" in rendered.page
    assert rendered.json("widgets/variables.json") == FACTS
    assert list(rendered.json("widgets/variables.json")) == list(FACTS)


def test_it_groups_by_epic_feature_and_promise(rendered: Report) -> None:
    tree = rendered.json("widgets/tree.json")
    groups = tree["groupsById"]

    def named(ids: list[str]) -> dict[str, Any]:
        return {groups[id]["name"]: named(groups[id].get("groups", [])) for id in ids}

    assert named(tree["root"]["groups"]) == {
        GAP: {"Imports have one home": {"Every manager has exactly one home": {}, "Another promise": {}}},
        VALUE: {"Imports have one home": {"A question is answered": {}}},
    }
    assert sorted(leaf["name"] for leaf in tree["leavesById"].values()) == sorted(
        [*["it is so"] * 6, "without a verdict", ODD]
    )


def test_its_categories_are_the_verdicts_worst_first(rendered: Report) -> None:
    categories = rendered.json("widgets/categories.json")
    shown = {categories["nodes"][id]["name"]: categories["nodes"][id]["statistic"] for id in categories["roots"]}
    assert shown == {
        "Fault of the specification — says nothing about the platform": {"total": 1, "broken": 1},
        "Broken — the platform did not keep a promise": {"total": 1, "failed": 1},
        "Could not tell — the question could not be put or the answer not seen": {"total": 1, "broken": 1},
        "Known gap — broken, and listed with an owner and a date": {"total": 1, "failed": 1},
        "Not asked — does not apply to this target": {"total": 1, "skipped": 1},
        "Kept — the platform did it, and we saw it": {"total": 2, "passed": 2},
        "Without a verdict — a fault of the specification": {"total": 1, "failed": 1},
    }
    words = [name.split(" — ")[0].lower() for name in shown]
    assert words[:6] == [verdict.value.replace("suite fault", "fault of the specification") for verdict in Verdict]


def test_it_speaks_of_verdicts_and_not_of_tests(rendered: Report) -> None:
    ours = json.loads((rendering.CONFIGURATION / "words.json").read_bytes())
    assert '"statuses":{"passed":"passed"' not in rendered.script
    assert '"statuses": {"passed": "kept", "failed": "broken", "broken": "could not tell"' in rendered.script
    for verdict in Verdict:
        near = {Verdict.SUITE_FAULT: "could not tell", Verdict.KNOWN_GAP: "broken"}.get(verdict, verdict.value)
        assert ours["statuses"][verdict.allure_status] == near


def test_every_word_of_ours_replaces_one_of_allures(rendered: Report) -> None:
    coded = re.search(r"""JSON\.parse\('(\{"statuses": ?\{"passed": ?"kept",(?:[^'\\]|\\.)*)'\)""", rendered.script)
    german = re.search(r"""JSON\.parse\('(\{"statuses":\{"passed":"bestanden",(?:[^'\\]|\\.)*)'\)""", rendered.script)
    assert coded and german
    shown, allures = (json.loads(re.sub(r"\\(.)", r"\1", found[1])) for found in (coded, german))

    def leaves(words: dict[str, Any], path: str = "") -> set[str]:
        return {
            leaf
            for key, word in words.items()
            for leaf in (leaves(word, f"{path}/{key}") if isinstance(word, dict) else {f"{path}/{key}"})
        }

    ours = json.loads((rendering.CONFIGURATION / "words.json").read_bytes())
    assert leaves(ours) <= leaves(shown)
    assert leaves(ours) <= leaves(allures)  # another language still has the keys as Allure made them


def test_it_holds_every_attachment_and_message_unchanged(rendered: Report) -> None:
    held = set(rendered.files.values())
    assert {content for _, _, content in ATTACHMENTS.values()} <= held
    messages = {example["error"].get("message") for example in rendered.examples}
    assert {f"{verdict.value}: {ODD}" for verdict in Verdict} <= messages
    broken = next(example for example in rendered.examples if example["error"].get("message") == f"broken: {ODD}")
    assert [a["link"]["contentType"] for a in broken["attachments"]] == [kind for kind, _, _ in ATTACHMENTS.values()]


def test_what_an_example_would_have_noticed_is_told_with_it(tmp_path: Path) -> None:
    """Before the feature, and only there; everything else is as it was."""
    description = "**Affected:** everybody.\n\n---\n\n**A feature**"
    result(tmp_path, "imports-02a", Verdict.KEPT, title="imports-02a", attach=True, description=description)
    first = result(tmp_path, "imports-01a", Verdict.KEPT, title="imports-01a", attach=True, description=description)
    noticed = {first["testCaseId"]: ["updates go to <b>nobody</b>.", "an answer is lost."]}
    report = Report(render(tmp_path, title="t", facts={}, noticed=noticed))
    described = {example["name"]: example["descriptionHtml"] for example in report.examples}
    told = described["imports-01a"]
    assert told.index("everybody") < told.index("Would have noticed") < told.index("A feature")
    assert "<li>an answer is lost.</li>" in told
    assert "<b>" not in told
    assert "Would have noticed" not in described["imports-02a"]
    assert {content for _, _, content in ATTACHMENTS.values()} <= set(report.files.values())


def test_it_hides_technical_labels_and_keeps_the_verdict(rendered: Report) -> None:
    assert {label["name"] for example in rendered.examples for label in example["labels"]} == {
        "epic",
        "feature",
        "story",
        "severity",
        "verdict",
    }


# History


def test_an_example_has_its_earlier_runs_beside_it(rendered: Report) -> None:
    assert [len(example["history"]) for example in rendered.examples] == [1] * 8


def test_the_same_results_count_as_one_run_however_often_they_are_rendered(folder: Path) -> None:
    for _ in range(2):
        report = Report(render(folder, title="once", facts={}))
    assert len((folder / "history.jsonl").read_bytes().splitlines()) == 1
    assert report.examples[0]["history"] == []


def test_the_history_keeps_the_latest_fifty_runs(folder: Path) -> None:
    render(folder, title="first", facts={})
    point = json.loads((folder / "history.jsonl").read_bytes())
    lines = []
    for run in range(60):
        items = {id: {**item, "id": f"{run}"} for id, item in point["testResults"].items()}
        lines.append(json.dumps({**point, "uuid": f"{run}", "name": f"run {run}", "testResults": items}))
    (folder / "history.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = Report(render(folder, title="last", facts={}))
    names = [json.loads(line)["name"] for line in (folder / "history.jsonl").read_bytes().split(b"\n") if line]
    assert names == [*(f"run {run}" for run in range(11, 60)), "last"]
    assert len(report.examples[0]["history"]) == 50


# Nothing from outside


def test_it_has_no_reference_to_the_outside(rendered: Report) -> None:
    assert rendered.outside() == []
    assert "googletagmanager" not in rendered.page
    assert "googletagmanager" not in rendered.script
    assert "default-src 'none'" in rendered.page


@pytest.mark.parametrize(
    "markup",
    [
        '<script async src="https://example.org/a.js"></script>',
        "<SCRIPT SRC=HTTP://example.org/a.js></SCRIPT>",
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<img src=" https://example.org/a.png">',
        '<img srcset="a.png 1x, https://example.org/a.png 2x">',
        '<iframe src="https://example.org"></iframe>',
        '<object data="https://example.org/a.swf"></object>',
        '<video poster="https://example.org/a.png"></video>',
        '<svg><image xlink:href="https://example.org/a.png"/></svg>',
        '<meta http-equiv="refresh" content="0; url=https://example.org">',
        '<a href="#" ping="https://example.org">x</a>',
        '<base href="https://example.org/">',
        '<p style="background: url(//example.org/a.png)">x</p>',
        "<style>@import 'https://example.org/a.css';</style>",
        '<style>p { background: url("https://example.org/a.png") }</style>',
    ],
)
def test_a_reference_to_the_outside_is_found(markup: str) -> None:
    found = rendering._outside_references(f"<!DOCTYPE html><html><head></head><body>{markup}</body></html>")
    assert len(found) == 1
    assert "example.org" in found[0]


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://example.org">a link to click on</a>',
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "<img src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E\">",
        "<script>// https://example.org is only told of here</script>",
        "<p>https://example.org</p>",
        '<script src="data:text/javascript;base64,Ly9hYmM="></script>',
    ],
)
def test_what_nobody_fetches_is_let_be(markup: str) -> None:
    assert rendering._outside_references(f"<html><body>{markup}</body></html>") == []


def test_a_page_with_a_reference_to_the_outside_is_no_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_in_our_words", lambda page: page + '<img src="https://example.org/a.png">')
    with pytest.raises(CannotRender, match=r"the report would fetch https://example\.org/a\.png"):
        render(folder, title="t", facts={})
    assert left_in(folder) == {"allure-results"}


# What cannot be rendered


def test_without_results_there_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("of another run", encoding="utf-8")
    with pytest.raises(CannotRender, match=r"there are no results in .*allure-results; run `behave` first"):
        render(tmp_path, title="t", facts={})
    assert left_in(tmp_path) == set(), "an older report passes for one of these results"


def test_a_result_cut_short_is_not_left_out_silently(folder: Path) -> None:
    (folder / "allure-results" / "killed-result.json").write_text('{"uuid": "kil', encoding="utf-8")
    with pytest.raises(CannotRender, match=r"killed-result\.json in allure-results is cut short or damaged"):
        render(folder, title="t", facts={})


def test_two_results_of_one_id_are_not_shown_as_one(folder: Path) -> None:
    result(folder, "imports-01a", Verdict.BROKEN, title="another example with an id that is taken")
    with pytest.raises(CannotRender, match="shows 1 of 2 results, as when two examples have one id"):
        render(folder, title="t", facts={})
    assert left_in(folder) == {"allure-results"}


def test_a_damaged_history_is_told_and_kept(folder: Path) -> None:
    damaged = b'{"uuid": "a", "testResults": {}}\n{"uuid": "b", "testRes'
    (folder / "history.jsonl").write_bytes(damaged)
    with pytest.raises(CannotRender, match=r"line 2 of .*history\.jsonl is damaged; remove that line"):
        render(folder, title="t", facts={})
    assert (folder / "history.jsonl").read_bytes() == damaged


@pytest.mark.parametrize("failure", ["error", "silence", "slow"])
def test_when_allure_fails_the_history_is_as_before(
    folder: Path, failure: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(folder, title="t", facts={})
    before = (folder / "history.jsonl").read_bytes()
    node = tmp_path_factory.mktemp("bin") / "node"
    node.write_text(
        "#!/bin/sh\n" + {"error": "echo no memory; exit 1", "silence": "exit 0", "slow": "/bin/sleep 60"}[failure]
    )
    node.chmod(0o755)
    monkeypatch.setattr(node_tools, "NODE", node)
    monkeypatch.setattr(rendering, "GENERATE_SECONDS", 1)
    told = {"error": "no memory", "silence": "no reason", "slow": "not finish within 1 s"}[failure]
    with pytest.raises(CannotRender, match=rf"{told}.*the results are kept: run `python -m acceptance report`"):
        render(folder, title="t", facts={})
    assert (folder / "history.jsonl").read_bytes() == before
    assert left_in(folder) == {"allure-results", "history.jsonl"}


def test_a_folder_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device", "run.json")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CannotRender, match=r"No space left on device: run\.json; the results are kept"):
        render(folder, title="t", facts={})


# Installing the tool


def test_the_lock_file_names_a_digest_for_everything_and_no_registry() -> None:
    lock = json.loads((rendering.CONFIGURATION / "package-lock.json").read_bytes())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages["node_modules/allure"]["version"] == "3.18.0"
    assert not any("resolved" in p for p in packages.values())  # whichever registry the user's npm is set to serves
    assert all(p["integrity"].startswith("sha512-") for p in packages.values())
    assert not any(p.get("hasInstallScript") for p in packages.values())


def test_without_the_registry_it_says_so_soon(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{closed.getsockname()[1]}/")
    monkeypatch.setenv("npm_config_cache", str(empty / "npm"))
    monkeypatch.setattr(rendering, "INSTALLED", empty / "node_modules")
    (folder / "report.html").write_text("of another run", encoding="utf-8")
    (folder / "history.jsonl").write_text("", encoding="utf-8")
    said: list[str] = []
    started = time.monotonic()
    with pytest.raises(CannotRender) as caught:
        render(folder, title="t", facts={}, progress=said.append)
    assert time.monotonic() - started < 20
    assert said == ["installing the report tool (once, about 20 s)"]
    assert re.fullmatch(
        r"the report could not be rendered: npm could not install the report tool \(.*ECONNREFUSED 127\.0\.0\.1:\d+\); "
        r"the results are kept: run `python -m acceptance report` when the npm registry can be reached",
        str(caught.value),
    )
    assert left_in(folder) == {"allure-results", "history.jsonl"}
    assert left_in(empty / "node_modules") == set()


def _install(installed: Path, ended: Any) -> None:
    rendering.INSTALLED = installed
    ended.put(str(rendering.installed_tool(lambda message: None)))


def test_two_processes_may_install_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ended = context.Queue()
    both = [context.Process(target=_install, args=(tmp_path / "node_modules", ended)) for _ in range(2)]
    for process in both:
        process.start()
    tools = {ended.get(timeout=node_tools.INSTALL_SECONDS) for _ in both}
    for process in both:
        process.join()
    assert len(tools) == 1
    assert left_in(tmp_path / "node_modules") == {Path(tools.pop()).name}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the test reads the list of processes from /proc")
def test_ctrl_c_stops_npm_and_leaves_nothing_behind(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        program = (
            "import sys, pathlib; from acceptance.reporting import render as r\n"
            "r.INSTALLED = pathlib.Path(sys.argv[2])\n"
            "r.render(pathlib.Path(sys.argv[1]), title='t', facts={}, progress=lambda m: print(m, flush=True))"
        )
        environment = {
            **os.environ,
            "npm_config_registry": f"http://127.0.0.1:{silent.getsockname()[1]}/",
            "npm_config_cache": str(empty / "npm"),
        }
        command = [sys.executable, "-c", program, str(folder), str(empty / "node_modules")]
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=-1, stderr=-1, text=True)
        silent.settimeout(30)
        with silent.accept()[0]:  # npm asks: it is under way
            (npm,) = _children(process.pid)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=10)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not Path(f"/proc/{npm}").exists()
    assert left_in(folder) == {"allure-results"}
    assert left_in(empty / "node_modules") == set()


# In the browser


@pytest.mark.browser
def test_the_browser_shows_the_report_and_fetches_nothing(rendered: Report, tmp_path: Path) -> None:
    text, fetched = shown_by_chromium(rendered.path.as_uri(), tmp_path)
    assert fetched == []
    assert "Not ready: 1 promise is broken" in text
    for words in (*FACTS, *FACTS.values(), "What was judged", "Could not tell", "Not asked", "Kept", "worst first"):
        assert words in text
    assert text.index(GAP) < text.index(VALUE), "the worst comes first"
    for words in ("Passed", "Failed", "Variables"):
        assert words not in text
    assert (tmp_path / "page.png").stat().st_size > 10_000


@pytest.mark.browser
def test_the_browser_shows_the_verdicts(rendered: Report, tmp_path: Path) -> None:
    text, _ = shown_by_chromium(f"{rendered.path.as_uri()}#categories", tmp_path)
    names = [
        "Fault of the specification — says",
        "Broken — the",
        "Could not tell — the",
        "Known gap — broken, and listed",
        "Not asked — does",
        "Kept — the",
    ]
    assert [text.index(name) for name in names] == sorted(text.index(name) for name in names)
    assert "Product errors" not in text


@pytest.mark.browser
def test_even_a_picture_in_a_description_is_not_fetched(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    picture = "https://outside.example/picture.png"
    shutil.rmtree(folder / "allure-results")
    odd = result(folder, "imports-01a", Verdict.KEPT, description=f"Look: ![a picture]({picture})")
    report = render(folder, title="t", facts={})
    opened = hashlib.md5(odd["uuid"].encode()).hexdigest()
    _, fetched = shown_by_chromium(f"{report.as_uri()}#{opened}", tmp_path_factory.mktemp("report"))
    assert fetched == []

    policy = re.compile(r"<meta http-equiv=.Content-Security-Policy.*?>")
    careless = folder / "careless.html"
    careless.write_text(policy.sub("", report.read_text(encoding="utf-8")), encoding="utf-8")
    _, fetched = shown_by_chromium(f"{careless.as_uri()}#{opened}", tmp_path_factory.mktemp("careless"))
    assert fetched == [picture], "without the policy it is not fetched either, so this proves nothing"
