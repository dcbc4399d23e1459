"""What an audit looks like as JSON and SARIF, and how the text tells figures: on audits made by hand."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from msgspec import Struct
from msgspec.structs import asdict, fields, replace
from trees import HERE, TOY

from acceptance.reporting.audit import model, sarif, text
from acceptance.reporting.terminal import plain
from acceptance.source import RULES, Audit, FileCounts, Finding, Home, Manifest, Waived, load_manifest
from acceptance.source.result import Factories, OwnCheck, RetiredPath, Uses, Warnings

SARIF_SCHEMA = json.loads((HERE / "sarif" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
SCHEMA = HERE.parent.parent / "docs" / "audit.schema.json"
TREE = Path("shop")


def a_finding(**facts: Any) -> Finding:
    given = {"rule": "CG101", "concept": "ledger", "name": "Ledger", "path": "shop/x.py", "line": 3, "in_tests": False}
    words = {"what": "`Ledger` is written a second time", "closes": "Delete it.", "service": "shop"}
    return Finding(**{**given, **words, "detail": {"kind": "class", "hidden": True}, **facts})


def an_audit(*findings: Finding, **facts: Any) -> Audit:
    made = Audit(
        asked=tuple(RULES),
        findings=findings,
        waived=(Waived(a_finding(path="shop/music.py"), "look_alikes", "a ledger line of a score"),),
        homes={
            "ledger": Home("shop.core.ledger", "shop/core/ledger.py", {"Ledger": None}),
            "till": Home("shop.core.till", None, {"Till": None}),
        },
        uses={"ledger": {"shop": Uses(canonical=3, imports=4, clean_files=1, files=2)}},
        app_uses=Uses(canonical=3, imports=4, clean_files=1, files=2),
        test_uses=Uses(canonical=0, imports=0, clean_files=0, files=0),
        warnings=Warnings(modules=("shop/x.py",), findings=2, baseline=4),
        retired=(RetiredPath("shop.old", "Ledger", date(2025, 1, 1), date(2025, 2, 1), "shop/old.py", "it is gone"),),
        factories=Factories(collaborator=3, vote={"till": 1, "ledger": 2}, products={"till": 2}),
        own_check=OwnCheck(("shop.x.Ledger",)),
        manifest_version="7",
        revision=None,
        files=FileCounts(app=4, tests=1, read=2, unparsable=1),
        unparsable=(("shop/y.py", "invalid syntax"),),
        unparsable_app=(("shop/y.py", "invalid syntax"),),
        never_loaded=("shop/z.py",),
    )
    return replace(made, **facts)


def page(audit: Audit, *, limit: int = 0) -> str:
    lines = text.page(audit, load_manifest(TOY), TREE, limit=limit, list_tests=False)
    return plain(lines)


def results(audit: Audit) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sarif.document(audit))["runs"][0]["results"]
    return found


# JSON


def test_the_json_keeps_to_its_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == model.AuditResults.model_json_schema(), (
        "python -m acceptance schema audit > docs/audit.schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    told = json.loads(model.document(an_audit(a_finding(), a_finding(in_tests=True)), TREE))
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "counted": -1}, schema)


def test_the_json_tells_everything() -> None:
    audit = an_audit(a_finding(), a_finding(in_tests=True))
    told = json.loads(model.document(audit, TREE))
    assert (told["format"], told["tree"], told["manifest_version"], told["counted"]) == (1, "shop", "7", 1)
    assert told["findings"][0] == {**asdict(audit.findings[0]), "detail": {"kind": "class", "hidden": True}}
    assert [finding["in_tests"] for finding in told["findings"]] == [False, True]
    assert told["waived"][0]["reason"] == "a ledger line of a score"
    assert [concept["name"] for concept in told["concepts"]] == ["ledger", "till"]
    assert told["concepts"][0]["missing"] == ["Ledger"]
    assert told["migration"]["app"]["share"] == 0.75
    assert told["migration"]["tests"]["share"] is None
    assert (told["ssot_warnings"]["warnings"], told["ssot_warnings"]["reduction"]) == (1, 0.75)
    assert told["retired"][0]["until"] == "2025-02-01"
    assert list(told["factories"]["vote"].items()) == [("ledger", 2), ("till", 1)]
    assert told["own_check"] == {"names": ["shop.x.Ledger"]}
    assert told["unparsable"] == [{"path": "shop/y.py", "problem": "invalid syntax", "in_tests": False}]
    assert told["never_loaded"] == ["shop/z.py"]
    assert (
        told["rules"]
        == {rule: known.doc.title for rule, known in RULES.items()}
        == {rule: told["rules"][rule] for rule in told["asked"]}
    )


# SARIF


def test_the_sarif_keeps_to_the_standard() -> None:
    log = json.loads(sarif.document(an_audit(a_finding(), a_finding(in_tests=True), asked=("CG101",))))
    checker = jsonschema.Draft4Validator(SARIF_SCHEMA)
    checker.check_schema(SARIF_SCHEMA)
    assert [error.message for error in checker.iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    del log["runs"][0]["results"][0]["message"]["text"]
    assert list(checker.iter_errors(log)), "a result without a message is refused"


def test_the_sarif_documents_every_rule() -> None:
    driver = json.loads(sarif.document(an_audit()))["runs"][0]["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule, known in zip(driver["rules"], RULES.values(), strict=True):
        doc = known.doc
        assert rule["name"].isalpha()
        assert (rule["shortDescription"]["text"], rule["fullDescription"]["text"]) == (doc.title, doc.what)
        assert f"```python\n{doc.broken}\n```" in rule["help"]["markdown"]
        assert f"```python\n{doc.fixed}\n```" in rule["help"]["markdown"]
        assert doc.why in rule["help"]["text"]
        assert rule["defaultConfiguration"] == {"level": "warning"}


def test_a_result_says_what_where_and_what_closes_it() -> None:
    (result, waived) = results(an_audit(a_finding()))
    assert result["ruleId"] == list(RULES)[result["ruleIndex"]] == "CG101"
    assert result["message"]["text"] == "`Ledger` is written a second time. Delete it."
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/x.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3},
    }
    told = result["properties"]
    assert (told["concept"], told["service"], told["in_tests"], told["closes"]) == (
        "ledger",
        "shop",
        False,
        "Delete it.",
    )
    assert "suppressions" not in result
    assert waived["suppressions"][0]["kind"] == "external"
    assert waived["suppressions"][0]["justification"] == "a ledger line of a score"


def test_a_finding_in_tests_is_a_note() -> None:
    levels = [result["level"] for result in results(an_audit(a_finding(), a_finding(in_tests=True), waived=()))]
    assert levels == ["warning", "note"]


def test_a_fingerprint_stays_when_lines_move_and_is_never_shared() -> None:
    def fingerprints(*findings: Finding) -> list[str]:
        return [result["partialFingerprints"]["finding/v1"] for result in results(an_audit(*findings, waived=()))]

    (first,) = fingerprints(a_finding(line=3, what="in other words"))
    assert fingerprints(a_finding(line=40)) == [first]
    for other in ({"rule": "CG102"}, {"concept": "till"}, {"name": "Till"}, {"path": "shop/y.py"}):
        assert fingerprints(a_finding(**other)) != [first]
    twice = fingerprints(a_finding(line=3), a_finding(line=9))
    assert twice[0] == first
    assert len(set(twice)) == 2


def test_a_path_is_encoded() -> None:
    (result,) = results(an_audit(a_finding(path="shop/a b/%41 é:#?.py"), waived=()))
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "shop/a%20b/%2541%20%C3%A9%3A%23%3F.py"


# Text


def test_a_name_that_its_home_lacks_is_said_loudly() -> None:
    told = page(an_audit())
    assert "  Missing  Ledger: the home binds no one object to it\n" in told
    assert "  Home     shop.core.till\n  Missing  the tree has no such module\n" in told


@pytest.mark.parametrize(
    ("warnings", "said"),
    [
        (Warnings(("x.py",), 2, 4), "  1 module of app code, with 2 findings on the core concepts\n"),
        (Warnings(("x.py",), 2, 4), "  At the start there were 4: 75.0 % fewer now.\n"),
        (Warnings(("x.py", "y.py"), 2, 1), "  At the start there were 1: 100.0 % more now.\n"),
        (Warnings(("x.py",), 2, 1), "  At the start there were 1: as many.\n"),
        (Warnings((), 0, None), "  0 modules of app code, with 0 findings on the core concepts\n  This scale is"),
    ],
)
def test_the_ssot_warnings_are_told_beside_the_start(warnings: Warnings, said: str) -> None:
    assert said in page(an_audit(warnings=warnings))


def test_migration_retired_paths_and_what_cannot_be_parsed_are_told() -> None:
    told = page(an_audit())
    assert "  App      3 of 4 imports = 75.0 %; 1 of 2 files import only so\n  Tests    no import\n" in told
    assert "  Imports  from the home: shop 3 of 4\n" in told
    assert "shop.old.Ledger, retired since 2025-01-01, meant to work until 2025-02-01: it is gone\n" in told
    assert "  shop/y.py  invalid syntax\n" in told


def test_the_last_line_is_the_total_and_the_limit() -> None:
    audit = an_audit(a_finding(), a_finding(line=4), a_finding(in_tests=True))
    over, within = (page(audit, limit=limit).splitlines()[-1] for limit in (1, 2))
    assert over == "Over the limit: 2 findings in app code, the limit is 1 (--max-warnings)."
    assert within == "Within the limit: 2 findings in app code, the limit is 2 (--max-warnings)."


# How another team writes its own manifest


def test_the_guide_shows_a_manifest_that_works_and_explains_every_key(tmp_path: Path) -> None:
    guide = (HERE.parent.parent / "docs" / "governing.md").read_text(encoding="utf-8")
    shown = tmp_path / "shop.toml"
    shown.write_text(guide.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert load_manifest(shown)
    example = tomllib.loads(shown.read_text(encoding="utf-8"))
    explained = guide.partition("## What each table does")[2].partition("\n## ")[0]
    for table, keys in _keys(Manifest):
        assert f"`{table}" in explained or not table
        assert all(f"`{key}`" in explained for key in keys)
    assert set(example) == set(Manifest.__struct_fields__), "the example uses every table"


def _keys(table: type[Struct], name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every table of the manifest with its keys, however deep inside the types it stands."""
    inner = {field.name: _table(field.type) for field in fields(table)}
    yield name, [key for key, within in inner.items() if within is None and key != "services"]
    for key, within in inner.items():
        if within is not None:
            yield from _keys(within, key)


def _table(annotation: Any) -> type[Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return annotation
    return next((found for part in get_args(annotation) if (found := _table(part))), None)
