"""docs/trust.md names every trial, and every trial that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from acceptance.files import REPOSITORY

PAGE = (REPOSITORY / "docs" / "trust.md").read_text(encoding="utf-8")
#: A line of a table: what is done, what must come of it, where the test is, and whether it is a long one.
ROW = re.compile(r"^\| .+ \| .+ \| `(?P<file>tests/[\w/]+\.py)::(?P<test>\w+)`(?P<long>, long)? \|$", re.M)
HERE = Path(__file__).parent


def trials_in(file: Path) -> dict[str, bool]:
    """The tests of a file, each with whether it is a long one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {}
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
            found[each.name] = any("mark.long" in ast.unparse(decorator) for decorator in each.decorator_list)
    return found


def test_every_line_of_a_table_is_a_trial() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what is done")]
    assert [line for line in lines if not ROW.match(line)] == []


@pytest.mark.parametrize("row", list(ROW.finditer(PAGE)), ids=lambda row: str(row["test"]))
def test_what_the_page_names_is_there(row: re.Match[str]) -> None:
    tests = trials_in(REPOSITORY / row["file"])
    assert row["test"] in tests
    assert tests[row["test"]] == bool(row["long"]), "the page says of a long test that it is long, and of no other"


def test_the_page_names_every_trial() -> None:
    named = {(row["file"], row["test"]) for row in ROW.finditer(PAGE)}
    there = {
        (str(file.relative_to(REPOSITORY)), test)
        for file in HERE.glob("test_*.py")
        if file != Path(__file__)
        for test in trials_in(file)
    }
    assert there - named == set()
