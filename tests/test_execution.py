"""The plan's staged execution: the tag expressions of docs/execution.md ask what the page says."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from cucumber_tag_expressions import parse
from made_up_runs import EXAMPLES

from acceptance import plan
from acceptance.files import REPOSITORY

PAGE = (REPOSITORY / "docs" / "execution.md").read_text(encoding="utf-8")
WEEKS = re.findall(r"^\| ([123]), \w+ \| .*\| `([^`]+)` \|$", PAGE, re.MULTILINE)
LEVELS = ("@unit", "@integration", "@e2e")


def selected(expression: str) -> set[str]:
    matches = parse(expression)
    return {example.id for example in EXAMPLES if matches.evaluate([f"@{tag}" for tag in example.tags])}


def test_every_expression_of_the_page_asks_something() -> None:
    expressions = {*re.findall(r'--tags="([^"]+)"', PAGE), *(expression for _, expression in WEEKS)}
    assert len(WEEKS) == 8
    assert len(expressions) >= 11
    assert [expression for expression in expressions if not selected(expression)] == []


def test_every_example_has_one_level() -> None:
    by_level = [selected(f"@phase2 and {level}") for level in LEVELS]
    assert sum(map(len, by_level)) == len(set.union(*by_level)) == len(EXAMPLES)


def test_the_weeks_ask_every_test_of_the_plan() -> None:
    asked = set.union(*(selected(expression) for _, expression in WEEKS))
    answered = {test for example in EXAMPLES if example.id in asked for test in example.plan_tests}
    assert answered == {*plan.TESTS, *plan.REQUIRED}
    assert asked | selected("@phase2 and @business-value") == {example.id for example in EXAMPLES}


def test_each_week_asks_its_own_level() -> None:
    for week, expression in WEEKS:
        assert selected(expression) <= selected(LEVELS[int(week) - 1]), expression


def made(*arguments: str) -> str:
    """What make would run, everything being installed; nothing comes from a make that runs the tests."""
    command = ["make", "--dry-run", "--no-print-directory", "--old-file=.venv/run.installed", *arguments]
    env = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("level", LEVELS)
def test_make_asks_a_level_into_a_folder_of_its_own(level: str) -> None:
    name = level.removeprefix("@")
    asked = f'behave --tags="@phase2 and {level}" -D "reports=reports/{name}" -D target=staging'
    assert asked in made(name, "ARGS=-D target=staging")


def test_make_lets_known_gaps_pass_only_when_it_is_told_to() -> None:
    assert made("phase2", "REPORTS=reports/blue").rstrip().endswith('acceptance verdict --reports "reports/blue"')
    assert made("phase2", "RATCHET=1").rstrip().endswith('acceptance verdict --reports "reports" --ratchet')
