"""The sign-off sheet: what it answers, from which run, and how it reads."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import printed
from command import acceptance
from made_up_runs import EXAMPLES, STARTED, a_proof, a_run, embedded, kept_in, no_platform, staging, tree
from node_tools import look
from repositories import checkout, git

from acceptance import plan
from acceptance.files import REFERENCE
from acceptance.known_gaps import KnownGap
from acceptance.reporting import sheet_history
from acceptance.reporting.audit import SCALE
from acceptance.reporting.audit.trend import Figures, Migrated, Revision
from acceptance.reporting.audit.trend import Trend as SourceTrend
from acceptance.reporting.render import _outside_references
from acceptance.reporting.results import Results
from acceptance.signoff.criteria import Answer
from acceptance.signoff.several_runs import runs_in
from acceptance.signoff.sheet import pages
from acceptance.signoff.sheet.compose import compose
from acceptance.signoff.sheet.model import Sheet
from acceptance.signoff.verdict import State
from acceptance.verdicts import Verdict

TODAY = date(2026, 1, 3)
BROKEN, KEPT, UNKNOWN, NOT_ASKED = Verdict.BROKEN, Verdict.KEPT, Verdict.COULD_NOT_TELL, Verdict.NOT_ASKED
GAP = KnownGap(
    example="imports-03b",
    says="other names and paths",
    owner="live updates",
    issue="#1176",
    reason="The agents still import the former names.",
    since=date.today() - timedelta(days=1),
    expires=date.today() + timedelta(days=30),
    file="known-gaps/there-is-no-such.toml",
)


def a_sheet(folder: Path, *runs: Results, on: date = TODAY) -> Sheet:
    folders = [kept_in(folder / f"run-{number}", run) for number, run in enumerate(runs)]
    return compose(runs_in(folders, on), folder)


def answers(sheet: Sheet) -> dict[str, Answer]:
    return {line.name: line.answer for line in sheet.criteria}


def source_run(ends: Mapping[str, tuple[Verdict, str]] | None = None, **figures: Any) -> Results:
    return a_run(no_platform(), tree(**figures), ends)


def both(folder: Path, ends: Mapping[str, tuple[Verdict, str]] | None = None, **figures: Any) -> Sheet:
    """A source run beside a staging run."""
    return a_sheet(folder, source_run(ends, **figures), a_run(staging(), None, ends))


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ({}, "Yes: gaps 1, 2, 3 and 4 are closed (judged: "),
        (
            {"imports-02a": (BROKEN, "twice"), "ssot-02a": (BROKEN, "105"), "staging-04b[chat]": (NOT_ASKED, "so")},
            "No: gaps 1 and 4 are open, gap 3 is closed as far as it was asked, and gap 2 is closed (judged: ",
        ),
        (
            {"imports-03b": (UNKNOWN, "unread")},
            "Not known yet: gap 1 could not be told, and gaps 2, 3 and 4 are closed (",
        ),
        (
            {"staging-04b[chat]": (NOT_ASKED, "so")},
            "Yes, as far as it was asked: gap 3 is closed as far as it was asked, and ",
        ),
        (
            {"golden-01a": (BROKEN, "nothing came")},
            "Yes, but: gaps 1, 2, 3 and 4 are closed, and what else customers pay for is not all kept (judged: ",
        ),
        ({"golden-01a": (Verdict.SUITE_FAULT, "a bug")}, "Not known yet: "),
    ],
)
def test_the_first_sentence_answers_the_question_over_all_runs(
    ends: Mapping[str, tuple[Verdict, str]], says: str, tmp_path: Path
) -> None:
    """One sentence for both runs: one that is ready must not read as if all were."""
    sheet = both(tmp_path, ends)
    said = sheet.conclusion.answer
    assert said.startswith(says)
    assert said.endswith("(judged: the source tree ../netra and target blue).")
    assert f'<p class="sentence">{said}</p>' in pages.html(sheet)
    assert pages.html(sheet).count('class="sentence"') == 1
    assert f"**{said}**" in unescape(pages.markdown(sheet))


def test_a_part_is_no_answer(tmp_path: Path) -> None:
    only_source = a_sheet(tmp_path / "a", source_run())
    assert only_source.conclusion.answer == (
        "Not known yet: gap 3 was not asked, gap 2 is closed as far as it was asked, and gaps 1 and 4 are closed "
        "(judged: the source tree ../netra)."
    )
    rehearsal = a_sheet(tmp_path / "b", a_run(embedded(), tree(is_reference=True)))
    assert rehearsal.conclusion.answer == ""
    assert '<p class="sentence">Rehearsal: ' in pages.html(rehearsal)


def test_who_signs_is_told_how_much_nobody_saw(tmp_path: Path) -> None:
    assert both(tmp_path / "a").conclusion.to_sign.startswith("To sign it: `python -m ")
    excused = {f"staging-04b[{name}]": (NOT_ASKED, "so") for name in ("chat", "sign-in")}
    sheet = both(tmp_path / "b", excused)
    command = "To sign it, accept 2 examples that nobody saw kept, each with a reason: `python -m "
    assert sheet.conclusion.to_sign.startswith(command)
    (step,) = sheet.next_steps
    assert (step.owner, step.until, step.promises) == ("product owner", None, ["staging-04"])
    assert step.why == "Nobody saw them kept: 2 not asked."
    assert step.begin.startswith(command)
    assert "Nothing is open" not in pages.html(sheet)


def test_factories_that_work_for_nobody_do_not_keep_people_apart(tmp_path: Path) -> None:
    """The plan's criterion is about factories, and "without coordination gaps", not only about what was seen."""
    found = answers(both(tmp_path, {"factories-02b": (BROKEN, "19 factories do")}))
    assert found["User isolation"] is Answer.NOT_MET


