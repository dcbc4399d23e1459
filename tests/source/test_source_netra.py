"""The audit on the platform's own tree, where somebody has one: ``NETRA_TREE=<checkout of beta-14> pytest``.

And on its history, where somebody has a clone: ``NETRA_REPOSITORY=<clone with the tags beta-9 to beta-14>``.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from datetime import date
from pathlib import Path

import bench_audit
import pytest
from command import behave
from trees import HERE

from acceptance import known_gaps
from acceptance.reporting import results
from acceptance.signoff.against_lists import Kind, standings
from acceptance.source import RULES, Audit, Finding, Uses, audit, load_manifest
from acceptance.source.trend import Paths, trend

CORE = "netra_backend/app/websocket_core"
HOME_OF_THE_MANAGER = "71bb4d4a62a6da16"  # how its SHA-256 begins

FINDINGS = [
    "CG102 MockWebSocketManager netra_backend/app/agents/supervisor/user_execution_engine.py:367 (test double)",
    f"CG102 MockWebSocketManagerFactory {CORE}/canonical_imports.py:146 (test double)",
    f"CG102 WebSocketManagerFactory {CORE}/canonical_imports.py:212",
    f"CG102 IsolatedWebSocketManager {CORE}/canonical_imports.py:223",
    f"CG102 IUnifiedWebSocketManager {CORE}/interfaces.py:269",
    f"CG102 _LegacyWebSocketManagerAdapter {CORE}/migration_adapter.py:59",
    "CG201 WebSocketManager netra_backend/app/services/health/deep_checks.py:321",
    f"CG201 WebSocketManager {CORE}/broadcast_core.py:4",
    f"CG201 WebSocketManager {CORE}/canonical_import_patterns.py:137",
    f"CG201 WebSocketManager {CORE}/connection_executor.py:4",
    f"CG201 WebSocketManager {CORE}/manager.py:40",
    f"CG201 WebSocketManager {CORE}/unified_init.py:66",
    f"CG101 UnifiedWebSocketManager {CORE}/canonical_import_patterns.py:111",
    "CG201 UnifiedWebSocketManager netra_backend/app/services/user_scoped_websocket_event_router.py:49",
    "CG201 UnifiedWebSocketManager netra_backend/app/services/websocket_bridge_factory.py:23",
    f"CG201 UnifiedWebSocketManager {CORE}/canonical_imports.py:247",
    f"CG201 UnifiedWebSocketManager {CORE}/recovery.py:9",
]


#: Findings in app code, those included that the manifest waives.
COUNTS = {
    "CG001": 2,
    "CG002": 11,
    "CG101": 26,
    "CG102": 11,
    "CG103": 1,
    "CG201": 21,
    "CG202": 27,
    "CG301": 88,
    "CG302": 63,
    "CG303": 17,
    "CG304": 4,
    "CG305": 18,
    "CG306": 5,
    "CG307": 5,
    "CG308": 3,
    "CG401": 33,
    "CG402": 30,
    "CG403": 19,
    "CG404": 17,
    "CG405": 5,
    "CG406": 1,
    "CG407": 11,
    "CG501": 0,
}

TOLERATED = [
    "UserWebSocketEmitter netra_backend/app/agents/supervisor/agent_instance_factory.py:62",
    "UserWebSocketEmitter netra_backend/app/services/user_websocket_emitter.py:15",
    "UserWebSocketEmitter netra_backend/app/services/websocket_bridge_factory.py:502",
    f"WebSocketEventEmitter {CORE}/__init__.py:144",
    f"IsolatedWebSocketEventEmitter {CORE}/__init__.py:145",
    f"UserWebSocketEmitter {CORE}/__init__.py:146",
    f"WebSocketEventEmitter {CORE}/unified_init.py:67",
    f"IsolatedWebSocketEventEmitter {CORE}/unified_init.py:68",
    f"UserWebSocketEmitter {CORE}/unified_init.py:69",
    f"WebSocketEventEmitter {CORE}/websocket_manager.py:683",
]

ROWS = {
    "CG001": [
        f"netra_backend.app.websocket_core.auth {CORE}/auth.py:254",
        "shared.feature_flags shared/feature_flags.py:122",
    ],
    "CG103": [f"WebSocketProtocol {CORE}/protocols.py:39"],
    "CG304": [
        f"authenticate_websocket_connection {CORE}/unified_websocket_auth.py:1783",
        f"create_websocket_manager {CORE}/unified_init.py:219",
        f"IsolatedWebSocketManager {CORE}/unified_init.py:219",
        f"WebSocketManagerFactory {CORE}/unified_init.py:219",
    ],
    "CG306": [
        "netra_backend.app.websocket_core.types netra_backend/app/websocket/__init__.py:22",
        f"netra_backend.app.websocket_core.manager {CORE}/unified.py:3",
        f"netra_backend.app.websocket_core.handlers {CORE}/unified.py:4",
        f"netra_backend.app.websocket_core.types {CORE}/unified.py:5",
        "netra_backend.app.websocket_core.types netra_backend/app/websocket_core_info.py:2",
    ],
    "CG307": [
        f"_UnifiedWebSocketManagerImplementation {CORE}/canonical_import_patterns.py:21",
        f"_REGISTRY_LOCK {CORE}/unified_manager.py:171",
        f"_USER_MANAGER_REGISTRY {CORE}/unified_manager.py:171",
        f"_USER_MANAGER_REGISTRY {CORE}/unified_manager.py:355",
        f"_UnifiedWebSocketManagerImplementation {CORE}/websocket_manager.py:30",
    ],
    "CG308": [
        "netra_backend.app.core.websocket_recovery_strategies "
        "netra_backend/app/core/websocket_recovery_strategies.py:1",
        "netra_backend.app.websocket.token_refresh_handler netra_backend/app/websocket/token_refresh_handler.py:1",
        f"netra_backend.app.websocket_core.unified_init {CORE}/unified_init.py:1",
    ],
    "CG405": [
        f"create_websocket_manager_sync {CORE}/canonical_imports.py:136",
        f"create_websocket_manager {CORE}/__init__.py:62",
        f"get_websocket_manager {CORE}/canonical_import_patterns.py:57",
        f"create_websocket_manager {CORE}/canonical_imports.py:107",
        f"create_websocket_manager {CORE}/utils.py:1671",
    ],
    "CG406": [f"create_websocket_manager {CORE}/canonical_imports.py:107"],
}


@pytest.fixture(scope="module")
def beta_14() -> Audit:
    named = os.environ.get("NETRA_TREE")
    if not named:
        pytest.skip("NETRA_TREE does not name a checkout of the platform")
    home = Path(named) / CORE / "websocket_manager.py"
    if not home.is_file() or not hashlib.sha256(home.read_bytes()).hexdigest().startswith(HOME_OF_THE_MANAGER):
        pytest.skip(f"NETRA_TREE names {named}, which is not beta-14 of the platform")
    return audit(Path(named), load_manifest(HERE.parent.parent / "ssot.toml"))


def _row(finding: Finding) -> str:
    return f"{finding.name} {finding.path}:{finding.line}"


def test_the_managers_of_beta_14(beta_14: Audit) -> None:
    """The findings of an independent check of the same tree, and one that it does not look for (inside a function)."""
    assert [
        f"{finding.rule} {_row(finding)}" + (" (test double)" if finding.detail.get("double") else "")
        for finding in beta_14.of({"CG101", "CG102", "CG103", "CG201"}, {"manager", "unified_manager"})
    ] == FINDINGS


def test_the_findings_of_each_rule_in_beta_14(beta_14: Audit) -> None:
    all_of_them = [*beta_14.findings, *(waived.finding for waived in beta_14.waived)]
    counted = Counter(finding.rule for finding in all_of_them if not finding.in_tests)
    assert {rule: counted[rule] for rule in RULES} == COUNTS


@pytest.mark.parametrize("rule", ROWS)
def test_the_rows_of_some_rules_in_beta_14(rule: str, beta_14: Audit) -> None:
    assert [_row(finding) for finding in beta_14.of({rule})] == ROWS[rule]
    assert len(ROWS[rule]) == COUNTS[rule]


def test_what_the_manifest_tolerates_in_beta_14(beta_14: Audit) -> None:
    waived = [one for one in beta_14.waived if not one.finding.in_tests]
    assert {(one.by, one.finding.rule) for one in waived} == {("tolerated", "CG202")}
    assert [_row(one.finding) for one in waived] == TOLERATED


def test_the_figures_of_beta_14(beta_14: Audit) -> None:
    assert (len(beta_14.warnings.modules), beta_14.warnings.findings, beta_14.warnings.reduction) == (37, 78, 0.0)
    assert beta_14.app_uses == Uses(canonical=159, imports=222, clean_files=57, files=98)
    assert dict(beta_14.factories.vote) == {"websocket_manager": 33, "manager": 8}
    assert beta_14.factories.products == {"manager": 13, "emitter": 16}
    assert len(beta_14.own_check.names) == 64
    assert [path.problem for path in beta_14.retired] == [
        "it does not give the `WebSocketManager` of `netra_backend.app.websocket_core.websocket_manager`"
    ]
    assert [path for path, _ in beta_14.unparsable_app] == [f"{CORE}/auth.py", "shared/feature_flags.py"]


def test_the_homes_of_beta_14_hold_every_governed_name(beta_14: Audit) -> None:
    assert all(beta_14.homes.values())
    managers = beta_14.homes["manager"].binds | beta_14.homes["unified_manager"].binds
    assert {name: thing and (thing.name, thing.line) for name, thing in managers.items()} == {
        "WebSocketManager": ("_WebSocketManagerFactory", 119),
        "UnifiedWebSocketManager": ("_UnifiedWebSocketManagerImplementation", 95),
    }


def test_the_shipped_list_knows_exactly_what_is_broken_in_beta_14(beta_14: Audit, tmp_path: Path) -> None:
    """On a day on which the entries are not over."""
    ran = behave(tmp_path, "--tags=@phase2", "-D", "target=source", "-D", f"source={os.environ['NETRA_TREE']}")
    assert ran.exit_code == 1
    shipped = known_gaps.read([HERE.parent.parent / "known-gaps" / "beta-14.toml"])
    on = date(2026, 12, 1)
    found = standings(results.read(tmp_path / results.FILE_NAME).with_known_gaps(shipped, on), on)
    assert len(found) == len(shipped.entries)
    assert {standing.kind for standing in found} == {Kind.KNOWN}, found


def test_each_import_that_only_one_tool_tells_in_beta_14_has_a_known_reason(beta_14: Audit, tmp_path: Path) -> None:
    manifest = load_manifest(HERE.parent.parent / "ssot.toml")
    bench_audit.copied(Path(os.environ["NETRA_TREE"]), tmp_path, manifest, without_tests=False)
    assert bench_audit.compared(tmp_path, manifest) == 0


def test_the_ssot_warnings_and_the_migration_from_beta_9_to_beta_14(tmp_path: Path) -> None:
    named = os.environ.get("NETRA_REPOSITORY")
    if not named:
        pytest.skip("NETRA_REPOSITORY does not name a clone of the platform")
    tags = ["beta-9", "beta-10", "beta-11", "beta-12", "beta-14"]
    points = list(trend(Path(named), tags, load_manifest(HERE.parent.parent / "ssot.toml")))
    assert [len(point.warnings.modules) for point in points if point.warnings] == [21, 21, 23, 27, 37]
    shares = [100 * point.migration.canonical / point.migration.imports for point in points if point.migration]
    assert [round(share, 1) for share in shares] == [50.5, 50.5, 59.6, 59.8, 71.6]
    assert [point.names["WebSocketManager"] for point in points][:: len(points) - 1] == [Paths(8, 1), Paths(10, 3)]
