"""CG101: a governed name defined outside its home."""

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
    id="CG101",
    title="duplicate definition",
    what="A governed name is defined (class, def, type(...)) at the top level of a module that is not its home.",
    why="There are two truths: people change one and run the other.",
    broken=cleandoc("""
        # shop/orders/books.py; the home of Ledger is shop/core/ledger.py
        class Ledger: ...
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per definition, in whatever branch it stands; what only a type checker sees does not count.

    What the home imports and offers as its own is no duplicate, if that is all it offers under the name.
    """
    governed = set(question.entry.governed)
    for file, bound_to, made in question.evidence.definitions(question.entry.governed):
        name = next((name for name in (bound_to, made.name) if name in governed), None)
        if name is None or made.nest != "module" or made.type_only or file.module == question.home:
            continue
        thing = Thing(made.kind, file.module, made.qualname, file.path, made.line)
        if question.objects(name) != {thing}:
            yield Hit(question.concept, name, file, made.line, thing, {"kind": made.kind})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    home = manifest.home(hit.concept)
    what = "class" if hit.detail["kind"] in ("class", "type()") else "function"
    return Told(
        f"`{hit.name}` is written a second time, as a {what} of its own in `{short(hit.file.module)}`, "
        f"although its one home is `{short(home)}`",
        f"Delete this {what} and import `{hit.name}` from `{home}`.",
    )


RULE = Rule(DOC, decide, tell)
