"""Small git repositories for the tests."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What git answers in ``folder``, as somebody whose settings do not matter."""
    person = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *person, *arguments],
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip()


def checkout(folder: Path) -> Path:
    """A folder as a git checkout with everything committed."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return folder


def committed(repository: Path, files: Mapping[str, str | bytes | None], message: str = "x") -> str:
    """One commit more, with these files changed, and those that are None gone; its id."""
    if not (repository / ".git").exists():
        repository.mkdir(exist_ok=True)
        git(repository, "init", "--quiet", "--initial-branch=main")
    for path, text in files.items():
        if text is None:
            (repository / path).unlink()
        else:
            place = repository / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode() if isinstance(text, str) else text)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(repository, "rev-parse", "HEAD")
