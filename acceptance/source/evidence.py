"""The linked tree as rules look at it: the files that mention a governed name, and what the homes hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from acceptance.source.facts import Attachment, Binding, Definition, Facts
from acceptance.source.link import Program, Thing, Things
from acceptance.source.manifest import Concept, Manifest
from acceptance.source.tree import SourceFile


@dataclass(frozen=True)
class Home:
    """What the home of a concept holds: each governed name with the object behind it, None where there is none.

    True when it holds every name. ``path`` is None when the tree has no such module. A home holds a name when loading
    it leaves the name bound to one class, function or other object made in the tree. An alias will do, and so will an
    object imported from elsewhere in the tree: then that object is the one truth. None, a built-in, an import that
    fails, an object of another project, or one of two depending on circumstances will not.
    """

    module: str
    path: str | None
    binds: dict[str, Thing | None]

    def __bool__(self) -> bool:
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """The names that the home does not hold."""
        return tuple(name for name, thing in self.binds.items() if thing is None)


class Evidence:
    """What all rules share: the files worth a look with their facts, and the objects that the homes hold."""

    def __init__(self, program: Program, manifest: Manifest, files: Iterable[SourceFile]) -> None:
        self.program = program
        self.manifest = manifest
        self.facts: dict[SourceFile, Facts] = {file: facts for file in files if (facts := program.facts(file))}
        self._held: dict[tuple[str, str], Things] = {}

    def objects(self, concept: str, name: str) -> Things:
        """What the home may bind a governed name to, of all that is made in the tree."""
        return frozenset(thing for thing in self._possible(concept, name) if thing.made)

    def home(self, concept: str) -> Home:
        """The home of a concept and what it holds."""
        module = self.manifest.home(concept)
        file = self.program.tree.module(module)
        binds: dict[str, Thing | None] = {}
        for name in self.manifest.concepts[concept].governed:
            possible = self._possible(concept, name)
            binds[name] = next((thing for thing in possible if thing.made and len(possible) == 1), None)
        return Home(module, file.path if file else None, binds)

    def _possible(self, concept: str, name: str) -> Things:
        """All that the home's name may turn out to be; an import that must fail is none of it."""
        key = concept, name
        if key not in self._held:
            found = self.program.member(self.manifest.home(concept), name)
            self._held[key] = frozenset(thing for thing in found if thing.kind != "missing")
        return self._held[key]

    def bindings(self, name: str) -> Iterator[tuple[SourceFile, int, Binding]]:
        """Where ``name`` is bound, with the number of the binding, in the order of files and lines."""
        return iter(self._bindings.get(name, ()))

    def attachments(self, name: str) -> Iterator[tuple[SourceFile, Attachment]]:
        """Where ``name`` is attached to something from outside: ``x.name = …``."""
        return iter(self._attachments.get(name, ()))

    @cached_property
    def definitions(self) -> tuple[tuple[SourceFile, str, Definition], ...]:
        """Every class and function, with the name it is bound to or, where nothing binds it, was given."""
        found = []
        for file, facts in self.facts.items():
            bound = {binding.value: binding.name for binding in facts.bindings if isinstance(binding.value, Definition)}
            found += [(file, bound.get(made, made.name), made) for made in facts.definitions]
        return tuple(found)

    @cached_property
    def _governed(self) -> frozenset[str]:
        return frozenset(name for concept in self.manifest.concepts.values() for name in concept.governed)

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[SourceFile, int, Binding]]]:
        found = defaultdict(list)
        for file, facts in self.facts.items():
            for number, binding in enumerate(facts.bindings):
                if binding.name in self._governed:
                    found[binding.name].append((file, number, binding))
        return found

    @cached_property
    def _attachments(self) -> dict[str, list[tuple[SourceFile, Attachment]]]:
        found = defaultdict(list)
        for file, facts in self.facts.items():
            for attachment in facts.attachments:
                if attachment.name in self._governed:
                    found[attachment.name].append((file, attachment))
        return found


@dataclass(frozen=True)
class Question:
    """One concept put to a rule."""

    concept: str
    evidence: Evidence

    @property
    def manifest(self) -> Manifest:
        """What the audit judges by."""
        return self.evidence.manifest

    @property
    def entry(self) -> Concept:
        """The concept as the manifest has it."""
        return self.manifest.concepts[self.concept]

    @property
    def home(self) -> str:
        """The dotted name of the concept's home module."""
        return self.manifest.home(self.concept)

    def objects(self, name: str) -> Things:
        """What the home may bind ``name`` to, of all that is made in the tree."""
        return self.evidence.objects(self.concept, name)

    @cached_property
    def governed_objects(self) -> Things:
        """What the home holds under any of the concept's names."""
        return frozenset(thing for name in self.entry.governed for thing in self.objects(name))
