"""Manifests: ours covers the specification's table, another team's is read alike, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from trees import HERE, TOY

from acceptance.source import CannotJudge, Manifest, load_manifest

OURS = HERE.parent.parent / "ssot.toml"
GOOD = TOY.read_text(encoding="utf-8")


@pytest.fixture
def ours() -> Manifest:
    return load_manifest(OURS)


def test_ours_governs_the_concepts_of_the_specification(ours: Manifest) -> None:
    homes = {concept: ours.home(concept).removeprefix("netra_backend.app.websocket_core.") for concept in ours.concepts}
    assert homes == {
        "manager": "websocket_manager",
        "unified_manager": "unified_manager",
        "protocol": "protocols",
        "emitter": "unified_emitter",
        "factory_functions": "websocket_manager",
        "types": "types",
        "handlers": "handlers",
    }
    assert {concept: len(entry.governed) for concept, entry in ours.concepts.items()} == {
        "manager": 1,
        "unified_manager": 1,
        "protocol": 4,
        "emitter": 3,
        "factory_functions": 2,
        "types": 10,
        "handlers": 3,
    }


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("WebSocketManager", "WebSocketManager"),
        ("IUnifiedWebSocketManager", "WebSocketManager"),
        ("_LegacyWebSocketManagerAdapter", "WebSocketManager"),
        ("MockWebSocketManagerFactory", "WebSocketManager"),
        ("_UnifiedWebSocketManagerImplementation", "WebSocketManager"),
        ("WebSocketManagerProtocol", "WebSocketManagerProtocol"),
        ("WebSocketManagerMode", "WebSocketManagerMode"),
        ("Invoice", "Invoice"),
        ("Newsletter", "Newsletter"),
        ("Factory", "Factory"),
        ("_", "_"),
    ],
)
def test_a_variant_is_recognised_by_the_words_around_the_name(name: str, core: str, ours: Manifest) -> None:
    assert ours.core(name) == core


def test_a_test_double_says_so_at_either_end(ours: Manifest) -> None:
    assert ours.is_double("MockWebSocketManagerFactory")
    assert ours.is_double("WebSocketManagerStub")
    assert not ours.is_double("LegacyWebSocketManagerAdapter")


def test_tests_are_told_from_app_code_by_their_place(ours: Manifest) -> None:
    assert ours.is_test("netra_backend/tests/unit/test_manager.py")
    assert ours.is_test("auth_service/test_auth_direct.py")
    assert not ours.is_test("netra_backend/app/services/test_environment.py")
    assert not ours.is_test("netra_backend/tests.py")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            ('version = "7"', "version = 7"), "version: expected a text, got a number; it is 7", id="wrong type"
        ),
        pytest.param(('version = "7"', ""), "version is missing; add it", id="missing"),
        pytest.param(
            ("[variants]", "[varients]"),
            'unknown key varients, did you mean "variants"?; correct or remove it',
            id="key",
        ),
        pytest.param(
            ('home = "till"', 'hone = "till"'),
            "concepts.till.home is missing; add it (and 1 more)",
            id="two problems",
        ),
        pytest.param(
            ('home = "till"', 'home = "till"\nalias = []'),
            "unknown key concepts.till.alias; known are core, deprecated, home, names, only_from, tolerated; "
            "correct or remove it",
            id="key of a table",
        ),
        pytest.param(
            ("reason =", "because = 1\nreason ="),
            "unknown key look_alikes.0.because; known are module, name, reason; correct or remove it",
            id="key of an entry",
        ),
        pytest.param(
            ('home = "till"', 'home = "shop/till"'),
            'concepts.till.home: "shop/till" is not a module; write its dotted name, such as "shop.core.ledger"',
            id="path for a module",
        ),
        pytest.param(
            ('names = ["Ledger"]', 'names = ["shop.Ledger"]'),
            'concepts.ledger.names.0: "shop.Ledger" is not a name; write one Python name, such as "Ledger"',
            id="module for a name",
        ),
        pytest.param(
            ('names = ["Ledger"]', "names = []"),
            "concepts.ledger.names: expected a list of length >= 1; it is []",
            id="no names",
        ),
        pytest.param(
            ('names = ["Ledger"]', 'names = ["Till"]'),
            "Till belongs to both ledger and till; leave it in one of them",
            id="two homes for a name",
        ),
        pytest.param(
            ('shop = "shop"', 'shop = "/srv/shop"'),
            'services.shop: "/srv/shop" is not a path inside the tree; write it relative to the tree with "/"',
            id="absolute folder",
        ),
        pytest.param(
            ('python = "3.11"', 'python = "3.99"'),
            "python: it names Python 3.99, but this is Python 3.",
            id="later Python",
        ),
        pytest.param(
            ('python = "3.11"', 'python = "three"'),
            'python: "three" is not a version of Python; write for example "3.11"',
            id="no version",
        ),
        pytest.param(
            ('[collaborator]\nconcepts = ["ledger"]', '[collaborator]\nconcepts = ["ledgers"]'),
            'collaborator: no concept is called ledgers, did you mean "ledger"?',
            id="unknown concept of the collaborator",
        ),
        pytest.param(
            ('[products.till]\nconcepts = ["till"]', '[products.till]\nconcepts = ["stall"]'),
            'products.till: no concept is called stall, did you mean "till"?',
            id="unknown concept of a product",
        ),
        pytest.param(
            ('canonical = "ledger"', 'canonical = "leger"'),
            'own_check: no concept is called leger, did you mean "ledger"?',
            id="unknown concept of the platform's own check",
        ),
        pytest.param(
            ("until = 2098-12-31", 'until = "2098-12-31"'),
            "retired.0.until: expected a day, got a text; it is '2098-12-31'",
            id="text for a date",
        ),
        pytest.param(
            ("ssot_warnings = 4", "ssot_warnings = -4"),
            "baseline.ssot_warnings: expected a number >= 0; it is -4",
            id="negative",
        ),
        pytest.param(("[services]", "[services"), "not valid TOML: ", id="not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "ssot.toml"
    assert change[0] in GOOD
    path.write_text(GOOD.replace(*change, 1), encoding="utf-8")
    with pytest.raises(CannotJudge) as refused:
        load_manifest(path)
    assert str(refused.value).startswith(f"{path}: {sentence}")
    assert "\n" not in str(refused.value)


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        CannotJudge, match=r"gone\.toml: cannot be read \(No such file or directory\); name an existing"
    ):
        load_manifest(tmp_path / "gone.toml")
    path = tmp_path / "ssot.toml"
    path.write_bytes(b"version = '\xff'")
    with pytest.raises(CannotJudge, match=r"ssot\.toml: not UTF-8 text at byte 11; save it as UTF-8"):
        load_manifest(path)
