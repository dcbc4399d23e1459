"""The report says what behave says, and never anything greener: rows A1 to A15 of what allure-behave gets wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from behave.model_type import Status
from behave_run import Behave, Run, details, every_step, labels, run_behave

from acceptance.reporting.allure_formatter import STEP_STATUSES
from acceptance.verdicts import Verdict

STEP_IN_ALLURE = {"passed": "passed", "failed": "failed", "skipped": "skipped", "untested": "skipped"}
OUTLINE_COLUMNS = {"who", "what", "row"}
PASSED_BUT_NOT_KEPT = {"A pending step in work", "No steps at all"}
OLD = "00000000-0000-4000-8000-000000000000"

Check = Callable[[Run, Behave], None]
ROWS: dict[str, Check] = {}


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All features, with something said by the hooks of the run."""
    folder = tmp_path_factory.mktemp("whole")
    return run_behave(folder, "-D", "before_all=attach", "-D", "after_all=attach")


@pytest.fixture
def behave(tmp_path: Path) -> Behave:
    return lambda *arguments, **options: run_behave(tmp_path, *arguments, **options)


def row(name: str) -> Callable[[Check], Check]:
    """Names the proof of one row."""

    def keep(check: Check) -> Check:
        ROWS[name] = check
        return check

    return keep


@row("A1 every scenario inside a Rule is reported")
def _(whole: Run, behave: Behave) -> None:
    told = Counter((result["titlePath"][0], *labels(result, "story")) for result in whole.results)
    assert told == Counter((said["feature"], *filter(None, [said["rule"]])) for said in whole.said)
    assert sum(bool(said["rule"]) for said in whole.said) > 40


@row("A2 tables, doc strings and attachments work inside a Rule")
def _(whole: Run, behave: Behave) -> None:
    result = whole.result("Doc strings and attachments")
    attached = whole.attached(result)
    assert attached["Table"].splitlines() == ["name,place", "Pat,Oslo", "Robin,Rome"]
    assert attached["Text"] == "A long\ntext"
    assert attached["Note"] == "a note"
    assert attached["Attachment"] == "behave's own way"
    holders = {step["name"]: [item["name"] for item in step.get("attachments", [])] for step in every_step(result)}
    assert holders["Then something is attached"] == ["Note", "Attachment"]
    assert holders["inside"] == ["Picture"]


@row("A3 no step leaks from a deselected scenario into the next")
def _(whole: Run, behave: Behave) -> None:
    run = behave("--tags=@id.rules-01a or @id.rules-01d")
    for result in run.results:
        whole_result = next(other for other in whole.results if other["fullName"] == result["fullName"])
        assert [step["name"] for step in result["steps"]] == [step["name"] for step in whole_result["steps"]]
    assert len(run.results) == 2


@row("A4 an error in a hook, a fixture or a clean-up of a scenario is never green")
def _(whole: Run, behave: Behave) -> None:
    for hook in ("before_scenario", "before_tag", "before_step", "after_step", "after_scenario", "after_tag"):
        result = whole.result(hook)
        assert (result["status"], labels(result, "verdict")) == ("broken", ["suite fault"])
        assert f"a fault of the specification: RuntimeError: {hook} went wrong" in details(result)
        assert 'File "environment.py"' in details(result, "trace")
    assert "the fixture went wrong" in details(whole.result("A fixture"))
    assert "clean-up of the fixture went wrong" in details(whole.result("A clean-up"))
    assert "clean-up of the fixture went wrong" in details(whole.result("Everything around it"), "trace")
    failed_before = whole.result("A failed step and an error afterwards")
    assert "What happened: 1 is not 2" in details(failed_before)
    assert "And afterwards:\nTraceback" in details(failed_before, "trace")
    assert "after_scenario went wrong" in details(failed_before, "trace")


