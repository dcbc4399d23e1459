"""CG306: a star import of a governed module."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, short
from acceptance.source.things import Thing
from acceptance.source.tree import is_within

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG306",
    title="star import",
    what="A statement imports everything from a module of the governed package.",
    why="It exports names that nobody has reviewed, and a search for them finds nothing.",
    broken=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import *
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per statement."""
    package = evidence.manifest.package
    for file, facts in evidence.facts.items():
        for star in facts.stars:
            module = file.absolute(star.source.module, star.source.level) or ""
            if is_within(module, package):
                yield Hit("", module, file, star.line, Thing("module", module), {"module": module})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"everything in `{short(hit.name)}` is imported at once",
        "Import the names that are needed, one by one, from their homes.",
    )


RULE = TreeRule(DOC, decide, tell)
