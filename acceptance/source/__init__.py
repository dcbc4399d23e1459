"""The source audit: a static check of a Python source tree against a manifest of governed concepts.

Nothing of the tree is imported or executed. A file is first taken apart by itself (:mod:`.facts`, :mod:`.extract`),
then names are followed to the objects behind them across files (:mod:`.link`), and rules decide on what they find
(:mod:`.rules`)::

    result = audit(Path("checkout"), load_manifest(Path("ssot.toml")), concepts={"manager"})
    for finding in result.findings:
        print(f"{finding.path}:{finding.line}: {finding.what}")
"""

from typing import TYPE_CHECKING, Any

from acceptance.source.audit import audit
from acceptance.source.cache import Cache
from acceptance.source.errors import CannotJudge
from acceptance.source.manifest import Manifest, load_manifest
from acceptance.source.result import (
    SSOT_RULES,
    Audit,
    Factories,
    FileCounts,
    Finding,
    OwnCheck,
    RetiredPath,
    Uses,
    Waived,
    Warnings,
)
from acceptance.source.things import Home, Thing

if TYPE_CHECKING:
    from acceptance.source.rules import RULES, RuleDoc

__all__ = [
    "RULES",
    "SSOT_RULES",
    "Audit",
    "Cache",
    "CannotJudge",
    "Factories",
    "FileCounts",
    "Finding",
    "Home",
    "Manifest",
    "OwnCheck",
    "RetiredPath",
    "RuleDoc",
    "Thing",
    "Uses",
    "Waived",
    "Warnings",
    "audit",
    "load_manifest",
]


def __getattr__(name: str) -> Any:
    """The rules are loaded when they are asked for: an answer that is known needs none of them."""
    if name in ("RULES", "RuleDoc"):
        from acceptance.source import rules

        return getattr(rules, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
