"""``audit --since``: what a branch adds, for a pull request; and how two audits are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from repositories import committed, git
from running import ROOT, audit, on_a_terminal
from trees import TOY, audit_toy, line, plant

from acceptance.source.changes import changes

LONG = "".join(f"line_{number} = {number}\n" for number in range(30))  # by which git knows a file again
OLD = {
    "shop/core/ledger.py": "class Ledger: ...\n",
    "shop/core/till.py": "class Till: ...\n",
    "shop/orders.py": f"import os\n\nclass Ledger: x = 0\n{LONG}",
}


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A checkout of a branch that has nothing of its own yet; there is one finding from before."""
    tree = tmp_path / "tree"
    committed(tree, OLD)
    git(tree, "switch", "--quiet", "--create", "work")
    return tree


def came(tree: Path, *arguments: str) -> list[str]:
    """What came since main, and what went, marked by a sign."""
    told = audit(tree, "--since", "main", "--format", "json", *arguments).json
    facts = [*(("+", finding) for finding in told["findings"]), *(("-", finding) for finding in told["since"]["went"])]
    return [f"{sign} {each['rule']} {each['name']} {each['path']}:{each['line']}" for sign, each in facts]


def test_what_was_there_before_is_not_counted(branch: Path) -> None:
    done = audit(branch, "--since", "main")
    assert (done.exit_code, done.errors) == (0, "")
    assert audit(branch).exit_code == 1
    start = git(branch, "rev-parse", "--short=12", "main")
    assert f"main, which it left at {start}" in done.output
    assert "Came in app code: 0 findings" in done.output
    assert done.output.endswith("Within the limit: 0 findings in app code, the limit is 0 (--max-warnings).\n")
    assert came(branch) == []


@pytest.mark.parametrize("how", ["committed", "staged", "saved"])
def test_what_the_branch_adds_is_counted(how: str, branch: Path) -> None:
    plant(branch, {"shop/returns.py": "class Till: ...\n"})
    if how != "saved":
        git(branch, "add", "--all")
    if how == "committed":
        git(branch, "commit", "--quiet", "--message", "more")
    done = audit(branch, "--since", "main")
    assert done.exit_code == 1
    assert "shop/returns.py:1" in done.output
    assert "shop/orders.py" not in done.output
    assert "Over the limit: 1 finding in app code, the limit is 0 (--max-warnings)." in done.output
    assert audit(branch, "--since", "main", "--max-warnings", "1").exit_code == 0
    assert came(branch) == ["+ CG101 Till shop/returns.py:1"]


def test_what_main_got_meanwhile_is_not_the_branchs(branch: Path) -> None:
    git(branch, "switch", "--quiet", "main")
    committed(branch, {"shop/returns.py": "class Till: ...\n", "shop/orders.py": "x = 1\n"})
    git(branch, "switch", "--quiet", "work")
    assert came(branch) == []


def test_what_only_moves_is_the_same(branch: Path) -> None:
    plant(branch, {"shop/orders.py": f"import os\nimport sys\n\n\nclass Ledger: x = 1\n{LONG}"})
    assert came(branch) == []
    git(branch, "mv", "shop/orders.py", "shop/books.py")
    assert came(branch) == []


def test_what_a_file_that_git_does_not_know_has_is_new(branch: Path) -> None:
    (branch / "shop/orders.py").rename(branch / "shop/books.py")
    assert came(branch) == ["+ CG101 Ledger shop/books.py:3", "- CG101 Ledger shop/orders.py:3"]


def test_a_second_one_of_the_same_kind_in_the_same_file_came(branch: Path) -> None:
    plant(branch, {"shop/orders.py": "class Ledger: x = 0\n\nclass Ledger: x = 1\n"})
    assert came(branch) == ["+ CG101 Ledger shop/orders.py:3", "+ CG103 Ledger shop/orders.py:1"]
    plant(branch, {"shop/orders.py": ""})
    assert came(branch) == ["- CG101 Ledger shop/orders.py:3"]


def test_what_came_in_tests_is_told_and_not_counted(branch: Path) -> None:
    plant(branch, {"shop/tests/books.py": "class Till: ...\n"})
    done = audit(branch, "--since", "main")
    assert done.exit_code == 0
    assert re.search(r"Came in tests \(never counted\): 1 finding\n(.*\n)*.*shop/tests/books.py:1", done.output)


