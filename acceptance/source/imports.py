"""What happens when modules are loaded: which load which, in circles or in vain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property

from acceptance.source.facts import Binding, Facts, Import, ModuleImport
from acceptance.source.link import Program
from acceptance.source.reading import Reading
from acceptance.source.tree import SourceFile, is_within

Graph = Mapping[str, set[str]]


class Loading:
    """The imports that loading a module carries out, app code only.

    ``wanted`` are the modules of which it matters whether they can be loaded. Sketches tell which files may matter;
    those are read, and decide. An import inside a function, and one for type
    checkers alone, is none of loading's.
    """

    def __init__(
        self,
        program: Program,
        readings: Mapping[SourceFile, Reading],
        wanted: Callable[[], Iterable[str]],
    ) -> None:
        self._program = program
        self._wanted = wanted
        self._tree = program.tree
        self._files = {file.module: file for file in self._tree.loadable if not file.in_tests}
        self._read_before = frozenset(file for file, reading in readings.items() if reading.facts is not None)
        self._sketches = {file.module: readings[file].mentions for file in self._files.values() if file in readings}

    def cycles(self, package: str, *, parents: bool = False) -> list[tuple[str, ...]]:
        """The groups of modules that load one another and include one of ``package``, the largest first.

        ``parents``: loading a module also loads the packages around it.
        """
        candidates = _touching(_components(self._sketched(parents)), package)
        self._take_apart(module for group in candidates for module in group)
        exact = {module: self._loads(module, parents) for group in candidates for module in group}
        return sorted(_touching(_components(exact), package), key=lambda group: (-len(group), group))

    def line_of(self, module: str, others: Collection[str]) -> int:
        """The first line of ``module`` on which loading it loads one of ``others``."""
        file = self._files[module]
        facts = self._facts(file)
        lines = [
            line
            for source, line in (_imports(facts, always=False) if facts else ())
            for target in self._targets(file.absolute(source.module, source.level), (source.name,))
            if target in others and target != module
        ]
        return min(lines, default=1)

    @cached_property
    def dead(self) -> Mapping[str, str]:
        """The modules that provably cannot be loaded, each with what fails.

        Followed from module to module, among those that loading ``wanted`` may load. Of a file that had no other reason
        to be read, only imports of modules that do not exist are looked at, not of names that a module may lack. One
        that does not even mention the name that a wanted one imports from it is read for that.
        """
        reach, users = self._reach()
        looked_at = {module for module in reach if self._names_nothing(module)} | self._without_the_word()
        self._take_apart(looked_at)
        with self._program.among(self._read_before | {self._files[module] for module in looked_at}):
            dead = {module: why for module in sorted(reach) if (why := self._fails(module))}
        unread = self._program.unparsable  # last, since it may have to be waited for
        for module in reach:
            if problem := unread.get(self._files[module].path):
                dead[module] = f"Python cannot read it ({problem})"
        fresh = sorted(dead)
        while fresh:
            suspects = sorted({user for module in fresh for user in users.get(module, ()) if user not in dead})
            self._take_apart(suspects)
            fresh = []
            for module in suspects:
                needed = sorted(target for target in self._needs(module) if target in dead)
                if needed:
                    dead[module] = f"it needs {needed[0]}, and there: {dead[needed[0]]}"
                    fresh.append(module)
        return dead

    # How it is done

    def _take_apart(self, modules: Iterable[str]) -> None:
        self._program.read([self._files[module] for module in sorted(set(modules))])

    def _facts(self, file: SourceFile) -> Facts | None:
        """The facts of a file that has been read; nothing is read for it."""
        return self._program.facts(file) if self._program.knows(file) else None

    def _targets(self, module: str | None, names: Iterable[str | None]) -> Iterator[str]:
        """The modules of the app that ``from module import names`` loads."""
        for name in names:
            inside = f"{module}.{name}"
            if name and inside in self._files:
                yield inside
            elif module in self._files:
                yield module

    def _sketched(self, parents: bool) -> Graph:
        return {module: self._closed(module, targets, parents) for module, targets in self._sketched_targets.items()}

    @cached_property
    def _sketched_targets(self) -> Graph:
        known = self._files.keys() | {above for module in self._files for above in _packages(module)}
        graph = {}
        for module, mentions in self._sketches.items():
            file, graph[module] = self._files[module], set[str]()
            for mention in mentions:
                source = file.absolute(mention.module, mention.level)
                if mention.on_load and source in known:  # most are of other projects
                    graph[module].update(self._targets(source, mention.names or (None,)))
        return graph

    def _loads(self, module: str, parents: bool) -> set[str]:
        """The modules that loading ``module`` loads directly, in whatever branch."""
        file = self._files[module]
        facts = self._facts(file)
        if facts is None:
            return set()
        targets: set[str] = set()
        for source, _ in _imports(facts, always=False):
            targets.update(self._targets(file.absolute(source.module, source.level), (source.name,)))
        return self._closed(module, targets, parents)

    def _closed(self, module: str, targets: set[str], parents: bool) -> set[str]:
        if parents:
            targets = targets | {above for target in targets for above in _packages(target) if above in self._files}
        return targets - {module}

    def _needs(self, module: str) -> set[str]:
        """The modules without which ``module`` cannot be loaded, the packages around it included."""
        needed = {above for above in _packages(module) if above in self._files}
        file = self._files[module]
        facts = self._facts(file)
        if facts is not None:
            for source, _ in _imports(facts, always=True):
                for target in self._targets(file.absolute(source.module, source.level), (source.name,)):
                    needed |= {target, *(above for above in _packages(target) if above in self._files)}
        return needed - {module}

    def _reach(self) -> tuple[set[str], Graph]:
        """All that loading the wanted modules may load, and for each of these what may need it."""
        graph = self._sketched(parents=True)
        users: dict[str, set[str]] = {}
        reach: set[str] = set()
        stack = [module for module in self._wanted() if module in self._files]
        while stack:
            module = stack.pop()
            if module in reach:
                continue
            reach.add(module)
            for needed in (*graph[module], *(above for above in _packages(module) if above in self._files)):
                users.setdefault(needed, set()).add(module)
                stack.append(needed)
        return reach, users

    def _without_the_word(self) -> set[str]:
        """The modules that do not mention the name that loading a wanted one imports from them."""
        asked: dict[str, set[bytes]] = {}
        for module in self._wanted():
            file = self._files.get(module)
            facts = self._facts(file) if file else None
            for source, _ in _imports(facts, always=True) if file and facts else ():
                target = file.absolute(source.module, source.level) if file else None
                if source.name and target in self._files and self._files[target] not in self._read_before:
                    asked.setdefault(target, set()).add(source.name.encode())
        return {target for target, names in asked.items() if not self._mentions_all(target, names)}

    def _mentions_all(self, module: str, names: set[bytes]) -> bool:
        try:
            text = self._program.text(self._files[module])
        except OSError:
            return False
        return all(name in text for name in names)

    def _names_nothing(self, module: str) -> bool:
        """Whether the sketch has an import, made on loading, of a module that does not exist."""
        file = self._files[module]
        return any(
            self._tree.lacks(file, mention.module, mention.level)
            for mention in self._sketches[module]
            if mention.on_load
        )

    def _fails(self, module: str) -> str:
        """Why loading the module fails by itself; empty where nothing proves it."""
        file = self._files[module]
        facts = self._facts(file)
        for source, _ in _imports(facts, always=True) if facts else ():
            things = self._program.of_value(file, source)
            if things and all(thing.kind == "missing" for thing in things):
                target = file.absolute(source.module, source.level) or "." * source.level + source.module
                if self._tree.exists(target):
                    return f"{target} has no {source.name}"
                return f"there is no module {target}"
        return ""


def _imports(facts: Facts, *, always: bool) -> Iterator[tuple[Import, int]]:
    """The imports made on loading, with their lines; ``always``: only those that loading cannot do without."""
    for binding in facts.bindings:
        if binding.how == "from" and isinstance(binding.value, Import) and _carried_out(binding, always):
            yield binding.value, binding.line
    for imported in facts.modules:
        if _carried_out(imported, always):
            yield Import(imported.module), imported.line
    for star in facts.stars:
        if not (always and star.conditional):
            yield star.source, star.line


def _carried_out(statement: Binding | ModuleImport, always: bool) -> bool:
    return statement.nest != "function" and not statement.type_only and not (always and statement.conditional)


@cache  # the same modules are asked for again and again
def _packages(module: str) -> tuple[str, ...]:
    """The packages around a module, the innermost first."""
    above = module.rpartition(".")[0]
    return (above, *_packages(above)) if above else ()


def _touching(groups: Iterable[tuple[str, ...]], package: str) -> list[tuple[str, ...]]:
    return [group for group in groups if any(is_within(module, package) for module in group)]


def _components(graph: Graph) -> list[tuple[str, ...]]:
    """The strongly connected components of more than one module, each sorted. (Tarjan 1972, without recursion.)"""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = lowest[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in graph:
                    continue
                if target not in index:
                    index[target] = lowest[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in on_stack:
                    lowest[node] = min(lowest[node], index[target])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == index[node]:
                    group = []
                    while True:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                        if group[-1] == node:
                            break
                    if len(group) > 1:
                        found.append(tuple(sorted(group)))
    return found