IN_STAGING = {criterion.name for criterion in plan.CRITERIA if criterion.in_staging}
OF_SOURCE = {"WebSocket import coordination", "SSOT consolidation"}


def test_a_source_run_beside_a_staging_run_answers_every_criterion(tmp_path: Path) -> None:
    sheet = both(tmp_path)
    assert sheet.conclusion.state is State.READY
    assert set(answers(sheet).values()) == {Answer.MET}
    assert [line.reached for line in sheet.metrics] == [True] * 4
    assert [card.tone for card in sheet.gaps] == ["good"] * 5
    assert sheet.next_steps == []
    assert sheet.not_asked == []
    assert "signoff approve --reports" in sheet.conclusion.to_sign


def test_what_a_promise_would_have_noticed_is_beside_it(tmp_path: Path) -> None:
    """In the wording that is proven, by a proof that holds; without one it is said."""
    run = kept_in(tmp_path, a_run(staging()))
    sheet = compose(runs_in([run], TODAY), tmp_path, a_proof())
    lines = {line.id: line for card in sheet.gaps for line in card.promises}
    assert lines["golden-02"].would_have_noticed == ["whatever golden-02a is about is gone."]
    assert sheet.proof.startswith(
        f"Proven on 02 January 2026: {len(a_proof().faults)} faults were planted on the reference platform, one by"
    )
    page = pages.html(sheet)
    assert "Would have noticed: Whatever golden-02a is about is gone." in page
    access = len(lines["access-01"].would_have_noticed)
    assert f"And {access - 2} more." in pages.markdown(sheet)
    other = a_run(staging())
    other = other.model_copy(update={"promises": [p.model_copy(update={"text": "another"}) for p in other.promises]})
    reworded = compose(runs_in([kept_in(tmp_path, other)], TODAY), tmp_path, a_proof())
    assert "whose wording is another since" in reworded.proof
    assert not any(line.would_have_noticed for card in reworded.gaps for line in card.promises)
    failed = compose(runs_in([run], TODAY), tmp_path, a_proof(without="golden-02a"))
    assert failed.proof.startswith("Not proven: ")
    assert compose(runs_in([run], TODAY), tmp_path).proof.startswith("Not proven here: ")


