"""The Python files of a tree, and which module each one is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from acceptance.source.errors import CannotJudge
from acceptance.source.manifest import Manifest

#: Folders that hold no code of the platform's own.
_NOT_OURS = {"__pycache__", "node_modules", "site-packages"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: posix path relative to the tree, where it lies, and its dotted module name."""

    path: str
    module: str
    is_package: bool
    in_tests: bool
    place: str = field(repr=False, compare=False)

    def read(self) -> bytes:
        """The bytes of the file. Raises ``OSError`` where the system refuses them, or they are no regular file's."""
        if not stat.S_ISREG(os.stat(self.place).st_mode):  # noqa: PTH116 - thousands of files: a Path each is felt
            raise OSError(0, "not a regular file")
        with open(self.place, "rb") as opened:  # noqa: PTH123
            return opened.read()

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
    that the system refuses to list, with its message. Links to folders are not followed.
    """

    def __init__(self, root: Path, manifest: Manifest) -> None:
        """Find the files. Raises :class:`CannotJudge` for what is not a tree with Python in it."""
        self.root = root
        self.manifest = manifest
        self.unreadable: dict[str, str] = {}
        self.shadowed: list[str] = []
        self._modules: dict[str, SourceFile | None] = {}
        remedy = "name the folder that holds the platform's source"
        if not os.path.lexists(root):
            raise CannotJudge(f"{root} does not exist; {remedy}")
        if not root.is_dir():
            raise CannotJudge(f"{root} is a file, not a folder; {remedy}")
        self._roots = manifest.import_roots
        self.files = sorted(self._find_all(), key=lambda file: file.path)
        if not self.files:
            folders = ", ".join(sorted(manifest.services.values()))
            raise CannotJudge(f"{root} holds no Python in {folders}; {remedy}")
        for file in sorted(self.files, key=lambda file: not file.is_package):
            if self._modules.setdefault(file.module, file) is not file:
                self.shadowed.append(file.path)
        self.shadowed.sort()
        self._folders = {parent for file in self.files for parent in _parents(file.module)}
        self._tops = {file.module.partition(".")[0] for file in self.files}

    def module(self, name: str) -> SourceFile | None:
        """The file that ``import name`` loads, or None: no such module here, or a folder without ``__init__.py``."""
        if name not in self._modules:
            self._modules[name] = self._look_up(name)
        return self._modules[name]

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

    def exists(self, name: str) -> bool:
        """Whether there is a module or a folder of modules of this name."""
        return self.module(name) is not None or self.is_folder(name)

    def lacks(self, file: SourceFile, module: str, level: int) -> bool:
        """Whether an import of ``module``, written in ``file``, must fail since there is no such module."""
        source = file.absolute(module, level)
        return source is None or (self.is_ours(source) and not self.exists(source))

    def _find_all(self) -> Iterator[SourceFile]:
        folders = {*self.manifest.services.values(), *self.manifest.tests.folders}
        for path in sorted({path for folder in folders for path in self._python_files(folder)}):
            yield self._file(path)

    def _python_files(self, folder: str) -> Iterator[str]:
        def refused(error: OSError) -> None:
            if os.path.lexists(error.filename):  # a service that this tree does not have is no failure
                self.unreadable[_shown(relative(error.filename))] = f"cannot be read: {error.strerror}"

        def relative(place: str) -> str:
            return os.path.relpath(place, top).replace(os.sep, "/")

        top = str(self.root)
        for where, folders, files in os.walk(self.root / folder, onerror=refused):
            folders[:] = [name for name in folders if name not in _NOT_OURS and not name.startswith(".")]
            inside = relative(where)
            for name in files:
                if name.endswith(".py"):
                    yield name if inside == "." else f"{inside}/{name}"

    def _file(self, path: str) -> SourceFile:
        module, is_package = self._module_of(_shown(path))
        return SourceFile(_shown(path), module, is_package, self.manifest.is_test(path), f"{self.root}/{path}")

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
                if (self.root / path).is_file():
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
