"""CG302: a governed thing imported from elsewhere than its home."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, short
from acceptance.source.things import Thing

if TYPE_CHECKING:
    from acceptance.source.manifest import Manifest
    from acceptance.source.rules.base import Question

DOC = RuleDoc(
    id="CG302",
    title="non-canonical import",
    what="An import of a governed name from a module of the tree that is not its home, or of a governed object "
    "under any other path or name.",
    why="This is the debt that migration pays off: each such import keeps a second path alive.",
    broken=cleandoc("""
        # shop/orders/books.py; the home of Ledger is shop/core/ledger.py
        from shop.core import Ledger
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per name that a statement imports, wherever the statement stands."""
    for use in question.evidence.uses:
        if use.canonical or use.concept != question.concept:
            continue
        thing = min(use.things, default=Thing("missing", use.module, use.name))
        of = question.evidence.behind.get(thing, ("", use.name))[1]
        where = "type checkers" if use.binding.type_only else use.binding.nest
        detail = {"module": use.module, "of": of, "kind": thing.kind, "where": where}
        yield Hit(question.concept, use.name, use.file, use.binding.line, thing, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    home, of = manifest.home(hit.concept), hit.detail["of"]
    lost = ", where there is no such thing" if hit.detail["kind"] == "missing" else ""
    return Told(
        f"`{hit.name}` is imported from `{hit.detail['module']}`{lost}, not from its home `{short(home)}`",
        f"Write `from {home} import {of}`.",
    )


RULE = Rule(DOC, decide, tell)
