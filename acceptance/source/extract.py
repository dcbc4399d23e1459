"""Reads one file into its :class:`~acceptance.source.facts.Facts`, from top to bottom as Python would load it.

Nothing is imported and nothing executed. Module and class bodies are followed line by line; function bodies are read
once the module around them is complete, since that is what they see when they are called.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable

from acceptance.source import idioms
from acceptance.source.expressions import Expressions
from acceptance.source.facts import (
    Attachment,
    Binding,
    Call,
    Constant,
    Definition,
    Facts,
    Function,
    How,
    Import,
    Listing,
    ModuleImport,
    Shadowed,
    StarImport,
    Value,
)
from acceptance.source.parsing import readable, room_for_chains
from acceptance.source.scopes import Flow, Scope, join
from acceptance.source.signatures import signature

_Try = ast.Try | ast.TryStar
_TYPE_WITH_A_NAME = re.compile(rb"""type\s*\(\s*[A-Za-z]*['"]""")


def extract(text: bytes, python: tuple[int, int]) -> Facts:
    """The facts of a file's bytes, read as source of Python ``python``.

    The encoding is the file's own (byte order mark or coding line, else UTF-8). Raises
    :class:`~acceptance.source.parsing.Unreadable`, and
    nothing else, whatever the bytes.
    """
    with readable():
        tree = ast.parse(text, feature_version=python)
        with room_for_chains():
            return _Reader(_lines_of(_TYPE_WITH_A_NAME, text)).read(tree)


class _Reader(Expressions):
    """Follows the statements of one file. What an expression means is told by :class:`Expressions`."""

    def __init__(self, type_lines: list[int]) -> None:
        super().__init__(Scope("module", "", None))
        self.type_lines = type_lines  # where ``type("…`` is written: the only places worth a closer look
        self.stars: list[StarImport] = []
        self.attachments: list[Attachment] = []
        self.shadowed: list[Shadowed] = []
        self.lazily: dict[str, tuple[Value, ...]] = {}
        self.functions: list[Function] = []
        self.deprecates: list[str] = []
        self.modules: list[ModuleImport] = []
        self.later: deque[tuple[idioms.Function, Scope]] = deque()

    def read(self, tree: ast.Module) -> Facts:
        module = self.scope
        self.block(tree.body)
        while self.later:
            function, outer = self.later.popleft()
            self.function_body(function, outer)
        return Facts(
            bindings=tuple(self.bindings),
            final=module.flow.names,
            stars=tuple(self.stars),
            definitions=tuple(self.definitions),
            attachments=tuple(self.attachments),
            shadowed=tuple(self.shadowed),
            lazily=self.lazily,
            functions=tuple(self.functions),
            deprecates=tuple(self.deprecates),
            modules=tuple(self.modules),
        )

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            handle = _HANDLERS.get(type(statement))
            if handle is not None:
                handle(self, statement)
            if self.type_lines:
                at = bisect_left(self.type_lines, statement.lineno)
                if at < len(self.type_lines) and self.type_lines[at] <= (statement.end_lineno or 0):
                    self.unnamed_types(statement)

    def way(self, *blocks: Iterable[ast.stmt], start: Flow | None = None) -> Flow:
        """Follow one of several ways from here (or from ``start``); the present point stays where it is."""
        here = self.scope.flow
        self.scope.flow = (start or here).copy()
        self.scope.depth += 1
        for block in blocks:
            self.block(block)
        self.scope.depth -= 1
        arrived, self.scope.flow = self.scope.flow, here
        return arrived

    # What binds a name

    def bind(self, name: str, line: int, how: How, value: Value, node: ast.AST | None = None) -> None:
        """``node`` is the code that gives the value: where it uses the earlier definition, that one is not lost."""
        scope = self.scope
        in_module = scope.nest == "function" and name in scope.declared_global
        home = scope.module if in_module else scope
        number = len(self.bindings)
        self.bindings.append(
            Binding(
                name=name,
                line=line,
                how=how,
                value=value,
                nest=home.nest,
                scope=home.path,
                type_only=scope.type_only,
                conditional=in_module or scope.conditional,
                instead_of=() if in_module else scope.tried.get(name, ()),
            )
        )
        if isinstance(value, Import):
            scope.imports.append(number)
        if in_module:  # happens when the function is called, if ever
            home.flow.names[name] = (*home.flow.names.get(name, ()), number)
            return
        scope.flow.names[name] = (number,)
        if scope.depth or scope.type_only:
            return
        earlier = scope.made.pop(name, None)
        if earlier is not None and not (node is not None and idioms.uses(node, name)):
            self.shadowed.append(Shadowed(earlier, number))
        if isinstance(value, Definition) and name != "_" and not idioms.overload(node):
            scope.made[name] = number

    def forget(self, target: ast.expr) -> None:
        """A variable whose value the text does not tell: a loop's, a ``with``'s, part of something unpacked."""
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.scope.flow.names[node.id] = ()

    def assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        if node.value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.assign_to(target, node.value)

    def assign_to(self, target: ast.expr, expression: ast.expr) -> None:
        if isinstance(target, ast.Name):
            value = self.value(expression, target.id)
            self.bind(target.id, target.lineno, _how(value), value, expression)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = expression.elts if isinstance(expression, ast.Tuple | ast.List) else []
            if len(parts) == len(target.elts) and not any(isinstance(e, ast.Starred) for e in (*parts, *target.elts)):
                values = [self.value(part, "") for part in parts]  # all are computed before any name is bound
                for one, part, value in zip(target.elts, parts, values, strict=True):
                    if isinstance(one, ast.Name):
                        self.bind(one.id, one.lineno, _how(value), value, part)
                    else:
                        self.assign_to(one, part)
            else:
                self.forget(target)
        elif isinstance(target, ast.Attribute):
            if not self.is_variable(target.value):
                self.attach(target.value, target.attr, expression, target.lineno)
        elif isinstance(target, ast.Subscript) and (name := idioms.global_by_text(target)):
            self.scope.declared_global.add(name)
            value = self.value(expression, name)
            self.bind(name, target.lineno, _how(value), value, expression)

    def is_variable(self, node: ast.expr) -> bool:
        """Whether this is a parameter or plain variable such as ``self``, of which the text tells nothing."""
        return isinstance(node, ast.Name) and self.scope.lookup(node.id, self.bindings) == ()

    def attach(self, base: ast.expr, name: str, expression: ast.expr, line: int) -> None:
        base_value, value = self.value(base, ""), self.value(expression, name)
        self.attachments.append(
            Attachment(base_value, name, value, line, self.scope.nest, type_only=self.scope.type_only)
        )

    def augment(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.extend_listing(node.target, self.value(node.value, "__all__"))

    def extend_listing(self, name: ast.Name, added: Value) -> None:
        before = self.value(ast.Name(name.id, ast.Load()), "")
        whole = Listing((), (before, added))
        self.bind(name.id, name.lineno, "literal", whole, name)

    def expression(self, node: ast.Expr) -> None:
        call = node.value
        if not isinstance(call, ast.Call) or idioms.called(call) not in _TELLING:
            return
        match call:
            case ast.Call(func=ast.Name(id="warn") | ast.Attribute(attr="warn")) if idioms.deprecation(call):
                self.deprecates.append(self.scope.path)
            case ast.Call(func=ast.Name(id="setattr"), args=[base, ast.Constant(value=str(name)), value]):
                self.attach(base, name, value, node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="__all__") as listing, attr="extend"), args=[added]):
                self.extend_listing(listing, self.value(added, "__all__"))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="__all__") as listing, attr="append"), args=[added]):
                self.extend_listing(listing, self.value(ast.List([added], ast.Load()), "__all__"))

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.flow.names.pop(target.id, None)

    def declare_global(self, node: ast.Global) -> None:
        self.scope.declared_global.update(node.names)

    def import_modules(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            bound, module = (alias.asname, alias.name) if alias.asname else (top, top)
            self.bind(bound, node.lineno, "import", Import(module))
            scope = self.scope
            self.modules.append(ModuleImport(alias.name, node.lineno, scope.nest, scope.type_only, scope.conditional))

    def import_names(self, node: ast.ImportFrom) -> None:
        if node.module == "__future__":
            return
        for alias in node.names:
            if alias.name == "*":
                star = Import(node.module or "", None, node.level)
                if not self.scope.type_only:
                    self.scope.add_star(star, node.lineno, self.bindings)
                    self.stars.append(StarImport(star, node.lineno, self.scope.conditional))
            else:
                source = Import(node.module or "", alias.name, node.level)
                self.bind(alias.asname or alias.name, node.lineno, "from", source)

    def define_function(self, node: idioms.Function) -> None:
        kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        made = self.define(kind, node.name, node.lineno)
        if (not node.name.startswith("_") or node.name == "__init__") and not idioms.overload(node):
            self.functions.append(signature(node, self))
        self.bind(node.name, node.lineno, made.kind, made, node)
        self.later.append((node, self.scope))

    def define_class(self, node: ast.ClassDef) -> None:
        made = self.define("class", node.name, node.lineno)
        outer = self.scope
        self.scope = Scope("class", outer.inside(node.name), outer, type_only=outer.type_only)
        self.block(node.body)
        self.scope = outer
        self.bind(node.name, node.lineno, "class", made, node)

    # What decides whether, and in which order, names are bound

    def function_body(self, node: idioms.Function, outer: Scope) -> None:
        self.scope = Scope("function", outer.inside(node.name), outer, type_only=outer.type_only)
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.scope.flow.names[argument.arg] = ()
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                self.scope.flow.names[extra.arg] = ()
        if outer.nest == "module" and node.name == "__getattr__":
            self.scope.asked = ()
        self.block(node.body)

    def branch(self, node: ast.If) -> None:
        scope = self.scope
        constant = idioms.constant_test(node.test)
        if constant is not None:
            self.block(node.body if constant else node.orelse)
        elif (positive := idioms.type_checking(node.test)) is not None:
            seen_by_checker, seen = (node.body, node.orelse) if positive else (node.orelse, node.body)
            before, scope.type_only = scope.type_only, True
            self.way(seen_by_checker)
            scope.type_only = before
            self.block(seen)
        else:
            asked, scope.asked = scope.asked, idioms.asked(node.test, scope.asked)
            way = self.way(node.body)
            scope.asked = asked
            scope.flow = join(way, self.way(node.orelse))

    def attempt(self, node: _Try) -> None:
        scope = self.scope
        before = scope.flow.copy()
        outer_imports, scope.imports = scope.imports, []
        first, may_fail = len(self.bindings), bool(node.handlers)
        scope.depth += may_fail
        self.block(node.body)
        scope.depth -= may_fail
        imports, scope.imports = tuple(scope.imports), outer_imports
        if not node.handlers:  # then a failing import fails what is around, too
            scope.imports.extend(imports)
        tried = scope.flow.copy()
        bound = {
            name: tuple(dict.fromkeys((*found, *imports)))
            for name, found in tried.names.items()
            if found and found != before.names.get(name)
        }
        ways = [self.way(node.orelse)]
        outer_tried = scope.tried
        for handler in node.handlers:
            scope.tried = {**outer_tried, **bound}
            start = join(tried, before, self.left_behind(before, first, imports))
            if handler.name:
                start = start.copy()
                start.names[handler.name] = ()
            ways.append(self.way(handler.body, start=start))
        scope.tried = outer_tried
        scope.flow = join(*ways)
        self.block(node.finalbody)

    def left_behind(self, before: Flow, first: int, imports: tuple[int, ...]) -> Flow:
        """Where a ``try`` part ends whose last import fails: what it has bound until then, counted from ``first``."""
        scope, flow = self.scope, before.copy()
        for number in range(first, max(imports, default=first)):
            binding = self.bindings[number]
            if binding.how != "star" and (binding.nest, binding.scope) == (scope.nest, scope.path):
                known = flow.names.get(binding.name, ())
                flow.names[binding.name] = (*known, number)
        return flow

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if not isinstance(node, ast.While):
            self.forget(node.target)
        self.scope.flow = join(self.scope.flow, self.way(node.body))
        self.block(node.orelse)

    def within(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.forget(item.optional_vars)
        suppressed = any(idioms.suppresses(item.context_expr) for item in node.items)
        self.scope.depth += suppressed  # what is tried may fail
        self.block(node.body)
        self.scope.depth -= suppressed

    def match(self, node: ast.Match) -> None:
        self.scope.flow = join(self.scope.flow, *(self.way(case.body) for case in node.cases))

    def leave(self, node: ast.Return | ast.Raise) -> None:
        scope = self.scope
        if isinstance(node, ast.Return) and node.value is not None and scope.asked:
            value = self.value(node.value, "")
            for name in scope.asked:
                self.lazily[name] = (*self.lazily.get(name, ()), value)
        scope.flow.ended = True


def _lines_of(pattern: re.Pattern[bytes], text: bytes) -> list[int]:
    """The lines, counted from 1, on which ``pattern`` is found."""
    if not pattern.search(text):
        return []
    ends = [end.start() for end in re.finditer(rb"\r\n|\r|\n", text)]
    return [bisect_left(ends, found.start()) + 1 for found in pattern.finditer(text)]


def _how(value: Value) -> How:
    if isinstance(value, Definition):
        return value.kind
    return _HOW.get(type(value), "alias")


_HOW: dict[type, How] = {Call: "call", Constant: "literal", Listing: "literal", Import: "import"}
_TELLING = {"warn", "setattr", "extend", "append"}  # calls that are statements and say something
_HANDLERS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Import: _Reader.import_modules,
    ast.ImportFrom: _Reader.import_names,
    ast.FunctionDef: _Reader.define_function,
    ast.AsyncFunctionDef: _Reader.define_function,
    ast.ClassDef: _Reader.define_class,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.assign,
    ast.AugAssign: _Reader.augment,
    ast.Expr: _Reader.expression,
    ast.Delete: _Reader.delete,
    ast.Global: _Reader.declare_global,
    ast.If: _Reader.branch,
    ast.Try: _Reader.attempt,
    ast.TryStar: _Reader.attempt,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.While: _Reader.loop,
    ast.With: _Reader.within,
    ast.AsyncWith: _Reader.within,
    ast.Match: _Reader.match,
    ast.Return: _Reader.leave,
    ast.Raise: _Reader.leave,
}
