"""The names of one scope while a file is read from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass, field

from acceptance.source.facts import Binding, FromStar, Import, Nest


class Flow:
    """What each name may be bound to at one point of the text: numbers of bindings, none for a plain variable.

    ``ended`` once the text cannot go on from here, after ``raise`` or ``return``.
    """

    __slots__ = ("ended", "names", "stars")

    def __init__(self, names: dict[str, tuple[int, ...]], stars: tuple[Import, ...] = (), ended: bool = False) -> None:
        self.names = names
        self.stars = stars
        self.ended = ended

    def copy(self) -> Flow:
        """The same point, to follow one of several ways from."""
        return Flow(dict(self.names), self.stars, self.ended)


def join(*flows: Flow) -> Flow:
    """The point where several ways meet again; ways that have ended do not arrive."""
    arriving = [flow for flow in flows if not flow.ended]
    if len(arriving) < 2:
        return arriving[0] if arriving else flows[-1]
    joined = arriving[0].copy()
    for flow in arriving[1:]:
        for name, bindings in flow.names.items():
            known = joined.names.get(name, ())
            if known != bindings:
                joined.names[name] = known + tuple(number for number in bindings if number not in known)
        joined.stars += tuple(star for star in flow.stars if star not in joined.stars)
    return joined


@dataclass(slots=True)
class Scope:
    """A module, class or function being read. ``path`` is its dotted name inside the module, empty for the module.

    ``depth`` counts the branches around the present line. ``imports`` collects what the innermost ``try`` part
    imports. In an ``except`` part, ``tried`` holds for each name that the ``try`` part bound the bindings whose failure
    leads here. ``made`` are the definitions that always happen, by name; ``asked`` the names that the branch of a
    module-level ``__getattr__`` answers.
    """

    nest: Nest
    path: str
    outer: Scope | None
    flow: Flow = field(default_factory=lambda: Flow({}))
    type_only: bool = False
    depth: int = 0
    tried: dict[str, tuple[int, ...]] = field(default_factory=dict)
    imports: list[int] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    declared_global: set[str] = field(default_factory=set)
    asked: tuple[str, ...] | None = None

    @property
    def module(self) -> Scope:
        """The scope of the whole file."""
        return self.outer.module if self.outer else self

    @property
    def conditional(self) -> bool:
        """Whether the present line may be left out when the module is loaded, or the function called."""
        around = self.outer is not None and self.nest == "class" and self.outer.conditional
        return self.depth > 0 or around

    def inside(self, name: str) -> str:
        """The dotted name of what is called ``name`` here."""
        return f"{self.path}.{name}" if self.path else name

    def lookup(self, name: str, bindings: list[Binding]) -> tuple[int, ...] | None:
        """What ``name`` may be bound to here, as Python looks it up; None where the file does not bind it.

        A star import may bring a name that nothing else binds: that is a binding of its own, added to ``bindings``.
        """
        scope: Scope | None = self
        while scope is not None:
            if (scope is self or scope.nest != "class") and name in scope.flow.names:
                return scope.flow.names[name]
            scope = scope.outer
        stars = self.module.flow.stars
        found: tuple[int, ...] = ()
        for star in stars:
            found = _from_star(star, name, found, bindings, 0)
        return found if stars else None

    def add_star(self, star: Import, line: int, bindings: list[Binding]) -> None:
        """``from … import *`` here: it may bring any name, also one that is bound already."""
        for name, before in self.flow.names.items():
            self.flow.names[name] = _from_star(star, name, before, bindings, line)
        self.flow.stars += (star,)


def _from_star(
    star: Import, name: str, otherwise: tuple[int, ...], bindings: list[Binding], line: int
) -> tuple[int, ...]:
    bindings.append(Binding(name, line, "star", FromStar(star, name, otherwise), "module", ""))
    return (len(bindings) - 1,)
