"""``python -m acceptance audit`` as its users run it: exit codes, forms, what reaches a terminal and what a pipe."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from running import PATIENCE, ROOT, acceptance, audit, on_a_terminal
from trees import TOY, plant

from acceptance.reporting.audit import SCALE
from acceptance.source import RULES

HOMES = {"shop/core/ledger.py": "class Ledger: ...\n", "shop/core/till.py": "class Till: ...\n"}
BROKEN = {"shop/orders.py": "class Ledger: ...\n"}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A tree in which all is well."""
    homes = {**HOMES, "shop/core/till.py": "class Till: ...\nclass SelfServiceTill: ...\ndef open_till(): ...\n"}
    return plant(tmp_path / "sound", homes)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with something of everything: findings, a home without its names, tests, a waiver, a broken file."""
    files = {
        **HOMES,
        **BROKEN,
        "shop/a.py": "from shop.core.ledger import Ledger as Book\nfrom shop.orders import Ledger\n",
        "shop/music.py": "class Ledger: ...\n",
        "shop/broken.py": "class Ledger(:\n",
        "shop/tests/test_orders.py": "from shop.orders import Ledger\nclass FakeLedger: ...\n",
    }
    return plant(tmp_path / "tree", files)


# How it ends


def test_a_sound_tree_is_within_the_limit(sound: Path) -> None:
    ran = audit(sound)
    assert ran.exit_code == 0, ran
    assert ran.output.endswith("\nWithin the limit: 0 findings in app code, the limit is 0 (--max-warnings).\n")


def test_the_limit_is_the_number_of_findings_allowed(sound: Path) -> None:
    plant(sound, {"shop/x.py": "class Ledger: ...\n", "shop/y.py": "class Ledger: ...\n"})
    assert audit(sound).exit_code == 1
    assert audit(sound, "--max-warnings", "1").output.endswith(
        "\nOver the limit: 2 findings in app code, the limit is 1 (--max-warnings).\n"
    )
    assert audit(sound, "--max-warnings", "2").exit_code == 0


@pytest.mark.parametrize(
    "files", [{"shop/tests/test_x.py": "class Ledger: ...\n"}, {"shop/music.py": "class Ledger: ...\n"}]
)
def test_findings_in_tests_and_waived_ones_never_count(files: dict[str, str], sound: Path) -> None:
    plant(sound, files)
    ran = audit(sound, "--format", "json")
    assert len(ran.json["findings"]) + len(ran.json["waived"]) == 1
    assert ran.exit_code == 0


def test_only_the_rules_that_are_asked_count(tree: Path) -> None:
    ran = audit(tree, "--rule", "CG101", "--rule", "CG103", "--format", "json").json
    assert ran["asked"] == ["CG101", "CG103"]
    assert {finding["rule"] for finding in ran["findings"]} == {"CG101"}
    said = audit(tree, "--rule", "CG101").output
    assert "Asked    CG101 only" in said
    assert "without --rule there may be more" in said


# What cannot be judged: exit code 2 and one sentence with the remedy


def refused(*arguments: str | Path, **options: Any) -> str:
    ran = audit(*arguments, **options)
    assert ran.exit_code == 2, ran
    assert ran.output == ""
    assert ran.errors.count("\n") == 1, "one sentence"
    return ran.errors


def test_a_tree_that_cannot_be_judged(tmp_path: Path) -> None:
    assert "gone does not exist; name the folder" in refused(tmp_path / "gone")
    assert "holds no Python in shop; name the folder" in refused(tmp_path)
    assert "is a file, not a folder" in refused(TOY)
    plant(tmp_path, {"shop/x.py": ""})
    assert "is not the tree that the manifest speaks of" in refused(tmp_path)


def test_a_manifest_that_cannot_be_used(sound: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "ours.toml"
    assert "ours.toml: cannot be read (No such file" in refused(sound, manifest=manifest)
    manifest.write_text("version = ")
    assert "ours.toml: not valid TOML" in refused(sound, manifest=manifest)
    manifest.write_text("pakage = 'shop.core'\n" + TOY.read_text())
    assert 'did you mean "package"?' in refused(sound, manifest=manifest)


def test_an_unknown_rule_is_told_with_the_nearest(sound: Path) -> None:
    said = "no rule is called CG2011; did you mean CG201? There are CG001, "
    assert refused(sound, "--rule", "CG2011").startswith(said)
    assert "did you mean" not in refused(sound, "--rule", "nonsense")
    explained = acceptance("audit", "--explain", "CG2011")
    assert (explained.exit_code, explained.output) == (2, "")
    assert explained.errors.startswith(said)


def test_what_is_not_understood_is_told_with_the_way_to_help(sound: Path) -> None:
    for arguments in (
        ["audit"],
        ["audit", str(sound), "--max-warnings", "-1"],
        ["audit", str(sound), "--format", "xml"],
    ):
        ran = acceptance(*arguments)
        assert (ran.exit_code, ran.output) == (2, "")
        assert "--help" in ran.errors


def _interrupted(tree: Path, told: Path, after: float = 0) -> tuple[int, str, str]:
    """How an audit ends that is interrupted so many seconds after it began to read, and what it said."""
    command = [sys.executable, "-m", "acceptance", "audit", str(tree), "--manifest", str(TOY), "--no-cache"]
    with told.open("w", encoding="utf-8") as output:  # a pipe that nobody reads yet would keep it from its end
        running = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.PIPE, text=True)
    process = psutil.Process(running.pid)
    while not process.children():  # those that read the files: it is in the midst of it
        assert running.poll() is None, "it was faster than this test"
        time.sleep(0.005)
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE)
    return running.returncode, told.read_text(encoding="utf-8"), errors


INTERRUPTED = (130, "", "Interrupted: nothing was judged.\n")


def test_an_interrupted_audit_says_so_in_one_line(sound: Path, tmp_path: Path) -> None:
    plant(sound, {f"shop/orders/part_{number}.py": f"class Ledger: ...  # {number}\n" * 20 for number in range(3000)})
    assert _interrupted(sound, tmp_path / "told") == INTERRUPTED


@pytest.mark.long
def test_an_audit_can_be_interrupted_anywhere_while_it_reads(sound: Path, tmp_path: Path) -> None:
    plant(sound, {f"shop/orders/part_{number}.py": f"class Ledger: ...  # {number}\n" * 20 for number in range(3000)})
    for turn in range(60):
        assert _interrupted(sound, tmp_path / "told", after=turn % 6 * 0.002) == INTERRUPTED


def test_a_reader_that_leaves_early_ends_it_quietly(tree: Path) -> None:
    parts = [sys.executable, "-m", "acceptance", "audit", str(tree), "--manifest", str(TOY)]
    command = f"{shlex.join(parts)} | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("Source audit of ")


# Where it goes


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_file_holds_what_the_pipe_would_get(form: str, tree: Path, tmp_path: Path) -> None:
    place = tmp_path / "out" / "found"
    place.parent.mkdir()
    ran = audit(tree, "--format", form, "--output", place)
    assert (ran.exit_code, ran.errors) == (1, "")
    assert ran.output.startswith("Over the limit: ")
    assert place.read_text(encoding="utf-8") == audit(tree, "--format", form).output
    assert list(place.parent.iterdir()) == [place], "nothing else is left"


def test_a_file_is_replaced_whole(tree: Path, tmp_path: Path) -> None:
    place = tmp_path / "found.json"
    place.write_text("what was here")
    with place.open() as reader:  # of the old file, however late it reads
        audit(tree, "--format", "json", "--output", place)
        assert reader.read() == "what was here"
    assert json.loads(place.read_text())["format"] == 1


def test_a_file_stays_as_it_was_when_nothing_could_be_judged(tmp_path: Path) -> None:
    place = tmp_path / "found.json"
    place.write_text("what was here")
    refused(tmp_path / "gone", "--output", place)
    assert place.read_text() == "what was here"


def test_a_place_that_cannot_be_written_is_told_with_a_remedy(sound: Path, tmp_path: Path) -> None:
    remedy = "; name a file in a folder of yours with --output"
    missing = refused(sound, "--output", tmp_path / "gone" / "found.json")
    assert f"the folder {tmp_path / 'gone'} does not exist{remedy}" in missing
    assert not (tmp_path / "gone").exists()
    assert f"there is something else in its place{remedy}" in refused(sound, "--output", tmp_path)
    assert f"File name too long{remedy}" in refused(sound, "--output", tmp_path / ("x" * 300))
    assert remedy in refused(sound, "--output", "/proc/found.json")


# What a terminal shows, and what a pipe gets


def test_a_pipe_gets_plain_text_and_nothing_else(tree: Path) -> None:
    ran = audit(tree, env={"NO_COLOR": ""})
    assert ran.errors == ""
    assert "\x1b" not in ran.output
    assert max(map(len, ran.output.splitlines())) > 120, "long lines are not folded"


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_the_bytes_are_the_same_whatever_the_hash_seed(form: str, tree: Path) -> None:
    copies = {f"shop/copy{number}.py": "class Ledger: ...\nLegacyLedger = Ledger\n" for number in range(9)}
    plant(tree, copies)
    told = {audit(tree, "--format", form, env={"PYTHONHASHSEED": seed}).output for seed in ("0", "1", "2")}
    assert len(told) == 1
    assert "CG101" in told.pop()


def test_a_terminal_shows_progress_that_is_gone_at_the_end(tree: Path) -> None:
    ran = on_a_terminal("audit", tree, "--manifest", TOY, output=False)
    assert "Reading" in ran.errors
    assert re.search(r"\d+/\d+", ran.errors)
    assert ran.errors.endswith("\x1b[2K"), "the line of the bar is erased"
    assert "\x1b" not in ran.output, "what is piped stays plain"


def test_a_terminal_shows_colour_unless_it_is_not_wanted(tree: Path) -> None:
    command = "audit", tree, "--manifest", TOY
    in_colour = re.compile(r"\x1b\[(\d+;)*[349]\d(;\d+)*m")
    shown = on_a_terminal(*command).output.partition("Source audit")[2]
    assert in_colour.search(shown)
    plain = on_a_terminal(*command, colour=False).output.partition("Source audit")[2]
    assert not in_colour.search(plain)
    assert unstyled(plain) == unstyled(shown) == audit(tree).output.partition("Source audit")[2]


def test_a_narrow_terminal_does_not_break_a_place(tree: Path) -> None:
    shown = on_a_terminal("audit", tree, "--manifest", TOY, columns=20).output
    assert "\n  CG101  shop/orders.py:1  `Ledger` is written a second time" in unstyled(shown)


def unstyled(shown: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_a_terminal_that_cannot_show_a_character_still_gets_the_page(tree: Path) -> None:
    ran = audit(tree, env={"PYTHONIOENCODING": "ascii"})
    assert (ran.exit_code, ran.errors) == (1, "")
    assert ran.output.startswith("Source audit of ")


# What the page says


def test_the_page_is_by_concept_and_says_what_closes_each_finding(tree: Path) -> None:
    page = audit(tree).output
    by_concept = page.index("\nledger: "), page.index("\ntill: "), page.index("\nThe whole tree: ")
    assert list(by_concept) == sorted(by_concept)
    ledger = page[by_concept[0] : by_concept[1]]
    assert "\n  Home     shop.core.ledger, shop/core/ledger.py\n  Holds    Ledger\n" in ledger
    assert re.search(r"\n  CG101  shop/orders.py:1  .+\n         closes: Delete this class and import ", ledger)
    places = re.findall(r"\n  (CG\d+)  (\S+):(\d+)  ", ledger)
    assert places == sorted(places, key=lambda place: (place[0], place[1], int(place[2])))
    till = page[by_concept[1] : by_concept[2]]
    assert "  Missing  SelfServiceTill, open_till: the home binds no one object to it" in till
    assert "  CG001  shop/broken.py:1  " in page[by_concept[2] :]


def test_the_page_of_a_tree_without_a_home_says_so_loudly(tmp_path: Path) -> None:
    plant(tmp_path, {"shop/core/ledger.py": "class Ledger: ...\n"})
    assert "  Missing  the tree has no such module" in audit(tmp_path).output


def test_findings_in_tests_are_counted_by_rule_unless_they_are_to_be_listed(tree: Path) -> None:
    title = "In tests (reported apart, never counted)\n"
    section = audit(tree).output.partition(title)[2].partition("\n\n")[0]
    assert "shop/tests" not in section
    assert re.search(r"^  CG102      1  variant$", section, re.M)
    listed = audit(tree, "--tests").output.partition(title)[2].partition("\n\n")[0]
    assert "CG102  shop/tests/test_orders.py:2  " in listed


def test_waivers_are_always_printed(tree: Path) -> None:
    section = audit(tree).output.partition("Waived by the manifest")[2]
    assert "CG101  shop/music.py:1  " in section
    assert "waived by look_alikes: a ledger line of a score" in section


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_wherever_the_ssot_warnings_are_the_scale_is_said_to_be_our_own(form: str, tree: Path) -> None:
    assert SCALE in audit(tree, "--format", form).output


def test_every_form_tells_the_same_findings(tree: Path) -> None:
    def places(found: list[Any]) -> list[tuple[str, str, int]]:
        return sorted((one["rule"], one["path"], one["line"]) for one in found)

    told = audit(tree, "--format", "json").json
    everything = places([*told["findings"], *(waived["finding"] for waived in told["waived"])])
    page = audit(tree, "--tests").output
    assert sorted((r, p, int(n)) for r, p, n in re.findall(r"^  (CG\d+)  (\S+):(\d+)  ", page, re.M)) == everything
    results = audit(tree, "--format", "sarif").json["runs"][0]["results"]
    shown = [(result["ruleId"], result["locations"][0]["physicalLocation"]) for result in results]
    assert everything == sorted(
        (rule, place["artifactLocation"]["uri"], place["region"]["startLine"]) for rule, place in shown
    )


@pytest.mark.parametrize("name", [b"caf\xe9.py", b"two\nlines.py", b"\x1b[31mred.py", b"100%.py"])
def test_a_file_may_have_any_name(name: bytes, sound: Path) -> None:
    (sound / "shop" / os.fsdecode(name)).write_text("class Ledger(:\n")
    page = audit(sound).output
    assert "\x1b" not in page
    assert re.search(r"^  CG001  shop/\S+\.py:1  ", page, re.M)
    assert audit(sound, "--format", "json").json["counted"] == 1
    result = audit(sound, "--format", "sarif").json["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w./~-]*(%[0-9A-F]{2}[\w./~-]*)+", uri)


# What it costs to begin


def test_nothing_is_loaded_that_an_audit_does_not_need(sound: Path) -> None:
    program = (
        "import os, sys; from acceptance.cli import main\n"
        "os._exit = sys.exit  # what an audit ends with\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "audit", str(sound), "--manifest", str(TOY)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert {"acceptance", "typer"} <= loaded
    services = {"behave", "httpx", "fastapi", "jwt", "pydantic", "websockets", "uvicorn", "hamcrest"}
    assert not loaded & (services | {"rich", "jinja2", "watchfiles"})


# What is published


def test_the_schema_is_printed() -> None:
    printed = acceptance("schema", "audit")
    assert (printed.exit_code, printed.errors) == (0, "")
    assert printed.output == (ROOT / "docs" / "audit.schema.json").read_text(encoding="utf-8")
    assert acceptance("schema").output == (ROOT / "docs" / "results.schema.json").read_text(encoding="utf-8")


def test_a_rule_is_explained() -> None:
    doc = RULES["CG201"].doc
    said = acceptance("audit", "--explain", "CG201")
    assert (said.exit_code, said.errors) == (0, "")
    for part in (f"CG201: {doc.title}\n", doc.what, doc.why, "Broken:\n    # shop/", "Fixed:\n    # shop/"):
        assert part in said.output


def test_the_page_of_the_rules_is_as_the_command_prints_it() -> None:
    printed = acceptance("audit", "--explain", "all").output
    kept = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert kept == printed, "python -m acceptance audit --explain all > docs/rules.md"
    for rule in RULES.values():
        assert f"### {rule.doc.id}: {rule.doc.title}\n\n{rule.doc.what}\n\nWhy it hurts: {rule.doc.why}" in kept
    assert all(figure in kept for figure in (SCALE, "**SSOT warnings.**", "**Migration.**", "own check.**"))
