"""Asking git about a folder: what runs nothing that the repository names, changes nothing and fetches nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

#: A repository can name commands in its own settings, which git runs by the way; a judged one is only read. What it
#: puts in the place of an object is not what its commits are about.
COMMAND = (
    *("git", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
)


def revision_of(tree: Path, *, timeout: float = 5.0) -> str | None:
    """The full git revision checked out in or above ``tree``; None without git, a checkout, or an answer in time.

    ``timeout`` is in seconds. ``GIT_DIR`` and its like, which a git hook sets for another repository, are left out.
    """
    return answer_of(tree, timeout, "rev-parse", "HEAD")


def is_changed(tree: Path, *, timeout: float = 30.0) -> bool | None:
    """Whether ``tree`` holds anything but what its revision has; None where :func:`revision_of` is, or is too late.

    A file that git does not know counts, since an audit reads it; one that it is told to ignore does not.
    """
    told = answer_of(tree, timeout, *without_filters(tree), "status", "--porcelain", "--", ".")
    return None if told is None else bool(told)


def answer_of(tree: Path, timeout: float, *arguments: str) -> str | None:
    """What git says about ``tree``, without the space around it; None where it fails, or takes longer in seconds."""
    answer = bytes_of(tree, timeout, *arguments)
    return None if answer is None else os.fsdecode(answer).strip()


def bytes_of(tree: Path, timeout: float, *arguments: str) -> bytes | None:
    """See :func:`answer_of`; as git says it."""
    command = [*COMMAND, "-C", str(tree), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=timeout, env=environment(), check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None


def environment() -> dict[str, str]:
    """Without what a git hook sets for another repository; nothing is fetched that a partial clone lacks.

    Nor is a lock to be taken in a repository that is only looked at: git, killed with the run, would leave it there.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def without_filters(tree: Path) -> list[str]:
    """Options by which git compares files as they are, and not as commands of the repository's own would make them."""
    named = ("config", "--local", "--includes", "--null", "--name-only", "--get-regexp", r"^filter\.")
    drivers = {name.rpartition(".")[0] for name in (answer_of(tree, 5, *named) or "").split("\0") if name}
    return [
        part
        for driver in sorted(drivers)
        for setting in ("clean=", "process=", "required=false")
        for part in ("-c", f"{driver}.{setting}")
    ]
