"""Known gaps: how a list is read, what it excuses, how it stands against a run, and how a run proposes one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import Ran, acceptance, behave
from made_up_runs import a_run, kept_in, no_platform, staging, tree

from acceptance.faults import chosen_faults, faulty_copy
from acceptance.files import REFERENCE
from acceptance.known_gaps import KnownGap, KnownGaps, Match, of, read
from acceptance.reporting.results import Results
from acceptance.signoff.against_lists import Kind, standings
from acceptance.signoff.proposal import says
from acceptance.signoff.verdict import State, judge
from acceptance.verdicts import ConfigurationError, Count, Verdict

BROKEN, UNKNOWN, KEPT = Verdict.BROKEN, Verdict.COULD_NOT_TELL, Verdict.KEPT
TODAY = date.today()
DAY = timedelta(days=1)
ENTRY: dict[str, Any] = {
    "example": "imports-03b",
    "says": "other names and paths of the emitter",
    "owner": "live updates",
    "issue": "#7",
    "reason": "The agents still use the former names.",
    "since": TODAY - DAY,
    "expires": TODAY + 30 * DAY,
}
TOLD = "11 other names and paths of the emitter"


def gap(**changes: Any) -> KnownGap:
    return KnownGap(**{**ENTRY, "file": "list.toml", **changes})


def written(file: Path, *entries: Mapping[str, Any]) -> Path:
    """A list as people write it; what is None is left out."""
    lines = []
    for entry in entries:
        lines.append("[[gap]]")
        lines += [f"{key} = {_toml(value)}" for key, value in {**ENTRY, **entry}.items() if value is not None]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _toml(value: Any) -> str:
    return str(value) if isinstance(value, date) else json.dumps(value)


# Reading


def test_a_list_is_read_with_the_file_that_it_is_in(tmp_path: Path) -> None:
    file = written(tmp_path / "list.toml", {}, {"example": "golden-01a", "at_most": 3, "ends": "could not tell"})
    entries = read([file]).entries
    assert list(entries) == ["imports-03b", "golden-01a"]
    assert entries["imports-03b"] == gap(file=str(file))
    assert (entries["golden-01a"].at_most, entries["golden-01a"].ends) == (3, "could not tell")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"owner": None}, "the gap imports-03b is not as it must be (owner: Field required)"),
        ({"owner": " "}, "the gap imports-03b is not as it must be (owner: "),
        ({"reason": "TODO: why"}, "the gap imports-03b is not as it must be (reason: is still to be written)"),
        ({"example": None}, "the gap number 1 is not as it must be (example: Field required)"),
        ({"expires": TODAY - 2 * DAY}, f"expires on {TODAY - 2 * DAY}, before it begins on {TODAY - DAY}"),
        ({"ends": "kept"}, "(ends: Input should be 'broken' or 'could not tell')"),
        ({"at_most": -1}, "(at_most: Input should be greater than or equal to 0)"),
        ({"onwer": "live updates"}, "(onwer: Extra inputs are not permitted)"),
    ],
)
def test_an_entry_that_is_none_is_named_with_its_file(entry: dict[str, Any], says: str, tmp_path: Path) -> None:
    file = written(tmp_path / "list.toml", entry)
    with pytest.raises(ConfigurationError) as refused:
        read([file])
    told = str(refused.value)
    assert told.startswith(f"{file}: ")
    assert says in told
    assert told.endswith("; docs/known-gaps.md says what an entry holds")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"gap = = 1", "the known gaps in {file} cannot be read ("),
        (b"\xff", "the known gaps in {file} cannot be read ("),
        (b"[gap]\nexample = 1", "{file}: gap is not known there; each gap begins with a line [[gap]]"),
        (b"[[gasp]]\n", "{file}: gasp is not known there; each gap begins with a line [[gap]]"),
    ],
)
def test_a_file_that_is_no_list_is_named(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        read([file])
    assert says.format(file=file) in str(refused.value)
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml cannot be read \(No such file or directory\)"):
        read([tmp_path / "nowhere.toml"])


def test_an_example_is_listed_once(tmp_path: Path) -> None:
    one, other = written(tmp_path / "a.toml", {}), written(tmp_path / "b.toml", {})
    with pytest.raises(ConfigurationError, match=r"imports-03b is in .*a\.toml and .*b\.toml: leave one entry"):
        read([one, other])
    with pytest.raises(ConfigurationError, match=r"imports-03b is in .*a\.toml, twice: leave one entry"):
        read([written(one, {}, {})])


# Matching


def listing(entry: KnownGap, told: str = TOLD, *, verdict: Verdict = BROKEN, count: Count | None = None,
            on: date = TODAY) -> Match:  # fmt: skip
    return of([entry]).listing(entry.example, verdict, told, count, on).match


@pytest.mark.parametrize(
    ("wanted", "told", "matches"),
    [
        ("names and paths", TOLD, True),
        ("names  and\npaths", "names and paths", True),
        ("names and paths", "names\n   and paths", True),
        ("* names * the emitter", TOLD, True),
        ("not within * s: expected", "not within 1.5 s: expected", True),
        ("the end", "the beginning\n  • and the end", True),
        ("the emitter * names", TOLD, False),
        ("names of paths", TOLD, False),
        ("1.", TOLD, False),
        ("Names", TOLD, False),
    ],
)
def test_what_a_failure_must_say(wanted: str, told: str, matches: bool) -> None:
    assert listing(gap(says=wanted), told) is (Match.LISTED if matches else Match.OTHER)


def test_what_is_counted_is_said_in_the_plural_whatever_the_number() -> None:
    entry = gap(says="names and paths of it", at_most=2)
    for number, match in ((1, Match.LISTED), (2, Match.LISTED), (3, Match.GROWN)):
        count = Count(number, "names and paths of it")
        assert listing(entry, "1 name or path of it", count=count) is match
    assert listing(entry, "names and paths of it") is Match.OTHER, "what is to be counted and is not, is another thing"


def test_how_an_example_ends_is_part_of_what_is_listed() -> None:
    assert listing(gap(ends="could not tell"), verdict=UNKNOWN) is Match.LISTED
    assert listing(gap(ends="could not tell"), verdict=BROKEN) is Match.OTHER
    assert listing(gap(), verdict=UNKNOWN) is Match.OTHER


@pytest.mark.parametrize(("on", "match"), [(0, Match.LISTED), (30, Match.LISTED), (31, Match.EXPIRED)])
def test_the_last_day_still_excuses_and_the_next_does_not(on: int, match: Match) -> None:
    assert listing(gap(), on=TODAY + on * DAY) is match


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict not in (BROKEN, UNKNOWN)])
def test_only_what_is_broken_or_unknown_can_be_excused(verdict: Verdict) -> None:
    found = of([gap()]).listing("imports-03b", verdict, TOLD, None, TODAY)
    assert (found.match, found.verdict, found.entry) == (Match.UNLISTED, verdict, None)


# How a run stands, and what that makes of it

LISTED = [
    gap(example="imports-01a[manager]", says="something else"),
    gap(example="imports-02a", says="*", at_most=1),
    gap(example="imports-05a", since=TODAY - 9 * DAY, expires=TODAY - DAY, says="*"),
    gap(example="imports-06a", says="*"),
    gap(example="imports-99z", says="*"),
    gap(example="imports-03b", says="*"),
    gap(example="ssot-02a", says="*", at_most=9),
    gap(example="golden-01a", says="*"),  # not asked
    gap(example="imports-03a", says="*", ends="could not tell"),
]


def run(known: list[KnownGap], ends: Mapping[str, tuple[Verdict, str]] | None = None, **given: Any) -> Results:
    """A source run that was judged by a list."""
    return a_run(no_platform(), tree(), ends, **given).with_known_gaps(of(known), TODAY)


def test_each_example_stands_in_one_way_worst_first() -> None:
    ends = {
        "imports-04a[types]": (BROKEN, "one"),
        "imports-01a[manager]": (BROKEN, "another thing"),
        "imports-02a": (BROKEN, "2 things"),
        "imports-07a": (UNKNOWN, "no answer"),
        "imports-05a": (BROKEN, "x"),
        "imports-03b": (BROKEN, TOLD),
        "imports-03a": (UNKNOWN, "two files cannot be read"),
        "ssot-02a": (BROKEN, "8 things"),
    }
    found = standings(run(LISTED, ends, counts={"imports-02a": 2, "ssot-02a": 8}), TODAY)
    assert [(standing.kind, standing.example) for standing in found] == [
        (Kind.UNLISTED, "imports-04a[types]"),
        (Kind.OTHER, "imports-01a[manager]"),
        (Kind.GROWN, "imports-02a"),
        (Kind.UNKNOWN, "imports-07a"),
        (Kind.EXPIRED, "imports-05a"),
        (Kind.KEPT, "imports-06a"),
        (Kind.VANISHED, "imports-99z"),
        *sorted(((Kind.KNOWN, "imports-03b"), (Kind.KNOWN, "imports-03a")), key=lambda pair: pair[1]),
        (Kind.LESS, "ssot-02a"),
    ]
    assert {standing.kind for standing in found} == set(Kind)
    told = {standing.example: standing.told for standing in found}
    assert told["ssot-02a"].startswith("8 things, where 9 are listed (lower at_most to 8 in list.toml): ")
    assert told["imports-02a"].endswith("(2, where list.toml lists at most 1)")
    assert told["imports-06a"] == "take it out of list.toml"
    assert told["imports-99z"] == "mend its name in list.toml, or take it out"


def test_an_entry_of_what_this_run_left_out_says_nothing() -> None:
    part = run([gap(example="golden-01a"), gap(example="imports-99z")], missing=["imports-99z"], complete=False)
    assert standings(part, TODAY) == []


GONE = gap(example="imports-99z")
AS_LISTED = {"imports-03b": (BROKEN, TOLD)}
OVER = gap(since=TODAY - 9 * DAY, expires=TODAY - DAY)
PART: dict[str, Any] = {"complete": False, "missing": ["imports-02a"]}


@pytest.mark.parametrize(
    ("known", "ends", "given", "strict", "ratchet"),
    [
        ([], {"imports-02a": (Verdict.SUITE_FAULT, "a bug"), **AS_LISTED}, {}, State.NO_VERDICT, State.NO_VERDICT),
        ([], {**AS_LISTED, "imports-07a": (UNKNOWN, "no answer")}, {}, State.BROKEN, State.BROKEN),
        ([gap(), GONE], {**AS_LISTED, "imports-02a": (BROKEN, "x")}, PART, State.BROKEN, State.BROKEN),
        ([gap(says="else")], AS_LISTED, {}, State.BROKEN, State.BROKEN),
        ([gap(), GONE], {**AS_LISTED, "imports-07a": (UNKNOWN, "x")}, PART, State.UNKNOWN, State.UNKNOWN),
        ([gap(), GONE], AS_LISTED, PART, State.KNOWN_GAPS, State.STALE),
        ([gap()], AS_LISTED, PART, State.KNOWN_GAPS, State.PARTIAL),
        ([gap()], AS_LISTED, {}, State.KNOWN_GAPS, State.NO_WORSE),
        ([gap(ends="could not tell")], {"imports-03b": (UNKNOWN, TOLD)}, {}, State.UNKNOWN, State.NO_WORSE),
        ([OVER], AS_LISTED, {}, State.BROKEN, State.STALE),
        ([gap()], {}, {}, State.STALE, State.STALE),
        ([GONE], {}, {}, State.STALE, State.STALE),
        ([], {}, PART, State.PARTIAL, State.PARTIAL),
        ([], {}, {}, State.READY, State.READY),
    ],
)
def test_the_worst_decides_with_the_ratchet_and_without(
    known: list[KnownGap],
    ends: dict[str, tuple[Verdict, str]],
    given: dict[str, Any],
    strict: State,
    ratchet: State,
) -> None:
    results = run(known, ends, **given)
    assert judge(results, TODAY).state is strict
    assert judge(results, TODAY, ratchet=True).state is ratchet


def test_what_each_state_tells_a_pipeline() -> None:
    assert {state.name: state.exit_code for state in State} == {
        "NO_VERDICT": 2,
        "BROKEN": 1,
        "UNKNOWN": 2,
        "KNOWN_GAPS": 1,
        "STALE": 3,
        "PARTIAL": 3,
        "NO_WORSE": 0,
        "REHEARSAL": 0,
        "READY": 0,
    }


# Proposing a list

ENDS = {"imports-03b": (BROKEN, TOLD), "imports-02a": (BROKEN, "2 things"), "imports-07a": (UNKNOWN, "2 s are over")}
COUNTS = {"imports-02a": 2}


def propose(reports: Path, file: Path, *options: str) -> Ran:
    return acceptance(reports, "known-gaps", "update", str(file), *options)


def gaps_in(file: Path) -> dict[str, dict[str, Any]]:
    return {entry["example"]: entry for entry in tomllib.loads(file.read_text(encoding="utf-8"))["gap"]}


def test_a_proposal_is_refused_until_somebody_has_completed_it(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ENDS, counts=COUNTS))
    file = tmp_path / "list.toml"
    said = propose(reports, file)
    assert said.exit_code == 0
    assert "3 changed, 0 left to decide; write what says TODO, and have it reviewed" in said.output
    found = gaps_in(file)
    assert found["imports-03b"] == {
        "example": "imports-03b",
        "says": "other names and paths of the emitter",
        "owner": "TODO: the team that closes it",
        "issue": "TODO: where the work on it is tracked",
        "reason": "TODO: why it is still open, in plain words",
        "since": TODAY,
        "expires": TODAY + 90 * DAY,
    }
    assert (found["imports-02a"]["says"], found["imports-02a"]["at_most"]) == ("things that are wrong", 2)
    assert (found["imports-07a"]["ends"], found["imports-07a"]["says"]) == ("could not tell", "s are over")
    refused = acceptance(reports, "verdict", "--ratchet", "--known-gaps", str(file))
    assert refused.exit_code == 2
    assert "(owner: is still to be written)" in refused.output
    file.write_text(file.read_text(encoding="utf-8").replace("TODO: ", ""), encoding="utf-8")
    assert acceptance(reports, "verdict", "--ratchet", "--known-gaps", str(file)).exit_code == 0


def test_a_proposal_may_be_given_what_it_would_leave_to_write(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ENDS, counts=COUNTS))
    file, until = tmp_path / "list.toml", TODAY + 5 * DAY
    given = ("--owner", "live updates", "--issue", "#7", "--reason", "It waits.", "--expires", str(until))
    assert "TODO" not in propose(reports, file, *given).output
    assert {(e["owner"], e["issue"], e["reason"], e["expires"]) for e in gaps_in(file).values()} == {
        ("live updates", "#7", "It waits.", until)
    }
    assert acceptance(reports, "verdict", "--ratchet", "--known-gaps", str(file)).exit_code == 0


MINE = """\
# Reviewed by the team of live updates.

