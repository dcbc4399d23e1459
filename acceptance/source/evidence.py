"""The linked tree as rules look at it: the files worth a look, what the homes hold, and who uses it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from acceptance.source.factories import FactoriesOf
from acceptance.source.facts import Attachment, Binding, Builtin, Definition, Facts, Import, Value
from acceptance.source.imports import Loading
from acceptance.source.link import Program
from acceptance.source.reading import Reading
from acceptance.source.things import Home, Thing, Things
from acceptance.source.tree import SourceFile


@dataclass(frozen=True)
class Use:
    """One import of a governed name or object: ``name`` of ``module``; ``canonical`` when that is its home."""

    concept: str
    file: SourceFile
    number: int
    binding: Binding
    module: str
    name: str
    canonical: bool
    things: Things


class Defined(NamedTuple):
    """A class or function, with the name that it is bound to or, where nothing binds it, was given."""

    file: SourceFile
    bound_to: str
    made: Definition


class Evidence:
    """What all rules share: the files worth a look with their facts, and the objects that the homes hold."""

    def __init__(
        self,
        program: Program,
        readings: Mapping[SourceFile, Reading],
        *,
        today: date,
    ) -> None:
        self.program = program
        self.manifest = program.tree.manifest
        self.today = today
        self.readings = dict(readings)
        self._held: dict[tuple[str, str], Things] = {}
        self._leading: dict[SourceFile, list[tuple[str, int, str | None]]] = {}
        self.offered = self._follow_names()
        self.facts: dict[SourceFile, Facts] = {
            file: facts
            for file in sorted(self.readings, key=lambda file: file.path)
            if (facts := self.readings[file].facts) is not None
        }

    def objects(self, concept: str, name: str) -> Things:
        """What the home may bind a governed name to, of all that is made in the tree."""
        return frozenset(thing for thing in self._possible(concept, name) if thing.made)

    def home(self, concept: str) -> Home:
        """The home of a concept and what it holds."""
        module = self.manifest.home(concept)
        file = self.program.tree.module(module)
        binds: dict[str, Thing | None] = {}
        dead = file is not None and file.module in self.loading.dead
        for name in self.manifest.concepts[concept].governed:
            possible = self._possible(concept, name) if not dead else frozenset()
            binds[name] = next((thing for thing in possible if thing.made and len(possible) == 1), None)
        return Home(module, file.path if file else None, binds)

    @cached_property
    def governed(self) -> Mapping[str, str]:
        """Every governed name, with its concept."""
        return {name: concept for concept, entry in self.manifest.concepts.items() for name in entry.governed}

    @cached_property
    def behind(self) -> Mapping[Thing, tuple[str, str]]:
        """Every object that a home holds, with the concept and the governed name: the first one of the manifest."""
        found: dict[Thing, tuple[str, str]] = {}
        for name, concept in self.governed.items():
            for thing in sorted(self.objects(concept, name)):
                found.setdefault(thing, (concept, name))
        return found

    @cached_property
    def _at_home(self) -> Mapping[str, set[str]]:
        """The homes with the names that belong there."""
        found: dict[str, set[str]] = {}
        for concept, entry in self.manifest.concepts.items():
            found.setdefault(self.manifest.home(concept), set()).update(entry.governed)
        return found

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every import of a governed name from the tree, or of a governed object under whatever name."""
        return tuple(
            use
            for file, facts in self.facts.items()
            for number, binding in enumerate(facts.bindings)
            if binding.how == "from" and (use := self._use(file, number, binding))
        )

    @cached_property
    def loading(self) -> Loading:
        """What loading a module loads, and which modules cannot be loaded."""
        return Loading(self.program, self.readings, lambda: [file.module for file in self.importers])

    @cached_property
    def importers(self) -> frozenset[SourceFile]:
        """The files that have a governed name or object, once they are loaded: homes and retired paths among them."""
        modules = (*self._at_home, *(path.module for path in self.manifest.retired))
        users = (use.file for use in self.uses if use.binding.nest == "module" and not use.binding.type_only)
        return frozenset((*users, *(file for module in modules if (file := self.program.tree.module(module)))))

    @cached_property
    def factories(self) -> FactoriesOf:
        """The factories that the manifest speaks of."""
        return FactoriesOf(self.manifest, self.facts, self.classes, self.objects)

    @cached_property
    def makers(self) -> frozenset[str]:
        """The modules that hold factories of a product."""
        return frozenset(each.file.module for made in self.factories.products.values() for each in made)

    def concept_of(self, name: str) -> str:
        """The concept that governs ``name`` or what it is a variant of; empty where none does."""
        if name in self.governed:
            return self.governed[name]
        return self.cores.get(self.manifest.core(name), ("",))[0] if self._has_core(name) else ""

    @cached_property
    def cores(self) -> Mapping[str, tuple[str, ...]]:
        """Each core of a name with all concepts that have a name of that core.

        The first is the one that variants count for: it governs the core itself, or is the first of the manifest.
        """
        concepts: dict[str, list[str]] = {}
        for name, concept in self.governed.items():
            sharing = concepts.setdefault(self.manifest.core(name), [])
            if name == self.manifest.core(name):
                sharing.insert(0, concept)
            elif concept not in sharing:
                sharing.append(concept)
        return {core: tuple(dict.fromkeys(sharing)) for core, sharing in concepts.items()}

    def classes(self, file: SourceFile, value: Value) -> Things:
        """What a name in an annotation stands for, also one that is imported for type checkers alone."""
        if isinstance(value, Builtin):
            return self._type_only(file, value.name) or self.program.of_value(file, value)
        return self.program.of_value(file, value)

    def bindings(self, name: str) -> Iterator[tuple[SourceFile, int, Binding]]:
        """Where ``name`` is bound, with the number of the binding, in the order of files and lines."""
        return iter(self._bindings.get(name, ()))

    def attachments(self, name: str) -> Iterator[tuple[SourceFile, Attachment]]:
        """Where ``name`` is attached to something from outside: ``x.name = …``."""
        return iter(self._attachments.get(name, ()))

    def definitions(self, names: Iterable[str]) -> Iterator[Defined]:
        """Every class and function of one of these names: what it is bound to or, where nothing binds it, was given."""
        return iter(dict.fromkeys(each for name in names for each in self._definitions.get(name, ())))

    @cached_property
    def variants(self) -> tuple[Defined, ...]:
        """Every class and function in whose name the core of a governed one stands."""
        return tuple(
            dict.fromkeys(each for name, found in self._definitions.items() if self._has_core(name) for each in found)
        )

    # How it is done

    def _possible(self, concept: str, name: str) -> Things:
        """All that the home's name may turn out to be; an import that must fail is none of it."""
        key = concept, name
        if key not in self._held:
            found = self.program.member(self.manifest.home(concept), name)
            self._held[key] = frozenset(thing for thing in found if thing.kind != "missing")
        return self._held[key]

    def _use(self, file: SourceFile, number: int, binding: Binding) -> Use | None:
        source = binding.value
        assert isinstance(source, Import), "from … import"
        module, name = file.absolute(source.module, source.level), source.name or ""
        if module is None:
            return None
        concept = self.governed.get(name)
        if concept and module == self.manifest.home(concept):
            return Use(concept, file, number, binding, module, name, True, self.objects(concept, name))
        if not concept and name not in self.offered.get(module, ()) and module not in self._at_home:
            return None
        things = self.program.of_binding(file, number)
        objects = sorted(thing for thing in things if thing in self.behind)
        if objects:
            concept = concept or self.behind[objects[0]][0]
        elif (
            not concept
            or not self.program.tree.is_ours(module)
            or any(thing.kind == "module" for thing in things)
            or not any(fnmatchcase(module, pattern) for pattern in self.manifest.concepts[concept].only_from)
        ):
            return None
        return Use(concept, file, number, binding, module, name, False, things)

    def _follow_names(self) -> dict[str, set[str]]:
        """The names under which modules have governed objects.

        Takes apart the files that import such a name, since nothing else in them may give it away.
        """
        assert self.behind is not None  # follows names as far as it takes, which must not happen further down
        offered: dict[str, set[str]] = {}
        read = [file for file, reading in self.readings.items() if reading.facts is not None]
        unread = sorted(self.readings.keys() - set(read), key=lambda file: file.path)
        while True:
            with self.program.among(file for file in self.program.tree.loadable if self.program.knows(file)):
                found = {file.module: names for file in read if (names := self._offered(file, offered))}
            if found == offered:
                return offered
            offered = found
            led = [file for file in unread if self._imports(file, offered)]
            self.program.read(led)
            for file in led:
                facts, problem = self.program.facts(file), self.program.problem(file)
                self.readings[file] = Reading(facts, problem, self.readings[file].mentions)
            read += [file for file in led if self.readings[file].facts is not None]
            unread = [file for file in unread if file not in set(led)]

    def _offered(self, file: SourceFile, before: Mapping[str, set[str]]) -> set[str]:
        """``before`` is what is known of the modules that this one has everything from."""
        facts = self.readings[file].facts
        assert facts is not None, "only of files that were taken apart"
        # An import from a module that offers nothing leads nowhere, and is not worth following.
        names = {
            name
            for name, number, source in self._leads(file, facts)
            if (source is None or source in before or source in self._at_home)
            and self._leads_home(self.program.of_binding(file, number))
        }
        for star in facts.stars:
            source = file.absolute(star.source.module, star.source.level) or ""
            names |= before.get(source, set()) | self._at_home.get(source, set())
        return names | {
            name
            for name, values in facts.lazily.items()
            if any(self._leads_home(self.program.of_value(file, value)) for value in values)
        }

    def _leads(self, file: SourceFile, facts: Facts) -> list[tuple[str, int, str | None]]:
        """The names of a module that may stand for what another one made, each with its binding and where from."""
        if file not in self._leading:
            found: list[tuple[str, int, str | None]] = []
            for name, numbers in facts.final.items():
                for number in numbers:
                    binding = facts.bindings[number]
                    if binding.how == "from" and isinstance(binding.value, Import):
                        source = file.absolute(binding.value.module, binding.value.level)
                        if source and self.program.tree.is_ours(source):
                            found.append((name, number, source))
                    elif binding.how in ("alias", "star"):
                        found.append((name, number, None))
            self._leading[file] = found
        return self._leading[file]

    def _leads_home(self, things: Things) -> bool:
        return not self.behind.keys().isdisjoint(things)

    def _imports(self, file: SourceFile, offered: Mapping[str, set[str]]) -> bool:
        for mention in self.readings[file].mentions:
            names = offered.get(file.absolute(mention.module, mention.level) or "")
            if names and ("*" in mention.names or not names.isdisjoint(mention.names)):
                return True
        return False

    def _type_only(self, file: SourceFile, name: str) -> Things:
        found: set[Thing] = set()
        for number in self._type_checkers_names.get((file, name), ()):
            found |= self.program.of_binding(file, number)
        return frozenset(found)

    @cached_property
    def _type_checkers_names(self) -> dict[tuple[SourceFile, str], list[int]]:
        found = defaultdict(list)
        for file, facts in self.facts.items():
            for number, binding in enumerate(facts.bindings):
                if binding.type_only:
                    found[file, binding.name].append(number)
        return found

    @cached_property
    def _definitions(self) -> Mapping[str, list[Defined]]:
        found: dict[str, list[Defined]] = defaultdict(list)
        for file, facts in self.facts.items():
            bound = {binding.value: binding.name for binding in facts.bindings if isinstance(binding.value, Definition)}
            for made in facts.definitions:
                defined = Defined(file, bound.get(made, made.name), made)
                for name in {defined.bound_to, made.name}:
                    found[name].append(defined)
        return found

    @cached_property
    def _has_core(self) -> Callable[[str], object]:
        """Whether a name has the core of a governed one in it; of thousands, few have, and only they are worth more."""
        return re.compile("|".join(map(re.escape, sorted(self.cores)))).search

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[SourceFile, int, Binding]]]:
        found = defaultdict(list)
        for file, facts in self.facts.items():
            for number, binding in enumerate(facts.bindings):
                if binding.name in self.governed:
                    found[binding.name].append((file, number, binding))
        return found

    @cached_property
    def _attachments(self) -> dict[str, list[tuple[SourceFile, Attachment]]]:
        found = defaultdict(list)
        for file, facts in self.facts.items():
            for attachment in facts.attachments:
                if attachment.name in self.governed:
                    found[attachment.name].append((file, attachment))
        return found
