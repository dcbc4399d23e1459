"""The figures beside the findings, each on a small tree in which they can be counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from trees import TOY, audit_toy, plant

from acceptance.source import Audit, Manifest, Uses, audit, load_manifest

HOMES = {
    "shop/core/ledger.py": "class Ledger: ...\n",
    "shop/core/till.py": "class Till: ...\nclass SelfServiceTill: ...\ndef open_till(): ...\n",
    "shop/core/slips.py": "class Receipt: ...\n",
}
THE_LEDGER = "from shop.core.ledger import Ledger\n"
THE_TILL = "from shop.core.till import Till\n"


def _toy(tmp_path: Path, *changes: tuple[str, str]) -> Manifest:
    """The manifest of the toy shop with some of its text replaced."""
    text = TOY.read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path = tmp_path / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return load_manifest(path)


# SSOT warnings


def test_ssot_warnings_are_modules_of_the_app_with_a_finding_on_a_core_concept(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/two.py": "class Ledger: ...\nclass LegacyTill: ...\n",
        "shop/one.py": f"{THE_LEDGER}__all__ = ['Ledger', 'Till']\n",
        "shop/not_core.py": "class Receipt: ...\n",
        "shop/other_rules.py": "from shop.core.ledger import *\n\n\ndef create_till(the_ledger): ...\n",
        "shop/only_private.py": "from shop.core.ledger import _Page\n",
        "shop/tolerated.py": f"{THE_TILL}TillAdapter = Till\n",
        "shop/music.py": "class Ledger: ...\n",
        "shop/old_ledger.py": f"{THE_LEDGER}Ledger = Ledger\nwarnings.warn('', DeprecationWarning)\n",
        "shop/tests/books.py": "class Ledger: ...\n",
    }
    warnings = audit_toy(tmp_path, files).warnings
    assert warnings.modules == ("shop/one.py", "shop/other_rules.py", "shop/two.py")  # the second by its star
    assert warnings.findings == 5
    assert warnings.baseline == 4
    assert warnings.reduction == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("modules", "reduction"), [(0, 1.0), (1, 0.75), (4, 0.0), (6, -0.5)], ids=["none", "one", "as before", "more"]
)
def test_the_reduction_is_measured_against_the_start_in_the_manifest(
    modules: int, reduction: float, tmp_path: Path
) -> None:
    files = {**HOMES, **{f"shop/copy{number}.py": "class Ledger: ...\n" for number in range(modules)}}
    warnings = audit_toy(tmp_path, files).warnings
    assert len(warnings.modules) == modules
    assert warnings.reduction == pytest.approx(reduction)


def test_without_a_start_there_is_no_reduction(tmp_path: Path) -> None:
    manifest = _toy(tmp_path, ("[baseline]\nssot_warnings = 4\n", ""))
    warnings = audit_toy(tmp_path, HOMES, manifest).warnings
    assert (warnings.baseline, warnings.reduction) == (None, None)


def test_a_start_of_none_cannot_be_divided_by(tmp_path: Path) -> None:
    manifest = _toy(tmp_path, ("ssot_warnings = 4", "ssot_warnings = 0"))
    assert audit_toy(tmp_path, HOMES, manifest).warnings.reduction is None


# Migration


def test_uses_are_counted_by_concept_and_service_and_tests_apart(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/door.py": f"{THE_LEDGER}__all__ = ['Ledger']\n",
        "shop/a.py": "from shop.core.ledger import Ledger as Book\nfrom shop.door import Ledger\n",
        "shop/b.py": "def late():\n    from shop.core.till import Till, open_till\n",
        "shop/c.py": "from shop.core import ledger\nimport shop.core.till\n",
        "stall/a.py": f"{THE_LEDGER}from shop.a import Book as Folio\n",
        "stall/b.py": "from shop.core.gone import Till\n",
        "shop/tests/test_a.py": f"{THE_LEDGER}from shop.door import Ledger\n",
        "shop/tests/test_b.py": THE_TILL,
    }
    manifest = _toy(tmp_path, ('shop = "shop"', 'shop = "shop"\nstall = "stall"'))
    result = audit_toy(tmp_path, files, manifest)
    assert result.uses == {
        "ledger": {"shop": Uses(2, 3, 1, 2), "stall": Uses(1, 2, 0, 1)},
        "till": {"shop": Uses(2, 2, 1, 1), "stall": Uses(0, 1, 0, 1)},
        "slips": {"shop": Uses(0, 0, 0, 0), "stall": Uses(0, 0, 0, 0)},
    }
    assert result.app_uses == Uses(canonical=5, imports=8, clean_files=2, files=5)
    assert result.test_uses == Uses(canonical=2, imports=3, clean_files=1, files=2)
    assert result.app_uses.share == pytest.approx(5 / 8)
    assert result.uses["slips"]["shop"].share is None
    assert {finding.service for finding in result.findings} == {"shop", "stall"}
    assert result.files.services == {"shop": 7, "stall": 2}


def test_a_common_word_is_about_the_concept_only_from_some_modules(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/parcels.py": "Receipt = None\n",
        "shop/core/parcels.py": "Receipt = None\n",
        "shop/a.py": "from shop.parcels import Receipt\n",
        "shop/b.py": "from shop.core.parcels import Receipt\n",
        "shop/c.py": "from shop.core.slips import Receipt as Paper\n",
        "shop/d.py": "from shop.c import Paper\n",
    }
    result = audit_toy(tmp_path, files)
    assert result.uses["slips"]["shop"] == Uses(canonical=1, imports=3, clean_files=1, files=3)
    assert [finding.path for finding in result.of(["CG302"])] == ["shop/b.py", "shop/d.py"]


# Factories


def test_factories_are_counted_and_vote_for_the_name_of_what_they_receive(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/tills.py": f"{THE_LEDGER}def create_till(ledger, customer): ...\ndef create_late_till(the_ledger): ...\n"
        "def create_both(ledger: Ledger, the_ledger): ...\ndef create_page(book: Ledger): ...\n"
        "def create_nothing(): ...\ndef close(the_ledger): ...\n"
        "class Desk:\n    def __init__(self, the_ledger): ...\n",
        "shop/tests/test_tills.py": "def create_till(account_book): ...\n",
    }
    factories = audit_toy(tmp_path, files).factories
    assert factories.collaborator == 4
    assert dict(factories.vote) == {"ledger": 2, "the_ledger": 2, "book": 1}
    assert list(factories.vote) == ["ledger", "the_ledger", "book"]
    assert factories.products == {"till": 2}


def test_without_a_collaborator_there_is_nothing_to_receive(tmp_path: Path) -> None:
    text = TOY.read_text(encoding="utf-8")
    tables = text[text.index("[collaborator]") : text.index("[[retired]]")]
    result = audit_toy(
        tmp_path, {**HOMES, "shop/a.py": "def create_till(the_ledger=None): ...\n"}, _toy(tmp_path, (tables, ""))
    )
    assert (result.factories.collaborator, result.factories.vote, result.factories.products) == (0, {}, {})
    assert result.findings == ()


# The platform's own check


def test_the_own_check_lists_classes_by_their_names_and_never_judges(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/Ledgers.py": "class MyLedgerPage: ...\nclass _Ledger: ...\nledgers = 1\ndef ledger(): ...\n",
        "shop/ledger/door.py": f"{THE_LEDGER}from shop.archive import ledger_of, LedgerOfOthers\nLEDGER = Ledger\n",
        "shop/ledger/made.py": "TheLedgers = type('TheLedgers', (), {})\nif TYPE_CHECKING:\n    class NoLedger: ...\n",
        "shop/archive.py": "class LedgerOfOthers: ...\ndef ledger_of(): ...\n",
        "shop/tests/ledger.py": "class TestLedger: ...\n",
    }
    result = audit_toy(tmp_path, files)
    assert result.own_check.names == (
        "shop.Ledgers.MyLedgerPage",
        "shop.ledger.door.LEDGER",
        "shop.ledger.door.Ledger",
        "shop.ledger.door.LedgerOfOthers",
        "shop.ledger.made.TheLedgers",
    )
    toy = load_manifest(TOY)
    assert toy.own_check is not None
    everything = replace(toy, own_check=replace(toy.own_check, canonical=None))
    listed = set(audit_toy(tmp_path, {}, everything).own_check.names)
    assert listed - set(result.own_check.names) == {"shop.core.ledger.Ledger"}
    manifest = replace(toy, own_check=None)
    without = audit_toy(tmp_path, {}, manifest)
    assert without.own_check.names == ()
    assert without.findings == result.findings


# Retired paths

WARNS = "import warnings\n\nwarnings.warn('take it from shop.core.ledger', DeprecationWarning, stacklevel=2)\n"
LAZILY = """\
def __getattr__(name):
    if name == "Ledger":
{}        from shop.core.ledger import Ledger
        return Ledger
    raise AttributeError(name)
