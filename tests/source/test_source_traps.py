"""Each trap as a tree that keeps the rules and a tree that breaks them, judged by their exact findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from trees import HERE, audit_toy, read_trap, told

PAGES = sorted((HERE / "traps").glob("*.txt"))


@pytest.mark.parametrize("which", ["kept", "broken"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_trap_is_judged_by_what_is_bound(page: Path, which: str, tmp_path: Path) -> None:
    trap = read_trap(page)
    result = audit_toy(tmp_path, trap.trees[which])
    assert told(result) == trap.found[which]
    assert result.homes["ledger"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_trap_has_a_tree_that_keeps_and_one_that_breaks(page: Path) -> None:
    trap = read_trap(page)
    assert set(trap.trees) == {"kept", "broken"}
    assert not any(line.startswith("CG") for line in trap.found["kept"])
    assert any(line.startswith("CG") for line in trap.found["broken"])


def test_the_specification_speaks_of_twenty_five_traps() -> None:
    assert [int(page.name[:2]) for page in PAGES] == list(range(1, 26))
