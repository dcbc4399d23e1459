"""Ways of writing that decide what a statement does: small questions about one piece of code."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef


def uses(node: ast.AST, name: str) -> bool:
    """Whether the code that makes a value uses ``name``; of a function or class, its decorators and bases count."""
    parts: Sequence[ast.AST] = [node]
    if isinstance(node, Function):
        parts = node.decorator_list
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list, *node.bases]
    return any(isinstance(part, ast.Name) and part.id == name for tree in parts for part in ast.walk(tree))


def overload(node: ast.AST | None) -> bool:
    """Marked ``@overload``: written to be followed by another of the same name."""
    decorators = node.decorator_list if isinstance(node, Function) else []
    return any(ast.unparse(decorator).rpartition(".")[2] == "overload" for decorator in decorators)


def constant_test(test: ast.expr) -> bool | None:
    """What ``if True`` or ``if 0`` always answers; None for a real question."""
    return bool(test.value) if isinstance(test, ast.Constant) else None


def type_checking(test: ast.expr) -> bool | None:
    """True for ``TYPE_CHECKING``, False for ``not TYPE_CHECKING``, None for any other question."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = type_checking(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return True if name == "TYPE_CHECKING" else None


def asked(test: ast.expr, around: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The names that ``if name == "X"`` or ``if name in ("X", "Y")`` asks for, in a module's ``__getattr__``."""
    if around is None:
        return None
    match test:
        case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str(name))]):
            return (name,)
        case ast.Compare(ops=[ast.In()], comparators=[ast.Tuple(elts) | ast.List(elts) | ast.Set(elts)]):
            return tuple(e.value for e in elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
    return around


def global_by_text(target: ast.Subscript) -> str | None:
    """The name that ``globals()["X"] = …`` binds."""
    match target:
        case ast.Subscript(value=ast.Call(func=ast.Name(id="globals")), slice=ast.Constant(value=str(name))):
            return name
    return None


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def deprecation(call: ast.Call) -> bool:
    """Whether ``warn(…)`` is given a ``DeprecationWarning``."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(getattr(one, "attr", getattr(one, "id", "")) == "DeprecationWarning" for one in given)


def suppresses(manager: ast.expr) -> bool:
    """``with suppress(…)``: what stands in it may fail without a sound."""
    called = manager.func if isinstance(manager, ast.Call) else manager
    return getattr(called, "attr", getattr(called, "id", "")) == "suppress"


def refused(function: Function, names: Collection[str]) -> set[str]:
    """Those of ``names`` for which the function raises, or asserts, when they are None."""
    found: set[str] = set()
    for node in _statements(function.body):
        if isinstance(node, ast.If) and any(isinstance(inside, ast.Raise) for inside in node.body):
            found.update(_when_none(node.test))
        elif isinstance(node, ast.Assert):
            found.update(_unless_none(node.test))
    return found & set(names)


def _statements(block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of all blocks in it, but not of functions or classes defined there."""
    for statement in block:
        yield statement
        if isinstance(statement, Function | ast.ClassDef):
            continue
        for inner in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, inner, ()))
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _statements(part.body)


def _when_none(test: ast.expr) -> Iterator[str]:
    """The names whose being None makes ``test`` true: ``x is None``, ``not x``, ``x is None or …``."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            yield name
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _unless_none(inner)
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _when_none(value)
        case ast.Compare(left=ast.Constant(value=None), ops=[ast.In()], comparators=[among]):
            yield from _names(among)
        case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp(elt=asked, generators=[over])]):
            if not over.ifs and isinstance(over.target, ast.Name) and over.target.id in _when_none(asked):
                yield from _names(over.iter)


def _unless_none(test: ast.expr) -> Iterator[str]:
    """The names whose being None makes ``test`` false: ``x is not None``, ``x``, ``x and …``, ``isinstance(x, …)``."""
    match test:
        case ast.Name(id=name):
            yield name
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]
        ):
            yield name
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), _]):
            yield name
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _unless_none(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _when_none(inner)
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(elt=asked, generators=[over])]):
            if not over.ifs and isinstance(over.target, ast.Name) and over.target.id in _unless_none(asked):
                yield from _names(over.iter)
        case ast.Call(func=ast.Name(id="all"), args=[among]):
            yield from _names(among)


def _names(listing: ast.expr) -> Iterator[str]:
    elements = listing.elts if isinstance(listing, ast.Tuple | ast.List) else []
    yield from (element.id for element in elements if isinstance(element, ast.Name))
