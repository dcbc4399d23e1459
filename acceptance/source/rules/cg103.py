"""CG103: a definition overwritten by a later one of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, short

if TYPE_CHECKING:
    from acceptance.source.facts import Binding
    from acceptance.source.manifest import Manifest
    from acceptance.source.rules.base import Question
    from acceptance.source.tree import SourceFile

DOC = RuleDoc(
    id="CG103",
    title="shadowed definition",
    what="One scope defines a name and then binds it again, both unconditionally: a governed name, the class behind "
    "one, or a method of that class.",
    why="The one that is read first is not the one that runs.",
    broken=cleandoc("""
        # shop/core/ledger.py
        class Ledger: ...
        class Ledger: ...
    """),
    fixed=cleandoc("""
        # shop/core/ledger.py
        class Ledger: ...
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per earlier definition.

    Not counted: ``@overload``, and a later binding made of the earlier one (``@x.setter``, ``f = wrap(f)``).
    """
    program = question.evidence.program
    for file in _files(question):
        facts = program.facts(file)
        if facts is None:
            continue
        for pair in facts.shadowed:
            earlier, later = facts.bindings[pair.earlier], facts.bindings[pair.later]
            if _concerns(question, file, pair.earlier, earlier) or _concerns(question, file, pair.later, later):
                about = min(program.of_binding(file, pair.earlier))
                detail = {"by": later.line, "how": later.how, "scope": earlier.scope, "nest": earlier.nest}
                yield Hit(question.concept, earlier.name, file, earlier.line, about, detail)


def _files(question: Question) -> list[SourceFile]:
    """The files that mention a governed name, and those in which a governed object is made."""
    tree = question.evidence.program.tree
    made_in = {file for thing in question.governed_objects if (file := tree.module(thing.module))}
    return sorted(made_in | set(question.evidence.facts), key=lambda file: file.path)


def _concerns(question: Question, file: SourceFile, number: int, binding: Binding) -> bool:
    if binding.nest == "class":
        return any(
            thing.kind == "class" and (thing.path, thing.name) == (file.path, binding.scope)
            for thing in question.governed_objects
        )
    if binding.name in question.entry.governed:
        return True
    return not question.governed_objects.isdisjoint(question.evidence.program.of_binding(file, number))


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    inside = f"`{hit.detail['scope']}` in " if hit.detail["scope"] else ""
    return Told(
        f"`{hit.name}` is given twice in {inside}`{short(hit.file.module)}`: line {hit.line} is overwritten by line "
        f"{hit.detail['by']}, so the first one is never used",
        f"Keep one of the two; rename the other if both are needed (lines {hit.line} and {hit.detail['by']}).",
    )


RULE = Rule(DOC, decide, tell)
