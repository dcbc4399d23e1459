"""CG403: a factory of a product that takes None for the user context."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, taking_none

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG403",
    title="accepts no context",
    what="A factory of a product has a parameter for the user context with the default None or an optional type, "
    "and neither raises nor asserts when it is None.",
    why="What is made for nobody in particular is shared, and one person sees what is another's.",
    broken=cleandoc("""
        # shop/orders/tills.py; the user context is called customer
        def create_till(ledger, customer=None): ...
    """),
    fixed=cleandoc("""
        # shop/orders/tills.py
        def create_till(ledger, customer): ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per parameter."""
    return taking_none(evidence.factories.contexts())


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` can be called without `{hit.detail['parameter']}`, so what it makes may belong to nobody",
        f"Require `{hit.detail['parameter']}`, or raise an error at once when it is None.",
    )


RULE = TreeRule(DOC, decide, tell)