@row("A5 an error in before_feature or before_rule reaches each of its scenarios")
def _(whole: Run, behave: Behave) -> None:
    below = {"Outside a rule": "before_feature", "Rows never begun": "before_rule"}
    told = [result for result in whole.results if result["name"] in below and result["status"] != "skipped"]
    assert len(told) == 3
    for result in told:
        assert result["status"] == "broken"
        assert f"RuntimeError: {below[result['name']]} went wrong" in details(result)
        assert f"{below[result['name']]} prints" in whole.attached(result)["Printed"]
        assert {step["status"] for step in result["steps"]} == {"skipped"}
    could_not_tell = whole.result("Never begun", "before_tag of a rule could not tell")
    assert labels(could_not_tell, "verdict") == ["could not tell"]


@row("A6 reasons of skips are told, and every step has a status")
def _(whole: Run, behave: Behave) -> None:
    reasons = {
        "A step skips with a reason": "this target has no clock",
        "A step skips without a reason": "no reason was given",
        "A hook skips with a reason": "before_scenario says so",
        "A hook skips without a reason": "no reason was given",
    }
    for name, reason in reasons.items():
        assert whole.result(name)["status"] == "skipped"
        assert f"What happened: not asked: {reason}" in details(whole.result(name))
    skipped_feature = [result for result in whole.results if result["titlePath"][0] == "Skipped as a whole"]
    assert [result["status"] for result in skipped_feature] == ["skipped", "skipped"]
    assert all("before_feature says so" in details(result) for result in skipped_feature)
    assert all(step["status"] for result in whole.results for step in every_step(result))
    assert [step["status"] for step in whole.result("A pending step in work")["steps"]] == ["broken", "passed"]
    assert whole.result("A pending step in work")["status"] == "broken"


@row("A7 allure.dynamic works")
def _(whole: Run, behave: Behave) -> None:
    result = whole.result("A title of its own")
    assert result["description"] == "A description of its own"
    assert labels(result, "severity") == ["blocker"]
    assert {"one", "two"} <= set(labels(result, "tag"))
    assert labels(result, "owner") == ["Team Blue", "Pat"]
    assert [(parameter["name"], parameter["value"]) for parameter in result["parameters"]] == [("waited", "4")]
    assert [link["name"] for link in result["links"]][1:] == ["Page", "Issue"]


@row("A8 what the command line deselects is left out")
def _(whole: Run, behave: Behave) -> None:
    assert behave("--tags=@id.rules-01b").names == ["Ada asks twice", "Pat asks twice", "Robin asks twice"]
    by_name = behave("--name=Ada")
    assert by_name.names == ["Ada asks twice"]
    assert Counter(said["verdict"] for said in by_name.said) == {"kept": 1, None: len(by_name.said) - 1}
    line = next(
        number
        for number, text in enumerate((whole.folder / "features/rules.feature").read_text().splitlines(), 1)
        if "| Robin | butter |" in text
    )
    assert behave(f"features/rules.feature:{line}").names == ["Robin asks twice"]
    assert behave("--tags=@id.status-01k", "--no-skipped").names == ["A hook skips with a reason"]
    assert behave("--tags=@nothing").results == []


@row("A9 captured output is attached, and everything is redacted")
def _(whole: Run, behave: Behave) -> None:
    attached = whole.attached(whole.result("Output and a secret"))
    assert attached["Printed"] == "printed (hidden)"
    assert attached["Printed as errors"] == "warned (hidden)"
    assert attached["Logged"] == "LOG_WARNING:netra: logged (hidden)"
    assert attached["File"] == '{"password": "(hidden)"}'
    assert attached["Named (hidden)"] == "(hidden) in bytes"
    hooks = whole.attached(whole.result("Hooks attach"))
    assert (hooks["Printed"], hooks["Logged"]) == ("after_scenario prints", "LOG_WARNING:netra: after_scenario logs")
    assert "hunter2" in (whole.folder / "features/rules.feature").read_text()
    for path in whole.results_folder.iterdir():
        assert b"hunter2" not in path.read_bytes()


@row("A10 the timeline has a host, a thread and times")
def _(whole: Run, behave: Behave) -> None:
    for result in whole.results:
        assert len(labels(result, "host")) == 1
        assert len(labels(result, "thread")) == 1
        assert result["start"] <= result["stop"]


