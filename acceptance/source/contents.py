"""What the files of a tree hold: a digest of each, and the bytes of those that were read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress

from acceptance.source.errors import ChangedMeanwhile
from acceptance.source.tree import SourceFile


def digest(text: bytes, digits: int = 40) -> str:
    """What git calls a content, so that a file and a blob of git's are known by one name: 40 hex digits, or 64."""
    content = hashlib.new("sha256" if digits == 64 else "sha1", b"blob %d\0" % len(text), usedforsecurity=False)
    content.update(text)
    return content.hexdigest()


class Contents:
    """What some files hold: the digest of each at once, and the bytes of those that are asked for.

    ``digests`` and ``problems`` (why there is none) are by the paths of files, ``texts`` are bytes by their digests.
    To keep all bytes would take longer than to read a few again, and where nothing changed none are needed.
    Raises :class:`ChangedMeanwhile` for a file that is gone since the tree was listed.
    """

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self.digests: dict[str, str] = {}
        self.problems: dict[str, str] = {}
        self.texts: dict[str, bytes] = {}
        files = list(files)
        known = files[0].place.digests(file.written for file in files) if files else {}
        for file in files:
            if file.written in known:
                self.digests[file.path] = known[file.written]
            else:
                self._read(file)

    def of(self, file: SourceFile) -> str | None:
        """The digest of what the file holds; None where it cannot be read."""
        if file.path not in self.digests and file.path not in self.problems:
            self._read(file)
        return self.digests.get(file.path)

    def text(self, file: SourceFile) -> bytes:
        """The bytes of the file. Raises ``OSError``, and :class:`ChangedMeanwhile`."""
        content = self.of(file)
        if content is None:
            raise OSError(0, self.problems[file.path])
        if content not in self.texts:
            with suppress(OSError):
                text = file.read()
                if digest(text, len(content)) == content:
                    self.texts[content] = text
        if content not in self.texts:
            raise ChangedMeanwhile(file.path)
        return self.texts[content]

    def _read(self, file: SourceFile) -> None:
        try:
            self.digests[file.path] = digest(file.read())
        except OSError as error:
            self.problems[file.path] = f"cannot be read: {error.strerror}"