def test_a_rehearsal_answers_nothing(tmp_path: Path) -> None:
    sheet = a_sheet(tmp_path, a_run(embedded(), tree(is_reference=True)))
    assert sheet.conclusion.state is State.REHEARSAL
    assert set(answers(sheet).values()) == {Answer.REHEARSED}
    assert [(line.rehearsed, line.measured) for line in sheet.metrics[:2]] == [
        (True, "0 (100% fewer than 37)"),
        (True, "0"),
    ]
    assert sheet.metrics[3].measured == "not measured"
    assert {card.tone for card in sheet.gaps} == {"none"}
    assert "cannot be signed" in sheet.conclusion.to_sign
    assert [step.what for step in sheet.next_steps] == [
        "Audit the platform's own source tree.",
        "Ask the staging environment.",
    ]


def test_in_staging_is_answered_only_by_a_staging_run(tmp_path: Path) -> None:
    elsewhere = answers(a_sheet(tmp_path / "a", a_run(staging("green", staging=False))))
    assert {elsewhere[name] for name in IN_STAGING} == {Answer.UNANSWERED}
    assert elsewhere["WebSocket events"] is Answer.MET  # which does not say “in staging”
    there = answers(a_sheet(tmp_path / "b", a_run(staging())))
    assert {there[name] for name in IN_STAGING} == {Answer.MET}


def test_a_criterion_about_source_is_not_answered_by_the_platform_nor_by_the_reference(tmp_path: Path) -> None:
    only_staging = answers(a_sheet(tmp_path / "a", a_run(staging())))
    assert {only_staging[name] for name in OF_SOURCE} == {Answer.UNANSWERED}
    rehearsed = answers(a_sheet(tmp_path / "b", a_run(embedded(), tree())))
    assert {rehearsed[name] for name in OF_SOURCE} == {Answer.MET}
    assert {rehearsed[name] for name in IN_STAGING} == {Answer.REHEARSED}


@pytest.mark.parametrize(
    ("ended", "answer"),
    [
        (BROKEN, Answer.NOT_MET),
        (UNKNOWN, Answer.UNKNOWN),
        (Verdict.SUITE_FAULT, Answer.UNKNOWN),
        (NOT_ASKED, Answer.MET_IN_PART),
    ],
)
def test_one_example_decides_the_criteria_that_its_promise_answers(
    ended: Verdict, answer: Answer, tmp_path: Path
) -> None:
    found = answers(both(tmp_path, {"staging-03b": (ended, "so it was")}))
    names = {criterion.name for criterion in plan.CRITERIA if "staging-03" in criterion.promises}
    assert names == {"Staging environment coordination", "WebSocket events", "Deployment confidence"}
    assert {found[name] for name in names} == {answer}
    assert {found[name] for name in found if name not in names} == {Answer.MET}


def test_what_is_broken_is_certain_whatever_else_could_not_be_told(tmp_path: Path) -> None:
    sheet = both(tmp_path, {"imports-01a[manager]": (UNKNOWN, "unread"), "imports-02a": (BROKEN, "twice")})
    line = next(line for line in sheet.criteria if line.name == "WebSocket import coordination")
    assert (line.answer, line.why) == (Answer.NOT_MET, "imports-02: broken")


def test_what_is_broken_is_the_next_step(tmp_path: Path) -> None:
    sheet = both(
        tmp_path, {"isolation-01a": (BROKEN, "Robin read along"), "factories-02a": (BROKEN, "30 factories do")}
    )
    assert sheet.conclusion.state is State.BROKEN
    (step,) = sheet.next_steps
    assert step.area == "Gap 2: factory pattern integration"
    assert step.owner == "nobody yet"
    assert step.until is None
    assert set(step.promises) == {"isolation-01", "factories-02"}
    assert "30 factories do" in step.why
    assert step.begin == "the place of factories-02a"
    assert step.cost.startswith("It affects ")
    assert "reliable factory coordination protects $500K+ ARR" in step.cost
    assert [card.tone for card in sheet.gaps] == ["good", "bad", "good", "good", "good"]
    assert "first close what is open" in sheet.conclusion.to_sign