@row("A11 old results are removed and nothing else; a dry run writes nothing")
def _(whole: Run, behave: Behave) -> None:
    dry = behave("--dry-run")
    assert not (dry.folder / "reports").exists()
    results = dry.results_folder
    results.mkdir(parents=True)
    old = [
        f"{OLD}-{end}" for end in ("result.json", "container.json", "globals.json", "attachment.txt", "result.json.tmp")
    ]
    others = ["executor.json", "notes-attachment.txt", "history.jsonl"]
    for name in old + others:
        (results / name).write_text("{}")
    behave("--dry-run")
    assert sorted(path.name for path in results.iterdir()) == sorted(old + others)
    run = behave("--tags=@id.rules-01a")
    assert run.names == ["Doc strings and attachments"]
    assert {path.name for path in results.iterdir()} & {*old, *others} == set(others)
    assert behave("--tags=@nothing").results == []


@row("A12 titles are plain, and identity is the example's own")
def _(whole: Run, behave: Behave) -> None:
    assert not [result["name"] for result in whole.results if "-- @" in result["name"]]
    for key in ("fullName", "testCaseId", "historyId"):
        assert len({result[key] for result in whole.results}) == len(whole.results)
    assert (
        whole.result("Pat asks twice")["fullName"] == whole.result("Pat asks twice")["testCaseId"] == "rules-01b[Pat]"
    )
    assert whole.result("Pat asks twice")["parameters"] == [
        {"name": "who", "value": "Pat", "excluded": True},
        {"name": "what", "value": "bread", "excluded": True},
    ]
    one, other = (whole.result("One title", rule) for rule in ("Rules carry everything", "Another rule"))
    assert one["historyId"] != other["historyId"]
    again = behave("features/rules.feature")
    assert {result["historyId"] for result in again.results} < {result["historyId"] for result in whole.results}


@row("A13 hooks of the run and of a feature attach to the run, and their errors are the run's")
def _(whole: Run, behave: Behave) -> None:
    assert whole.global_attachments == {
        name: f"attached in {name}" for name in ("before_all", "after_feature", "after_all")
    }
    errors = {error["message"] for error in whole.global_errors}
    assert {
        "after_feature: RuntimeError: after_feature went wrong",
        "after_rule: RuntimeError: after_rule went wrong",
    } < errors
    assert [error for error in errors if "clean-up of the fixture went wrong" in error]
    assert len(errors) == 3
    tags = "--tags=@id.status-01a"
    failing = behave(tags, "-D", "after_all=error", "-D", "cleanups_that_fail=1")
    assert sorted(error["message"] for error in failing.global_errors) == [
        "after_all: RuntimeError: after_all went wrong",
        "clean-up: RuntimeError: clean-up 0 went wrong",
    ]
    assert failing.result("It passes")["status"] == "passed"
    never = behave(tags, "-D", "before_all=error")
    assert [error["message"] for error in never.global_errors] == ["before_all: RuntimeError: before_all went wrong"]
    assert 'File "environment.py"' in never.global_errors[0]["trace"]
    assert [labels(result, "verdict") for result in never.results] == [["could not tell"]]


@row("A14 `with allure.step` around awaits tells the truth, and threads attach to the running step")
def _(whole: Run, behave: Behave) -> None:
    passed = [(step["name"], step["status"]) for step in every_step(whole.result("Awaits inside a step of Allure"))]
    assert passed == [("When an async step passes", "passed"), ("await", "passed")]
    failed = list(every_step(whole.result("A failure inside a step of Allure")))
    assert [step["status"] for step in failed] == ["failed", "failed", "failed"]
    assert {details(step) for step in failed} == {"nothing was awaited"}
    assert whole.result("Output and a secret")["steps"][-1]["attachments"][0]["name"] == "Thread"


@row("A14 a step of Allure that outlives its step or its scenario disturbs nothing")
def _(whole: Run, behave: Behave) -> None:
    left = whole.result("A step of Allure is left open")
    assert [step["name"] for step in left["steps"]][-1] == "Then a step passes again"
    assert [(step["name"], step["status"]) for step in left["steps"][-2]["steps"]] == [("left open", "broken")]
    assert whole.result("And closed too late")["status"] == "passed"


