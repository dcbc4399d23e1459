"""Two runs beside each other: what is newly broken, newly kept, no longer answered, new, gone and slower."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import behave, clean_environment
from markdown_it import MarkdownIt
from test_verdict import NOW, results

from acceptance.files import REPOSITORY
from acceptance.reporting.markdown import inline
from acceptance.reporting.results import ExampleResult, PromiseResult, Results
from acceptance.signoff.compare import markdown
from acceptance.signoff.compare.decide import compare
from acceptance.signoff.compare.model import Comparison, Kind
from acceptance.verdicts import Count, Verdict, worst

KEPT, BROKEN, KNOWN_GAP = Verdict.KEPT, Verdict.BROKEN, Verdict.KNOWN_GAP
UNKNOWN, NOT_ASKED, FAULT = Verdict.COULD_NOT_TELL, Verdict.NOT_ASKED, Verdict.SUITE_FAULT
SCHEMA = REPOSITORY / "docs" / "compare.schema.json"
HOSTILE = "a|b `c d` `e | f` ``g` <b>*h*</b> _i_ \\| &amp; ~~j~~ $k$ [l](http://m/n_o_p) @phase2 #12 pat@example.com \\"


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    exit_code: int
    output: str
    errors: str


def acceptance(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "acceptance", *map(str, arguments)],
        cwd=REPOSITORY,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def example(id: str, verdict: Verdict, *, seconds: float = 0.1, reason: str = "", count: int | None = None) -> Any:
    return ExampleResult(
        id=id,
        title=f"The title of {id}",
        location="a.feature:1",
        verdict=verdict,
        reason=reason,
        seconds=seconds,
        effect="read-only",
        needs=["platform"],
        plan_tests=[],
        count=Count(count, "other names of the manager") if count is not None else None,
    )


def promise(id: str, *examples: ExampleResult, text: str = "") -> PromiseResult:
    return PromiseResult(
        id=id,
        sentence=f"The sentence of {id}",
        feature="F",
        epic=None,
        text=text,
        verdict=worst(each.verdict for each in examples),
        examples=list(examples),
    )


def run(verdicts: Mapping[str, Verdict], **facts: Any) -> Results:
    """A run by its examples: "golden-01a" is one of the promise golden-01."""
    promises: dict[str, list[ExampleResult]] = {}
    for id, verdict in verdicts.items():
        promises.setdefault(id[:-1], []).append(example(id, verdict))
    return results(*(promise(id, *examples) for id, examples in promises.items()), **facts)


def changes(compared: Comparison) -> dict[str, str]:
    """What happened to each example that changed."""
    return {each.id: section.kind.value for section in compared.sections for each in section.examples}


ANSWERS = (KEPT, BROKEN, KNOWN_GAP)
NO_ANSWERS = (UNKNOWN, NOT_ASKED, FAULT)


@pytest.mark.parametrize(
    ("a", "b", "kind", "exit_code"),
    [
        *((a, b, Kind.NEWLY_BROKEN, 1) for a in (KEPT, *NO_ANSWERS) for b in (BROKEN, KNOWN_GAP)),
        *((a, KEPT, Kind.NEWLY_KEPT, 0) for a in (BROKEN, KNOWN_GAP)),
        *((a, b, Kind.NO_LONGER_ANSWERED, 0) for a in ANSWERS for b in NO_ANSWERS),
        *((a, KEPT, Kind.KEPT_AND_UNANSWERED_BEFORE, 0) for a in NO_ANSWERS),
        *((a, b, Kind.OTHERWISE, 0) for a in NO_ANSWERS for b in NO_ANSWERS if a is not b),
        (BROKEN, KNOWN_GAP, Kind.OTHERWISE, 0),
        (KNOWN_GAP, BROKEN, Kind.OTHERWISE, 0),
        *((same, same, None, 0) for same in Verdict),
    ],
)
def test_what_happened_to_one_example(a: Verdict, b: Verdict, kind: Kind | None, exit_code: int) -> None:
    compared = compare(run({"golden-01a": a, "golden-02a": KEPT}), run({"golden-01a": b, "golden-02a": KEPT}))
    assert changes(compared) == ({"golden-01a": kind} if kind else {})
    assert compared.exit_code == exit_code
    assert compared.broken_in_both == (["golden-01"] if {a, b} <= {BROKEN, KNOWN_GAP} else [])
    if kind:
        assert f"{kind}: 1 {kind.counted_in}" in compared.conclusion.lower()
        assert [each.id for each in compared.sections[0].promises] == ["golden-01"]
    else:
        assert compared.conclusion.startswith("Nothing changed")


def test_a_further_example_of_a_promise_that_was_broken_already_is_worse() -> None:
    compared = compare(
        run({"golden-01a": BROKEN, "golden-01b": KEPT}), run({"golden-01a": BROKEN, "golden-01b": BROKEN})
    )
    assert changes(compared) == {"golden-01b": "broken further"}
    assert compared.conclusion == "Broken further: 1 promise; broken in both: 1 promise."
    assert compared.exit_code == 1


def test_another_break_in_the_place_of_a_former_one_is_worse_all_the_same() -> None:
    compared = compare(run({"golden-01a": BROKEN, "golden-01b": KEPT}), run({"golden-01a": KEPT, "golden-01b": BROKEN}))
    assert changes(compared) == {"golden-01a": "less broken", "golden-01b": "broken further"}
    assert compared.exit_code == 1


@pytest.mark.parametrize(("number", "kind", "exit_code"), [(12, "broken further", 1), (3, "less broken", 0)])
@pytest.mark.parametrize("verdict", [BROKEN, KNOWN_GAP])
def test_a_break_that_is_counted_may_grow_and_shrink(verdict: Verdict, number: int, kind: str, exit_code: int) -> None:
    a = results(promise("imports-01", example("imports-01a", KNOWN_GAP, count=11, reason="11 of them")))
    b = results(promise("imports-01", example("imports-01a", verdict, count=number, reason=f"{number} of them")))
    compared = compare(a, b)
    assert changes(compared) == {"imports-01a": kind}
    assert compared.exit_code == exit_code
    assert f"11 → {number} other names of the manager: {number} of them" in markdown.page(compared)
    assert changes(compare(a, a)) == {}


@pytest.mark.parametrize("others", [BROKEN, UNKNOWN, FAULT])
def test_a_promise_is_newly_kept_only_as_a_whole(others: Verdict) -> None:
    before = {"golden-01a": BROKEN, "golden-01b": others}
    assert changes(compare(run(before), run(before | {"golden-01a": KEPT}))) == {"golden-01a": "less broken"}
    whole = compare(run(before), run(dict.fromkeys(before, KEPT)))
    assert changes(whole)["golden-01a"] == "newly kept"
    excused = before | {"golden-01b": NOT_ASKED}
    assert changes(compare(run(excused), run(excused | {"golden-01a": KEPT}))) == {"golden-01a": "newly kept"}


def test_what_is_no_longer_asked_does_not_make_the_rest_newly_kept() -> None:
    compared = compare(
        run({"golden-01a": BROKEN, "golden-01b": KEPT}), run({"golden-01a": KEPT, "golden-01b": UNKNOWN})
    )
    assert changes(compared) == {"golden-01a": "less broken", "golden-01b": "no longer answered"}
    excused = compare(
        run({"golden-01a": BROKEN, "golden-01b": KEPT}), run({"golden-01a": KEPT, "golden-01b": NOT_ASKED})
    )
    assert changes(excused) == changes(compared)


def test_a_break_behind_a_worse_end_is_still_a_break() -> None:
    hidden = {"golden-01a": BROKEN, "golden-01b": FAULT, "golden-02a": KEPT}
    compared = compare(run(hidden | {"golden-01a": KEPT}), run(hidden))
    assert changes(compared) == {"golden-01a": "newly broken"}
    assert compare(run(hidden), run(hidden)).broken_in_both == ["golden-01"]


def test_what_a_run_did_not_select_is_not_asked_in_it_and_never_gone() -> None:
    whole = run({"golden-01a": KEPT, "golden-02a": KEPT, "golden-02b": BROKEN})
    part = run({"golden-01a": KEPT}, complete=False, missing=["golden-02a", "golden-02b"])
    less = compare(whole, part)
    assert changes(less) == {"golden-02a": "no longer answered", "golden-02b": "no longer answered"}
    assert "`golden-02a` (kept → not asked)<br>`golden-02b` |" in markdown.page(less)
    told = less.sections[0].promises[0]
    assert (str(told.a), str(told.b)) == ("broken", "not asked")
    assert less.exit_code == 0
    more = compare(part, whole)
    assert changes(more) == {"golden-02a": "kept, and not answered before", "golden-02b": "newly broken"}
    assert more.exit_code == 1


def test_what_an_interrupted_run_did_not_reach_is_not_asked() -> None:
    reached = run({"golden-01a": KEPT, "golden-02a": KEPT})
    cut = run({"golden-01a": KEPT, "golden-02a": UNKNOWN}, complete=False, interrupted=True, missing=["golden-02a"])
    compared = compare(reached, cut)
    assert compared.sections[0].promises[0].examples[0].b.verdict is NOT_ASKED  # type: ignore[union-attr]
    assert "B was interrupted: 1 example not asked; it is compared as far as it goes." in compared.remarks


def test_what_only_one_specification_has_is_new_or_gone() -> None:
    compared = compare(
        run({"golden-01a": KEPT, "golden-01b": KEPT, "access-01a": BROKEN}),
        run({"golden-01a": KEPT, "golden-01c": UNKNOWN, "access-02a": KEPT}),
    )
    assert changes(compared) == {
        "golden-01c": "new",
        "access-02a": "new",
        "golden-01b": "gone",
        "access-01a": "gone",
    }
    assert compared.conclusion == "Nothing newly broken; new: 2 examples; gone: 2 examples."
    told = markdown.page(compared)
    assert "| `access-01` The sentence of access-01 | broken | not in B |" in told
    assert "| `access-02` The sentence of access-02 | not in A | kept |" in told


@pytest.mark.parametrize(("verdict", "kind", "exit_code"), [(BROKEN, "newly broken", 1), (KNOWN_GAP, "new", 0)])
def test_a_new_promise_that_is_broken_does_not_pass_unless_it_is_listed(
    verdict: Verdict, kind: str, exit_code: int
) -> None:
    compared = compare(run({"golden-01a": KEPT}), run({"golden-01a": KEPT, "golden-02a": verdict}))
    assert changes(compared) == {"golden-02a": kind}
    assert compared.exit_code == exit_code


@pytest.mark.parametrize(
    ("a", "b", "factor", "slower"),
    [
        (0.5, 1.1, 2.0, True),
        (0.5, 0.9, 2.0, False),  # within the factor
        (0.01, 0.25, 2.0, False),  # below the floor
        (0.0, 0.3, 2.0, True),
        (0.5, 0.9, 1.5, True),
        (0.5, 1.1, 3.0, False),
        (1.1, 0.5, 2.0, False),
    ],
)
def test_slower_is_by_a_factor_and_by_more_than_the_floor(a: float, b: float, factor: float, slower: bool) -> None:
    before = results(promise("golden-01", example("golden-01a", KEPT, seconds=a)))
    after = results(promise("golden-01", example("golden-01a", KEPT, seconds=b)))
    compared = compare(before, after, slower=factor)
    assert changes(compared) == ({"golden-01a": "slower"} if slower else {})
    assert compared.exit_code == 0
    if slower:
        times = f", {b / a:.1f} times" if a else ""
        told = markdown.page(compared)
        assert f"{a:.2f} s → {b:.2f} s{times}" in told
        assert f"single timings are noisy; told above {factor:g} times and 0.25 s more." in told


def test_what_is_broken_is_not_told_to_be_slower() -> None:
    before = results(promise("golden-01", example("golden-01a", BROKEN, seconds=0.1)))
    after = results(promise("golden-01", example("golden-01a", BROKEN, seconds=9)))
    assert changes(compare(before, after)) == {}


def test_the_conclusion_counts_promises_and_examples() -> None:
    before = {"golden-01a": KEPT, "golden-01b": KEPT, "golden-02a": BROKEN, "golden-03a": KEPT, "access-01a": BROKEN}
    after = {
        "golden-01a": BROKEN,
        "golden-01b": BROKEN,
        "golden-02a": KEPT,
        "golden-03a": UNKNOWN,
        "access-01a": BROKEN,
    }
    assert compare(run(before), run(after)).conclusion == (
        "Newly broken: 1 promise; no longer answered: 1 example; newly kept: 1 promise; broken in both: 1 promise."
    )
    assert compare(run(before), run(before)).conclusion == "Nothing changed; broken in both: 2 promises."
    without = run({"golden-01a": KEPT})
    assert compare(without, without).conclusion == "Nothing changed."


def test_two_runs_that_asked_nothing_in_common_are_not_told_to_be_alike() -> None:
    compared = compare(run({"golden-01a": KEPT}), run({"golden-01a": UNKNOWN}))
    assert compared.conclusion.startswith(
        "Nothing to compare, since no example was answered in both; no longer answered"
    )
    assert compared.answered_in_both == 0


def remarks(a: Results, b: Results) -> str:
    return "\n".join(compare(a, b).remarks)


def of_target(of: Results, **facts: Any) -> Results:
    return of.model_copy(update={"target": of.target.model_copy(update=facts)})


def test_what_is_compared_is_named_and_differences_are_told() -> None:
    blue, rehearsal = run({"golden-01a": KEPT}), run({"golden-01a": KEPT}, embedded=True)
    green = of_target(blue, name="green", addresses={"base_url": "https://green.example.com"})
    assert "A asked target blue, and B asked target green." in remarks(blue, green)
    facts = {fact.name: (fact.a, fact.b) for fact in compare(blue, green).facts}
    assert facts["Target"] == ("blue: x", "green: x")
    assert facts["Chat"] == ("", "https://green.example.com")
    assert facts["Asked"] == ("--tags=phase2", "--tags=phase2")
    assert "Specification" not in facts
    as_found = of_target(rehearsal, as_found=True, planted_faults=["a", "b"])
    assert "A asked the reference platform as found, and B asked the reference platform." in remarks(
        as_found, rehearsal
    )
    assert "this says nothing about Netra" in remarks(as_found, rehearsal)
    assert "Netra" not in remarks(blue, rehearsal)
    planted = of_target(rehearsal, planted_faults=["echo"])
    assert "B asked the reference platform with planted faults (echo)." in remarks(rehearsal, planted)
    assert "A judged the source tree t, and B judged the reference platform's source." in remarks(blue, rehearsal)


def test_what_a_reader_must_bear_in_mind_is_told() -> None:
    blue, rehearsal = run({"golden-01a": KEPT}), run({"golden-01a": KEPT}, embedded=True)
    assert remarks(blue, blue) == "A and B are the same results."
    assert "this says nothing about Netra" in remarks(rehearsal, rehearsal)
    later = run({"golden-01a": KEPT}, started=NOW + timedelta(hours=1))
    assert remarks(blue, later) == ""
    assert remarks(later, blue).startswith("A was made after B")
    part = run({"golden-01a": KEPT}, selection="--tags=unit", complete=False, missing=["x-01a", "x-01b"])
    assert remarks(blue, part) == (
        "A asked for --tags=phase2, and B asked for --tags=unit.\n"
        "B asked a part of the specification: 2 examples not asked; it is compared as far as it goes."
    )
    assert "Each asked a part of the specification: 2 examples not asked" in remarks(part, part)
    killed = run({"golden-01a": KEPT}, complete=False, finished=None)
    assert "A did not come to its end; it is compared as far as it goes." in remarks(killed, blue)
    failed = run({"golden-01a": KEPT}, faults=["after_all: boom\nmore"])
    assert "A met a fault of the specification itself, outside any example (after_all: boom)." in remarks(failed, blue)
    patient = of_target(blue, deadlines={"promptly": 10})
    assert "Their deadlines differ" in remarks(blue, patient)
    old, new = (results(promise("golden-01", example("golden-01a", KEPT), text=text)) for text in "ab")
    assert remarks(old, new) == "The specification has another wording of this promise in B than in A: golden-01."


def cells(page: str) -> list[list[str]]:
    """The text of every table's cells, as a reader of Markdown gets them."""
    rows: list[list[str]] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(page):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and token.level >= 4:
            rows[-1].append("".join(part.content for part in token.children or ()))
    return rows


