"""What one file says, before anybody asks what its names mean elsewhere.

The facts of a file depend on its text alone, not on the manifest or on other files, and consist of plain values: they
may be computed in another process or kept under the digest of the text.

Bindings are numbered in the order in which the file makes them, and a :class:`Ref` points to the ones that a name
could have *at that place*. So ``X = A`` followed by a second ``class A`` still means the first ``A`` (an alias is
evaluated once), and an alias written after the second class means the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Nest = Literal["module", "class", "function"]
How = Literal["class", "def", "async def", "type()", "lambda", "import", "from", "alias", "call", "literal", "star"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function made here; ``name`` is the name it was given, ``qualname`` adds the scopes around it."""

    kind: Literal["class", "def", "async def", "type()", "lambda"]
    name: str
    qualname: str
    line: int
    nest: Nest
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """``name`` of a module, or the module itself where ``name`` is None; ``level`` counts the dots in front."""

    module: str
    name: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Ref:
    """A name used here, and the bindings it may have at this place; none for what this file cannot tell."""

    name: str
    bindings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name that the file does not bind: a built-in one, or an error."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """``base.name``, also written ``getattr(base, "name")``."""

    base: Value
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """Something computed here, by a call or another expression: a new object as far as the text tells."""

    line: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values: ``a if c else b``, ``a or b``."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Strings listed in order, as in ``__all__``; ``others`` are lists added to them, ``complete`` if that is all."""

    names: tuple[str, ...]
    others: tuple[Value, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Constant:
    """None, a number, a text, an empty container."""

    text: str


@dataclass(frozen=True, slots=True)
class FromStar:
    """A name that ``from … import *`` may have brought; ``otherwise`` are the bindings it has if not."""

    star: Import
    name: str
    otherwise: tuple[int, ...]


Value: TypeAlias = (
    Definition | Import | Ref | Builtin | Attribute | Call | Choice | Listing | Constant | FromStar
)  # fmt: skip


class Binding(NamedTuple):
    """One name bound at one place.

    ``type_only``: in code that only a type checker sees. ``conditional``: in a branch, a loop or a handler.
    ``instead_of``: for a binding in an ``except`` part of a name that the ``try`` part binds as well, the bindings of
    that name and the imports of that part: this one takes their place if one of them fails.
    """

    name: str
    line: int
    how: How
    value: Value
    nest: Nest
    scope: str
    type_only: bool = False
    conditional: bool = False
    instead_of: tuple[int, ...] = ()

    @property
    def renamed(self) -> bool:
        """Imported ``as`` another name."""
        return isinstance(self.value, Import) and self.value.name not in (None, self.name)


@dataclass(frozen=True, slots=True)
class Attachment:
    """``base.name = value``: a method attached to a class from outside, or a name put into another module."""

    base: Value
    name: str
    value: Value
    line: int
    nest: Nest
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class StarImport:
    """``from source import *``."""

    source: Import
    line: int


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A definition that its own scope overwrites unconditionally: numbers of the earlier and the later binding."""

    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one file says. ``final`` are the names that the module has once it is loaded, with their bindings.

    ``lazily`` are the names that a module-level ``__getattr__`` answers, with the bindings that it returns.
    """

    bindings: tuple[Binding, ...]
    final: dict[str, tuple[int, ...]]
    stars: tuple[StarImport, ...]
    definitions: tuple[Definition, ...]
    attachments: tuple[Attachment, ...]
    shadowed: tuple[Shadowed, ...]
    lazily: dict[str, tuple[Value, ...]]