@row("A15 a step that calls steps is one step, and disturbs nothing")
def _(whole: Run, behave: Behave) -> None:
    steps = [step["name"] for step in every_step(whole.result("A step that calls steps"))]
    assert steps == ["Given a step that passes", "When a step calls other steps"]


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, whole: Run, behave: Behave) -> None:
    ROWS[name](whole, behave)


def test_every_row_has_its_proof() -> None:
    assert {name.split()[0] for name in ROWS} == {f"A{number}" for number in range(1, 16)}


def test_the_report_says_what_behave_says_of_every_scenario_and_step(whole: Run) -> None:
    """``@verdict.…`` in the features says by hand how each has to end."""
    told = Counter(
        (
            *result["titlePath"],
            {"A title of its own": "Everything dynamic"}.get(result["name"], result["name"]),
            *(parameter["value"] for parameter in result.get("parameters", []) if parameter["name"] in OUTLINE_COLUMNS),
            result["status"],
            *labels(result, "verdict"),
            *((step["name"].replace("(hidden)", "hunter2"), step["status"]) for step in result.get("steps", [])),
        )
        for result in whole.results
    )
    expected = Counter(
        (
            *filter(None, (said["feature"], said["rule"])),
            said["name"].split(" -- @")[0],
            *said["row"].values(),
            Verdict(said["expected"]).allure_status,
            said["expected"],
            *((name, STEP_IN_ALLURE.get(status, "broken")) for name, status in said["steps"]),
        )
        for said in whole.said
    )
    assert told == expected
    assert [said["verdict"] for said in whole.said] == [said["expected"] for said in whole.said]


def test_nothing_is_greener_than_behave(whole: Run) -> None:
    green = {(result["titlePath"][-1], result["name"]) for result in whole.results if result["status"] == "passed"}
    for said in whole.said:
        name = said["name"].split(" -- @")[0]
        if said["status"] != "passed" or name in PASSED_BUT_NOT_KEPT:
            assert (said["rule"] or said["feature"], name) not in green
    assert whole.code == 1


def test_the_features_end_in_every_way_that_behave_knows(whole: Run) -> None:
    reserved = {"unknown", "executing", "xfailed", "xpassed"}
    only_in_a_dry_run = {"untested_pending", "untested_undefined"}
    only_steps, only_scenarios = {"undefined", "pending", "pending_warn"}, {"cleanup_error"}
    everything = {status.name for status in Status} - reserved - only_in_a_dry_run
    assert {said["status"] for said in whole.said} == everything - only_steps
    assert {status for said in whole.said for _, status in said["steps"]} == everything - only_scenarios
    assert set(STEP_STATUSES) == set(Status)


def test_allure_behave_itself_stops_the_run_and_tells_almost_nothing(behave: Behave) -> None:
    """The same features without our formatter: what the tests above prove is not there for nothing."""
    stock = behave(stock=True)
    assert "KeyError: None" in stock.output
    assert len(stock.results) < 5


def test_allure_behave_itself_tells_nothing_of_errors_inside_rules(behave: Behave) -> None:
    stock = behave("features/hooks.feature", "features/containers.feature", stock=True)
    assert stock.results == []
    assert len([said for said in stock.said if said["status"] != "passed"]) == 17


@pytest.mark.parametrize(
    ("how", "in_the_middle"),
    [
        ("interrupt=step", "the run was interrupted here"),
        ("interrupt=clean-up", "the run was interrupted here"),
        ("before_scenario=interrupt", "the run was interrupted here"),
        ("after_scenario=interrupt", "the run was interrupted here"),
        ("before_all=interrupt", "the run ended before this example was asked"),
    ],
)
def test_an_interrupted_run_loses_nothing(how: str, in_the_middle: str, behave: Behave) -> None:
    run = behave("interrupted", "-D", how)
    assert run.names == ["Afterwards", "Before", "During", "In a later feature"]
    assert f"could not tell: {in_the_middle}" in details(run.result("During"))
    for name in ("Afterwards", "In a later feature"):
        assert labels(run.result(name), "verdict") == ["could not tell"]
        assert "the run ended before this example was asked" in details(run.result(name))
    assert not list(run.results_folder.glob("*.tmp"))


