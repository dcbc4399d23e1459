"""Whether what a requirements file pins is installed, as it pins it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import documents
from acceptance.documents import Unusable

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def pinned(file: Path, within: Collection[Path] = ()) -> list[Requirement]:
    """What a requirements file asks for on this system, and what those ask for that it names by ``-r``.

    Raises ``OSError``, :class:`Unusable` for a line that pip would refuse too, and ``ModuleNotFoundError`` where
    ``packaging``, which is one of what is asked for, is not installed.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    if file in within:
        raise Unusable(f"{file.name} names itself by -r")
    found = []
    for line in _lines(documents.read_text(file)):
        other = re.match(r"(?:-r|--requirement)[\s=]*(\S.*)", line)
        if other:
            found += pinned((file.parent / other[1]).resolve(), (*within, file))
        elif not line.startswith("-"):  # any other option is about how to install
            try:
                asked = Requirement(re.split(r"\s--", line, maxsplit=1)[0])
            except InvalidRequirement:
                raise Unusable(f"“{documents.shortened(line)}” is no requirement") from None
            if asked.marker is None or asked.marker.evaluate():
                found.append(asked)
    return found


def difference(asked: Requirement) -> str | None:
    """What is otherwise than it is asked for, such as "httpx is 0.27.0 and not 0.28.1"; None where nothing is."""
    from packaging.version import InvalidVersion

    try:
        there = version(asked.name)
    except (PackageNotFoundError, KeyError):  # the latter: what is left of it does not say its version
        there = None
    if not there:
        return f"{asked.name} is not installed"
    try:
        if asked.specifier.contains(there, prereleases=True):
            return None
    except InvalidVersion:
        pass
    return f"{asked.name} is {there} and not {str(asked.specifier).removeprefix('==')}"


def _lines(text: str) -> Iterator[str]:
    """The lines as pip reads them: folded ones whole, without comments."""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        if told := re.sub(r"(^|\s)#.*", "", line).strip():
            yield told
