"""What names stand for, and what the homes of governed names hold."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Kind = Literal[
    "class", "def", "async def", "type()", "lambda", "call", "module", "constant", "outside", "missing", "unknown"
]


class Thing(Struct, frozen=True, order=True):
    """What a name stands for.

    Made in the tree: a class or function (``class``, ``def``, ``async def``, ``type()``, ``lambda``), the result of a
    ``call``, a ``module``. ``constant``: None, a number, a text. ``outside``: made by another project. ``missing``: an
    import that must fail, since the module or name is not in the tree. ``unknown``: the text does not tell.
    """

    kind: Kind
    module: str
    name: str = ""
    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def told(self) -> bool:
        """Whether the text tells what this is."""
        return self.kind not in ("missing", "unknown")

    @property
    def made(self) -> bool:
        """Whether this is an object of the tree's own making: a class, a function, the result of a call."""
        return self.kind in ("class", "def", "async def", "type()", "lambda", "call")


Things: TypeAlias = frozenset[Thing]


class Home(Struct, frozen=True):
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
