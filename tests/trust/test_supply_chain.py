"""What is installed is what was looked at: pinned, held to its hash, and under a licence that permits it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from licences import (
    BROWSER,
    PAGE,
    REPORT,
    RUN,
    TEST,
    Package,
    hashes_of_pypi,
    not_accepted,
    of_npm,
    of_pypi,
    page,
)
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from acceptance.files import REPOSITORY

LOCKS = pytest.mark.parametrize("lock", [RUN, TEST], ids=lambda lock: lock.name)
LOCKS_OF_NPM = pytest.mark.parametrize("lock", [REPORT, BROWSER], ids=lambda lock: lock.parent.name)


def pinned(lock: Path) -> dict[str, str]:
    return {canonicalize_name(of.name): str(of.specifier) for of in of_pypi(lock)}


@LOCKS
def test_each_package_of_pypi_is_one_version_and_held_to_its_hashes(lock: Path) -> None:
    assert all(re.fullmatch(r"==[\w.!+]+", version) for version in pinned(lock).values())
    assert all(hashes_of_pypi(lock).values())
    assert "\n--only-binary :all:\n" in lock.read_text(encoding="utf-8")  # to build one would run what it ships


@LOCKS
def test_a_lock_has_what_is_asked_for(lock: Path) -> None:
    for line in lock.with_suffix(".in").read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            asked = Requirement(line)
            assert pinned(lock).get(canonicalize_name(asked.name)) == str(asked.specifier), f"{line}: make lock"


def test_what_is_tested_with_is_what_runs() -> None:
    assert pinned(RUN).items() <= pinned(TEST).items()


def test_another_file_under_the_name_of_a_package_is_refused(tmp_path: Path) -> None:
    text = RUN.read_text(encoding="utf-8")
    of_it = re.search(r"^sniffio==(\S+) \\\n(?: +--hash=\S+(?: \\)?\n)+", text, re.MULTILINE)
    assert of_it
    (tmp_path / "requirements.txt").write_text(of_it[0], encoding="utf-8")
    name = f"sniffio-{of_it[1]}"
    with zipfile.ZipFile(tmp_path / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("sniffio.py", "")
        wheel.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: sniffio\nVersion: {of_it[1]}\n")
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--isolated",
        "install",
        "--no-index",
        f"--find-links={tmp_path}",
        "--quiet",
    ]
    to = [f"--target={tmp_path / 'installed'}"]
    held = subprocess.run([*install, *to, "-r", tmp_path / "requirements.txt"], capture_output=True, text=True)
    assert held.returncode == 1
    assert "DO NOT MATCH THE HASHES" in held.stderr
    bare = subprocess.run([*install, *to, f"sniffio=={of_it[1]}"], capture_output=True, text=True)
    assert bare.returncode == 0, bare.stderr  # so that nothing but the hash has refused it


@LOCKS_OF_NPM
def test_each_package_of_npm_is_one_version_and_held_to_its_hash(lock: Path) -> None:
    packages = of_npm(lock)
    assert packages
    assert [of["name"] for of in packages if not of.get("integrity", "").startswith("sha512-")] == []
    assert {of.get("resolved", "https://registry.npmjs.org/") for of in packages} == {"https://registry.npmjs.org/"}


def test_the_page_of_licences_tells_what_is_locked() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make licences"


def test_every_licence_on_the_page_is_one_that_is_accepted() -> None:
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = [Package(*row) for row in rows if row[0] != "package"]
    assert len(told) > 200
    assert not_accepted(told) == []


@pytest.mark.parametrize(
    ("licence", "accepted"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MPL-2.0 OR Apache-2.0)", True),
        ("UNKNOWN", False),
    ],
)
def test_a_licence_that_somebody_has_to_decide_on_is_noticed(licence: str, accepted: bool) -> None:
    assert Package("a", "1", licence).is_accepted is accepted


def test_make_installs_from_the_locks_alone() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    installed = re.findall(r"pip install (.+)", makefile)
    assert [line.partition("-r ")[2] for line in installed] == ["requirements.txt", "requirements-dev.txt"]
