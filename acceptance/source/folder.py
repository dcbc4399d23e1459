"""The files of a tree that lie in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from acceptance.git import revision_of
from acceptance.source.errors import CannotJudge, ChangedMeanwhile
from acceptance.source.places import REMEDY, Refused, is_ours


class Folder:
    """A folder. Links to files are followed, links to folders are not."""

    def __init__(self, root: Path) -> None:
        """Raises :class:`CannotJudge` for what is no folder."""
        try:
            mode = root.stat().st_mode
        except FileNotFoundError:
            raise CannotJudge(f"{root} does not exist; {REMEDY}") from None
        except OSError as error:
            raise CannotJudge(f"{root} cannot be read ({error.strerror}); {REMEDY}") from None
        if not stat.S_ISDIR(mode):
            raise CannotJudge(f"{root} is a file, not a folder; {REMEDY}")
        self.root = root
        self._top = str(root)

    def __str__(self) -> str:
        return self._top

    def python_files(self, folder: str, refused: Refused) -> Iterator[str]:
        """See :class:`Place`."""

        def on_error(error: OSError) -> None:
            # A service that this tree does not have is no failure; one that is behind what may not be read is.
            if not isinstance(error, FileNotFoundError) or os.path.lexists(error.filename):
                refused(self._relative(error.filename), f"cannot be read: {error.strerror}")

        for where, folders, files in os.walk(self.root / folder, onerror=on_error):
            folders[:] = filter(is_ours, folders)
            inside = self._relative(where)
            for name in files:
                if name.endswith(".py"):
                    yield name if inside == "." else f"{inside}/{name}"

    def has(self, path: str) -> bool:
        """See :class:`Place`."""
        with suppress(PermissionError):
            return (self.root / path).is_file()
        return False

    def read(self, path: str) -> bytes:
        """See :class:`Place`."""
        # Thousands of files: what Path and a buffered file add to each is felt.
        file = f"{self._top}/{path}"
        try:
            handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            if os.path.lexists(file):  # a link to nowhere
                raise
            raise ChangedMeanwhile(path) from None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "not a regular file")
            text = os.read(handle, status.st_size + 1)
            if len(text) == status.st_size:
                return text
            return text + b"".join(iter(lambda: os.read(handle, 1 << 20), b""))  # it grows, or tells no size
        finally:
            os.close(handle)

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """None: what a file holds is known by reading it. Size and time tell of a change too late, or never."""
        return {}

    def revision(self) -> str | None:
        """The revision that is checked out in or above the folder."""
        return revision_of(self.root)

    def _relative(self, place: str) -> str:
        return os.path.relpath(place, self._top).replace(os.sep, "/")
