"""Faults: each coordination gap as one readable patch on the reference platform (`faults/*.patch`).

A fault applied to a copy gives a platform whose source and whose behaviour have the gap. Its header says what must
break, exactly; the project's tests run the real command against it and compare. Many of them together are the platform
as the plan found it (`faults/as-found.toml`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.files import REPOSITORY
from acceptance.verdicts import ConfigurationError, nearest

FOLDER = REPOSITORY / "faults"
AS_FOUND_FILE = FOLDER / "as-found.toml"
_HEADERS = ("Gap", "People-notice", "Breaks")


@dataclass(frozen=True)
class Fault:
    """One planted gap, and by their ids exactly the examples that do not end as kept.

    ``roots`` are broken because they are about it, ``entails`` because something else was broken before them; ``hides``
    can then not be told, since the gap takes away what they begin with.
    """

    name: str
    gap: str
    people_notice: str
    roots: frozenset[str]
    entails: frozenset[str]
    hides: frozenset[str]
    patch: Path

    @property
    def breaks(self) -> frozenset[str]:
        """Every example that ends broken."""
        return self.roots | self.entails


def known_faults() -> dict[str, Fault]:
    """Every fault by its name, which is its file's."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.patch"))}


def chosen_faults(names: Sequence[str]) -> list[Fault]:
    """The faults called ``names``; raises :class:`ConfigurationError` naming the nearest for an unknown one."""
    known = known_faults()
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean “{near}”?" if near else f"the faults are {', '.join(known)}"
            raise ConfigurationError(f"there is no fault “{name}”: {hint}")
    return [known[name] for name in names]


_Names = Annotated[tuple[str, ...], Field(min_length=1)]


class _AsFound(BaseModel):
    """The names of the faults that are planted together, by the gap of the plan that they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    imports: _Names
    factories: _Names
    staging: _Names
    ssot: _Names


def as_found(file: Path = AS_FOUND_FILE) -> Mapping[str, tuple[Fault, ...]]:
    """The faults of the platform as the plan found it, in the order in which they are planted.

    The keys are the plan's four gaps, in its order: imports, factories, staging, ssot. Raises
    :class:`ConfigurationError` naming the file when it cannot be read, leaves a gap out, or names a fault twice or one
    that does not exist.
    """
    try:
        listed = _AsFound.model_validate(documents.read_toml(file))
    except (OSError, Unusable) as error:
        told = f"the faults of the platform as found, {file}, cannot be read"
        raise ConfigurationError(f"{told}: {why(error)}; restore it from git") from None
    except ValidationError as error:
        told, gaps = documents.problem(error), ", ".join(_AsFound.model_fields)
        raise ConfigurationError(
            f"{file} is not as it must be ({told}): each of {gaps} lists the names of faults"
        ) from None
    by_gap: dict[str, tuple[str, ...]] = dict(listed)
    names = [name for gap in by_gap.values() for name in gap]
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ConfigurationError(f"{file} lists {', '.join(twice)} more than once: leave one of them")
    try:
        known = {fault.name: fault for fault in chosen_faults(names)}
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    return {gap: tuple(known[name] for name in names) for gap, names in by_gap.items()}


def faulty_copy(reference: Path, faults: Sequence[Fault], into: Path) -> Path:
    """A copy of the reference tree with the faults applied, as ``into/reference``.

    Raises :class:`ConfigurationError` when a patch does not fit the tree, or the other faults.
    """
    tree = into / "reference"
    shutil.copytree(reference, tree, ignore=shutil.ignore_patterns("__pycache__"))
    # a repository around the folder would change what git takes the patch's paths to mean
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(into.resolve())}
    for fault in faults:
        command = ["git", "apply", "--whitespace=nowarn", str(fault.patch)]
        try:
            applied = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise ConfigurationError("git is needed to plant a fault, and is not here: install it") from None
        if applied.returncode:
            told = applied.stderr.strip().partition("\n")[0].removeprefix("error: ")
            remedy = "write it anew for the reference platform" if fault is faults[0] else "leave it or another one out"
            raise ConfigurationError(f"the fault {fault.patch.name} does not apply ({told}): {remedy}")
    return tree


def _read(path: Path) -> Fault:
    header = HeaderParser().parsestr(path.read_text(encoding="utf-8"))
    missing = [name for name in _HEADERS if not header.get(name)]
    if missing:
        raise ConfigurationError(f"{path.name} does not say {' and '.join(missing)} in its first lines")
    return Fault(
        name=path.stem,
        gap=header["Gap"],
        people_notice=" ".join(header["People-notice"].split()),
        roots=_ids(header["Breaks"]),
        entails=_ids(header.get("Entails", "")),
        hides=_ids(header.get("Hides", "")),
        patch=path,
    )


def _ids(header: str) -> frozenset[str]:
    """The ids in a header that may be folded over several lines."""
    return frozenset(" ".join(part.split()) for part in header.split(",") if part.strip())
