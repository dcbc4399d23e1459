"""CG201: a governed name bound to another object than its home's."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.facts import Attachment, Binding, FromStar, Import, Ref
from acceptance.source.rules.base import Hit, Rule, RuleDoc, Told, short

if TYPE_CHECKING:
    from acceptance.source.manifest import Manifest
    from acceptance.source.rules.base import Question
    from acceptance.source.things import Thing
    from acceptance.source.tree import SourceFile

DOC = RuleDoc(
    id="CG201",
    title="wrong binding",
    what="A module, or a function in it, binds a governed name to another object than the home does: by an alias, "
    "by importing something `as` it, by a call, in its `__getattr__`, or by importing it from another project. A "
    "module that merely passes on what another one bound wrongly is not counted again.",
    why="What a name means, and what `isinstance` says, depends on the path it was imported from.",
    broken=cleandoc("""
        # shop/orders/books.py; the home of Ledger is shop/core/ledger.py
        from shop.orders.archive import ArchivedLedger
        Ledger = ArchivedLedger
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per module and name: the one that stays when the module is loaded before one inside a function.

    Decided by what is bound when the code runs: a fallback that is never used, a name that only a type checker sees
    and a placeholder None beside a real import do not count. Nothing is said of what the text does not tell.
    """
    for name in question.entry.governed:
        held = question.objects(name)
        if not held:
            continue
        first: dict[str, Hit] = {}
        for hit in (*_bound(question, name), *_put(question, name), *_answered(question, name)):
            known = first.get(hit.file.path)
            if known is None or _rank(hit) < _rank(known):
                first[hit.file.path] = hit
        yield from first.values()


def _rank(hit: Hit) -> tuple[bool, int]:
    return hit.detail["nest"] != "module", hit.line


def _bound(question: Question, name: str) -> Iterator[Hit]:
    """Bindings of the name in modules and functions."""
    program, held = question.evidence.program, question.objects(name)
    for file, number, binding in question.evidence.bindings(name):
        if binding.type_only or binding.nest == "class" or (binding.nest == "module" and file.module == question.home):
            continue
        alternatives = program.live(file, name) if binding.nest == "module" else program.counted(file, (number,))
        if number not in alternatives or not _made_here(question, file, binding):
            continue
        if binding.how == "literal" and (binding.nest == "function" or _placeholder(question, file, alternatives)):
            continue
        wrong = sorted(thing for thing in program.of_binding(file, number) - held if thing.told)
        if wrong:
            how = "as" if binding.how == "from" and binding.renamed else binding.how
            yield _hit(question, name, file, binding, wrong[0], how)


def _placeholder(question: Question, file: SourceFile, alternatives: tuple[int, ...]) -> bool:
    """Whether something real may take the place of a None or the like before anybody uses the name."""
    things = (thing for number in alternatives for thing in question.evidence.program.of_binding(file, number))
    return any(thing.told and thing.kind != "constant" for thing in things)


def _made_here(question: Question, file: SourceFile, binding: Binding) -> bool:
    """Whether this line gives the name its meaning, rather than passing on what another module of the tree gave it."""
    if binding.how in ("class", "def", "async def", "type()", "lambda"):
        return False  # CG101 and CG102
    source = binding.value.star if isinstance(binding.value, FromStar) else binding.value
    if not isinstance(source, Import) or binding.renamed:
        return True
    module = file.absolute(source.module, source.level)
    origin = question.evidence.program.tree.module(module) if module else None
    return origin is None or (origin.in_tests and not file.in_tests)


def _put(question: Question, name: str) -> Iterator[Hit]:
    """Names put into a module from outside: ``some_module.Ledger = …``."""
    program, held = question.evidence.program, question.objects(name)
    for file, put in question.evidence.attachments(name):
        if not put.type_only and any(owner.kind == "module" for owner in program.of_value(file, put.base)):
            wrong = sorted(thing for thing in program.of_value(file, put.value) - held if thing.told)
            if wrong:
                yield _hit(question, name, file, put, wrong[0], "put")


def _answered(question: Question, name: str) -> Iterator[Hit]:
    """Modules that answer for the name in ``__getattr__``, with something that is called otherwise there."""
    program, held = question.evidence.program, question.objects(name)
    for file, facts in question.evidence.facts.items():
        if name in facts.final or file.module == question.home:
            continue
        for value in facts.lazily.get(name, ()):
            if isinstance(value, Ref) and value.name == name:
                continue  # it is bound inside, and _bound tells of it
            wrong = sorted(thing for thing in program.of_value(file, value) - held if thing.told)
            if wrong and wrong[0].kind != "call":  # of what is computed on being asked, the text does not tell
                line = next(binding.line for binding in facts.bindings if binding.name == "__getattr__")
                detail = {"to": str(wrong[0]), "kind": wrong[0].kind, "how": "__getattr__", "nest": "module"}
                yield Hit(question.concept, name, file, line, wrong[0], detail)
                break


def _hit(question: Question, name: str, file: SourceFile, at: Binding | Attachment, to: Thing, how: str) -> Hit:
    detail = {"to": str(to), "kind": to.kind, "how": how, "nest": at.nest}
    return Hit(question.concept, name, file, at.line, to, detail)


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    home = manifest.home(hit.concept)
    place = f"`{hit.name}` imported from `{short(hit.file.module)}`"
    if hit.detail["nest"] == "function":
        place = f"`{hit.name}` inside a function of `{short(hit.file.module)}`"
    if hit.detail["how"] == "put":
        place = f"`{hit.name}` as `{short(hit.file.module)}` overwrites it in another module"
    return Told(
        f"{place} is not the `{hit.name}` of `{short(home)}` but {_other(hit)}",
        f"Import `{hit.name}` from `{home}` here, or give the other thing a name of its own.",
    )


def _other(hit: Hit) -> str:
    match hit.about.kind:
        case "class" | "type()":
            return f"`{hit.about.name}`, a different class"
        case "def" | "async def" | "lambda":
            return f"`{hit.about.name}`, a different function"
        case "call":
            return "something that this line makes anew"
        case "outside":
            return f"`{hit.about}`, which is not the platform's own"
        case "module":
            return f"the whole module `{hit.about}`"
    return f"a mere placeholder ({hit.about})"


RULE = Rule(DOC, decide, tell)
