"""CG405: a factory's name defined in several modules."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, short

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG405",
    title="same-name factories",
    what="A factory of a product that another module defines under the same name. The one in the home of the name "
    "is not counted, or else the first.",
    why="Nobody can tell which of them a call reaches.",
    broken=cleandoc("""
        # shop/core/till.py
        def create_till(ledger): ...
        # shop/orders/tills.py
        def create_till(ledger): ...
    """),
    fixed=cleandoc("""
        # shop/core/till.py
        def create_till(ledger): ...
        # shop/orders/tills.py
        from shop.core.till import create_till
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per further module, of app code; functions of a module alone, not of a class."""
    for name, factories in evidence.factories.named.items():
        modules = {each.file.module: each for each in reversed(factories)}
        kept = evidence.factories.rightful(name).file.module
        for module in sorted(modules.keys() - {kept}):
            factory = modules[module]
            concept = evidence.governed.get(name, "")
            yield Hit(concept, name, factory.file, factory.function.line, factory.thing, {"kept": kept})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` is defined in `{short(hit.file.module)}` as well as in `{short(str(hit.detail['kept']))}`",
        f"Keep the one in `{hit.detail['kept']}` and let everybody import it from there.",
    )


RULE = TreeRule(DOC, decide, tell)
