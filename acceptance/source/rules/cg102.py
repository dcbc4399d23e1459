"""CG102: a class whose name is a variant of a governed one."""

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
    id="CG102",
    title="variant",
    what="A class whose name is a governed one but for words such as Unified, Legacy or Factory, outside the home. "
    "Inside a function or class the very name counts as well.",
    why="Parallel implementations: the next person extends the wrong one.",
    broken=cleandoc("""
        # shop/orders/books.py; the home of Ledger is shop/core/ledger.py
        class LegacyLedgerAdapter: ...
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        from shop.core.ledger import Ledger
    """),
)


def decide(question: Question) -> Iterator[Hit]:
    """One hit per class, wherever it is written. Several concepts may share a core: it counts for one."""
    manifest, cores = question.manifest, question.evidence.cores
    for file, bound_to, made in question.evidence.variants:
        if made.kind not in ("class", "type()") or made.type_only:
            continue
        for name in dict.fromkeys((bound_to, made.name)):
            core = manifest.core(name)
            siblings = cores.get(core, ())
            if siblings[:1] != (question.concept,) or _excused(manifest, name, made.nest, file.module, siblings):
                continue
            thing = Thing(made.kind, file.module, made.qualname, file.path, made.line)
            held = (question.evidence.objects(other, each) for other in siblings for each in _governed(manifest, other))
            if not any(thing in objects for objects in held):
                detail = {"kind": made.kind, "nest": made.nest, "double": manifest.is_double(name), "core": core}
                yield Hit(question.concept, name, file, made.line, thing, detail)
                break


def _governed(manifest: Manifest, concept: str) -> tuple[str, ...]:
    return manifest.concepts[concept].governed


def _excused(manifest: Manifest, name: str, nest: str, module: str, siblings: tuple[str, ...]) -> bool:
    """In a home; or a name of the manifest itself, which at the top level of a module is CG101's affair."""
    if module in {manifest.home(concept) for concept in siblings}:
        return True
    if any(name in entry.tolerated for entry in manifest.concepts.values()):
        return True
    return nest == "module" and any(name in entry.governed for entry in manifest.concepts.values())


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    home = manifest.home(hit.concept)
    core = hit.detail["core"]
    names = manifest.concepts[hit.concept].governed
    real = next(name for name in names if manifest.core(name) == core)
    place = f"`{short(hit.file.module)}`"
    if hit.detail["nest"] == "function":
        place = f"a function of {place}"
    if hit.detail["double"]:
        return Told(
            f"`{hit.name}` in {place} is a stand-in for `{real}` that is shipped with the platform itself",
            "Move the stand-in to the tests, and let the platform use the real one.",
        )
    return Told(
        f"`{hit.name}` in {place} is a second class for what `{real}` is, under a similar name",
        f"Use what `{home}` offers and delete this class; if it is another thing, give it a name that says so.",
    )


RULE = Rule(DOC, decide, tell)
