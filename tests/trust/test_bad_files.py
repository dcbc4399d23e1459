"""Files that are not what they should be: refused in one line with the file and what to do, and never changed."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from command import behave
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_runs import a_proof, a_run, kept_in, no_platform, staging, tree
from many_commands import Commands, commands_in

from acceptance.files import REPOSITORY
from acceptance.reporting.audit.trend import Figures, Migrated, Revision, Trend
from acceptance.verdicts import Verdict

LIST = """\
[[gap]]
example = "imports-03b"
says = "other names and paths of the emitter"
at_most = 11
owner = "the team"
issue = "#1"
reason = "They are still imported by the agents."
since = 2026-01-01
expires = 2027-03-31
"""
REMEDY = re.compile(
    r"[:;,(] (run|mend|name|restore|remove|correct|add|save|write|let|make|leave|fetch|begin|each gap begins|known are|"
    r"docs/known-gaps.md|did you mean|expected|set it|it is|\"?-D|is not known there)"
)


@dataclass(frozen=True)
class Kind:
    """One kind of file: where it lies at a desk, and the commands that read it."""

    file: str
    commands: tuple[tuple[str, ...], ...]

    @property
    def is_json(self) -> bool:
        return self.file.endswith(".json")


BOTH = ("--reports", "reports/staging", "--reports", "reports/source")
SHEET = ("signoff", "sheet", *BOTH, "--output", "sheet")
KINDS = {
    "results": Kind(
        "reports/staging/results.json",
        (
            ("verdict", "--reports", "reports/staging"),
            ("junit", "--reports", "reports/staging", "--output", "junit.xml"),
            ("compare", "reports/source", "reports/staging"),
            ("compare", "reports/staging", "reports/source", "--format", "markdown"),
            ("known-gaps", "update", "proposed.toml", "--reports", "reports/staging"),
            ("signoff", "approve", *BOTH, "--by", "Olga", "--role", "owner", "--output", "sheet"),
            SHEET,
        ),
    ),
    "proof": Kind("reports/staging/proof.json", (SHEET,)),
    "trend": Kind("reports/staging/trend.json", (SHEET,)),
    "known gaps": Kind(
        "gaps.toml",
        (
            ("verdict", "--known-gaps", "gaps.toml", "--reports", "reports/staging"),
            ("known-gaps", "update", "gaps.toml", "--reports", "reports/staging"),
        ),
    ),
    "approval": Kind("approvals/olga.toml", (("signoff", "verify", "approvals/olga.toml", *BOTH),)),
    "manifest": Kind("toy.toml", (("audit", "tree", "--manifest", "toy.toml", "--no-cache"),)),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one good file of each kind."""
    folder = tmp_path_factory.mktemp("desk")
    broken = {"imports-03b": (Verdict.BROKEN, "11 other names and paths of the emitter")}
    kept_in(folder / "reports" / "source", a_run(no_platform(), tree()))
    there = kept_in(folder / "reports" / "staging", a_run(staging()))
    (there / "proof.json").write_text(a_proof().model_dump_json(indent=1), encoding="utf-8")
    figures = Figures(
        files=1,
        findings=1,
        rules={"CG101": 1},
        ssot_warnings=3,
        core_findings=4,
        migration=Migrated(canonical=1, imports=2),
        names={},
    )
    days = [
        Revision(revision=f"v{n}", commit="a" * 40, day=date(2026, 1, n), problem="", figures=figures) for n in (1, 2)
    ]
    trend = Trend(repository="netra", manifest_version="2", revisions=days)
    (there / "trend.json").write_text(trend.model_dump_json(indent=2), encoding="utf-8")
    (folder / "gaps.toml").write_text(LIST, encoding="utf-8")
    shutil.copy(REPOSITORY / "tests" / "source" / "toy.toml", folder / "toy.toml")
    for name in ("ledger", "till"):
        (folder / "tree/shop/core").mkdir(parents=True, exist_ok=True)
        (folder / f"tree/shop/core/{name}.py").write_text(f"class {name.title()}: ...\n", encoding="utf-8")
    with commands_in(folder) as commands:
        said = commands.run("signoff", "approve", *BOTH, "--by", "Olga", "--role", "owner")
        assert said.exit_code == 0, said
    (made,) = (folder / "approvals").glob("*.toml")
    made.rename(folder / KINDS["approval"].file)
    kept_in(there, a_run(staging(), tree(), broken, counts={"imports-03b": 11}))
    return folder


