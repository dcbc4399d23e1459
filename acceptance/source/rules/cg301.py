"""CG301: a governed object offered by a module that is not its home."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, short

if TYPE_CHECKING:
    from acceptance.source.facts import Binding, Facts
    from acceptance.source.link import Program
    from acceptance.source.manifest import Manifest
    from acceptance.source.rules.base import Question
    from acceptance.source.things import Things
    from acceptance.source.tree import SourceFile

DOC = RuleDoc(
    id="CG301",
    title="extra export",
    what="A module that is not the home offers a governed object under its name: it lists it in `__all__`, assigns "
    "it, has it in a package's `__init__.py`, passes it on by a star import, or answers for it in "
    "`__getattr__`. An import for its own use is no offer.",
    why="There is more than one path to the same thing, and each of them finds its users.",
    broken=cleandoc("""
        # shop/orders/__init__.py; the home of Ledger is shop/core/ledger.py
        from shop.core.ledger import Ledger
    """),
    fixed=cleandoc("""
        # shop/orders/__init__.py
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per module and name."""
    evidence, program = question.evidence, question.evidence.program
    for file, facts in evidence.facts.items():
        if file.module == question.home:
            continue
        for name in question.entry.governed:
            held = question.objects(name)
            if not held or (name not in facts.final and not facts.stars and name not in facts.lazily):
                continue
            bindings = [facts.bindings[number] for number in _giving(program, file, name, held)]
            ways = [
                *(_ways(file, bindings, name in program.listed(file)) if bindings else ()),
                *(["star"] if name not in facts.final and _by_star(program, file, name, held) else []),
                *(["__getattr__"] if _lazily(program, file, facts, name, held) else []),
            ]
            if ways:
                line = _line(program, file, facts, name, held)
                about = min(held)
                yield Hit(question.concept, name, file, line, about, {"how": "+".join(dict.fromkeys(ways))})


def _giving(program: Program, file: SourceFile, name: str, held: Things) -> list[int]:
    """The bindings that the module is left with and that are the home's object."""
    return [number for number in program.live(file, name) if not held.isdisjoint(program.of_binding(file, number))]


def _ways(file: SourceFile, bindings: list[Binding], listed: bool) -> list[str]:
    """How a name that the module itself binds is offered."""
    hows = {binding.how for binding in bindings}
    return [
        *(["__all__"] if listed else []),
        *(how for how in ("alias", "star") if how in hows),
        *(["package"] if file.is_package else []),
    ]


def _by_star(program: Program, file: SourceFile, name: str, held: Things) -> bool:
    source = program.star_with(file, name)
    return source is not None and not held.isdisjoint(program.member(source, name))


def _lazily(program: Program, file: SourceFile, facts: Facts, name: str, held: Things) -> bool:
    values = facts.lazily.get(name, ())
    return name not in facts.final and any(not held.isdisjoint(program.of_value(file, value)) for value in values)


def _line(program: Program, file: SourceFile, facts: Facts, name: str, held: Things) -> int:
    """Where the name comes from: its binding, the star import, or the top of the file."""
    for number in _giving(program, file, name, held):
        if facts.bindings[number].line:
            return facts.bindings[number].line
    return next((star.line for star in facts.stars), 1)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    home = manifest.home(hit.concept)
    return Told(
        f"`{hit.name}` can be imported from `{short(hit.file.module)}` as well as from its home `{short(home)}`",
        f"Let everybody import `{hit.name}` from `{home}`, and stop offering it here.",
    )


RULE = Rule(DOC, decide, tell)
