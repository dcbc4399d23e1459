"""The README's commands, as they stand there: each is one that there is, and each does what it says.

They are run in a copy of the repository, beside a checkout ``../netra``, with every target's addresses on loopback.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from command import clean_environment
from reference_services import Starter, by_hand
from repositories import git

from acceptance.faults import as_found, faulty_copy
from acceptance.files import REFERENCE, REPOSITORY

_BLOCKS = re.findall(r"^```\n(.*?)^```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.M | re.S)
COMMANDS = [
    line.partition(" #")[0].strip()
    for block in _BLOCKS
    for line in block.splitlines()
    if line.startswith(("make ", "behave ", "python "))
]
#: What takes many minutes or needs the network, and is run by whoever wants it; here, that there is such.
TOO_LONG = ("make install", "make test", "make prove", "make trials", "make soak", "make bench")
#: How each ends here that does not end with 0, and what it then says.
ENDS = {
    "make as-found": (0, "Broken: the reference platform as found"),
    "python -m acceptance compare reports/as-found reports": (0, "newly kept"),
    "python -m acceptance signoff approve": (1, "--accept"),  # what was not asked must be accepted, each with a reason
    "python -m acceptance signoff verify": (3, "approv"),  # there is none yet
}


def _how(command: str) -> tuple[int, str]:
    return next((end for begin, end in ENDS.items() if command.startswith(begin)), (0, ""))


def _run(command: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    if words[0] in ("python", "behave"):
        words[0] = str(Path(sys.executable).parent / words[0])
    return subprocess.run(
        words,
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) > 25
    assert set(TOO_LONG) <= set(COMMANDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_each_command_is_one_that_there_is(command: str, tmp_path: Path) -> None:
    program = command.split()[0]
    only_look = {"make": "--dry-run", "behave": "--dry-run", "python": "--help"}[program]
    if program == "behave":  # what is not asked needs neither the tree nor the platform
        command = re.sub(r"-D (source|target|reports)=\S+", "", command) + f" -D reports={shlex.quote(str(tmp_path))}"
    ran = _run(f"{command} {only_look}", REPOSITORY, clean_environment())
    assert ran.returncode == 0, ran.stdout
    assert program != "behave" or "would be asked" in ran.stdout


def test_one_that_there_is_not_would_be_found() -> None:
    assert _run("python -m acceptance audit ../netra --gone --help", REPOSITORY, clean_environment()).returncode == 2
    assert _run("make gone --dry-run", REPOSITORY, clean_environment()).returncode == 2
    assert "would be asked" not in _run("behave --tags=@gone --dry-run", REPOSITORY, clean_environment()).stdout


@pytest.fixture
def beside_netra(tmp_path: Path, starter: Starter) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the repository beside a checkout of a platform, and variables that keep each target on loopback."""
    copy, netra = tmp_path / "specification", tmp_path / "netra"
    listed = git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in listed.split("\0"):
        if name and (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, copy / name)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "as it is")
    (copy / ".venv").symlink_to(sys.prefix)
    tool = Path("acceptance", "reporting", "allure", "node_modules")
    if (REPOSITORY / tool).is_dir():
        (copy / tool).symlink_to(REPOSITORY / tool)
    planted = [fault for faults in as_found().values() for fault in faults]
    shutil.copytree(faulty_copy(REFERENCE, planted, tmp_path / "as-found"), netra)
    git(netra, "init", "--quiet")
    git(netra, "add", "--all")
    git(netra, "commit", "--quiet", "--message", "as found")
    git(netra, "rm", "-r", "--quiet", ".")
    shutil.copytree(REFERENCE, netra, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    git(netra, "add", "--all")
    git(netra, "commit", "--quiet", "--message", "closed")
    local = by_hand(starter, "local")
    staging = by_hand(
        starter,
        "staging",
        ENVIRONMENT="staging",
        JWT_SECRET_STAGING="the secret of staging, which both services share",
        E2E_OAUTH_SIMULATION_KEY="the key",
    )
    variables = {
        f"{name}_{setting.upper()}": address
        for name, platform in (("LOCAL", local), ("STAGING", staging))
        for setting, address in platform.addresses.items()
    }
    yield copy, clean_environment(variables) | {"E2E_OAUTH_SIMULATION_KEY": "the key", "MAKEFLAGS": ""}


@pytest.mark.long
def test_each_command_does_what_it_says(beside_netra: tuple[Path, dict[str, str]]) -> None:
    copy, env = beside_netra
    otherwise = []
    for command in COMMANDS:
        if command in TOO_LONG:
            continue
        code, says = _how(command)
        ran = _run(command, copy, env)
        if ran.returncode != code or says not in ran.stdout or "Traceback" in ran.stdout:
            otherwise.append(f"$ {command}\n{ran.stdout[-3000:]}\nexit {ran.returncode}, not {code}")
    assert not otherwise, "\n\n".join(otherwise)
    assert os.path.lexists(copy / "reports" / "signoff.html")