def test_a_known_gap_has_its_owner_and_its_date(tmp_path: Path) -> None:
    run = a_run(no_platform(), tree(), {"imports-03b": (BROKEN, "11 other names and paths of it")}, known_gaps=[GAP])
    sheet = a_sheet(tmp_path, run, a_run(staging()), on=date.today())
    assert sheet.conclusion.state is State.KNOWN_GAPS
    assert answers(sheet)["WebSocket import coordination"] is Answer.KNOWN
    step, decision = sheet.next_steps
    assert (step.owner, step.until) == ("live updates", GAP.expires)
    assert (decision.owner, decision.until) == ("product owner", GAP.expires)
    (line,) = sheet.known_gaps
    assert (line.example, line.owner, line.issue, line.expires) == ("imports-03b", "live updates", "#1176", GAP.expires)
    assert line.happened == "11 other names and paths of it"
    assert sheet.gaps[0].tone == "known"
    assert "signoff approve" in sheet.conclusion.to_sign


def test_everything_is_judged_on_the_day_that_is_given(tmp_path: Path) -> None:
    """On the last day of its entry a known gap is one; on the next it is broken, and nobody owns it yet."""
    run = a_run(no_platform(), tree(), {GAP.example: (BROKEN, "11 other names and paths of it")}, known_gaps=[GAP])
    signable = "To sign it, accept 1 example that nobody saw kept, each with a reason"
    found = {}
    for on in (GAP.expires, GAP.expires + timedelta(days=1)):
        sheet = a_sheet(tmp_path, run, a_run(staging()), on=on)
        (promise,) = [line for card in sheet.gaps for line in card.promises if line.id == "imports-03"]
        states = (
            sheet.conclusion.state,
            sheet.gaps[0].tone,
            promise.verdict,
            answers(sheet)["WebSocket import coordination"],
        )
        found[on] = (*states, [step.owner for step in sheet.next_steps], sheet.conclusion.to_sign.partition(":")[0])
    assert list(found.values()) == [
        (State.KNOWN_GAPS, "known", Verdict.KNOWN_GAP, Answer.KNOWN, ["live updates", "product owner"], signable),
        (State.BROKEN, "bad", BROKEN, Answer.NOT_MET, ["nobody yet"], "This cannot be signed"),
    ]


@pytest.mark.parametrize(
    ("warnings", "reached", "measured"),
    [
        (0, True, "0 (100% fewer than 37)"),
        (1, True, "1 (97% fewer than 37)"),
        (2, False, "2 (95% fewer than 37)"),
        (37, False, "37 (0% fewer than 37)"),
    ],
)
def test_the_warnings_are_few_and_far_fewer_than_at_the_start(
    warnings: int, reached: bool, measured: str, tmp_path: Path
) -> None:
    line = both(tmp_path, ssot_warnings=warnings).metrics[0]
    assert (line.baseline, line.target) == ("37 warnings", "<5 warnings (95% reduction)")
    assert (line.reached, line.measured, line.of) == (reached, measured, "the source tree ../netra")


def test_the_other_metrics_are_counted_in_their_units(tmp_path: Path) -> None:
    ends = {
        "factories-01a": (BROKEN, "x"),
        "factories-01b": (BROKEN, "y"),
        "factories-03b": (BROKEN, "z"),
        "staging-02a": (BROKEN, "x"),
        "staging-04a[sign-in]": (NOT_ASKED, "not to be disturbed"),
    }
    _, paths, factories, of_staging = both(tmp_path, ends, names_with_several_paths=3).metrics
    assert (paths.measured, paths.reached) == ("3", False)
    assert (factories.measured, factories.reached) == ("2 of 4 asked", False)
    assert (of_staging.measured, of_staging.reached) == ("4 of 5 asked, 1 of them in part", False)


def test_each_test_of_the_plan_has_its_line(tmp_path: Path) -> None:
    sheet = both(tmp_path, {"imports-02a": (BROKEN, "twice")})
    lines = {line.test: line for line in sheet.traceability}
    assert list(lines) == [*plan.TESTS, *plan.REQUIRED]
    assert lines["1.1b"].promises == ["imports-02"]
    assert lines["1.1b"].verdict is BROKEN
    assert {line.verdict for test, line in lines.items() if test != "1.1b"} == {KEPT}
    assert lines["2.2b"].judged == "target blue"
    assert lines["4.1c"].judged == "the source tree ../netra"


