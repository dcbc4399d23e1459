"""The Python files of a tree, and which module each one is."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from acceptance.source.errors import CannotJudge
from acceptance.source.manifest import Manifest
from acceptance.source.places import REMEDY, Place


class SourceFile(Struct, frozen=True):
    """One file: posix path relative to the tree, its dotted module name, and where it lies under which path."""

    path: str
    module: str
    is_package: bool
    in_tests: bool
    place: Place
    written: str

    def read(self) -> bytes:
        """The bytes of the file. Raises ``OSError`` where the system refuses them, or they are no regular file's."""
        return self.place.read(self.written)

    def absolute(self, module: str, level: int) -> str | None:
        """The dotted name of ``from <level dots><module> import …`` written in this file; None above the top."""
        if level == 0:
            return module
        around = self.module.split(".") if self.is_package else self.module.split(".")[:-1]
        if level > len(around):
            return None
        parts = around[: len(around) - level + 1]
        return ".".join([*parts, module] if module else parts)


class SourceTree:
    """All ``.py`` files of the manifest's services and test folders; others are looked up when code names them.

    ``shadowed`` are files that can never be loaded, since a package of the same name wins; ``unreadable`` are folders
    that the system refuses to list, with its message.
    """

    def __init__(self, place: Place, manifest: Manifest) -> None:
        """Find the files. Raises :class:`CannotJudge` for what is not a tree with Python in it."""
        self.place = place
        self.manifest = manifest
        self.unreadable: dict[str, str] = {}
        self.shadowed: list[str] = []
        self._modules: dict[str, SourceFile | None] = {}
        self._looked_up: dict[str, SourceFile | None] = {}
        self._roots = manifest.import_roots
        self.files = sorted(self._find_all(), key=lambda file: file.path)
        if not self.files:
            folders = ", ".join(sorted(manifest.services.values()))
            raise CannotJudge(f"{place} holds no Python in {folders}; {REMEDY}")
        for file in sorted(self.files, key=lambda file: not file.is_package):
            if self._modules.setdefault(file.module, file) is not file:
                self.shadowed.append(file.path)
        self.shadowed.sort()
        self._folders = {parent for file in self.files for parent in _parents(file.module)}
        self._tops = {file.module.partition(".")[0] for file in self.files}

    def module(self, name: str) -> SourceFile | None:
        """The file that ``import name`` loads, or None: no such module here, or a folder without ``__init__.py``."""
        if name not in self._modules:
            self._modules[name] = self._looked_up[name] = self._look_up(name)
        return self._modules[name]

    @property
    def looked_up(self) -> dict[str, SourceFile | None]:
        """What was asked for beside ``files``, and what there was: the rest of what an audit depends on."""
        return dict(self._looked_up)

    def is_folder(self, name: str) -> bool:
        """Whether ``name`` is a package without ``__init__.py``: importable, and empty but for what it holds."""
        return name in self._folders and self.module(name) is None

    @property
    def loadable(self) -> list[SourceFile]:
        """The files that Python would load, in the order of their paths."""
        return [file for file in self.files if self._modules[file.module] is file]

    def is_ours(self, name: str) -> bool:
        """Whether the module would have to be in this tree: if it is missing, the import fails."""
        top = name.partition(".")[0]
        return top in self._tops or self.module(top) is not None

    @property
    def unreadable_folders(self) -> list[SourceFile]:
        """The folders that cannot be listed, each as the package that it may be."""
        return [
            SourceFile(path, self._module_of(path)[0], True, self.manifest.is_test(f"{path}/"), self.place, path)
            for path in sorted(self.unreadable)
        ]

    def exists(self, name: str) -> bool:
        """Whether there is a module or a folder of modules of this name."""
        return self.module(name) is not None or self.is_folder(name)

    def lacks(self, file: SourceFile, module: str, level: int) -> bool:
        """Whether an import of ``module``, written in ``file``, must fail since there is no such module."""
        source = file.absolute(module, level)
        return source is None or (self.is_ours(source) and not self.exists(source))

    def _find_all(self) -> Iterator[SourceFile]:
        def refused(folder: str, why: str) -> None:
            self.unreadable[_shown(folder)] = why

        folders = {*self.manifest.services.values(), *self.manifest.tests.folders}
        for path in sorted({path for folder in folders for path in self.place.python_files(folder, refused)}):
            yield self._file(path)

    def _file(self, path: str) -> SourceFile:
        module, is_package = self._module_of(_shown(path))
        return SourceFile(_shown(path), module, is_package, self.manifest.is_test(path), self.place, path)

    def _module_of(self, path: str) -> tuple[str, bool]:
        """The dotted name below the deepest import root that holds the file, and whether it is a package's own."""
        below = path
        for root in self._roots:
            if path.startswith(f"{root}/"):
                below = min(below, path.removeprefix(f"{root}/"), key=len)
        *folders, name = below.removesuffix(".py").split("/")
        is_package = name == "__init__"
        return ".".join(folders if is_package else [*folders, name]), is_package

    def _look_up(self, name: str) -> SourceFile | None:
        """A module outside the services, such as the ``__init__.py`` above one."""
        inside = "/".join(name.split("."))
        if not all(part.isidentifier() for part in name.split(".")):
            return None
        for root in self._roots:
            for candidate in (f"{inside}/__init__.py", f"{inside}.py"):
                path = candidate if root == "." else f"{root}/{candidate}"
                if self.place.has(path):
                    return self._file(path)
        return None


def is_within(module: str, package: str) -> bool:
    """Whether ``module`` is ``package`` or something in it."""
    return module == package or module.startswith(f"{package}.")


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _shown(path: str) -> str:
    """A path that can be printed, whatever bytes the file system has in it."""
    return path.encode("utf-8", "backslashreplace").decode()