@pytest.fixture(scope="module")
def commands(desk: Path) -> Iterator[Commands]:
    with commands_in(desk) as running:
        yield running


def test_good_files_are_used(desk: Path, commands: Commands) -> None:
    """Or what follows would prove nothing."""
    for kind in KINDS.values():
        for command in kind.commands:
            said = commands.run(*command)
            assert said.exit_code in (0, 1, 3), said
            assert "Traceback" not in said.errors
            (desk / "gaps.toml").write_text(LIST, encoding="utf-8")
            (desk / "proposed.toml").unlink(missing_ok=True)


# What no file of any kind may be


def cut(good: bytes) -> bytes:
    return good[: len(good) // 2]


def deep(good: bytes) -> bytes:
    nested = b"[" * 100_000 + b"]" * 100_000
    return nested if good.startswith(b"{") else good + b"\nx = " + nested + b"\n"


def huge(good: bytes) -> bytes:
    number = b"9" * 10_000
    return b'{"format": %s}' % number if good.startswith(b"{") else b"x = %s\n%s" % (number, good)


def twice(good: bytes) -> bytes:
    if good.startswith(b"{"):
        first, rest = next(iter(json.loads(good).items())), good.lstrip()[1:]
        return b"{" + f"{json.dumps(first[0])}: {json.dumps(first[1])},".encode() + rest
    return b"twice = 1\ntwice = 2\n" + good


def another(good: bytes) -> bytes:
    """As a later version may write it."""
    return good.replace(b"{", b'{"later": 1,', 1) if good.startswith(b"{") else b"later = 1\n" + good


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda good: b"",
    "cut": cut,
    "binary": lambda good: bytes(range(256)) * 40,
    "another encoding": lambda good: good.decode().encode("utf-16"),
    "not UTF-8": lambda good: good.replace(b"e", b"\xe9"),
    "NUL": lambda good: good[:60] + b"\0" + good[60:],
    "nested deeply": deep,
    "a huge number": huge,
    "told twice": twice,
    "another version": another,
}


def folder(place: Path) -> None:
    place.mkdir()


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def circle(place: Path) -> None:
    place.symlink_to(place)


PLACES: dict[str, Callable[[Path], None]] = {
    "a folder": folder,
    "a pipe that nobody writes to": os.mkfifo,
    "a device without an end": device,
    "a link to itself": circle,
}
EMPTY_IS_GOOD = {("known gaps", "empty")}
#: What is beside a run is used where it is a file; anything else of its name is nobody's.
BESIDE = ("proof", "trend")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_none_of_its_kind_is_refused_in_one_line(kind: str, desk: Path, commands: Commands) -> None:
    """Each command ends with 2, names the file and what to do, and leaves the file as it is."""
    file = desk / KINDS[kind].file
    good = file.read_bytes()
    try:
        for name, spoil in BYTES.items():
            if (kind, name) in EMPTY_IS_GOOD:
                continue
            bad = spoil(good)
            file.write_bytes(bad)
            for command in KINDS[kind].commands:
                _is_refused(commands, command, file, name)
                assert file.read_bytes() == bad, name
        for name, put in PLACES.items():
            if kind in BESIDE:
                continue
            file.unlink()
            put(file)
            for command in KINDS[kind].commands:
                _is_refused(commands, command, file, name)
            _take_away(file)
            file.write_bytes(good)
    finally:
        _take_away(file)
        file.write_bytes(good)


def _take_away(file: Path) -> None:
    if file.is_dir():
        file.rmdir()
    else:
        file.unlink(missing_ok=True)


def _is_refused(commands: Commands, command: tuple[str, ...], file: Path, why: str) -> None:
    said = commands.run(*command)
    assert said.exit_code == 2, (why, command, said)
    _is_one_line(said.errors)
    assert file.name in said.errors, (why, command, said)
    assert said.output == ""


def _is_one_line(errors: str) -> None:
    assert errors.count("\n") == 1, errors
    assert len(errors) < 1_000, errors
    assert REMEDY.search(errors), errors
    assert "Traceback" not in errors


