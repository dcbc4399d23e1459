"""CG001: a file that the target Python cannot read, or a folder that nobody can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import TYPE_CHECKING

from acceptance.source.rules.base import Hit, RuleDoc, Told, TreeRule
from acceptance.source.things import Thing

if TYPE_CHECKING:
    from acceptance.source.evidence import Evidence
    from acceptance.source.manifest import Manifest

DOC = RuleDoc(
    id="CG001",
    title="unparsable file",
    what="A file that the Python named in the manifest cannot parse, or that cannot be opened; a folder that cannot "
    "be opened. Of tests, only those that mention a governed name are read.",
    why="Nothing in it is checked, and whatever imports it fails.",
    broken=cleandoc("""
        # shop/orders/books.py
        class Shelf
    """),
    fixed=cleandoc("""
        # shop/orders/books.py
        class Shelf: ...
    """),
)


def decide(evidence: Evidence) -> Iterator[Hit]:
    """One hit per file, and per folder."""
    for file in evidence.program.tree.files:
        problem = evidence.program.unparsable.get(file.path)
        if problem:
            said = re.fullmatch(r"(?P<what>.+) \(line (?P<line>\d+)\)", problem)
            what, line = (said["what"], int(said["line"])) if said else (problem, 1)
            yield Hit("", file.module, file, line, Thing("module", file.module, "", file.path), {"problem": what})
    for folder in evidence.program.tree.unreadable_folders:
        problem = evidence.program.tree.unreadable[folder.path]
        about = Thing("module", folder.module, "", folder.path)
        yield Hit("", folder.module, folder, 1, about, {"folder": True, "problem": problem})


def tell(hit: Hit, manifest: Manifest) -> Told:
    """The hit in words."""
    if hit.detail.get("folder"):
        closes = "Let whoever audits read it, or remove it; until then nothing in it is checked."
        return Told(f"This folder {hit.detail['problem']}", closes)
    return Told(
        f"Python {manifest.python} cannot read this file: {hit.detail['problem']}",
        "Correct the file, or delete it if nobody needs it; until then nothing in it is checked.",
    )


RULE = TreeRule(DOC, decide, tell, late=2)
