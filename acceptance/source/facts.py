"""What one file says, before anybody asks what its names mean elsewhere.

The facts of a file depend on its text alone, not on the manifest or on other files, and consist of plain values: they
are computed by other processes and travel as msgpack.

Bindings are numbered in the order in which the file makes them, and a :class:`Ref` points to the ones that a name
could have *at that place*. So ``X = A`` followed by a second ``class A`` still means the first ``A`` (an alias is
evaluated once), and an alias written after the second class means the second.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

Nest = Literal["module", "class", "function"]
How = Literal["class", "def", "async def", "type()", "lambda", "import", "from", "alias", "call", "literal", "star"]


class _Fact(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """A plain value: msgspec makes it quickly, and sends it from process to process without reading code."""


class Definition(_Fact, frozen=True):
    """A class or function made here; ``name`` is the name it was given, ``qualname`` adds the scopes around it."""

    kind: Literal["class", "def", "async def", "type()", "lambda"]
    name: str
    qualname: str
    line: int
    nest: Nest
    type_only: bool = False


class Import(_Fact, frozen=True):
    """``name`` of a module, or the module itself where ``name`` is None; ``level`` counts the dots in front."""

    module: str
    name: str | None = None
    level: int = 0


class Ref(_Fact, frozen=True):
    """A name used here, and the bindings it may have at this place; none for what this file cannot tell."""

    name: str
    bindings: tuple[int, ...]


class Builtin(_Fact, frozen=True):
    """A name that the file does not bind: a built-in one, or an error."""

    name: str


class Attribute(_Fact, frozen=True):
    """``base.name``, also written ``getattr(base, "name")``."""

    base: Value
    name: str


class Call(_Fact, frozen=True):
    """Something computed here, by a call or another expression: a new object as far as the text tells."""

    line: int


class Choice(_Fact, frozen=True):
    """One of several values: ``a if c else b``, ``a or b``."""

    values: tuple[Value, ...]


class Listing(_Fact, frozen=True):
    """Strings listed in order, as in ``__all__``; ``others`` are lists added to them, ``complete`` if that is all."""

    names: tuple[str, ...]
    others: tuple[Value, ...] = ()
    complete: bool = True


class Constant(_Fact, frozen=True):
    """None, a number, a text, an empty container."""

    text: str


class FromStar(_Fact, frozen=True):
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


class Attachment(_Fact, frozen=True):
    """``base.name = value``: a method attached to a class from outside, or a name put into another module."""

    base: Value
    name: str
    value: Value
    line: int
    nest: Nest
    type_only: bool = False


class StarImport(_Fact, frozen=True):
    """``from source import *`` (Python allows it in modules alone); ``conditional`` as in :class:`Binding`."""

    source: Import
    line: int
    conditional: bool = False


class ModuleImport(_Fact, frozen=True):
    """``import a.b.c``, whatever name it binds; ``conditional`` as in :class:`Binding`."""

    module: str
    line: int
    nest: Nest
    type_only: bool = False
    conditional: bool = False


class Parameter(_Fact, frozen=True):
    """One parameter of a function. ``classes`` are what its annotation names, with None, Optional and Union taken off.

    ``kind``: ``*args`` is ``rest``, ``**more`` is ``named rest``. ``default`` is empty where a value must be given.
    """

    name: str
    kind: Literal["positional", "keyword", "rest", "named rest"]
    annotation: str
    classes: tuple[Value, ...]
    optional: bool
    default: Literal["", "None", "value"]

    @property
    def accepts_none(self) -> bool:
        """Whether the signature lets a caller leave this out, or give None."""
        return self.optional or self.default == "None"


class Function(_Fact, frozen=True):
    """A function or method, without ``self`` or ``cls``. ``refuses`` are the parameters for which None raises."""

    name: str
    qualname: str
    is_async: bool
    line: int
    nest: Nest
    parameters: tuple[Parameter, ...]
    refuses: tuple[str, ...]


class Shadowed(_Fact, frozen=True):
    """A definition that its own scope overwrites unconditionally: numbers of the earlier and the later binding."""

    earlier: int
    later: int


class Facts(_Fact, frozen=True):
    """All that one file says. ``final`` are the names that the module has once it is loaded, with their bindings.

    ``lazily`` are the names that a module-level ``__getattr__`` answers, with the bindings that it returns.
    ``functions`` are the public ones. ``deprecates``: where a ``DeprecationWarning`` is issued, in the module itself
    (an empty text) or in a function of it, by its name.
    """

    bindings: tuple[Binding, ...]
    final: dict[str, tuple[int, ...]]
    stars: tuple[StarImport, ...]
    definitions: tuple[Definition, ...]
    attachments: tuple[Attachment, ...]
    shadowed: tuple[Shadowed, ...]
    lazily: dict[str, tuple[Value, ...]]
    functions: tuple[Function, ...] = ()
    deprecates: tuple[str, ...] = ()
    modules: tuple[ModuleImport, ...] = ()
