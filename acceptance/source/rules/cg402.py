"""CG402: a factory that takes None for the collaborator."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, taking_none

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG402",
    title="accepts None",
    what="A factory's parameter for the collaborator has the default None or an optional type, and the function "
    "neither raises nor asserts when it is None.",
    why="What it makes fails at its first use, far away from the mistake.",
    broken=cleandoc("""
        # shop/orders/tills.py; the collaborator is called ledger
        def create_till(ledger=None):
            return Till(ledger)
    """),
    fixed=cleandoc("""
        # shop/orders/tills.py
        def create_till(ledger=None):
            if ledger is None:
                raise TypeError("a till needs a ledger")
            return Till(ledger)
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per parameter."""
    return taking_none(evidence.factories.received)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` can be called without `{hit.detail['parameter']}`, which what it makes cannot do without",
        f"Require `{hit.detail['parameter']}`, or raise an error at once when it is None.",
    )


RULE = TreeRule(DOC, decide, tell)
