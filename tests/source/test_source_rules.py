"""The rules: their documentation is true of them, and their sentences read as an owner reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from trees import audit_toy, told

from acceptance.source import RULES, RuleDoc

HOME = {"shop/core/ledger.py": "class Ledger: ...\n", "shop/archive.py": "class Shelf: ...\n"}
DEFINING = ("CG101", "CG102", "CG103", "CG201")
BESIDE = {"shop/orders/archive.py": "class Shelf: ...\nArchivedLedger = Shelf\n"}


def _example(text: str) -> dict[str, str]:
    """An example of the documentation as a tree: a comment that begins with a path begins that file."""
    files: dict[str, str] = {}
    for file in re.split(r"^# (?=\S+\.py\b)", text, flags=re.MULTILINE)[1:]:
        comment, _, code = file.partition("\n")
        files[re.split(r"[;,]? ", comment)[0]] = code
    assert files, "an example begins with the path of its file"
    return {**HOME, **BESIDE, **files}


@pytest.mark.parametrize("doc", [rule.doc for rule in RULES.values()], ids=lambda doc: doc.id)
def test_the_examples_of_a_rule_break_and_keep_it(doc: RuleDoc, tmp_path: Path) -> None:
    broken = audit_toy(tmp_path / "broken", _example(doc.broken))
    fixed = audit_toy(tmp_path / "fixed", _example(doc.fixed))
    assert doc.id in {finding.rule for finding in broken.findings}
    assert told(fixed) == []


@pytest.mark.parametrize("doc", [rule.doc for rule in RULES.values()], ids=lambda doc: doc.id)
def test_a_rule_is_documented(doc: RuleDoc) -> None:
    assert RULES[doc.id].doc is doc
    assert doc.title
    assert doc.what.endswith(".")
    assert doc.why.endswith(".")


SENTENCES = [
    pytest.param(
        {"shop/orders.py": "class Ledger: ...\n"},
        "`Ledger` is written a second time, as a class of its own in `…orders`, although its one home is `…ledger`",
        "Delete this class and import `Ledger` from `shop.core.ledger`.",
        id="CG101",
    ),
    pytest.param(
        {"shop/core/till.py": "def open_till(): ...\n", "shop/desk.py": "async def open_till(): ...\n"},
        "`open_till` is written a second time, as a function of its own in `…desk`, although its one home is `…till`",
        "Delete this function and import `open_till` from `shop.core.till`.",
        id="CG101 of a function",
    ),
    pytest.param(
        {"shop/orders.py": "class LegacyLedger: ...\n"},
        "`LegacyLedger` in `…orders` is a second class for what `Ledger` is, under a similar name",
        "Use what `shop.core.ledger` offers and delete this class; "
        "if it is another thing, give it a name that says so.",
        id="CG102",
    ),
    pytest.param(
        {"shop/orders.py": "def book():\n    class MockLedger: ...\n"},
        "`MockLedger` in a function of `…orders` is a stand-in for `Ledger` that is shipped with the platform itself",
        "Move the stand-in to the tests, and let the platform use the real one.",
        id="CG102 of a test double",
    ),
    pytest.param(
        {"shop/core/ledger.py": "class Ledger: ...\n\nclass Ledger: ...\n"},
        "`Ledger` is given twice in `…ledger`: line 1 is overwritten by line 3, so the first one is never used",
        "Keep one of the two; rename the other if both are needed (lines 1 and 3).",
        id="CG103",
    ),
    pytest.param(
        {"shop/core/ledger.py": "class Ledger:\n    def add(self): ...\n    def add(self, more): ...\n"},
        "`add` is given twice in `Ledger` in `…ledger`: line 2 is overwritten by line 3, "
        "so the first one is never used",
        "Keep one of the two; rename the other if both are needed (lines 2 and 3).",
        id="CG103 of a method",
    ),
    pytest.param(
        {"shop/orders.py": "from shop.archive import Shelf\nLedger = Shelf\n"},
        "`Ledger` imported from `…orders` is not the `Ledger` of `…ledger` but `Shelf`, a different class",
        "Import `Ledger` from `shop.core.ledger` here, or give the other thing a name of its own.",
        id="CG201",
    ),
    pytest.param(
        {"shop/orders.py": "def book():\n    from shop.archive import Shelf as Ledger\n"},
        "`Ledger` inside a function of `…orders` is not the `Ledger` of `…ledger` but `Shelf`, a different class",
        "Import `Ledger` from `shop.core.ledger` here, or give the other thing a name of its own.",
        id="CG201 in a function",
    ),
    pytest.param(
        {"shop/orders.py": "Ledger = wrapped()\n"},
        "`Ledger` imported from `…orders` is not the `Ledger` of `…ledger` but something that this line makes anew",
        "Import `Ledger` from `shop.core.ledger` here, or give the other thing a name of its own.",
        id="CG201 by a call",
    ),
    pytest.param(
        {"shop/orders.py": "from books_by_others import Ledger\n"},
        "`Ledger` imported from `…orders` is not the `Ledger` of `…ledger` but `books_by_others.Ledger`, "
        "which is not the platform's own",
        "Import `Ledger` from `shop.core.ledger` here, or give the other thing a name of its own.",
        id="CG201 of another project",
    ),
    pytest.param(
        {"shop/orders.py": "Ledger = None\n"},
        "`Ledger` imported from `…orders` is not the `Ledger` of `…ledger` but a mere placeholder (nothing)",
        "Import `Ledger` from `shop.core.ledger` here, or give the other thing a name of its own.",
        id="CG201 of nothing",
    ),
]


#: What is said of the examples in the documentation, of the rules that have no sentences above.
SAID = {
    "CG001": (
        "Python 3.11 cannot read this file: expected ':'",
        "Correct the file, or delete it if nobody needs it; until then nothing in it is checked.",
    ),
    "CG002": (
        "this file is never loaded: the package of the same name, `shop/orders/__init__.py`, takes its place",
        "Move what is still needed into the package and delete this file.",
    ),
    "CG202": (
        "`Book` in `…books` is another name for `Ledger`",
        "Use the name `Ledger`, imported from `shop.core.ledger`, and delete this one.",
    ),
    "CG301": (
        "`Ledger` can be imported from `…orders` as well as from its home `…ledger`",
        "Let everybody import `Ledger` from `shop.core.ledger`, and stop offering it here.",
    ),
    "CG302": (
        "`Ledger` is imported from `shop.core`, where there is no such thing, not from its home `…ledger`",
        "Write `from shop.core.ledger import Ledger`.",
    ),
    "CG303": (
        "`shop.core.ledgers` is imported, and there is no such module",
        "Import what exists, or delete the import and what depends on it.",
    ),
    "CG304": (
        "`…ledger` lists `Journal` in `__all__` and does not have it",
        "Take `Journal` out of `__all__`, or bind it.",
    ),
    "CG305": (
        "`Ledger` in `…books` silently becomes nothing when its import fails",
        "Import `Ledger` from `shop.core.ledger` without a `try`.",
    ),
    "CG306": (
        "everything in `…ledger` is imported at once",
        "Import the names that are needed, one by one, from their homes.",
    ),
    "CG307": (
        "`_Page`, which is private to `…ledger`, is imported here",
        "Use what the module offers to everybody, or let it offer what is missing.",
    ),
    "CG308": (
        "`…books` cannot be loaded: there is no module shop.core.journal",
        "Delete the module if nobody misses it; otherwise repair the import.",
    ),
    "CG401": (
        "`create_till` calls what it is given `the_ledger`, where the agreed name is `ledger`",
        "Rename the parameter to `ledger`.",
    ),
    "CG402": (
        "`create_till` can be called without `ledger`, which what it makes cannot do without",
        "Require `ledger`, or raise an error at once when it is None.",
    ),
    "CG403": (
        "`create_till` can be called without `customer`, so what it makes may belong to nobody",
        "Require `customer`, or raise an error at once when it is None.",
    ),
    "CG404": (
        "`create_quick_till` makes the till by `async (customer, ledger)`, while the usual way is `(ledger, customer)`",
        "Give every factory of the till one interface, so that each can take another's place.",
    ),
    "CG405": (
        "`create_till` is defined in `…tills` as well as in `…till`",
        "Keep the one in `shop.core.till` and let everybody import it from there.",
    ),
    "CG406": (
        "`create_till` has to be awaited in some places and must not be in others: async in shop.orders.tills; "
        "not in shop.core.till",
        "Keep one `create_till`, the one in `shop.core.till`.",
    ),
    "CG407": (
        "`create_till` has a parameter `ledger`, annotated `Shelf`, which is something else",
        "Name the parameter after what it is, or take what the name says.",
    ),
    "CG501": (
        "2 modules load one another: shop.core.ledger, shop.core.till",
        "Move what both need into a module of its own, or import it inside the function that needs it.",
    ),
}


@pytest.mark.parametrize("rule", SAID)
def test_the_example_of_a_rule_is_told_in_a_sentence(rule: str, tmp_path: Path) -> None:
    result = audit_toy(tmp_path, _example(RULES[rule].doc.broken))
    assert [(finding.what, finding.closes) for finding in result.findings if finding.rule == rule] == [SAID[rule]]


@pytest.mark.parametrize(("files", "what", "closes"), SENTENCES)
def test_a_finding_reads_as_a_sentence(files: Mapping[str, str], what: str, closes: str, tmp_path: Path) -> None:
    told = [(finding.what, finding.closes) for finding in audit_toy(tmp_path, {**HOME, **files}).findings]
    assert (what, closes) in told


def _told(tmp_path: Path, files: Mapping[str, str], rules: Collection[str] = DEFINING) -> list[str]:
    result = audit_toy(tmp_path, {**HOME, **files})
    return [f"{f.rule} {f.path}:{f.line}" for f in result.findings if f.rule in rules]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("if fast:\n    class Ledger: ...\nelse:\n    class Ledger: ...\n", id="one of two"),
        pytest.param("class Ledger: ...\nLedger = audited(Ledger)\n", id="made of the first"),
        pytest.param("class Ledger: ...\nclass Ledger(Ledger): ...\n", id="built on the first"),
        pytest.param(
            "class Ledger:\n"
            "    @property\n    def sum(self): ...\n"
            "    @sum.setter\n    def sum(self, value): ...\n"
            "    @typing.overload\n    def add(self): ...\n"
            "    def add(self, more=None): ...\n",
            id="setter and overload",
        ),
    ],
)
def test_not_every_second_definition_hides_the_first(text: str, tmp_path: Path) -> None:
    assert _told(tmp_path, {"shop/core/ledger.py": text}) == []


def test_a_home_that_overwrites_its_class_by_an_import_hides_it(tmp_path: Path) -> None:
    home = "class Ledger: ...\nfrom shop.archive import Shelf as Ledger\n"
    assert _told(tmp_path, {"shop/core/ledger.py": home}) == ["CG103 shop/core/ledger.py:1"]


def test_a_class_behind_a_governed_name_is_followed_to_where_it_is_made(tmp_path: Path) -> None:
    files = {
        "shop/core/ledger.py": "from shop.core.books import Book as Ledger\n",
        "shop/core/books.py": "class Book: ...\nclass Book: ...\n",
        "shop/core/pages.py": "class Page: ...\nclass Page: ...\n",
    }
    assert _told(tmp_path, files) == ["CG103 shop/core/books.py:1"]


def test_a_duplicate_may_be_shadowed_too(tmp_path: Path) -> None:
    found = _told(tmp_path, {"shop/orders.py": "class Ledger: ...\nclass Ledger: ...\n"})
    assert found == ["CG101 shop/orders.py:1", "CG101 shop/orders.py:2", "CG103 shop/orders.py:1"]


def test_what_a_home_imports_as_its_one_truth_is_no_duplicate(tmp_path: Path) -> None:
    kept = {"shop/core/ledger.py": "from shop.core.books import Ledger\n", "shop/core/books.py": "class Ledger: ...\n"}
    assert _told(tmp_path / "kept", kept) == []
    renamed = {
        "shop/core/ledger.py": "from shop.core.books import UnifiedLedger\nLedger = UnifiedLedger\n",
        "shop/core/books.py": "class UnifiedLedger: ...\n",
    }
    assert _told(tmp_path / "renamed", renamed) == []
    both = "class Ledger: ...\nif fast:\n    from shop.core.books import Ledger\n"
    assert _told(tmp_path / "both", {**kept, "shop/core/ledger.py": both}) == ["CG101 shop/core/books.py:1"]


def test_a_module_that_passes_on_a_wrong_binding_is_not_counted_again(tmp_path: Path) -> None:
    files = {
        "shop/a.py": "from shop.archive import Shelf\nLedger = Shelf\n",
        "shop/b.py": "from shop.a import Ledger\n",
        "shop/c.py": "from shop.b import *\n",
        "shop/d.py": "from shop.archive import Shelf as Ledger\nLedger = Shelf\n",
    }
    assert _told(tmp_path, files) == ["CG201 shop/a.py:2", "CG201 shop/d.py:2"]


def test_tolerated_and_governed_names_are_no_variants(tmp_path: Path) -> None:
    files = {
        "shop/core/till.py": "class Till: ...\nclass LegacyTill: ...\nclass SelfServiceTill: ...\n",
        "shop/desk.py": "class TillAdapter: ...\nclass Tiller: ...\nclass Instill: ...\n",
    }
    assert _told(tmp_path, files) == []
