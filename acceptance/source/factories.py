"""The factories of a tree: which functions they are, what they receive, and what they make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, cached_property
from typing import Literal

from acceptance.source.facts import Facts, Function, Parameter, Value
from acceptance.source.manifest import Manifest
from acceptance.source.things import Thing, Things
from acceptance.source.tree import SourceFile

#: The objects that a value in a file may be; and those that a concept's home binds to a name.
ClassesIn = Callable[[SourceFile, Value], Things]
ObjectsOf = Callable[[str, str], Things]


@dataclass(frozen=True)
class Factory:
    """A function that makes something, and where it stands."""

    file: SourceFile
    function: Function

    @property
    def thing(self) -> Thing:
        """The function as an object of the tree."""
        kind: Literal["def", "async def"] = "async def" if self.function.is_async else "def"
        return Thing(kind, self.file.module, self.function.qualname, self.file.path, self.function.line)

    @property
    def interface(self) -> str:
        """How it is called: its colour, its parameters in order, ``=`` behind those that may be left out."""
        given = ", ".join(_written(parameter) for parameter in self.function.parameters)
        return f"async ({given})" if self.function.is_async else f"({given})"


@dataclass(frozen=True)
class Received:
    """A parameter for the collaborator, in a factory or a constructor."""

    factory: Factory
    parameter: Parameter


class FactoriesOf:
    """The factories that the manifest speaks of, in the files of which the facts are given."""

    def __init__(
        self, manifest: Manifest, facts: Mapping[SourceFile, Facts], classes: ClassesIn, objects: ObjectsOf
    ) -> None:
        self._manifest = manifest
        self._facts = facts
        self._classes = classes
        self._objects = objects

    @cached_property
    def products(self) -> Mapping[str, tuple[Factory, ...]]:
        """The factories of each product."""
        return {
            product: tuple(each for each in self._functions if _matches(each.function, entry.factories))
            for product, entry in self._manifest.products.items()
        }

    @cached_property
    def received(self) -> tuple[Received, ...]:
        """Every parameter of a factory that is the collaborator, by its name or its class."""
        entry = self._manifest.collaborator
        patterns = entry.factories if entry else ()
        factories = [each for each in self._functions if _matches(each.function, patterns) or self._makes(each)]
        return tuple(
            Received(factory, parameter)
            for factory in factories
            for parameter in factory.function.parameters
            if self._is_collaborator(factory, parameter)
        )

    @cached_property
    def constructors(self) -> tuple[Received, ...]:
        """Every parameter of a constructor that is named as the collaborator is, and as nothing else."""
        entry = self._manifest.collaborator
        return tuple(
            Received(each, parameter)
            for each in self._all_functions
            if each.function.name == "__init__"
            for parameter in each.function.parameters
            if entry and parameter.name in entry.also_called
        )

    @cached_property
    def vote(self) -> Mapping[str, int]:
        """How often each name is used for the collaborator by the factories of the platform itself."""
        counted = Counter(each.parameter.name for each in self.received if not each.factory.file.in_tests)
        return dict(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))

    @cached_property
    def named(self) -> Mapping[str, Sequence[Factory]]:
        """The factories of any product that are functions of a module of the platform itself, by their names."""
        found: dict[str, dict[Factory, None]] = {}
        for factories in self.products.values():
            for each in factories:
                if each.function.nest == "module" and not each.file.in_tests:
                    found.setdefault(each.function.name, {})[each] = None
        return {name: sorted(each, key=lambda one: one.file.module) for name, each in sorted(found.items())}

    def rightful(self, name: str) -> Factory:
        """Of the factories of one name the one to keep: in the home of the name, else in any home, else the first."""
        concepts = self._manifest.concepts.items()
        own = {self._manifest.home(concept) for concept, entry in concepts if name in entry.governed}
        homes = {self._manifest.home(concept) for concept in self._manifest.concepts}

        def order(each: Factory) -> tuple[bool, bool, str]:
            return each.file.module not in own, each.file.module not in homes, each.file.module

        return min(self.named[name], key=order)

    def contexts(self) -> Iterator[Received]:
        """Every parameter of a product's factory that says for whom it is made."""
        entry = self._manifest.user_context
        seen: set[Factory] = set()
        for factories in self.products.values():
            for factory in factories:
                if factory not in seen:
                    seen.add(factory)
                    for parameter in factory.function.parameters:
                        if entry and parameter.name in entry.parameters:
                            yield Received(factory, parameter)

    def names_another(self, received: Received) -> str:
        """The class that the parameter is annotated with, where that is none of the collaborator's; else empty."""
        classes = [self._classes(received.factory.file, value) for value in received.parameter.classes]
        if not classes or any(not things.isdisjoint(self._collaborators) for things in classes):
            return ""
        written = received.parameter.annotation
        words = {self._manifest.core(word) for word in re.findall(r"\w+", written)}
        return written if words.isdisjoint(self._names) else ""

    @cached_property
    def _collaborators(self) -> frozenset[Thing]:
        entry = self._manifest.collaborator
        return frozenset(
            thing
            for concept in (entry.concepts if entry else ())
            for name in self._manifest.concepts[concept].governed
            for thing in self._objects(concept, name)
        )

    @cached_property
    def _names(self) -> Collection[str]:
        entry = self._manifest.collaborator
        concepts = entry.concepts if entry else ()
        names = {name for concept in concepts for name in self._manifest.concepts[concept].governed}
        return names | {self._manifest.core(name) for name in names}

    def _is_collaborator(self, factory: Factory, parameter: Parameter) -> bool:
        entry = self._manifest.collaborator
        if entry is None or parameter.kind in ("rest", "named rest"):
            return False
        if parameter.name in entry.also_called or (parameter.name == entry.parameter and self._makes(factory)):
            return True
        return any(
            not self._classes(factory.file, value).isdisjoint(self._collaborators) for value in parameter.classes
        )

    def _makes(self, factory: Factory) -> bool:
        return any(factory in factories for factories in self._product_sets)

    @cached_property
    def _product_sets(self) -> list[frozenset[Factory]]:
        return [frozenset(factories) for factories in self.products.values()]

    @cached_property
    def _all_functions(self) -> tuple[Factory, ...]:
        return tuple(Factory(file, function) for file, facts in self._facts.items() for function in facts.functions)

    @cached_property
    def _functions(self) -> tuple[Factory, ...]:
        return tuple(each for each in self._all_functions if each.function.name != "__init__")


def _matches(function: Function, patterns: Collection[str]) -> bool:
    by_name, by_place = _patterns(tuple(patterns))
    return bool(by_name.match(function.name) or by_place.match(function.qualname))


@cache
def _patterns(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What matches the names of functions; and, where a pattern has a dot, these with what they stand in."""
    dotted = [pattern for pattern in patterns if "." in pattern]
    plain = [pattern for pattern in patterns if "." not in pattern]
    by_name, by_place = (re.compile("|".join(map(translate, some)) or r"(?!)") for some in (plain, dotted))
    return by_name, by_place


def _written(parameter: Parameter) -> str:
    match parameter.kind:
        case "rest":
            return "*"
        case "named rest":
            return "**"
    return f"{parameter.name}=" if parameter.default else parameter.name
