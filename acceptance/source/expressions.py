"""What an expression means as far as the text of its own file tells."""

from __future__ import annotations

import ast

from acceptance.source.facts import (
    Attribute,
    Binding,
    Builtin,
    Call,
    Choice,
    Constant,
    Definition,
    Import,
    Listing,
    Ref,
    Value,
)
from acceptance.source.scopes import Scope

_DEEPEST = 50


class Expressions:
    """Values of expressions in the scope that is being read; collects bindings and definitions on the way."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.bindings: list[Binding] = []
        self.definitions: list[Definition] = []
        self._types_seen: set[int] = set()
        self._depth = 0

    def define(self, kind: str, name: str, line: int) -> Definition:
        """A class or function made in the present scope."""
        scope = self.scope
        made = Definition(kind, name, scope.inside(name), line, scope.nest, scope.type_only)  # type: ignore[arg-type]
        self.definitions.append(made)
        return made

    def value(self, node: ast.expr, target: str) -> Value:
        """What ``node`` gives; ``target`` is the name that it is for, empty where there is none."""
        match node:
            case ast.Name(id=name):
                found = self.scope.lookup(name, self.bindings)
                return Builtin(name) if found is None else Ref(name, found)
            case ast.Attribute(value=base, attr=name):
                return Attribute(self._inner(base), name)
            case ast.Call():
                return self._call(node, target)
            case ast.Constant(value=value):
                return Constant("nothing" if value is None else type(value).__name__)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self._listing(elements)
            case ast.IfExp(body=one, orelse=other):
                return Choice((self._inner(one, target), self._inner(other, target)))
            case ast.BoolOp(values=values):
                return Choice(tuple(self._inner(value, target) for value in values))
            case ast.BinOp(op=ast.Add()) if target == "__all__" or isinstance(node.right, ast.List | ast.Tuple):
                return Listing((), tuple(self._inner(part, target) for part in _summands(node)))
            case ast.Lambda():
                return self.define("lambda", target, node.lineno)
            case ast.Dict():
                return Constant("dict")
            case ast.NamedExpr(value=inner):
                return self._inner(inner, target)
        return Call(node.lineno)

    def _inner(self, node: ast.expr, target: str = "") -> Value:
        """The value of a part; one that is nested deeper than people write is something computed, no more."""
        if self._depth == _DEEPEST:
            return Call(node.lineno)
        self._depth += 1
        value = self.value(node, target)
        self._depth -= 1
        return value

    def _call(self, node: ast.Call, target: str) -> Value:
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[given, _, _]):
                self._types_seen.add(id(node))
                name = given.value if isinstance(given, ast.Constant) else target
                return self.define("type()", str(name), node.lineno)
            case ast.Call(func=ast.Name(id="getattr"), args=[base, ast.Constant(value=str(name)), *_]):
                return Attribute(self._inner(base), name)
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module))],
            ) if not module.startswith("."):
                return Import(module)
            case ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[inner]) if target == "__all__":
                return self._inner(inner, target)
        return Call(node.lineno)

    def _listing(self, elements: list[ast.expr]) -> Value:
        names: list[str] = []
        others: list[Value] = []
        complete = True
        for element in elements:
            match element:
                case ast.Constant(value=str(name)):
                    names.append(name)
                case ast.Starred(value=inner):
                    others.append(self._inner(inner))
                case _:
                    complete = False
                    break
        return Listing(tuple(names), tuple(others), complete)

    def unnamed_types(self, statement: ast.stmt) -> None:
        """Classes made by ``type(…)`` in the midst of a statement, with no name of their own to be bound to."""
        for part in ast.iter_child_nodes(statement):
            if isinstance(part, ast.stmt | ast.excepthandler | ast.match_case):
                continue  # these are statements, which come round by themselves
            for node in ast.walk(part):
                if isinstance(node, ast.Call) and id(node) not in self._types_seen:
                    match node:
                        case ast.Call(func=ast.Name(id="type"), args=[ast.Constant(value=str(name)), _, _]):
                            self._types_seen.add(id(node))
                            self.define("type()", name, node.lineno)


def _summands(node: ast.expr) -> list[ast.expr]:
    """The parts of ``a + b + …``, in order; a loop, since such chains can be long."""
    parts: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]