def test_what_the_plan_says_is_answered_by_promises_that_exist() -> None:
    known = {example.promise.id for example in EXAMPLES}
    named = {id for entry in (*plan.CRITERIA, *plan.RISKS) for id in entry.promises}
    assert named <= known
    assert [sum(criterion.kind == kind for criterion in plan.CRITERIA) for kind in ("technical", "business")] == [4, 4]
    assert all(risk.promises or risk.outside for risk in plan.RISKS)


def test_each_risk_has_its_evidence_or_is_said_to_be_outside(tmp_path: Path) -> None:
    risks = {line.change: line for line in both(tmp_path, {"imports-07a": (BROKEN, "silent")}).risks}
    assert risks["WebSocket import consolidation"].evidence == "imports-07: broken; staging-03: kept"
    assert risks["Staging environment changes"].evidence.startswith("outside this specification: ")


def test_what_no_run_asked_is_listed_with_the_reason_of_the_run_that_could_have(tmp_path: Path) -> None:
    sheet = both(tmp_path, {"golden-03a": (NOT_ASKED, "it may not be disturbed")})
    assert [(line.reason, line.examples) for line in sheet.not_asked] == [("it may not be disturbed", ["golden-03a"])]


def test_of_two_runs_that_asked_the_same_the_worse_counts(tmp_path: Path) -> None:
    sheet = a_sheet(tmp_path, a_run(staging()), a_run(staging("green"), None, {"golden-01a": (BROKEN, "silence")}))
    assert answers(sheet)["$500K+ ARR protection"] is Answer.NOT_MET


def test_a_rehearsal_never_hides_what_was_really_asked(tmp_path: Path) -> None:
    ends = {"golden-01a": (BROKEN, "silence")}
    sheet = a_sheet(tmp_path, a_run(embedded(), tree(is_reference=True)), a_run(staging(), None, ends))
    assert answers(sheet)["$500K+ ARR protection"] is Answer.NOT_MET
    assert answers(sheet)["Staging environment coordination"] is Answer.MET
    assert answers(sheet)["User isolation"] is Answer.MET_IN_PART  # factories are of the source, only rehearsed


# --- the trend -------------------------------------------------------------------------------------------------------


def test_the_trend_is_of_complete_runs_of_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "run-0"
    for hours, warnings in ((0, 37), (1, 12), (2, 4)):
        sheet_history.remember(
            folder, a_run(no_platform(), tree(ssot_warnings=warnings), started=STARTED + timedelta(hours=hours))
        )
    sheet_history.remember(folder, a_run(staging(), started=STARTED + timedelta(hours=3)))
    partial = a_run(no_platform(), tree(ssot_warnings=0), started=STARTED + timedelta(hours=4), complete=False)
    sheet_history.remember(folder, partial)
    (trend,) = a_sheet(tmp_path, source_run()).trends
    assert [point.ssot_warnings for point in trend.points] == [37, 12, 4]
    page = pages.html(a_sheet(tmp_path, source_run()))
    assert len(re.findall(r'<rect class="b-broken"[^>]*><title>[^<]*: (37|12)</title>', page)) == 2
    assert len(re.findall(r'<rect class="b-kept"[^>]*><title>[^<]*: 4</title>', page)) == 1


def test_a_run_is_remembered_once_and_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    for _ in range(2):
        sheet_history.remember(tmp_path, source_run())
    with (tmp_path / sheet_history.FILE_NAME).open("a") as file:
        file.write('{"started": "2026-\n')
    sheet_history.remember(tmp_path, a_run(staging(), started=STARTED + timedelta(hours=1)))
    assert [run.judged for run in sheet_history.past_runs(tmp_path)] == [
        "source | ../netra",
        "blue | https://blue.example.com | ",
    ]


def test_the_history_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_history, "LATEST", 3)
    for hour in range(5):
        sheet_history.remember(tmp_path, a_run(staging(), started=STARTED + timedelta(hours=hour)))
    assert [run.started.hour for run in sheet_history.past_runs(tmp_path)] == [5, 6, 7]


