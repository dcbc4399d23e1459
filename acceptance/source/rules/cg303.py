"""CG303: an import of something that is not in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.facts import Binding, Import, ModuleImport, StarImport
from acceptance.source.rules.base import Detail, Hit, RuleDoc, Told, TreeRule
from acceptance.source.things import Thing, Things
from acceptance.source.tree import SourceFile, is_within

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG303",
    title="broken import",
    what="An import of a module or name that does not exist, or of a module that Python cannot read: of anything "
    "in the governed package, of a governed name or a variant of one, of a name of the collaborator, or from a "
    "module that holds factories of a product.",
    why="It fails when it is reached, and is often hidden by a `try`.",
    broken=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledgers import Ledger  # the module is called ledger
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per name that a statement imports; one for a statement that imports a module, or a star."""
    for file, facts in evidence.facts.items():
        for binding in facts.bindings:
            if binding.how == "from" and isinstance(binding.value, Import):
                yield from _broken(evidence, file, binding.value, binding)
        for imported in facts.modules:
            yield from _broken(evidence, file, Import(imported.module), imported)
        for star in facts.stars:
            yield from _broken(evidence, file, star.source, star)


def _broken(
    evidence: Evidence, file: SourceFile, source: Import, at: Binding | ModuleImport | StarImport
) -> Iterator[Hit]:
    module = file.absolute(source.module, source.level)
    if module is None:  # further up than there is
        module = "." * source.level + source.module
        concerned = is_within(file.module, evidence.manifest.package) or bool(evidence.concept_of(source.name or ""))
    else:
        concerned = _concerned(evidence, module, source.name or "")
    if not concerned:
        return
    why = _why(evidence, module, source.name, evidence.program.of_value(file, source))
    if why:
        name = source.name or module
        detail: Detail = {"module": module, "why": why, "conditional": at.conditional}
        about = Thing("missing", module, source.name or "")
        yield Hit(evidence.concept_of(name), name, file, at.line, about, detail)


def _why(evidence: Evidence, module: str, name: str | None, things: Things) -> str:
    tree, program = evidence.program.tree, evidence.program
    source = tree.module(module)
    inside = tree.module(f"{module}.{name}") if name and Thing("module", f"{module}.{name}") in things else None
    if any(file and program.problem(file) for file in (source, inside)):
        return "unreadable"
    if not things or any(thing.kind != "missing" for thing in things):
        return ""
    return "no such name" if name and (source or tree.is_folder(module)) else "no such module"


def _concerned(evidence: Evidence, module: str, name: str) -> bool:
    """Whether the import is about something that the manifest governs."""
    if not evidence.program.tree.is_ours(module):
        return False
    package, collaborator = evidence.manifest.package, evidence.manifest.collaborator
    return (
        is_within(module, package)
        or module in evidence.makers
        or bool(collaborator and name in collaborator.also_called)
        or bool(evidence.concept_of(name))
    )


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    module, conditional = hit.detail["module"], hit.detail["conditional"]
    hidden = ", and a condition or `try` around it hides that" if conditional else ""
    match hit.detail["why"]:
        case "unreadable":
            what = f"`{module}` is imported, which Python cannot read{hidden}"
        case "no such module":
            what = f"`{module}` is imported, and there is no such module{hidden}"
        case _:
            what = f"`{hit.name}` is imported from `{module}`, which has no such name{hidden}"
    return Told(what, "Import what exists, or delete the import and what depends on it.")


RULE = TreeRule(DOC, decide, tell)
