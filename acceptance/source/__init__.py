"""The source audit: a static check of a Python source tree against a manifest of governed concepts.

Nothing of the tree is imported or executed. A file is first taken apart by itself (:mod:`.facts`, :mod:`.extract`),
then names are followed to the objects behind them across files (:mod:`.link`), and rules decide on what they find
(:mod:`.rules`)::

    result = audit(Path("checkout"), load_manifest(Path("ssot.toml")), concepts={"manager"})
    for finding in result.findings:
        print(f"{finding.path}:{finding.line}: {finding.what}")
"""

from acceptance.source.audit import audit
from acceptance.source.errors import CannotJudge
from acceptance.source.evidence import Home
from acceptance.source.headlines import SSOT_RULES
from acceptance.source.link import Thing
from acceptance.source.manifest import Manifest, load_manifest
from acceptance.source.result import (
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
from acceptance.source.rules import RULES, RuleDoc

__all__ = [
    "RULES",
    "SSOT_RULES",
    "Audit",
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
