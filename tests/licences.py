"""The licences of everything that the project installs, as a page: ``make licences`` writes docs/licences.md.

What is installed is what the locks name: requirements*.txt for PyPI, each package-lock.json for npm. A licence is what
the installed package, or the lock of npm, says of itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from acceptance.files import REPOSITORY, write_whole

PAGE = REPOSITORY / "docs" / "licences.md"
RUN, TEST = REPOSITORY / "requirements.txt", REPOSITORY / "requirements-dev.txt"
REPORT, BROWSER = (
    REPOSITORY / "acceptance" / "reporting" / "allure" / "package-lock.json",
    REPOSITORY / "tests" / "node" / "package-lock.json",
)
# Classifiers of PyPI, as SPDX writes them.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Of a package for a system other than this one, which is locked and not installed here.
KNOWN = {"pywin32": "PSF-2.0"}
# What may be used without asking anybody: each permits use, and MPL-2.0 asks for its own files alone.
ACCEPTED = frozenset(
    {"Apache-2.0", "BlueOak-1.0.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}
    | {"Python-2.0", "ZPL-2.1"}
)


@dataclass(frozen=True, order=True)
class Package:
    """A package as a lock names it; ``licence`` is an SPDX expression, or what the package writes in its place."""

    name: str
    version: str
    licence: str

    @property
    def is_accepted(self) -> bool:
        """Whether each of its licences is, or one of those it offers."""
        bare = self.licence.replace("(", "").replace(")", "")
        return any(all(part in ACCEPTED for part in offer.split(" AND ")) for offer in bare.split(" OR "))


def of_pypi(lock: Path) -> Iterator[Requirement]:
    """What a requirements file pins."""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            yield Requirement(line.removesuffix("\\").strip())


def hashes_of_pypi(lock: Path) -> dict[str, int]:
    """For each package that a requirements file pins, how many files it may be, by their hashes."""
    counted: dict[str, int] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            name = canonicalize_name(Requirement(line.removesuffix("\\").strip()).name)
            counted[name] = 0
        elif line.lstrip().startswith("--hash=sha256:"):
            counted[name] += 1
    return counted


def of_npm(lock: Path) -> list[dict[str, str]]:
    """The packages of a package-lock.json, each with ``name``, ``version``, ``license`` and ``integrity``."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return [{"name": place.rpartition("node_modules/")[2], **package} for place, package in packages.items() if place]


def installed() -> dict[str, str]:
    """What each package of this environment says of its licence, by its name as PyPI normalises it."""
    asked = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return {canonicalize_name(of["Name"]): _as_spdx(of["License"]) for of in json.loads(told)}


def _as_spdx(licence: str) -> str:
    """Several classifiers are all that may be chosen from."""
    return " OR ".join(SPDX.get(part, part) for part in licence.split("; "))


def pinned(lock: Path, licences: dict[str, str]) -> list[Package]:
    """The packages of a requirements file with their licences. Raises KeyError for one that is not known."""
    return sorted(
        Package(name, str(required.specifier).removeprefix("=="), KNOWN.get(name) or licences[name])
        for required in of_pypi(lock)
        for name in [canonicalize_name(required.name)]
    )


def locked(lock: Path) -> list[Package]:
    """The packages of a package-lock.json with their licences."""
    return sorted({Package(of["name"], of["version"], of.get("license", "not told")) for of in of_npm(lock)})


def page() -> str:
    """docs/licences.md."""
    licences = installed()
    to_run = pinned(RUN, licences)
    to_test = [package for package in pinned(TEST, licences) if package not in to_run]
    parts = (
        ("To run, from PyPI", "requirements.txt", to_run),
        ("To test the specification itself, from PyPI", "requirements-dev.txt", to_test),
        ("To render the report, from npm", str(REPORT.relative_to(REPOSITORY)), locked(REPORT)),
        ("To look at pages in tests, from npm", str(BROWSER.relative_to(REPOSITORY)), locked(BROWSER)),
    )
    lines = [
        "# Licences",
        "",
        "Written by `make licences`. Nothing of these packages is part of this repository: each is installed as it is "
        "published, and held to the hash that its lock names.",
    ]
    for title, lock, packages in parts:
        lines += ["", f"## {title} (`{lock}`, {len(packages)})", "", "| package | version | licence |", "|---|---|---|"]
        lines += [f"| {of.name} | {of.version} | {of.licence} |" for of in packages]
    return "\n".join(lines) + "\n"


def not_accepted(packages: Iterable[Package]) -> list[Package]:
    """Those that somebody has to decide on."""
    return [package for package in packages if not package.is_accepted]


if __name__ == "__main__":
    write_whole(PAGE, page())
    print(f"{PAGE.relative_to(REPOSITORY)} is written.")