def test_rules_may_be_asked_for_alone(branch: Path) -> None:
    plant(branch, {"shop/returns.py": "class Till: ...\nfrom shop.orders import Ledger\n"})
    assert "+ CG101 Till shop/returns.py:1" in came(branch)
    assert came(branch, "--rule", "CG101") == ["+ CG101 Till shop/returns.py:1"]
    assert came(branch, "--rule", "CG201") == []


def test_the_json_keeps_to_the_published_schema_and_names_where_it_left(branch: Path) -> None:
    plant(branch, {"shop/orders.py": "", "shop/returns.py": "class Till: ...\n"})
    told = audit(branch, "--since", "main", "--format", "json").json
    jsonschema.validate(told, json.loads((ROOT / "docs" / "audit.schema.json").read_text(encoding="utf-8")))
    assert (told["since"]["revision"], told["since"]["commit"]) == ("main", git(branch, "rev-parse", "main"))
    assert told["counted"] == 1
    assert audit(branch, "--format", "json").json["since"] is None


def test_code_scanning_gets_what_came_alone(branch: Path) -> None:
    plant(branch, {"shop/returns.py": "class Till: ...\n"})
    results = audit(branch, "--since", "main", "--format", "sarif").json["runs"][0]["results"]
    (place,) = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
    assert place.endswith("shop/returns.py")


def test_a_file_holds_it_as_well(branch: Path, tmp_path: Path) -> None:
    plant(branch, {"shop/returns.py": "class Till: ...\n"})
    done = audit(branch, "--since", "main", "--output", tmp_path / "page.txt")
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == audit(branch, "--since", "main").output
    assert done.output == "Over the limit: 1 finding in app code, the limit is 0 (--max-warnings).\n"


def test_a_folder_in_a_repository_is_compared_with_itself(tmp_path: Path) -> None:
    committed(tmp_path / "all", {f"sources/{path}": text for path, text in OLD.items()})
    tree = tmp_path / "all" / "sources"
    assert came(tree) == []
    plant(tree, {"shop/returns.py": "class Till: ...\n"})
    git(tree, "mv", "shop/orders.py", "shop/books.py")
    assert came(tree) == ["+ CG101 Till shop/returns.py:1"]


def test_what_cannot_be_compared_is_told(branch: Path, tmp_path: Path) -> None:
    unknown = audit(branch, "--since", "nonsense")
    assert (unknown.exit_code, unknown.output) == (2, "")
    assert unknown.errors.count("\n") == 1
    assert "has no revision nonsense; fetch it, or name another" in unknown.errors
    bare = audit(plant(tmp_path / "plain", OLD), "--since", "main")
    assert bare.exit_code == 2
    assert "is no git repository" in bare.errors
    git(branch, "switch", "--quiet", "--orphan", "island")
    committed(branch, OLD, "the first one here")
    island = audit(branch, "--since", "main")
    assert island.exit_code == 2
    assert "have no commit in common; name another, or fetch more of their history" in island.errors


def test_a_start_without_the_governed_homes_is_told(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    committed(tree, {"shop/a.py": ""})
    git(tree, "switch", "--quiet", "--create", "work")
    committed(tree, OLD)
    done = audit(tree, "--since", "main")
    assert done.exit_code == 2
    assert "is not the tree that the manifest speaks of" in done.errors


def test_a_terminal_shows_progress_and_colour(branch: Path) -> None:
    plant(branch, {"shop/returns.py": "class Till: ...\n"})
    shown = on_a_terminal("audit", branch, "--manifest", TOY, "--since", "main")
    assert shown.exit_code == 1
    assert "\x1b[" in shown.output
    assert "shop/returns.py:1" in shown.output


def test_of_several_alike_those_that_say_the_same_are_paired(tmp_path: Path) -> None:
    """So that what came is what is different, wherever it stands."""
    home = "class Ledger: ...\nclass Book: ...\n"
    text = "from shop.core.ledger import Book\nLedger = Book\n"
    before = audit_toy(tmp_path / "a", {"shop/core/ledger.py": home, "shop/orders.py": text})
    after = audit_toy(
        tmp_path / "b",
        {"shop/core/ledger.py": home, "shop/orders.py": "from shop.core.ledger import Book\nLedger = dict\n" + text},
    )
    found = changes(before, after)
    assert found.went == ()
    assert all(finding in after.findings for finding in found.came)
    assert len(found.came) == len(after.findings) - len(before.findings)
    assert changes(after, before).came == ()
    assert [line(finding) for finding in changes(after, before).went] == [line(finding) for finding in found.came]
    assert changes(after, after) == changes(before, before) == changes(after, after, {})
