"""CG304: a name in `__all__` that the module does not have."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule, short
from acceptance.source.things import Thing
from acceptance.source.tree import is_within

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG304",
    title="dangling `__all__`",
    what="A module of the governed package lists a name in `__all__` that it never binds, or binds only by an import "
    "that must fail; elsewhere, a governed name or a variant of one.",
    why="A star import of the module raises.",
    broken=cleandoc("""
        # shop/core/ledger.py
        __all__ = ["Ledger", "Journal"]
        class Ledger: ...
    """),
    fixed=cleandoc("""
        # shop/core/ledger.py
        __all__ = ["Ledger"]
        class Ledger: ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per name. A module inside a package counts as bound: a star import would load it."""
    program = evidence.program
    package = evidence.manifest.package
    for file, facts in evidence.facts.items():
        governed = is_within(file.module, package)
        numbers = program.live(file, "__all__")
        for name in sorted(program.listed(file)) if numbers else ():
            concept = evidence.concept_of(name)
            if not governed and not concept:
                continue
            things = program.member(file.module, name)
            if things and all(thing.kind == "missing" for thing in things):
                line = facts.bindings[numbers[0]].line
                yield Hit(concept, name, file, line, Thing("missing", file.module, name))


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{short(hit.file.module)}` lists `{hit.name}` in `__all__` and does not have it",
        f"Take `{hit.name}` out of `__all__`, or bind it.",
    )


RULE = TreeRule(DOC, decide, tell)