# --- the page --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a reader's tools see of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def over_time(repository: str, *warnings: int) -> SourceTrend:
    revisions = [
        Revision(
            revision=f"beta-{number}",
            commit="0" * 40,
            day=date(2025, 9, number),
            problem="",
            figures=Figures(
                files=9,
                findings=2 * count,
                rules={},
                ssot_warnings=count,
                core_findings=count,
                migration=Migrated(canonical=1, imports=4),
                names={},
            ),
        )
        for number, count in enumerate(warnings, 9)
    ]
    none = Revision(revision="alpha", commit="0" * 40, day=date(2025, 1, 1), problem="it has no <home>", figures=None)
    return SourceTrend(repository=repository, manifest_version="2", revisions=[none, *revisions])


@pytest.fixture
def full(tmp_path: Path) -> Sheet:
    """A sheet with something in every part of it."""
    folder = tmp_path / "run-0"
    for hours in range(3):
        sheet_history.remember(folder, a_run(no_platform(), tree(), started=STARTED + timedelta(hours=hours)))
    ends = {
        "imports-03b": (BROKEN, "11 other names and paths of it"),
        "imports-02a": (BROKEN, "<script>alert(1)</script> `x`"),
    }
    run = a_run(no_platform(), tree(ssot_warnings=30), ends, known_gaps=[GAP])
    sheet = a_sheet(tmp_path, run, a_run(staging(), None, {"golden-03a": (NOT_ASKED, "it may not | be disturbed")}))
    return sheet.model_copy(update={"source_trend": over_time("../a | b", 21, 30)})


