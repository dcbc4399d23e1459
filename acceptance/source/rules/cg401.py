"""CG401: a factory that names the collaborator otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Detail, Hit, RuleDoc, Told, TreeRule

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG401",
    title="parameter drift",
    what="A factory has a parameter for the collaborator that is not called what the manifest calls it. A "
    "parameter is for the collaborator if it has one of the names the manifest lists, or is annotated with "
    "its class.",
    why="A call by keyword that suits one factory is a TypeError for the next.",
    broken=cleandoc("""
        # shop/orders/tills.py; the collaborator is called ledger
        from shop.core.ledger import Ledger
        def create_till(the_ledger: Ledger): ...
    """),
    fixed=cleandoc("""
        # shop/orders/tills.py
        from shop.core.ledger import Ledger
        def create_till(ledger: Ledger): ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per parameter."""
    entry, factories = evidence.manifest.collaborator, evidence.factories
    vote = ", ".join(f"{name} {count}" for name, count in factories.vote.items())
    for received in factories.received:
        function, parameter = received.factory.function, received.parameter
        if entry and parameter.name != entry.parameter:
            dual = any(other.name == entry.parameter for other in function.parameters)
            detail: Detail = {"parameter": parameter.name, "vote": vote, "dual": dual}
            yield Hit("", function.qualname, received.factory.file, function.line, received.factory.thing, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    entry = manifest.collaborator
    name = entry.parameter if entry else ""
    agreed = f" (in use: {hit.detail['vote']})" if name in str(hit.detail["vote"]).split() else ""
    return Told(
        f"`{hit.name}` calls what it is given `{hit.detail['parameter']}`, where the agreed name is `{name}`",
        f"Rename the parameter to `{name}`{agreed}.",
    )


RULE = TreeRule(DOC, decide, tell)
