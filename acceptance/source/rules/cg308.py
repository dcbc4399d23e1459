"""CG308: a module that passes on governed things and cannot be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, short
from acceptance.source.things import Thing

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG308",
    title="dead shim",
    what="A home, or a module that imports a governed name or object for others to find, that provably cannot be "
    "loaded: it, or a module without which it cannot be loaded, imports what does not exist, outside any `try`, "
    "condition or function.",
    why="The path exists on paper only.",
    broken=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
        from shop.core.journal import Journal  # there is no such module
    """),
    fixed=cleandoc("""
        # shop/orders/archive.py, one of those who took it from there
        from shop.core.ledger import Ledger
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per module of the app that would have, once loaded, a public governed name or object."""
    for file in evidence.facts:
        why = evidence.loading.dead.get(file.module, "")
        if why and file in evidence.importers:
            yield Hit("", file.module, file, 1, Thing("module", file.module, "", file.path), {"why": why})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{short(hit.file.module)}` cannot be loaded: {hit.detail['why']}",
        "Delete the module if nobody misses it; otherwise repair the import.",
    )


RULE = TreeRule(DOC, decide, tell, late=1)
