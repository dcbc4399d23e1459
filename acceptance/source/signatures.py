"""What a function may be called with, and what of it must not be None."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from acceptance.source import idioms
from acceptance.source.expressions import Expressions
from acceptance.source.facts import Function, Parameter

_WRAPPERS = {"Optional", "Union", "Annotated", "ClassVar", "Final"}
_ANYTHING = {"Any", "object"}
_LONGEST = 1_000  # of an annotation in quotes: longer ones are read by nobody, and could be nested without end


def signature(node: idioms.Function, reader: Expressions) -> Function:
    """The function's parameters with what their annotations mean in the scope that ``reader`` is in."""
    scope = reader.scope
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    missing = len(positional) - len(given.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *given.defaults]
    parameters = [_parameter(one, "positional", value, reader) for one, value in zip(positional, defaults, strict=True)]
    bound = scope.nest == "class" and "staticmethod" not in _decorators(node)
    if bound or (positional and positional[0].arg in ("self", "cls")):  # the latter: attached to a class later on
        parameters = parameters[1:]
    if given.vararg:
        parameters.append(_parameter(given.vararg, "rest", None, reader))
    parameters += [
        _parameter(one, "keyword", value, reader)
        for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg:
        parameters.append(_parameter(given.kwarg, "named rest", None, reader))
    optional = [parameter.name for parameter in parameters if parameter.accepts_none]
    return Function(
        name=node.name,
        qualname=scope.inside(node.name),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        line=node.lineno,
        nest=scope.nest,
        parameters=tuple(parameters),
        refuses=tuple(sorted(idioms.refused(node, optional))) if optional else (),
    )


def _decorators(node: idioms.Function) -> set[str]:
    return {getattr(one, "id", "") for one in node.decorator_list}


def _parameter(
    node: ast.arg,
    kind: Literal["positional", "keyword", "rest", "named rest"],
    default: ast.expr | None,
    reader: Expressions,
) -> Parameter:
    parts = list(_parts(node.annotation)) if node.annotation else []
    named = [part for part in parts if not isinstance(part, ast.Constant)]
    return Parameter(
        name=node.arg,
        kind=kind,
        annotation=ast.unparse(node.annotation) if node.annotation else "",
        classes=tuple(reader.value(part, "") for part in named if _last_name(part) not in _ANYTHING),
        optional=any(isinstance(part, ast.Constant) for part in parts),
        default="" if default is None else "None" if _is_none(default) else "value",
    )


def _parts(annotation: ast.expr) -> Iterator[ast.expr]:
    """The classes that an annotation allows, and None where it allows that; quoted ones are read as well."""
    match annotation:
        case ast.Constant(value=str(text)):
            if len(text) > _LONGEST:
                return
            try:
                yield from _parts(ast.parse(text.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return  # no annotation that anybody could read
        case ast.Constant(value=None):
            yield annotation
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.Subscript(value=wrapper, slice=inside) if _last_name(wrapper) in _WRAPPERS:
            if _last_name(wrapper) == "Optional":
                yield ast.Constant(None)
            allowed = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            for one in allowed[:1] if _last_name(wrapper) == "Annotated" else allowed:
                yield from _parts(one)
        case ast.Name() | ast.Attribute():
            yield annotation


def _last_name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
