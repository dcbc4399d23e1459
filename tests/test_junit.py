"""The results as JUnit XML: what a pipeline's page shows is never greener than the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from command import acceptance
from made_up_runs import EXAMPLES, a_run, embedded, kept_in, staging, tree

from acceptance.reporting import junit
from acceptance.reporting.results import Results
from acceptance.verdicts import Verdict


def cases(results: Results) -> dict[str, tuple[str, dict[str, str], str]]:
    """By the id of the example: how its case ends, with which attributes and text."""
    found = {}
    for case in ElementTree.fromstring(junit.document(results)).iter("testcase"):
        (ended,) = list(case) or [ElementTree.Element("passed")]
        found[case.attrib["name"].partition(": ")[0]] = (ended.tag, dict(ended.attrib), ended.text or "")
    return found


@pytest.mark.parametrize(
    ("verdict", "ends"),
    [
        (Verdict.KEPT, "passed"),
        (Verdict.BROKEN, "failure"),
        (Verdict.KNOWN_GAP, "failure"),
        (Verdict.COULD_NOT_TELL, "error"),
        (Verdict.SUITE_FAULT, "error"),
        (Verdict.NOT_ASKED, "skipped"),
    ],
)
def test_each_verdict_ends_as_what_it_is(verdict: Verdict, ends: str) -> None:
    reason = "" if verdict is Verdict.KEPT else "so it was\nand more"
    found = cases(a_run(embedded(), tree(), {"golden-02a": (verdict, reason)}))
    tag, attributes, text = found.pop("golden-02a")
    assert tag == ends
    if verdict is not Verdict.KEPT:
        assert attributes == {"message": "so it was", "type": verdict.value}
        assert "What happened: so it was\nand more" in text
    assert {tag for tag, _, _ in found.values()} == {"passed"}
    assert len(found) == len(EXAMPLES) - 1


def test_a_suite_is_a_promise_with_its_counts() -> None:
    ends: dict[str, Any] = {"isolation-01a": (Verdict.BROKEN, "x"), "isolation-01b": (Verdict.NOT_ASKED, "y")}
    suites = ElementTree.fromstring(junit.document(a_run(embedded(), tree(), ends)))
    found = {suite.attrib["name"].partition(": ")[0]: suite.attrib for suite in suites}
    counts = {name: found["isolation-01"][name] for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "2", "failures": "1", "errors": "0", "skipped": "1"}
    assert (suites.attrib["tests"], suites.attrib["failures"]) == (str(len(EXAMPLES)), "1")
    assert list(found) == list(dict.fromkeys(example.promise.id for example in EXAMPLES))


def test_what_belongs_to_no_example_is_told_too() -> None:
    run = a_run(staging(), faults=["before_all: it fell"], missing=["golden-99a"], finished=None, complete=False)
    found = cases(run)
    told = "before_all: it fell"
    assert found["the run"] == ("error", {"message": told, "type": "suite fault"}, told)
    assert found["golden-99a"][0] == "skipped"
    assert found["the end of the run"][0] == "error"


def test_whatever_the_platform_said_the_file_is_xml() -> None:
    said = "".join(map(chr, range(0x30))) + "\ud800 \ufffe ]]> <b> & é 🙂"
    found = cases(a_run(embedded(), tree(), {"golden-02a": (Verdict.BROKEN, said)}))
    assert "]]> <b> & é 🙂" in found["golden-02a"][2]


def test_the_command_writes_it_beside_the_results(tmp_path: Path) -> None:
    folder = kept_in(tmp_path, a_run(embedded(), tree(), {"golden-02a": (Verdict.BROKEN, "silence")}))
    assert acceptance(folder, "junit").exit_code == 0
    assert ElementTree.parse(folder / "junit.xml").getroot().attrib["failures"] == "1"
    refused = acceptance(folder, "junit", "--output", str(tmp_path / "no" / "such" / "folder.xml"))
    assert refused.exit_code == 2
    assert "name a file in a folder of yours with --output" in refused.output