def test_a_byte_order_mark_and_other_line_ends_are_no_reason(desk: Path, commands: Commands) -> None:
    for kind in KINDS.values():
        file = desk / kind.file
        good = file.read_bytes()
        file.write_bytes(b"\xef\xbb\xbf" + good.replace(b"\n", b"\r\n"))
        try:
            assert commands.run(*kind.commands[0]).exit_code in (0, 1, 3), kind
        finally:
            file.write_bytes(good)


TARGET = 'about = "mine"\nbase_url = "http://127.0.0.1:1"\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"about = \n", "not valid TOML: Invalid value (at line 1, column 9)"),
        (b"\xff\xfe", "not UTF-8 text at byte 0"),
        (b"x = " + b"[" * 100_000, "nested too deeply"),
        (b"promptly = nan\n", "promptly"),
        (None, "it is a folder"),
    ],
    ids=["cut", "binary", "nested deeply", "not a number", "a folder"],
)
def test_a_target_that_is_none_is_refused_before_anything_is_asked(
    content: bytes | None, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    ran = behave(tmp_path / "reports", "--tags=@phase2", "-D", f"target={file}")
    (told,) = [line for line in ran.output.splitlines() if "mine.toml" in line]
    assert (ran.exit_code, says in told) == (2, True), ran.output
    assert "Traceback" not in ran.output
    assert not (ran.reports / "results.json").exists()


def test_a_folder_in_the_place_of_the_trend_does_not_keep_the_verdict_back(tmp_path: Path) -> None:
    (tmp_path / "reports" / "runs.jsonl").mkdir(parents=True)
    source = ("-D", "target=source", "-D", "source=reference")
    ran = behave(tmp_path / "reports", "--tags=@promise.imports-01", *source)
    assert ran.exit_code == 0, ran.output
    assert "runs.jsonl cannot be written (Is a directory)" in ran.output
    assert "Partial, no verdict" in ran.output
    assert "Traceback" not in ran.output


# What nobody has thought of


VALUES: list[Any] = [
    *(None, True, 0, -1, 10**30, math.nan, math.inf, 1e308, "", "*", "x", "\x1b[31m\n", "a\0b", "../..", [], {}, [[]]),
    *("0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00"),
    *(date(1, 1, 1), date(9999, 12, 31)),
]


@st.composite
def spoiled(draw: st.DrawFn, good: bytes, is_json: bool) -> bytes:
    """A file with other bytes somewhere, or with another value in one of its fields, or without it."""
    if draw(st.booleans()):
        start = draw(st.integers(0, len(good)))
        end = draw(st.integers(start, min(len(good), start + draw(st.sampled_from([0, 1, 20, len(good)])))))
        return good[:start] + draw(st.binary(max_size=9) | st.sampled_from([b'"', b"]", b"\\", b"1e999"])) + good[end:]
    document = json.loads(good) if is_json else tomllib.loads(good.decode())
    holder: Any = document
    while True:
        key = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
        if not isinstance(holder[key], dict | list) or not holder[key] or draw(st.integers(0, 3)) == 0:
            break
        holder = holder[key]
    if draw(st.integers(0, 4)) == 0:
        del holder[key]
    else:
        holder[key] = draw(st.sampled_from([each for each in VALUES if is_json or each is not None]))
    if is_json:
        return json.dumps(document, default=str).encode()
    try:
        return tomlkit.dumps(document).encode()
    except (ValueError, TypeError, tomlkit.exceptions.TOMLKitError):
        return b"nothing = "


TRIES = settings(
    max_examples=int(os.environ.get("BAD_FILES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_file_holds_is_judged_or_refused(kind: str, desk: Path, commands: Commands) -> None:
    """With a code that is documented, no traceback, and one line where it is refused."""
    of = KINDS[kind]
    file = desk / of.file
    good = file.read_bytes()

    @TRIES
    @given(spoiled(good, of.is_json))
    def tried(bad: bytes) -> None:
        file.write_bytes(bad)
        for command in of.commands:
            said = commands.run(*command)
            assert said.exit_code in (0, 1, 2, 3), said
            assert "Traceback" not in said.errors
            if said.exit_code == 2 and said.output == "":
                _is_one_line(said.errors)
                assert file.read_bytes() == bad
            file.write_bytes(bad)
            (desk / "proposed.toml").unlink(missing_ok=True)

    try:
        tried()
    finally:
        file.write_bytes(good)
