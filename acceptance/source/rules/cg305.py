"""CG305: a governed name with a fallback for when its import fails."""

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
    id="CG305",
    title="fallback import",
    what="A `try` imports a governed name, and a handler of it binds the name to something else.",
    why="When the import fails nobody is told: the name is None, or another class.",
    broken=cleandoc("""
        # shop/orders/books.py
        try:
            from shop.core.ledger import Ledger
        except ImportError:
            Ledger = None
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per module and name, in modules and functions."""
    seen: set[tuple[str, str]] = set()
    for name in question.entry.governed:
        for file, number, binding in question.evidence.bindings(name):
            bindings = question.evidence.facts[file].bindings
            tried = [bindings[other] for other in binding.instead_of]
            if (file.path, name) in seen or not any(one.name == name and one.how == "from" for one in tried):
                continue
            seen.add((file.path, name))
            things = question.evidence.program.of_binding(file, number)
            about = min(things)
            detour = bool(question.objects(name)) and things <= question.objects(name)
            kind = "the same" if detour else about.kind
            detail = {"to": str(about), "kind": kind, "how": binding.how}
            yield Hit(question.concept, name, file, binding.line, Thing("missing", file.module, name), detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    return Told(
        f"`{hit.name}` in `{short(hit.file.module)}` silently {_instead(hit)} when its import fails",
        f"Import `{hit.name}` from `{manifest.home(hit.concept)}` without a `try`.",
    )


def _instead(hit: Hit) -> str:
    if hit.detail["kind"] == "the same":
        return "comes by a detour"
    if hit.detail["kind"] == "constant":
        return "becomes nothing" if hit.detail["to"] == "nothing" else "becomes a placeholder"
    return "becomes another thing"


RULE = Rule(DOC, decide, tell)
