"""What a rule is: its documentation, its decision and its wording, in one module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.factories import Received
    from acceptance.source.manifest import Concept, Manifest
    from acceptance.source.things import Thing, Things
    from acceptance.source.tree import SourceFile


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """What a rule is about, for the page that lists the rules. ``broken`` and ``fixed`` are a few lines of code."""

    id: str
    title: str
    what: str
    why: str
    broken: str
    fixed: str


Detail: TypeAlias = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule decided, before it is put into words. ``about`` is the object that should not be there.

    ``concept`` is empty for what belongs to none.
    """

    concept: str
    name: str
    file: SourceFile
    line: int
    about: Thing
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A hit in words: what is the case, and what closes it. One sentence each."""

    what: str
    closes: str


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


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, asked of each concept: ``decide`` writes no sentence, ``tell`` writes sentences and decides nothing."""

    doc: RuleDoc
    decide: Callable[[Question], Iterable[Hit]]
    tell: Callable[[Hit, Manifest], Told]
    late: ClassVar[int] = 0

    def hits(self, evidence: Evidence, concepts: Sequence[str]) -> Iterator[Hit]:
        """What the rule finds about these concepts."""
        for concept in concepts:
            yield from self.decide(Question(concept, evidence))


@dataclass(frozen=True, slots=True)
class TreeRule:
    """One rule, asked once of the whole tree; what it finds may belong to a concept or to none.

    ``late``: it has to know of every file whether Python can read it, which may have to be waited for; those with the
    highest number are asked last.
    """

    doc: RuleDoc
    decide: Callable[[Evidence], Iterable[Hit]]
    tell: Callable[[Hit, Manifest], Told]
    late: int = 0

    def hits(self, evidence: Evidence, concepts: Sequence[str]) -> Iterator[Hit]:
        """What the rule finds about these concepts, and about none."""
        for hit in self.decide(evidence):
            if not hit.concept or hit.concept in concepts:
                yield hit


def taking_none(received: Iterable[Received]) -> Iterator[Hit]:
    """One hit for each of these parameters that may be None, as far as its function is concerned."""
    for each in received:
        function, parameter = each.factory.function, each.parameter
        if parameter.accepts_none and parameter.name not in function.refuses:
            detail = {"parameter": parameter.name, "default": parameter.default, "annotation": parameter.annotation}
            yield Hit("", function.qualname, each.factory.file, function.line, each.factory.thing, detail)


def short(module: str) -> str:
    """A module as people say it: ``…broadcast_core`` for a long dotted name."""
    above, _, last = module.rpartition(".")
    return f"…{last}" if above else last