def test_a_run_that_exits_tells_the_scenario_it_was_in(behave: Behave) -> None:
    run = behave("interrupted", "-D", "interrupt=exit")
    assert run.code == 9
    assert run.names == ["Before", "During"]
    assert [(step["name"], step["status"]) for step in every_step(run.result("During"))][1:] == [
        ("When the run is interrupted inside a step of Allure", "broken"),
        ("under way", "broken"),
        ("Then a step passes again", "skipped"),
    ]


def test_stopping_at_the_first_failure_tells_the_rest(behave: Behave) -> None:
    run = behave("features/every_status.feature", "--stop")
    assert len(run.results) == len(run.said) == 14
    assert "the run ended before this example was asked" in details(run.result("Nobody can tell"))


def test_a_failure_reads_aloud_in_four_lines_above_its_evidence(whole: Run) -> None:
    result = whole.result("The platform breaks its promise")
    assert details(result).splitlines() == [
        "We promised: Each way to end is told",
        "What happened: nothing was answered",
        "Who is affected: everyone who reads the report.",
        "Look first at: the queue",
    ]
    assert details(result, "trace").startswith("GET /answer 500\n\nTraceback (most recent call last):\n")
    assert "What happened: 1 is not 2" in details(whole.result("An assertion fails"))
    assert "What happened: Expected: 'right'\n" in details(whole.result("A library's matcher fails"))
    assert "ValueError: the cause" in details(whole.result("An unforeseen error"), "trace")
    for item in (*whole.results, *(step for result in whole.results for step in every_step(result))):
        assert "AssertionError" not in details(item)
        assert not re.search(r'"(/|.*\bbehave/|.*\ballure_commons/)', details(item, "trace"))


def test_labels_and_description_are_in_the_owners_words(whole: Run) -> None:
    passes, row = whole.result("It passes"), whole.result("Pat asks twice")
    assert labels(passes, "epic") == ["Gap 1: WebSocket import coordination"]
    assert labels(passes, "feature") == labels(passes, "suite") == ["Every status"]
    assert labels(passes, "story") == labels(passes, "subSuite") == ["Each way to end is told"]
    assert labels(passes, "promise") == ["status-01"]
    assert labels(passes, "example") == ["status-01a"]
    assert (labels(passes, "severity"), labels(row, "severity")) == (["critical"], ["normal"])
    assert labels(whole.result("An assertion fails"), "severity") == ["minor"]
    assert labels(passes, "tag") == ["verdict.kept", "gap.1", "phase2"]
    assert (labels(row, "owner"), row["links"][0]["url"]) == (["Team Blue"], "https://example.org/NET-7")
    assert (labels(row, "framework"), labels(row, "language")) == (["behave"], ["cpython3"])
    assert passes["description"].splitlines() == [
        "Seen with our own eyes.",
        "",
        "The way a step ends is the way its example ends.",
        "",
        "**Affected:** everyone who",
        "reads the report.",
        "",
        "**Look first at:** the formatter.",
        "",
        "---",
        "",
        "**Every status**",
        "",
        "A reader of the report relies on it.",
        "",
        "**Segment:** everyone who signs off",
        "",
        "**Value:** nothing that went wrong looks right",
    ]


def test_results_can_be_redirected(behave: Behave) -> None:
    run = behave("--tags=@id.rules-01a", "-D", "reports=elsewhere")
    assert not run.results_folder.exists()
    assert list((run.folder / "elsewhere" / "allure-results").glob("*-result.json"))


@pytest.mark.parametrize("second", ["allure", "allure_behave.formatter:AllureFormatter"])
def test_two_allure_formatters_end_in_one_clear_sentence(second: str, behave: Behave) -> None:
    run = behave("--format", second)
    assert run.code == 1
    assert run.output.splitlines()[-1].startswith("ConfigError: Allure's formatter is named twice: behave.ini has it")
    assert not (run.folder / "reports").exists()
