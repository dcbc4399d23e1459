"""Each page of ``traps/`` and ``rules/``: a tree that is clean and a tree that is not, judged by all rules at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from trees import HERE, audit_toy, read_trap, told

from acceptance.source import RULES

TRAPS = sorted((HERE / "traps").glob("*.txt"))
TWINS = sorted((HERE / "rules").glob("*.txt"))


@pytest.mark.parametrize("which", ["kept", "broken"])
@pytest.mark.parametrize("page", [*TRAPS, *TWINS], ids=lambda page: page.stem)
def test_a_page_is_judged_by_what_it_says(page: Path, which: str, tmp_path: Path) -> None:
    trap = read_trap(page)
    result = audit_toy(tmp_path, trap.trees[which])
    assert told(result) == trap.found[which]
    assert result.homes["ledger"]
    assert {finding.service for finding in result.findings} <= {"shop"}


@pytest.mark.parametrize("page", [*TRAPS, *TWINS], ids=lambda page: page.stem)
def test_every_page_has_a_tree_that_is_clean_and_one_that_is_not(page: Path) -> None:
    trap = read_trap(page)
    assert set(trap.trees) == {"kept", "broken"}
    assert all(line.startswith(("waived by ", "in tests ")) for line in trap.found["kept"])
    assert any(line.startswith("CG") for line in trap.found["broken"])


def test_the_specification_speaks_of_twenty_five_traps() -> None:
    assert [int(page.name[:2]) for page in TRAPS] == list(range(1, 26))


def test_every_rule_has_a_page_on_which_it_is_broken() -> None:
    assert [page.stem for page in TWINS] == sorted(RULES)
    for page in TWINS:
        assert any(line.startswith(f"{page.stem} ") for line in read_trap(page).found["broken"])
