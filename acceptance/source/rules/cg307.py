"""CG307: a private name of a governed module, imported from outside."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.facts import Import
from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, short
from acceptance.source.tree import is_within

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG307",
    title="private reach",
    what="A statement imports a private class or constant, `_Name` or `_NAME`, from a module of the governed package.",
    why="It goes round the part that is meant to be used, and breaks when the inside changes.",
    broken=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import _Page
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per name that a statement imports; a private module is no private name."""
    package = evidence.manifest.package
    for file, facts in evidence.facts.items():
        for number, binding in enumerate(facts.bindings):
            source = binding.value
            if binding.how != "from" or not isinstance(source, Import):
                continue
            name = source.name or ""
            if not name.startswith("_") or not name[1:2].isupper():
                continue
            module = file.absolute(source.module, source.level) or ""
            if is_within(module, package):
                things = evidence.program.of_binding(file, number)
                if not any(thing.kind == "module" for thing in things):
                    yield Hit("", name, file, binding.line, min(things), {"module": module})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}`, which is private to `{short(str(hit.detail['module']))}`, is imported here",
        "Use what the module offers to everybody, or let it offer what is missing.",
    )


RULE = TreeRule(DOC, decide, tell)