def test_what_sentences_hold_of_markup_is_shown_in_a_pull_request_as_it_is() -> None:
    kept = example("golden-01a[a|b]", KEPT)
    broken = example("golden-01a[a|b]", BROKEN, reason=HOSTILE)
    made = promise("golden-01", kept).model_copy(update={"sentence": HOSTILE})
    page = markdown.page(compare(results(made), results(made.model_copy(update={"examples": [broken]}))))
    name, a, b, told = cells(page)[-1]
    shown = HOSTILE.replace("`c d`", "c d").replace("`e | f`", "e | f")  # what was code already
    assert (name, a, b, told) == (f"golden-01 {shown}", "kept", "broken", f"golden-01a[a|b]: {shown}")


def test_a_pull_request_calls_nobody_and_links_to_no_other_work() -> None:
    told = inline("for --tags=@phase2 and #12, see https://a.example.com/x_y_z, pat@example.com")
    assert told == "for --tags=`@phase2` and `#12`, see `https://a.example.com/x_y_z,` pat@example.com"


def test_everything_broken_at_once_still_fits_into_a_comment() -> None:
    ids = [(f"much-{n:02}", [f"much-{n:02}{letter}" for letter in "abcdefgh"]) for n in range(60)]
    a = results(*(promise(id, *(example(each, KEPT) for each in examples)) for id, examples in ids))
    b = results(
        *(promise(id, *(example(each, BROKEN, reason=f"{each} " * 300) for each in examples)) for id, examples in ids)
    )
    page = markdown.page(compare(a, b))
    assert len(page) < 65_536
    assert page.startswith("**Newly broken: 60 promises.**\n")
    assert "and 5 more examples" in page
    assert "And 20 more promises: `much-40`, " in page
    assert "| `much-39` " in page and "| `much-40` " not in page


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders: in the second one promise is newly broken, and an escape sequence is in what happened."""
    a = results(promise("golden-01", example("golden-01a", KEPT)), promise("golden-02", example("golden-02a", BROKEN)))
    b = results(
        promise("golden-01", example("golden-01a", BROKEN, reason="it did not come:\x1b[31m\nmore of it")),
        promise("golden-02", example("golden-02a", BROKEN)),
    )
    folders = tmp_path / "a", tmp_path / "b"
    for folder, made in zip(folders, (a, b), strict=True):
        folder.mkdir()
        (folder / "results.json").write_text(made.model_dump_json(), encoding="utf-8")
    return folders


def test_the_exit_code_says_whether_anything_is_newly_broken(runs: tuple[Path, Path]) -> None:
    a, b = runs
    worse = acceptance("compare", a, b / "results.json")
    assert worse.exit_code == 1
    lines = worse.output.splitlines()
    assert lines[0] == "Newly broken: 1 promise; broken in both: 1 promise."
    assert "  golden-01  The sentence of golden-01 (kept → broken)" in lines
    assert "    golden-01a  The title of golden-01a" in lines
    assert "      it did not come:\\x1b[31m" in lines
    assert lines[-1] == "Broken in both: golden-02"
    assert "\x1b" not in worse.output
    better = acceptance("compare", b, a)
    assert better.exit_code == 0
    assert better.output.startswith("Nothing newly broken; newly kept: 1 promise; broken in both: 1 promise.\n")
    same = acceptance("compare", a, a)
    assert same.exit_code == 0
    assert same.output.startswith("Nothing changed; broken in both: 1 promise.\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there are no results at"),
        ("{}", "is not a results file of this version"),
        ("no JSON", "is not a results file of this version"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    runs: tuple[Path, Path], tmp_path: Path, content: str | None, says: str
) -> None:
    unusable = tmp_path / "unusable" / "results.json"
    unusable.parent.mkdir()
    if content is not None:
        unusable.write_text(content, encoding="utf-8")
    for arguments in ((runs[0], unusable.parent), (unusable, runs[0])):
        refused = acceptance("compare", *arguments)
        assert refused.exit_code == 2
        assert says in refused.errors and str(unusable) in refused.errors
        assert refused.output == ""
        assert len(refused.errors.splitlines()) == 1


def test_how_much_is_slower_is_taken_from_the_command_line(tmp_path: Path) -> None:
    files = tmp_path / "a.json", tmp_path / "b.json"
    for file, seconds in zip(files, (1, 3), strict=True):
        made = results(promise("golden-01", example("golden-01a", KEPT, seconds=seconds)))
        file.write_text(made.model_dump_json(), encoding="utf-8")
    told = acceptance("compare", *files)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "Nothing newly broken; slower: 1 example.")
    assert "      1.00 s → 3.00 s, 3.0 times" in told.output.splitlines()
    assert acceptance("compare", *files, "--slower=4").output.startswith("Nothing changed.\n")


def test_a_factor_that_is_none_is_refused(runs: tuple[Path, Path]) -> None:
    for factor in ("0.5", "nan", "-1"):
        refused = acceptance("compare", *runs, f"--slower={factor}")
        assert refused.exit_code == 2
        assert "--slower" in refused.errors and refused.output == ""


def test_what_is_told_to_programs_keeps_to_its_published_schema(runs: tuple[Path, Path]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    told = acceptance("compare", *runs, "--format", "json")
    assert told.exit_code == 1
    document = json.loads(told.output)
    jsonschema.validate(document, schema)
    assert document["sections"][0]["kind"] == "newly broken"
    assert document["sections"][0]["promises"][0]["examples"][0]["id"] == "golden-01a"
    printed = acceptance("schema", "compare")
    assert json.loads(printed.output) == schema, "python -m acceptance schema compare > docs/compare.schema.json"


def test_it_is_written_to_a_file_and_concluded_on_the_terminal(runs: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "comment.md"
    told = acceptance("compare", *runs, "--format=markdown", "--output", page)
    assert told.exit_code == 1
    assert told.output == "Newly broken: 1 promise; broken in both: 1 promise.\n"
    assert page.read_text(encoding="utf-8") == acceptance("compare", *runs, "--format=markdown").output
    nowhere = acceptance("compare", *runs, "--output", tmp_path / "nowhere" / "comment.md")
    assert nowhere.exit_code == 2
    assert "does not exist" in nowhere.errors and "--output" in nowhere.errors


def test_a_planted_fault_is_seen_beside_the_run_without_it(tmp_path: Path) -> None:
    sound = behave(tmp_path / "sound", "--tags=@promise.golden-01")
    faulty = behave(tmp_path / "faulty", "--tags=@promise.golden-01", "-D", "faults=missing-event")
    assert (sound.exit_code, faulty.exit_code) == (0, 1)
    worse = acceptance("compare", sound.reports, faulty.reports)
    assert worse.exit_code == 1
    assert worse.output.startswith("Newly broken: 1 promise.\n")
    assert "B asked the reference platform with planted faults (missing-event)." in worse.output
    newly = {id for id, verdict in faulty.examples.items() if verdict == "broken"}
    told = json.loads(acceptance("compare", sound.reports, faulty.reports, "--format=json").output)
    assert {each["id"] for each in told["sections"][0]["promises"][0]["examples"]} == newly
    better = acceptance("compare", faulty.reports, sound.reports)
    assert better.exit_code == 0
    assert better.output.startswith("Nothing newly broken; newly kept: 1 promise.\n")
