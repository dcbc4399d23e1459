"""CG407: a parameter named for the collaborator and typed as something else."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Detail, Hit, RuleDoc, Told, TreeRule

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG407",
    title="name/type mismatch",
    what="A factory or constructor has a parameter with a name of the collaborator, annotated with a class that is "
    "none of the collaborator's.",
    why="The name says one thing and means another, more so with every reader.",
    broken=cleandoc("""
        # shop/orders/tills.py; the collaborator is a Ledger
        from shop.orders.archive import Shelf
        def create_till(ledger: Shelf): ...
    """),
    fixed=cleandoc("""
        # shop/orders/tills.py
        from shop.orders.archive import Shelf
        def create_till(shelf: Shelf): ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per parameter."""
    factories = evidence.factories
    for received in (*factories.received, *factories.constructors):
        another = factories.names_another(received)
        if another:
            function = received.factory.function
            constructor = function.name == "__init__"
            detail: Detail = {"parameter": received.parameter.name, "annotation": another, "constructor": constructor}
            yield Hit("", function.qualname, received.factory.file, function.line, received.factory.thing, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    annotation = str(hit.detail["annotation"]).replace('"', "").replace("'", "")
    return Told(
        f"`{hit.name}` has a parameter `{hit.detail['parameter']}`, annotated `{annotation}`, which is something else",
        "Name the parameter after what it is, or take what the name says.",
    )


RULE = TreeRule(DOC, decide, tell)