"""
SILENT = "it does not say that it is retired (no DeprecationWarning when it is imported)"
ANOTHER = "it does not give the `Ledger` of `shop.core.ledger`"


@pytest.mark.parametrize(
    ("old", "problem"),
    [
        pytest.param({"shop/old_ledger.py": f"{WARNS}{THE_LEDGER}"}, "", id="works and warns"),
        pytest.param(
            {"shop/old_ledger.py": f"{WARNS}import shop.core.ledger\nLedger = shop.core.ledger.Ledger\n"},
            "",
            id="alias",
        ),
        pytest.param({"shop/old_ledger/__init__.py": f"{THE_LEDGER}{WARNS}"}, "", id="package"),
        pytest.param(
            {"shop/old_ledger.py": LAZILY.format("        warnings.warn('x', category=DeprecationWarning)\n")},
            "",
            id="lazily",
        ),
        pytest.param({"shop/old_ledger.py": f"{WARNS}from shop.core.ledger import *\n"}, "", id="star"),
        pytest.param({"shop/old_ledger.py": THE_LEDGER}, SILENT, id="does not warn"),
        pytest.param({"shop/old_ledger.py": LAZILY.format("")}, SILENT, id="lazily without a word"),
        pytest.param(
            {"shop/old_ledger.py": f"{THE_LEDGER}warnings.warn('x', UserWarning)\n"},
            SILENT,
            id="warns of something else",
        ),
        pytest.param(
            {"shop/old_ledger.py": f"{THE_LEDGER}def f():\n    warnings.warn('x', DeprecationWarning)\n"},
            SILENT,
            id="too late",
        ),
        pytest.param({"shop/old_ledger.py": f"{WARNS}class Ledger: ...\n"}, ANOTHER, id="gives another thing"),
        pytest.param({"shop/old_ledger.py": f"{WARNS}Ledger = None\n"}, ANOTHER, id="gives nothing"),
        pytest.param(
            {"shop/old_ledger.py": f"{WARNS}if fast:\n    {THE_LEDGER}else:\n    Ledger = None\n"}, ANOTHER, id="either"
        ),
        pytest.param({"shop/old_ledger.py": WARNS}, ANOTHER, id="no longer has it"),
        pytest.param({"shop/old_ledger.py": "def (\n"}, "the module cannot be read", id="unparsable"),
        pytest.param(
            {"shop/old_ledger.py": f"{WARNS}{THE_LEDGER}import shop.gone\n"},
            "the module cannot be loaded: there is no module shop.gone",
            id="cannot be loaded",
        ),
        pytest.param({}, "there is no such module", id="gone"),
    ],
)
def test_a_retired_path_works_and_says_so(old: Mapping[str, str], problem: str, tmp_path: Path) -> None:
    (path,) = audit_toy(tmp_path, {**HOMES, **old}).retired
    assert path.problem == problem
    assert path.path == next(iter(old), "")
    assert (path.module, path.name, path.since, path.until) == (
        "shop.old_ledger",
        "Ledger",
        date(2025, 1, 1),
        date(2098, 12, 31),
    )


def _on(day: date, tmp_path: Path) -> Audit:
    plant(tmp_path, {**HOMES, "shop/old_ledger.py": f"{THE_LEDGER}{WARNS}__all__ = ['Ledger']\n"})
    return audit(tmp_path, load_manifest(TOY), today=day)


def test_a_retired_path_is_excused_until_its_last_day(tmp_path: Path) -> None:
    result = _on(date(2098, 12, 31), tmp_path)
    assert result.findings == ()
    (waived,) = result.waived
    assert (waived.by, waived.finding.rule, waived.finding.path) == ("retired", "CG301", "shop/old_ledger.py")
    assert waived.reason.endswith("until 2098-12-31")
    assert result.retired[0].problem == ""
    assert result.warnings.modules == ()


def test_a_retired_path_is_a_finding_from_the_day_after(tmp_path: Path) -> None:
    result = _on(date(2099, 1, 1), tmp_path)
    assert [(finding.rule, finding.path) for finding in result.findings] == [("CG301", "shop/old_ledger.py")]
    assert result.waived == ()
    assert result.retired[0].problem == "its time ended on 2098-12-31"
    assert result.warnings.modules == ("shop/old_ledger.py",)


def test_only_the_path_itself_is_excused(tmp_path: Path) -> None:
    files = {
        **HOMES,
        "shop/old_ledger.py": f"{WARNS}{THE_LEDGER}{THE_TILL}__all__ = ['Ledger', 'Till']\nBook = Ledger\n",
        "shop/a.py": "from shop.old_ledger import Ledger\n",
    }
    found = [(finding.rule, finding.name, finding.path) for finding in audit_toy(tmp_path, files).findings]
    assert found == [
        ("CG202", "Book", "shop/old_ledger.py"),
        ("CG302", "Ledger", "shop/a.py"),
        ("CG301", "Till", "shop/old_ledger.py"),
    ]
