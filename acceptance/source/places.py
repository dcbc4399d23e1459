"""Where the files of a tree lie: in a folder (``folder.py``), or in git (``revision.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

#: Is given the path of a folder that cannot be listed, and why.
Refused = Callable[[str, str], None]
REMEDY = "name the folder that holds the platform's source"
#: Folders that hold no code of the platform's own.
_NOT_OURS = {"__pycache__", "node_modules", "site-packages"}


class Place(Protocol):
    """What holds a tree. Paths are posix paths relative to it."""

    def python_files(self, folder: str, refused: Refused) -> Iterator[str]:
        """The ``.py`` files in and below a folder; none for a folder that is not there."""

    def has(self, path: str) -> bool:
        """Whether there is a file at the path."""

    def read(self, path: str) -> bytes:
        """The bytes of the file. Raises ``OSError`` where there are none to be had, and :class:`ChangedMeanwhile`."""

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """The content digests that are known without reading, as :func:`digest` gives them."""

    def revision(self) -> str | None:
        """The full git revision that the files are of, if there is one."""


def is_ours(folder: str) -> bool:
    """Whether a folder of this name is looked into."""
    return folder not in _NOT_OURS and not folder.startswith(".")
