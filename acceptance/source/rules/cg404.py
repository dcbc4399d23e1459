"""CG404: factories of one product that are called differently."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.factories import Factory
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG404",
    title="interface split",
    what="Among the factories of one product, every further combination of colour (async or not), parameter names "
    "in order, and which of them may be left out. The one that most factories have is not counted.",
    why="One factory cannot take another's place.",
    broken=cleandoc("""
        # shop/orders/tills.py
        def create_till(ledger, customer): ...
        async def create_quick_till(customer, ledger): ...
    """),
    fixed=cleandoc("""
        # shop/orders/tills.py
        def create_till(ledger, customer): ...
        def create_quick_till(ledger, customer): ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per interface but the most frequent, at its first factory; app code and tests apart."""
    for product, factories in evidence.factories.products.items():
        concepts = evidence.manifest.products[product].concepts
        homes = {evidence.manifest.home(concept) for concept in concepts}
        for in_tests in (False, True):
            yield from _split(product, [each for each in factories if each.file.in_tests == in_tests], homes)


def _split(product: str, factories: list[Factory], homes: set[str]) -> Iterator[Hit]:
    sharing: dict[str, list[Factory]] = {}
    for factory in factories:
        sharing.setdefault(factory.interface, []).append(factory)

    def away(interface: str) -> bool:  # of equally frequent ones, the one in a home is the usual one
        return not any(each.file.module in homes for each in sharing[interface])

    ranked = sorted(sharing, key=lambda interface: (-len(sharing[interface]), away(interface), interface))
    for interface in ranked[1:]:
        first = sharing[interface][0]
        detail = {
            "product": product,
            "interface": interface,
            "usual": ranked[0],
            "factories": ", ".join(f"{each.file.module}.{each.function.qualname}" for each in sharing[interface]),
        }
        yield Hit("", first.function.qualname, first.file, first.function.line, first.thing, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    detail = hit.detail
    return Told(
        f"`{hit.name}` makes the {detail['product']} by `{detail['interface']}`, "
        f"while the usual way is `{detail['usual']}`",
        f"Give every factory of the {detail['product']} one interface, so that each can take another's place.",
    )


RULE = TreeRule(DOC, decide, tell)
