"""The audit as its callers meet it: what it refuses, what it survives, what it always says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from msgspec import structs
from repositories import git
from trees import HERE, TOY, audit_toy, plant, told

from acceptance.source import RULES, CannotJudge, audit, load_manifest
from acceptance.source_questions import answers_to_the_name, judge_homes
from acceptance.verdicts import Broken

ROOT = HERE.parent.parent
HOME = {"shop/core/ledger.py": "class Ledger: ...\n"}
DUPLICATE = {"shop/orders.py": "class Ledger: ...\n"}
FOUND = ["CG101 ledger Ledger shop/orders.py:1 kind=class"]


# What it refuses


def _refusal(tree: Path, rules: set[str] | None = None, concepts: set[str] | None = None) -> str:
    with pytest.raises(CannotJudge) as refused:
        audit(tree, load_manifest(TOY), rules=rules, concepts=concepts)
    return str(refused.value)


def test_a_tree_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert "gone does not exist; name the folder" in _refusal(tmp_path / "gone")


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tree"
    file.write_text("")
    assert "tree is a file, not a folder; name the folder" in _refusal(file)


def test_a_tree_without_python_is_refused(tmp_path: Path) -> None:
    assert "holds no Python in shop; name the folder" in _refusal(tmp_path)


def test_another_tree_is_refused(tmp_path: Path) -> None:
    plant(tmp_path, {"shop/other.py": "class Ledger: ...\n"})
    assert "is not the tree that the manifest speaks of: it has none of the homes in shop.core" in _refusal(tmp_path)


def test_an_unknown_rule_or_concept_is_refused(tmp_path: Path) -> None:
    plant(tmp_path, HOME)
    assert _refusal(tmp_path, rules={"CG999"}) == f"no rule is called CG999; there are {', '.join(sorted(RULES))}"
    assert _refusal(tmp_path, concepts={"legder"}) == "no concept is called legder; there are ledger, slips, till"


# What a home must hold


@pytest.mark.parametrize(
    "home",
    [
        pytest.param("", id="empty"),
        pytest.param("Ledger = None\n", id="nothing"),
        pytest.param("Ledger = dict\n", id="built in"),
        pytest.param("from books_by_others import Ledger\n", id="of another project"),
        pytest.param("from shop.gone import Ledger\n", id="failing import"),
        pytest.param("from shop.core.ledger import Ledger\n", id="itself"),
        pytest.param("if TYPE_CHECKING:\n    class Ledger: ...\n", id="for a type checker"),
        pytest.param("if fast:\n    class Ledger: ...\nelse:\n    class Ledger: ...\n", id="one of two"),
        pytest.param("Ledger = dict\nif fast:\n    class Ledger: ...\n", id="sometimes built in"),
        pytest.param("class Ledger: ...\ndel Ledger\n", id="deleted"),
        pytest.param("def make():\n    class Ledger: ...\n", id="inside a function"),
        pytest.param("class Ledger\n", id="unparsable"),
        pytest.param("import shop.gone\nclass Ledger: ...\n", id="cannot be loaded"),
    ],
)
def test_a_home_that_does_not_hold_its_name_is_told(home: str, tmp_path: Path) -> None:
    result = audit_toy(tmp_path, {"shop/core/ledger.py": home})
    held = result.homes["ledger"]
    assert not held
    assert {finding.rule for finding in result.findings} <= {
        "CG001",
        "CG302",
        "CG303",
        "CG308",
    }  # why it does not hold it
    assert held.missing == ("Ledger",)
    assert held.path == "shop/core/ledger.py"


@pytest.mark.parametrize(
    ("source", "missing"),
    [("class Till: ...\n", "SelfServiceTill, open_till"), (None, "all of it")],
    ids=["a part", "no home"],
)
def test_what_a_home_lacks_is_named(source: str | None, missing: str, tmp_path: Path) -> None:
    result = audit_toy(tmp_path, {"shop/core/ledger.py": "class Ledger: ...\n", "shop/core/till.py": source or ""})
    if source is None:
        result = structs.replace(result, homes={})
    with pytest.raises(Broken, match=f"^the home of the till does not hold it: {missing}$"):
        judge_homes(result, answers_to_the_name("till"), "till")


def test_a_home_that_is_not_there_is_told_beside_one_that_is(tmp_path: Path) -> None:
    homes = audit_toy(tmp_path, HOME).homes
    assert str(homes["ledger"].binds["Ledger"]) == "shop.core.ledger.Ledger"
    assert homes["till"].path is None
    assert homes["till"].missing == ("Till", "SelfServiceTill", "open_till")


# What it survives


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        pytest.param(b"\xef\xbb\xbfclass Ledger: ...\n", True, id="byte order mark"),
        pytest.param(b"# -*- coding: latin-1 -*-\nname = '\xe9'; Ledger = lambda: 1\n", True, id="latin-1"),
        pytest.param(b"\r\nclass Ledger:\r\n    ...\r\n", True, id="CRLF"),
        pytest.param(b"\rclass Ledger: ...\r", True, id="CR"),
        pytest.param(b"# Ledger\nname = '\xe9'\n", False, id="not UTF-8"),
        pytest.param(b"# -*- coding: klingon -*-\nclass Ledger: ...\n", False, id="unknown encoding"),
        pytest.param(b"# -*- coding: rot13 -*-\n# Ledger\n", False, id="encoding that is none"),
        pytest.param(b"class Ledger: ...\n\x00", False, id="NUL"),
        pytest.param(b"class Ledger(:\n", False, id="syntax error"),
        pytest.param(b"Ledger = " + b"-" * 100_000 + b"1\n", False, id="nested too deeply"),
        pytest.param(b"class Ledger: ...\n" + b"# more\n" * 30_000, True, id="200 kB"),
    ],
)
def test_any_bytes_are_judged_or_reported(text: bytes, readable: bool, tmp_path: Path) -> None:
    result = audit_toy(tmp_path, {**HOME, "shop/orders.py": text})
    assert [finding.rule for finding in result.findings] == ["CG101" if readable else "CG001"]
    assert [path for path, _ in result.unparsable] == ([] if readable else ["shop/orders.py"])
    assert result.files.unparsable == len(result.unparsable)


def test_an_empty_file_and_a_chain_of_aliases_are_nothing_special(tmp_path: Path) -> None:
    chain = "from shop.core.ledger import Ledger as a0\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(5_000))
    files = {**HOME, "shop/__init__.py": "", "shop/orders.py": f"{chain}Ledger = a5000\n"}
    found = Counter(finding.rule for finding in audit_toy(tmp_path, files).findings)
    assert found == {"CG202": 5_000, "CG301": 1}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "import shop.core.ledger as a0\n" + "".join(f"a{i + 1} = a{i}.x\n" for i in range(900)), id="step"
        ),
        pytest.param(f"from shop.core import ledger\nLedger = ledger{'.x' * 900}\n", id="dots"),
        pytest.param(
            "x = " + "(lambda: " * 60 + "1" + ")" * 60 + "\nfrom shop.core.ledger import Ledger\n", id="lambdas"
        ),
        pytest.param(f"Ledger = {'a if b else ' * 400}None\n", id="choices"),
        pytest.param("if a:\n    from shop.core.ledger import Ledger\n" + "elif b: ...\n" * 900, id="elif"),
        pytest.param("from shop.orders import *\n__all__ = [*names, 'x']\nLedger = x\n", id="lists of itself"),
        pytest.param(
            "".join(
                f"try:\n    from shop.gone{i} import Ledger\nexcept ImportError:\n    Ledger = Ledger\n"
                for i in range(300)
            ),
            id="fallbacks",
        ),
        pytest.param("def create_till(ledger: '" + "Ledger | " * 2_000 + "None'): ...\n", id="quoted annotation"),
    ],
)
def test_what_is_nested_or_chained_beyond_reason_is_read_to_some_end(text: str, tmp_path: Path) -> None:
    result = audit_toy(tmp_path, {**HOME, "shop/orders.py": text})
    assert result.unparsable == ()


def test_a_name_is_followed_through_a_long_chain_of_stars(tmp_path: Path) -> None:
    chain = {f"shop/s{i}.py": f"from shop.s{i + 1} import *\n" for i in range(60)}
    result = audit_toy(tmp_path, {**HOME, **chain, "shop/s60.py": "from shop.core.ledger import *\n"})
    assert Counter(finding.rule for finding in result.findings) == {"CG301": 61, "CG306": 1}


def test_modules_that_import_one_another_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        **HOME,
        "shop/a.py": "from shop.b import Ledger, Other\nfrom shop.b import *\nUnifiedLedger = Ledger\n",
        "shop/b.py": "from shop.a import Ledger, Other\nfrom shop.a import *\n",
        "shop/c.py": "from shop.a import Other as Ledger\n",
        "shop/d.py": "import shop.e\nLedger = shop.e.Ledger.page\n",
        "shop/e.py": "import shop.d\nLedger = shop.d.Ledger.page\n",
    }
    unknown = "kind=unknown module=shop.{} of=Ledger where=module"
    assert told(audit_toy(tmp_path, files)) == [
        f"CG302 ledger Ledger shop/a.py:1 {unknown.format('b')}",
        f"CG302 ledger Ledger shop/b.py:1 {unknown.format('a')}",
    ]


def test_links_are_not_followed_in_circles(tmp_path: Path) -> None:
    plant(tmp_path, {**HOME, **DUPLICATE})
    (tmp_path / "shop/loop").symlink_to(tmp_path / "shop", target_is_directory=True)
    (tmp_path / "shop/lost.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "shop/folder.py").mkdir()
    os.mkfifo(tmp_path / "shop/pipe.py")
    assert told(audit_toy(tmp_path, {})) == [
        "CG001  shop.lost shop/lost.py:1",
        "CG001  shop.pipe shop/pipe.py:1",
        *FOUND,
        "cannot be read shop/lost.py",
        "cannot be read shop/pipe.py",
    ]


def test_a_folder_that_may_not_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {**HOME, **DUPLICATE, "shop/locked/orders.py": "class Ledger: ...\n"})
    scandir = os.scandir

    def locked(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)  # root may read everything, so the refusal is played
    result = audit_toy(tmp_path, {})
    assert result.unparsable == (("shop/locked", "cannot be read: Permission denied"),)
    assert told(result) == ["CG001  shop.locked shop/locked:1 folder=True", *FOUND, "cannot be read shop/locked"]


# What it always says


def test_only_what_is_asked_is_answered(tmp_path: Path) -> None:
    plant(
        tmp_path, {**HOME, "shop/core/till.py": "class Till: ...\n", "shop/a.py": "class Ledger: ...\nTill = Ledger\n"}
    )
    manifest = load_manifest(TOY)

    def answered(rules: set[str] | None = None, concepts: set[str] | None = None) -> list[tuple[str, str]]:
        result = audit(tmp_path, manifest, rules=rules, concepts=concepts)
        return [(finding.concept, finding.rule) for finding in result.findings]

    assert answered() == [("ledger", "CG101"), ("till", "CG201")]
    assert answered(rules=set()) == []
    assert answered(rules={"CG201"}) == [("till", "CG201")]
    assert answered(concepts={"ledger"}) == [("ledger", "CG101")]
    assert list(audit(tmp_path, manifest, concepts={"ledger"}).homes) == ["ledger"]


def test_whether_a_file_of_no_interest_is_python_is_found_out_where_a_rule_needs_it(tmp_path: Path) -> None:
    plant(tmp_path, {**HOME, **DUPLICATE, "shop/a.py": "def (:\n", "shop/b.py": "class Ledger(:\n"})
    manifest = load_manifest(TOY)

    def unparsable(rules: set[str] | None) -> list[str]:
        return [path for path, _ in audit(tmp_path, manifest, rules=rules).unparsable]

    assert unparsable(None) == unparsable({"CG001"}) == unparsable({"CG308"}) == ["shop/a.py", "shop/b.py"]
    assert unparsable({"CG101"}) == ["shop/b.py"]


def test_files_are_counted_and_only_those_that_matter_are_taken_apart(tmp_path: Path) -> None:
    files = {**HOME, **DUPLICATE, "shop/a.py": "", "shop/b.py": "", "shop/tests/test_a.py": "", "docs/x.py": "Ledger"}
    counts = audit_toy(tmp_path, files).files
    assert (counts.app, counts.tests, counts.read, counts.unparsable) == (4, 1, 2, 0)


def test_the_version_of_the_manifest_and_the_revision_of_the_tree_are_named(tmp_path: Path) -> None:
    assert audit_toy(tmp_path, HOME).revision is None
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=x")
    result = audit_toy(tmp_path, {})
    assert (result.manifest_version, result.revision) == ("7", git(tmp_path, "rev-parse", "HEAD"))


def test_the_answer_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    names = [f"Book{number}" for number in range(20)]
    plant(
        tmp_path,
        {
            **HOME,
            "shop/books.py": "".join(f"class {name}: ...\n" for name in names),
            "shop/orders.py": f"from shop.books import *\nLedger = {' or '.join(names)}\n",
            **{f"shop/copy{number}.py": "class Ledger: ...\nclass LegacyLedger: ...\n" for number in range(9)},
        },
    )
    program = (
        "import sys, pathlib; from acceptance.source import audit, load_manifest\n"
        "print(audit(pathlib.Path(sys.argv[1]), load_manifest(pathlib.Path(sys.argv[2]))))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path), str(TOY)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(answers) == 1
    assert "CG201" in answers.pop()


def test_a_home_that_cannot_be_loaded_is_reported_though_nobody_imports_it(tmp_path: Path) -> None:
    result = audit_toy(tmp_path, {"shop/core/ledger.py": "from shop.gone import page\nclass Ledger: ...\n"})
    assert [(finding.rule, finding.path) for finding in result.findings] == [("CG308", "shop/core/ledger.py")]
    assert result.homes["ledger"].missing == ("Ledger",)
