"""CG002: a module that a package of the same name hides."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule
from acceptance.source.things import Thing

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG002",
    title="shadowed module",
    what="A file `foo.py` beside a package `foo/`: Python loads the package, and never the file.",
    why="People edit the file, and nothing changes.",
    broken=cleandoc("""
        # shop/orders.py
        # shop/orders/__init__.py
    """),
    fixed=cleandoc("""
        # shop/orders/__init__.py
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per file that is never loaded."""
    tree = evidence.program.tree
    dead = set(tree.shadowed)
    for file in tree.files:
        if file.path in dead:
            package = tree.module(file.module)
            by = package.path if package else ""
            yield Hit("", file.module, file, 1, Thing("module", file.module, "", file.path), {"by": by})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"this file is never loaded: the package of the same name, `{hit.detail['by']}`, takes its place",
        "Move what is still needed into the package and delete this file.",
    )


RULE = TreeRule(DOC, decide, tell)