def test_every_link_within_the_page_has_its_place(full: Sheet) -> None:
    page = Page(pages.html(full))
    assert len(page.ids) == len(set(page.ids))
    within = {link[1:] for link in page.links if link.startswith("#")}
    assert "golden-01" in within
    assert within <= set(page.ids)
    assert all(later <= earlier + 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    assert page.headings.count(1) == 1


def test_the_page_needs_nothing_else_and_runs_nothing(full: Sheet) -> None:
    page = pages.html(full)
    assert _outside_references(page) == []
    assert "script" not in Page(page).tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <code>x</code>" in page


def test_markdown_keeps_its_tables(full: Sheet) -> None:
    lines = pages.markdown(full).splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|---"):
            columns = line.count("|")
            rows = lines[number - 1 : number + 1] + _rows(lines[number + 1 :])
            assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {columns}, rows
    assert "it may not &#124; be disturbed" in "\n".join(lines)


def _rows(lines: list[str]) -> list[str]:
    end = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return lines[:end]


def test_the_command_writes_page_markdown_and_data(tmp_path: Path) -> None:
    one, two = kept_in(tmp_path / "a b", source_run()), kept_in(tmp_path / "c", a_run(staging()))
    ran = acceptance(one, "signoff", "sheet", "--reports", str(two), "--output", str(tmp_path / "out"))
    assert ran.exit_code == 0, ran.output
    data = Sheet.model_validate_json((tmp_path / "out" / "signoff.json").read_bytes())
    assert data.conclusion.state is State.READY
    assert "keeps every promise" in (tmp_path / "out" / "signoff.html").read_text()
    assert "# Phase 2 sign-off sheet: ready" in (tmp_path / "out" / "signoff.md").read_text()


# The platform's past revisions


def test_the_source_over_time_is_shown_where_it_is_beside_the_results(tmp_path: Path) -> None:
    folder = kept_in(tmp_path / "a", source_run())
    bare = acceptance(folder, "signoff", "sheet")
    assert bare.exit_code == 0, bare.output
    assert "The source over time" not in (folder / "signoff.html").read_text()
    trend = over_time("../<netra>", 21, 37)
    (folder / "trend.json").write_text(trend.model_dump_json())
    ran = acceptance(folder, "signoff", "sheet")
    assert ran.exit_code == 0, ran.output
    data = Sheet.model_validate_json((folder / "signoff.json").read_bytes())
    assert data.source_trend == trend
    html, markdown = (folder / "signoff.html").read_text(), (folder / "signoff.md").read_text()
    for page in (html, markdown):
        assert "21 SSOT warnings at beta-9, 37 at beta-10: 16 more" in page
        assert SCALE in unescape(page)
        assert "<home>" not in page
        assert "<netra>" not in page
    assert "not judged: it has no &lt;home&gt;" in html
    (chart,) = re.findall(r"<svg[^>]*aria-label=\"21 SSOT.*?</svg>", html, re.DOTALL)
    assert "beta-9, 09 September 2025: 21 SSOT warnings" in chart


def test_a_trend_that_is_none_is_told_with_the_remedy(tmp_path: Path) -> None:
    folder = kept_in(tmp_path / "a", source_run())
    (folder / "trend.json").write_text("{}")
    ran = acceptance(folder, "signoff", "sheet")
    assert ran.exit_code == 2
    assert "trend.json is no trend (repository: Field required); remove it, or make it anew by" in ran.output
    assert not (folder / "signoff.html").exists()


def test_the_sheet_is_given_the_repository_itself(tmp_path: Path) -> None:
    folder = kept_in(tmp_path / "a", source_run())
    netra = tmp_path / "netra"
    shutil.copytree(REFERENCE, netra, ignore=shutil.ignore_patterns("__pycache__"))
    git(checkout(netra), "tag", "first")
    (netra / "netra_backend" / "app" / "more.py").write_text("class WebSocketManager: ...\n")
    git(netra, "add", "--all")
    git(netra, "commit", "--quiet", "--message", "more")
    named = ("--repository", str(netra), "--revision", "first", "--revision", "HEAD", "--no-cache")
    ran = acceptance(folder, "signoff", "sheet", *named)
    assert ran.exit_code == 0, ran.output
    assert "0 SSOT warnings at first, 1 at HEAD: 1 more" in (folder / "signoff.html").read_text()
    assert (folder / "trend.svg").is_file()
    wrong = acceptance(folder, "signoff", "sheet", "--repository", str(tmp_path / "gone"))
    assert wrong.exit_code == 2
    assert "is no folder; name a git repository" in wrong.output


def test_a_folder_without_results_is_told_with_the_remedy(tmp_path: Path) -> None:
    ran = acceptance(tmp_path, "signoff", "sheet")
    assert ran.exit_code == 2
    assert "run `behave --tags=@phase2` first" in ran.output
    assert "Traceback" not in ran.output


def test_an_example_is_seen_in_the_report_beside_it(tmp_path: Path) -> None:
    folder = kept_in(tmp_path / "run-0", a_run(staging(), None, {"isolation-01b": (BROKEN, "late")}))
    (folder / "report.html").write_text("a report")
    (folder / "allure-results").mkdir()
    for name in ("isolation-01a", "isolation-01b"):
        result = {"fullName": name, "uuid": f"uuid of {name}"}
        (folder / "allure-results" / f"{name}-result.json").write_text(json.dumps(result))
    (folder / "allure-results" / "x-result.json").write_text("{cut sho")
    sheet = compose(runs_in([folder], TODAY), tmp_path)
    (line,) = [line for card in sheet.gaps for line in card.promises if line.id == "isolation-01"]
    anchor = hashlib.md5(b"uuid of isolation-01b", usedforsecurity=False).hexdigest()  # of the example that tells most
    assert line.evidence == f"run-0/report.html#{anchor}"
    assert sheet.runs[0].report == "run-0/report.html"


# --- in the browser --------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(full: Sheet, tmp_path: Path) -> Path:
    page = tmp_path / "signoff.html"
    page.write_text(pages.html(full), encoding="utf-8")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1200])
def test_everybody_can_read_it_on_a_screen_and_on_a_phone(width: int, shown: Path) -> None:
    looked = look(shown.as_uri(), width=width)
    assert looked.violations == []
    assert looked.width == width, "the page is wider than the screen"
    assert looked.fetched == []


@pytest.mark.browser
def test_what_cannot_be_read_is_found(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<html><title>x</title><main><h1>x</h1><p style='color:#ccc'>pale</p><div style='width:900px'>wide")
    looked = look(page.as_uri(), width=390)
    assert {"color-contrast", "html-has-lang"} <= {violation["rule"] for violation in looked.violations}
    assert looked.width > 390


@pytest.mark.browser
def test_on_paper_it_is_a4(shown: Path, tmp_path: Path) -> None:
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed(shown.as_uri(), tmp_path))
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(595, 842)}
    assert len(sheets) <= 12