[[gap]]  # the oldest one
example = "imports-03b"
says = "other names * the emitter"
owner = "live updates"  # since May
issue = "#7"
reason = "The agents still use the former names."
since = 2026-01-02
expires = 2099-12-31

"""


def entry(example: str, **changes: Any) -> str:
    values = {**ENTRY, "says": "*", **changes, "example": example}
    return "[[gap]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items()) + "\n"


def test_a_proposal_never_changes_what_people_have_written(tmp_path: Path) -> None:
    """What is kept or gone is taken out, a count lowered; what got worse, reads otherwise or is over is left."""
    grown = entry("imports-02a", at_most=1)
    other = entry("imports-01a[manager]", says="something else")
    over = entry("imports-05a", since=date(2026, 1, 2), expires=date(2026, 1, 3))
    less = entry("ssot-02a", at_most=9)
    kept, gone = entry("imports-06a"), entry("imports-99z")
    file = tmp_path / "list.toml"
    file.write_text(MINE + kept + grown + other + gone + over + less, encoding="utf-8")
    ends = dict.fromkeys(("imports-03b", "imports-01a[manager]", "imports-05a"), (BROKEN, TOLD))
    counts = {"imports-02a": 2, "ssot-02a": 8}
    ends |= dict.fromkeys(counts, (BROKEN, "some"))
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ends, counts=counts))
    said = propose(reports, file)
    assert said.exit_code == 0
    assert file.read_text(encoding="utf-8") == MINE + grown + other + over + less.replace("at_most = 9", "at_most = 8")
    assert "out: imports-06a, which is listed, and now kept" in said.output
    assert "out: imports-99z, which is listed, and not in the specification" in said.output
    assert "lowered: ssot-02a, to 8" in said.output
    for left in ("imports-02a is worse than listed", "imports-01a[manager] is broken for another reason",
                 "imports-05a is listed, and its time is over"):  # fmt: skip
        assert f"left as it is: {left}" in said.output
    assert f"{file}: 3 changed, 3 left to decide\n" in said.output
    before = file.stat().st_mtime_ns
    assert f"{file}: 0 changed, 3 left to decide\n" in propose(reports, file).output
    assert file.stat().st_mtime_ns == before


def test_what_is_proposed_is_set_apart_from_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text(MINE.rstrip() + "\n", encoding="utf-8")
    ends = dict.fromkeys(("imports-03b", "imports-02a", "imports-05a"), (BROKEN, TOLD))
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ends))
    assert propose(reports, file).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith(MINE)
    assert text.count("[[gap]]") == text.count("\n\n[[gap]]") == 3
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("given", "options", "says"),
    [
        ({"finished": None}, (), "did not come to its end: run behave again, then propose a list"),
        ({"faults": ["a bug"]}, (), "did not come to its end: run behave again, then propose a list"),
        ({}, ("--expires", "soon"), "--expires soon is not a day: write it as 2027-03-31"),
    ],
)
def test_no_list_of_what_nobody_knows(
    given: dict[str, Any], options: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ENDS, **given))
    said = propose(reports, tmp_path / "list.toml", *options)
    assert said.exit_code == 2
    assert says in said.output
    assert not (tmp_path / "list.toml").exists()


def test_a_list_that_cannot_be_written(tmp_path: Path) -> None:
    reports = kept_in(tmp_path / "reports", a_run(no_platform(), tree(), ENDS))
    (tmp_path / "file").touch()
    said = propose(reports, tmp_path / "file" / "list.toml")
    assert said.exit_code == 2
    assert "list.toml cannot be written: " in said.output


@pytest.mark.parametrize(
    ("reason", "proposed"),
    [
        ("33 factories that call it:\n  • one", "factories that call it"),
        ("Pat (phase2-pat-f13d7b2e@example.com) was told nothing", "Pat (*) was told nothing"),
        ("doors that are not at http://127.0.0.1:33011: none", "doors that are not at * none"),
        ("expected '23 November 2026, 13:40:21 UTC'", "expected '*, * UTC'"),
        ("answered 200: {\"id\":\"msg_c9d18f1c15ae\"}", 'answered * {"id":"*"}'),
        ("7", "*"),
        ("word " * 40, ("word " * 24).strip()),
    ],
)  # fmt: skip
def test_what_differs_from_run_to_run_is_not_proposed(reason: str, proposed: str) -> None:
    example = a_run(no_platform()).examples[0].model_copy(update={"reason": reason})
    assert says(example.headline) == proposed
    assert gap(says=proposed).matches(reason)


# By the real commands


@pytest.fixture(scope="module")
def gapped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """A run on a source tree with a second manager, judged by a list that knows it; and the list."""
    folder = tmp_path_factory.mktemp("gapped")
    file = written(
        folder / "list.toml",
        {"example": "imports-01a[manager]", "says": "things answer to the name of the manager*", "at_most": 1},
        {"example": "ssot-01a", "says": "modules with a manager*of their own", "at_most": 1},
    )
    source = faulty_copy(REFERENCE, chosen_faults(["second-manager"]), folder / "tree")
    return judged(source, file, folder / "reports"), file


def judged(source: Path, known_gaps: Path, reports: Path) -> Ran:
    """A run on a source tree by itself."""
    options = ("target=source", f"source={source}", f"known_gaps={known_gaps}")
    return behave(reports, "--tags=@phase2", *(part for option in options for part in ("-D", option)))


def test_a_run_says_which_of_its_breaks_are_known(gapped: tuple[Ran, Path]) -> None:
    ran, _ = gapped
    assert ran.exit_code == 1, "behave's own exit code knows no gaps"
    assert ran.examples["imports-01a[manager]"] == ran.examples["ssot-01a"] == "known gap"
    assert "Known gap: The agents still use the former names. Owner: live updates. Issue: #7." in ran.output
    assert "known gap       imports-01" in ran.output
    strict = acceptance(ran.reports, "verdict")
    assert strict.exit_code == 1
    assert strict.output.startswith("Known gaps, each with an owner and a date: ")
    assert acceptance(ran.reports, "verdict", "--ratchet").exit_code == 0
    found = [json.loads(path.read_text("utf-8")) for path in (ran.reports / "allure-results").glob("*-result.json")]
    known = [each for each in found if {"name": "verdict", "value": "known gap"} in each["labels"]]
    assert len(known) == 2
    told = known[0]
    assert told["status"] == "failed"
    assert "Known gap: The agents still use the former names." in told["statusDetails"]["message"]


def test_an_entry_that_is_removed_is_missed_at_once(gapped: tuple[Ran, Path], tmp_path: Path) -> None:
    """Without another run; and so is one whose failure reads otherwise."""
    ran, _ = gapped
    rest = written(tmp_path / "rest.toml", {"example": "ssot-01a", "says": "*"})
    said = acceptance(ran.reports, "verdict", "--ratchet", "--known-gaps", str(rest))
    assert said.exit_code == 1
    assert said.output.startswith("Worse than known: ")
    assert "Broken, and not listed:\n  imports-01a[manager]: 1 thing answers to the name of the manager" in said.output
    other = written(tmp_path / "other.toml", {"example": "imports-01a[manager]", "says": "two"})
    said = acceptance(ran.reports, "verdict", "--ratchet", "--known-gaps", str(rest), "--known-gaps", str(other))
    assert said.exit_code == 1
    assert "Broken for another reason than listed:\n  imports-01a[manager]: 1 thing" in said.output


def test_a_gap_that_is_closed_makes_its_entry_stale(gapped: tuple[Ran, Path], tmp_path: Path) -> None:
    _, file = gapped
    assert judged(REFERENCE, file, tmp_path).exit_code == 0
    said = acceptance(tmp_path, "verdict", "--ratchet")
    assert said.exit_code == 3
    assert said.output.startswith("The list of known gaps is stale: ")
    for example in ("imports-01a[manager]", "ssot-01a"):
        assert f"  {example}: take it out of {file}\n" in said.output


def test_a_list_that_is_changed_after_the_run_is_read_anew(tmp_path: Path) -> None:
    file = written(tmp_path / "list.toml", {})
    results = a_run(staging(), tree(), AS_LISTED).model_copy(update={"lists": [str(file)]})
    reports = kept_in(tmp_path / "reports", results)
    assert acceptance(reports, "verdict", "--ratchet").exit_code == 0
    written(file, {"says": "another thing"})
    assert acceptance(reports, "verdict", "--ratchet").exit_code == 1
    written(file, {"expires": TODAY - DAY})
    assert acceptance(reports, "verdict", "--ratchet").exit_code == 3
    assert acceptance(reports, "verdict").exit_code == 1


def test_the_lists_that_ship_can_be_read() -> None:
    for file in sorted(Path(__file__).parent.parent.glob("known-gaps/*.toml")):
        assert isinstance(read([file]), KnownGaps)
