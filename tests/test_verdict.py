"""The verdict: one sentence, the counts, the exit code, and the worst decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from acceptance import plan
from acceptance.reporting.results import (
    ExampleResult,
    PromiseResult,
    Results,
    RunFacts,
    SourceFacts,
    Specification,
    TargetFacts,
)
from acceptance.signoff.verdict import judge
from acceptance.verdicts import Verdict, worst

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = NOW.date()


def a_promise(verdict: Verdict, *, id: str = "golden-01", needs: str = "platform", reason: str = "") -> PromiseResult:
    example = ExampleResult(
        id=f"{id}a",
        title="An example",
        location="a.feature:1",
        verdict=verdict,
        reason=reason,
        seconds=0.1,
        effect="read-only",
        needs=[needs],
        plan_tests=[],
    )
    return PromiseResult(
        id=id, sentence=f"The sentence of {id}", feature="F", epic=None, verdict=verdict, examples=[example]
    )


def results(*promises: PromiseResult, embedded: bool = False, **run: Any) -> Results:
    return Results(
        run=RunFacts(
            **{
                "started": NOW,
                "finished": NOW,
                "selection": "--tags=phase2",
                "complete": True,
                "interrupted": False,
                "missing": [],
                "faults": [],
                **run,
            }
        ),
        target=TargetFacts(
            name="embedded" if embedded else "blue",
            about="x",
            embedded=embedded,
            addresses={},
            versions={},
            capabilities=[],
            deadlines={},
            planted_faults=[],
        ),
        source=SourceFacts(tree="t", is_reference=embedded, revision=None, manifest_version=None, app_files=None),
        specification=Specification(revision=None, changed=None, plan_tests_without_promise=[]),
        tools={},
        promises=list(promises),
    )


KEPT, BROKEN = a_promise(Verdict.KEPT), a_promise(Verdict.BROKEN, id="imports-01", needs="source-tree")
UNKNOWN = a_promise(Verdict.COULD_NOT_TELL, id="staging-01", reason="sign-in cannot be reached")
FAULT = a_promise(Verdict.SUITE_FAULT, id="access-01")
EXCUSED = a_promise(Verdict.NOT_ASKED, id="ssot-01", reason="no source tree was named")


@pytest.mark.parametrize(
    ("found", "exit_code", "says"),
    [
        (results(KEPT), 0, "Ready: target blue keeps every promise that was asked."),
        (results(KEPT, EXCUSED), 0, "Ready:"),
        (results(KEPT, embedded=True), 0, "Rehearsal: the specification works; this says nothing about Netra."),
        (results(KEPT, BROKEN), 1, "Broken: the source tree t does not keep “The sentence of imports-01”"),
        (results(KEPT, BROKEN, UNKNOWN), 1, "Broken:"),
        (results(KEPT, BROKEN, embedded=True), 1, "the reference platform's source does not keep"),
        (results(KEPT, BROKEN, UNKNOWN, FAULT), 2, "No verdict: the specification itself failed"),
        (results(KEPT, faults=["after_all: boom"]), 2, "the specification itself failed (after_all: boom)."),
        (results(KEPT, UNKNOWN), 2, "“The sentence of staging-01” (staging-01): sign-in cannot be reached."),
        (results(KEPT, complete=False, missing=["imports-01a[manager]"]), 3, "not asked: imports-01a[manager]."),
        (results(KEPT, BROKEN, complete=False, missing=["x"]), 1, "Broken:"),
        (results(KEPT, UNKNOWN, complete=False, missing=["x"]), 2, "Could not tell:"),
        (results(complete=False, hint="no example carries @typo; did you mean @phase2?"), 3, "did you mean @phase2?"),
        (results(complete=False), 3, "Nothing was asked: no example matches --tags=phase2."),
        (results(EXCUSED), 3, "Nothing was asked: no source tree was named."),
        (results(KEPT, complete=False, finished=None), 3, "the run did not come to its end"),
        (results(KEPT, complete=False, interrupted=True), 3, "the run was interrupted"),
    ],
)  # fmt: skip
def test_the_worst_decides(found: Results, exit_code: int, says: str) -> None:
    judgement = judge(found, TODAY)
    assert says in judgement.sentence
    assert judgement.exit_code == exit_code


def test_nothing_is_ready_while_tests_of_the_plan_have_no_promise() -> None:
    waiting = Specification(revision=None, changed=None, plan_tests_without_promise=list(plan.TESTS)[2:])
    real = results(KEPT).model_copy(update={"specification": waiting})
    assert judge(real, TODAY).exit_code == 3
    assert "only 2 of the plan's 18 tests have a promise yet" in judge(real, TODAY).sentence
    rehearsal = results(KEPT, embedded=True).model_copy(update={"specification": waiting})
    assert judge(rehearsal, TODAY).exit_code == 0


def test_what_was_judged_is_named() -> None:
    both = judge(results(a_promise(Verdict.BROKEN), BROKEN), TODAY).sentence
    assert "target blue and the source tree t do not keep" in both
    assert "1 more promise" in both


def test_the_counts_are_by_verdict_and_never_a_percentage() -> None:
    told = judge(results(KEPT, BROKEN, UNKNOWN, EXCUSED), TODAY).counts
    assert told == "4 promises: 1 broken, 1 could not tell, 1 not asked, 1 kept (3 examples asked)"


def test_a_promise_is_as_good_as_its_worst_example() -> None:
    assert worst([Verdict.KEPT, Verdict.NOT_ASKED]) is Verdict.NOT_ASKED
    assert worst([Verdict.KEPT, Verdict.COULD_NOT_TELL, Verdict.BROKEN]) is Verdict.BROKEN
    assert worst(Verdict) is Verdict.SUITE_FAULT


def test_what_the_target_excuses_is_listed_with_the_reason() -> None:
    assert judge(results(KEPT, EXCUSED), TODAY).excused == ["ssot-01 (no source tree was named)"]
    assert judge(results(KEPT), TODAY).excused == []


def test_of_a_promise_that_is_excused_in_part_the_number_of_examples_is_told() -> None:
    in_part = KEPT.model_copy(update={"verdict": Verdict.NOT_ASKED, "examples": [*KEPT.examples, *EXCUSED.examples]})
    assert judge(results(in_part), TODAY).excused == [f"1 of 2 examples of {KEPT.id} (no source tree was named)"]
