"""CG501: modules that load one another."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Detail, Hit, RuleDoc, Told, TreeRule
from acceptance.source.things import Thing
from acceptance.source.tree import is_within

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG501",
    title="import cycle",
    what="Modules that import one another in a circle when they are loaded, at least one of them in the governed "
    "package. Imports inside functions and for type checkers alone are no part of it.",
    why="One of them sees another half-loaded, and which one depends on who comes first.",
    broken=cleandoc("""
        # shop/core/ledger.py
        from shop.core.till import Till
        class Ledger: ...
        # shop/core/till.py
        from shop.core.ledger import Ledger
        class Till: ...
    """),
    fixed=cleandoc("""
        # shop/core/ledger.py
        from shop.core.till import Till
        class Ledger: ...
        # shop/core/till.py
        class Till: ...
        def open_till():
            from shop.core.ledger import Ledger
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per strongly connected component, at its first module of the package, where that imports another."""
    package, tree = evidence.manifest.package, evidence.program.tree
    for group in evidence.loading.cycles(package):
        first = next(module for module in group if is_within(module, package))
        file = tree.module(first)
        assert file is not None, "a module of a cycle has been read"
        widest = max((len(other) for other in evidence.loading.cycles(package, parents=True)), default=0)
        detail: Detail = {"size": len(group), "modules": ", ".join(group), "with_parents": widest}
        line = evidence.loading.line_of(first, group)
        yield Hit("", first, file, line, Thing("module", first, "", file.path), detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"{hit.detail['size']} modules load one another: {hit.detail['modules']}",
        "Move what both need into a module of its own, or import it inside the function that needs it.",
    )


RULE = TreeRule(DOC, decide, tell)
