"""The audit on the platform's own tree, where somebody has one: ``NETRA_TREE=<checkout of beta-14> pytest``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from trees import HERE

from acceptance.source import Audit, audit, load_manifest

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


@pytest.fixture(scope="module")
def beta_14() -> Audit:
    named = os.environ.get("NETRA_TREE")
    if not named:
        pytest.skip("NETRA_TREE does not name a checkout of the platform")
    home = Path(named) / CORE / "websocket_manager.py"
    if not home.is_file() or not hashlib.sha256(home.read_bytes()).hexdigest().startswith(HOME_OF_THE_MANAGER):
        pytest.skip(f"NETRA_TREE names {named}, which is not beta-14 of the platform")
    return audit(Path(named), load_manifest(HERE.parent.parent / "ssot.toml"))


def test_the_managers_of_beta_14(beta_14: Audit) -> None:
    """The findings of an independent check of the same tree, and one that it does not look for (inside a function)."""
    assert [
        f"{finding.rule} {finding.name} {finding.path}:{finding.line}"
        + (" (test double)" if finding.detail.get("double") else "")
        for finding in beta_14.findings
        if finding.concept in ("manager", "unified_manager") and not finding.in_tests
    ] == FINDINGS


def test_the_homes_of_beta_14_hold_every_governed_name(beta_14: Audit) -> None:
    assert all(beta_14.homes.values())
    managers = beta_14.homes["manager"].binds | beta_14.homes["unified_manager"].binds
    assert {name: thing and (thing.name, thing.line) for name, thing in managers.items()} == {
        "WebSocketManager": ("_WebSocketManagerFactory", 119),
        "UnifiedWebSocketManager": ("_UnifiedWebSocketManagerImplementation", 95),
    }
