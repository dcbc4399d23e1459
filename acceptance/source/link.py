"""Names to the objects behind them: across modules, through aliases, ``as``, ``type(…)``, star imports and calls.

Resolving walks the bindings that a name may have at a place until it arrives at what made the object. Where the text
leaves two possibilities, both are returned. Files are read when a name leads to them, and only once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TypeAlias

from acceptance.source import facts as f
from acceptance.source.reading import Reader, Reading
from acceptance.source.things import Thing, Things
from acceptance.source.tree import SourceFile, SourceTree

_Place: TypeAlias = tuple[SourceFile, f.Value, str]  # where it is written, what, and for which name
_Key: TypeAlias = tuple[str, f.Value, str]
_OF_EVERY_MODULE = {*dir(ModuleType("")), "__file__", "__path__", "__cached__", "__builtins__", "__annotations__"}
_NOWHERE = Thing("unknown", "")
_DEEPEST = 50  # a question within a question within …: what one takes of Python's own stack is no more than ten calls


class Program:
    """The linked tree: what ``reader`` gave, and gives of files that a name leads to."""

    def __init__(
        self,
        tree: SourceTree,
        readings: Mapping[SourceFile, Reading],
        reader: Reader,
    ) -> None:
        self.tree = tree
        self._reader = reader
        self._unparsable: dict[str, str] = {}
        self._late: Callable[[], Mapping[SourceFile, str]] = reader.problems
        self._facts: dict[str, f.Facts | None] = {}
        self._add(readings)
        self._resolved: dict[_Key, Things] = {}
        self._asking: set[tuple[str, f.Value]] = set()
        self._offering: set[tuple[str, str]] = set()
        self._within: Collection[str] | None = None

    def read(self, files: Iterable[SourceFile]) -> None:
        """Take apart those of the files that have not been."""
        self._add(self._reader.take_apart(file for file in files if not self.knows(file)))

    def text(self, file: SourceFile) -> bytes:
        """The bytes of the file. Raises ``OSError``."""
        return self._reader.text(file)

    def _add(self, readings: Mapping[SourceFile, Reading]) -> None:
        for file, reading in readings.items():
            if reading.problem:
                self._unparsable[file.path] = reading.problem
            if reading.problem or reading.facts is not None:
                self._facts[file.path] = reading.facts

    @property
    def unparsable(self) -> Mapping[str, str]:
        """The files that Python cannot read, with the message: all that are known once everything is checked."""
        late, self._late = self._late, dict
        for file, problem in late().items():
            self._unparsable[file.path] = problem
            self._facts[file.path] = None
        return self._unparsable

    def problem(self, file: SourceFile) -> str:
        """Why Python cannot read this file; empty where it can."""
        return (self._unparsable if self.knows(file) else self.unparsable).get(file.path, "")

    @property
    def files_read(self) -> int:
        """How many files were taken apart."""
        return len(self._facts)

    def facts(self, file: SourceFile) -> f.Facts | None:
        """What the file says; None where the target Python cannot read it, which ``unparsable`` then tells."""
        if self._within is not None and file.path not in self._within:
            return None
        if file.path not in self._facts:
            self.read([file])
        return self._facts[file.path]

    @contextmanager
    def among(self, files: Iterable[SourceFile]) -> Iterator[None]:
        """Follow names through these files and no further; what lies beyond is unknown."""
        within, resolved = self._within, self._resolved
        self._within, self._resolved = {file.path for file in files}, {}
        try:
            yield
        finally:
            self._within, self._resolved = within, resolved

    def knows(self, file: SourceFile) -> bool:
        """Whether the file has been read, to whatever end."""
        return file.path in self._facts

    def live(self, file: SourceFile, name: str) -> tuple[int, ...]:
        """The bindings that ``name`` may have once the module is loaded, fallbacks that are never used left out.

        A later star import that does not bring the name leaves it what it was.
        """
        facts = self.facts(file)
        return tuple(dict.fromkeys(self._below_stars(file, facts.final.get(name, ())))) if facts else ()

    def counted(self, file: SourceFile, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Without what an ``except`` part binds instead of a ``try`` part that succeeds."""
        return tuple(number for number in numbers if self._counts(file, number))

    def member(self, module: str, name: str) -> Things:
        """What ``from module import name`` gives."""
        return self._walk(list(self._member(module, name)))

    def of_binding(self, file: SourceFile, number: int) -> Things:
        """What one binding stands for."""
        binding = self._binding(file, number)
        key = file.path, binding.value, binding.name
        if key not in self._resolved:
            self._resolved[key] = self._walk([(file, binding.value, binding.name)])
        return self._resolved[key]

    def of_value(self, file: SourceFile, value: f.Value) -> Things:
        """What an expression stands for; unknown where answering leads back to the same question, or too far."""
        key = file.path, value
        if key in self._asking or len(self._asking) == _DEEPEST:
            return frozenset({Thing("unknown", file.module)})
        self._asking.add(key)
        try:
            return self._walk([(file, value, "")])
        finally:
            self._asking.discard(key)

    def listed(self, file: SourceFile) -> set[str]:
        """The names that the module lists in ``__all__``, as far as the text tells."""
        return self._listed(file, self.live(file, "__all__"))[0]

    def offers(self, module: str, name: str) -> bool:
        """Whether ``from module import *`` brings ``name``."""
        question = module, name
        if question in self._offering or len(self._offering) == _DEEPEST:
            return False
        self._offering.add(question)
        try:
            return self._offers(module, name)
        finally:
            self._offering.discard(question)

    def star_with(self, file: SourceFile, name: str) -> str | None:
        """The module from which ``name`` comes into the file by ``import *``: the last that brings it."""
        facts = self.facts(file)
        for star in reversed(facts.stars if facts else ()):
            source = file.absolute(star.source.module, star.source.level)
            if source and source != file.module and self.offers(source, name):
                return source
        return None

    # How it is done

    def _offers(self, module: str, name: str) -> bool:
        """Looked for in the module, and in those that it has everything from, by a loop: such chains can be long."""
        modules = [module]
        seen: set[str] = set()
        while modules:
            module = modules.pop()
            file = self.tree.module(module)
            facts = self.facts(file) if file and module not in seen else None
            seen.add(module)
            if file is None or facts is None:
                continue
            if "__all__" in facts.final:
                listed, complete = self._listed(file, facts.final["__all__"])
                if name in listed:
                    return True
                if complete:
                    continue
            if name.startswith("_"):
                continue
            if name in facts.final:
                return True
            stars = (file.absolute(star.source.module, star.source.level) for star in facts.stars)
            modules += [star for star in stars if star]
        return False

    def _below_stars(self, file: SourceFile, numbers: tuple[int, ...]) -> Iterator[int]:
        """These bindings; or those before one, where it is a star import that does not bring the name."""
        waiting = [*reversed(self.counted(file, numbers))]
        while waiting:
            number = waiting.pop()
            value = self._binding(file, number).value
            if isinstance(value, f.FromStar) and value.otherwise:
                source = file.absolute(value.star.module, value.star.level)
                if not source or not self.offers(source, value.name):
                    waiting += reversed(self.counted(file, value.otherwise))
                    continue
            yield number

    def _counts(self, file: SourceFile, number: int) -> bool:
        instead_of = self._binding(file, number).instead_of
        return not instead_of or any(self._counts(file, tried) and self._fails(file, tried) for tried in instead_of)

    def _fails(self, file: SourceFile, number: int) -> bool:
        """Whether making this binding must fail, since what it imports is not there."""
        return all(thing.kind == "missing" for thing in self.of_value(file, self._binding(file, number).value))

    def _binding(self, file: SourceFile, number: int) -> f.Binding:
        facts = self.facts(file)
        assert facts is not None, "a binding comes from a file that was read"
        return facts.bindings[number]

    def _walk(self, stack: list[_Place | Thing]) -> Things:
        """All that the places lead to. A loop with a memory, so neither long chains nor circles are a danger."""
        found: set[Thing] = set()
        seen: set[_Key] = set()
        known = {} if self._asking else self._resolved  # an answer in the midst of a question may be another
        while stack:
            place = stack.pop()
            if isinstance(place, Thing):
                found.add(place)
                continue
            file, value, name = place
            key = file.path, value, name
            if key in seen:
                continue
            seen.add(key)
            if key in known and _NOWHERE not in known[key]:
                found |= known[key]
            else:
                stack.extend(self._step(file, value, name))
        return frozenset(found or {_NOWHERE})  # names in a circle lead nowhere

    def _step(self, file: SourceFile, value: f.Value, name: str) -> Iterator[_Place | Thing]:
        """One step from an expression towards what it stands for."""
        match value:
            case f.Definition():
                yield Thing(value.kind, file.module, value.qualname, file.path, value.line)
            case f.Import(module, wanted, level):
                source = file.absolute(module, level)
                if source is None:
                    yield Thing("missing", module, wanted or "")
                elif wanted is None:
                    yield self._module(source)
                else:
                    yield from self._member(source, wanted)
            case f.Ref(ref, ()):
                yield Thing("unknown", file.module, ref)
            case f.Ref(_, numbers):
                yield from self._bindings(file, numbers)
            case f.FromStar(star, wanted, otherwise):
                source = file.absolute(star.module, star.level)
                if source and self.offers(source, wanted):
                    yield from self._member(source, wanted)
                elif otherwise:
                    yield from self._bindings(file, otherwise)
                elif source and not self.tree.is_ours(source):
                    yield Thing("unknown", source, wanted)
                else:
                    yield Thing("outside", "builtins", wanted)
            case f.Choice(values):
                yield from ((file, one, name) for one in values)
            case f.Attribute(base, wanted):
                yield from self._attribute(file, base, wanted)
            case f.Call(line):
                yield Thing("call", file.module, name, file.path, line)
            case f.Builtin(wanted):
                yield Thing("outside", "builtins", wanted)
            case f.Constant(text):
                yield Thing("constant", text)
            case f.Listing():
                yield Thing("constant", "list")

    def _bindings(self, file: SourceFile, numbers: tuple[int, ...]) -> Iterator[_Place]:
        for number in self.counted(file, numbers):
            binding = self._binding(file, number)
            yield file, binding.value, binding.name

    def _attribute(self, file: SourceFile, base: f.Value, wanted: str) -> Iterator[_Place | Thing]:
        for thing in sorted(self.of_value(file, base)):
            if thing.kind == "module":
                yield from self._member(thing.module, wanted)
            elif thing.kind == "outside":
                yield Thing("outside", str(thing), wanted)
            elif thing.kind == "missing":
                yield thing
            else:
                yield Thing("unknown", str(thing), wanted)

    def _module(self, name: str) -> Thing:
        if self.tree.module(name) or self.tree.is_folder(name):
            return Thing("module", name)
        return Thing("missing" if self.tree.is_ours(name) else "outside", name)

    def _member(self, module: str, name: str) -> Iterator[_Place | Thing]:
        """What a module has under a name: its own, from a star, lazily, or a module inside it, in this order."""
        inside = f"{module}.{name}"
        file = self.tree.module(module)
        if file is None:
            owner = self._module(module)
            if owner.kind == "module" and name in _OF_EVERY_MODULE:
                yield Thing("unknown", module, name)
                return
            yield self._module(inside) if owner.kind == "module" else Thing(owner.kind, module, name)
            return
        facts = self.facts(file)
        if facts is None:
            yield Thing("unknown", module, name)
        elif name in facts.final:
            if not facts.final[name]:
                yield Thing("unknown", module, name)
            yield from self._bindings(file, facts.final[name])
        elif star := self.star_with(file, name):
            yield file, f.Import(star, name), name
        elif name in facts.lazily:
            yield from ((file, value, name) for value in facts.lazily[name])
        elif (submodule := self._module(inside)).kind == "module":
            yield submodule
        else:
            answered = "__getattr__" in facts.final or name in _OF_EVERY_MODULE
            yield Thing("unknown" if answered else "missing", module, name)

    def _listed(self, file: SourceFile, numbers: tuple[int, ...]) -> tuple[set[str], bool]:
        """The names that a list such as ``__all__`` holds, and whether that is all."""
        names: set[str] = set()
        complete = True
        stack: list[_Place | Thing] = list(self._bindings(file, numbers))
        seen: set[tuple[str, f.Value]] = set()
        while stack:
            place = stack.pop()
            if isinstance(place, Thing):
                complete = False
                continue
            where, value, _ = place
            if (where.path, value) in seen:
                continue
            seen.add((where.path, value))
            if isinstance(value, f.Listing):
                names.update(value.names)
                complete = complete and value.complete
                stack.extend((where, other, "") for other in value.others)
            else:
                stack.extend(self._step(where, value, ""))
        return names, complete
