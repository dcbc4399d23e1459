"""What an audit is asked: of which files, about what, and on which day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cached_property
from hashlib import sha256

import msgspec

from acceptance.source.cache import tool
from acceptance.source.contents import Contents
from acceptance.source.errors import CannotJudge
from acceptance.source.manifest import Manifest
from acceptance.source.places import Place
from acceptance.source.tree import SourceFile, SourceTree

#: Is given the contents read so far, and in all.
Progress = Callable[[int, int], None]


class Case:
    """All that an answer depends on: what the files hold, what is asked, and on which day."""

    def __init__(
        self, place: Place, manifest: Manifest, concepts: list[str], rules: Collection[str] | None, today: date
    ) -> None:
        self.source = tree_of(place, manifest)
        self.contents = Contents(self.source.files)
        self.concepts = concepts
        self.rules = None if rules is None else sorted(set(rules))
        self.today = today

    @cached_property
    def digest(self) -> str:
        """The same for the same case to the same files, whatever their times; for the same code, too."""
        listing = [(file.path, self._held(file)) for file in self.source.files]
        asked = self.source.manifest, self.concepts, self.rules, self.today, self.source.unreadable
        return sha256(msgspec.msgpack.encode((tool(), asked, listing))).hexdigest()

    def beside(self, modules: Iterable[str]) -> dict[str, tuple[str, str] | None]:
        """For each of these modules its file and what that holds; None where there is none."""
        found = {name: self.source.module(name) for name in modules}
        return {name: (file.path, self._held(file)) if file else None for name, file in found.items()}

    def _held(self, file: SourceFile) -> str:
        return self.contents.of(file) or self.contents.problems[file.path]


def tree_of(place: Place, manifest: Manifest) -> SourceTree:
    """The files of the tree that the manifest speaks of; raises :class:`CannotJudge` for any other."""
    source = SourceTree(place, manifest)
    if not any(source.module(manifest.home(concept)) for concept in manifest.concepts):
        raise CannotJudge(
            f"{place} is not the tree that the manifest speaks of: it has none of the homes in {manifest.package}; "
            "name the folder that holds the platform's source, or another manifest"
        )
    return source


def known(what: str, asked: Collection[str] | None, known: Collection[str]) -> list[str]:
    """What is asked for, in the order of what there is; all of it for None. Raises :class:`CannotJudge`."""
    for name in sorted(asked or ()):
        if name not in known:
            raise CannotJudge(f"no {what} is called {name}; there are {', '.join(sorted(known))}")
    return [name for name in known if asked is None or name in asked]
