"""CG406: a factory's name that is async here and not there."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG406",
    title="sync/async split",
    what="One name of a factory of a product is a plain function in one module and an async one in another.",
    why="Somebody awaits what cannot be awaited, or forgets to.",
    broken=cleandoc("""
        # shop/core/till.py
        def create_till(ledger): ...
        # shop/orders/tills.py
        async def create_till(ledger): ...
    """),
    fixed=cleandoc("""
        # shop/core/till.py
        def create_till(ledger): ...
        # shop/orders/tills.py
        from shop.core.till import create_till
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per name, at the first definition that differs from the one in the home, or from the first."""
    for name, factories in evidence.factories.named.items():
        kept = evidence.factories.rightful(name)
        others = [each for each in factories if each.function.is_async != kept.function.is_async]
        if others:
            detail = {
                "async": ", ".join(each.file.module for each in factories if each.function.is_async),
                "sync": ", ".join(each.file.module for each in factories if not each.function.is_async),
                "kept": kept.file.module,
            }
            first, concept = others[0], evidence.governed.get(name, "")
            yield Hit(concept, name, first.file, first.function.line, first.thing, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` has to be awaited in some places and must not be in others: async in {hit.detail['async']}; "
        f"not in {hit.detail['sync']}",
        f"Keep one `{hit.name}`, the one in `{hit.detail['kept']}`.",
    )


RULE = TreeRule(DOC, decide, tell)
