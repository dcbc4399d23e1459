"""CG202: a governed object under a further public name."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, short

if TYPE_CHECKING:
    from acceptance.source.manifest import Manifest
    from acceptance.source.rules.base import Question

DOC = RuleDoc(
    id="CG202",
    title="alias name",
    what="A module gives a governed object another public name: by an assignment, or by importing it `as` that name "
    "and offering it, in `__all__` or in a package's `__init__.py`. Another name for its own use is no offer.",
    why="Paths multiply, and a search for the real name misses the users of the other one.",
    broken=cleandoc("""
        # shop/orders/books.py; the home of Ledger is shop/core/ledger.py
        from shop.core.ledger import Ledger
        Book = Ledger
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per module and name that loading the module leaves bound to the object."""
    evidence = question.evidence
    for file, facts in evidence.facts.items():
        listed = evidence.program.listed(file)
        for name in sorted(evidence.offered.get(file.module, ())):
            if name.startswith("_") or name in evidence.governed:
                continue
            for number in evidence.program.live(file, name):
                binding = facts.bindings[number]
                offered = binding.how == "from" and binding.renamed and (file.is_package or name in listed)
                if binding.how != "alias" and not offered:
                    continue
                things = sorted(evidence.program.of_binding(file, number) & question.governed_objects)
                if things and evidence.behind[things[0]][0] == question.concept:
                    detail = {"of": evidence.behind[things[0]][1], "object": str(things[0]), "how": binding.how}
                    yield Hit(question.concept, name, file, binding.line, things[0], detail)
                    break


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` in `{short(hit.file.module)}` is another name for `{hit.detail['of']}`",
        f"Use the name `{hit.detail['of']}`, imported from `{manifest.home(hit.concept)}`, and delete this one.",
    )


RULE = Rule(DOC, decide, tell)
