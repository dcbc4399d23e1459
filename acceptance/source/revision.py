"""Which revision of a project a folder holds."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def revision_of(tree: Path, *, timeout: float = 5.0) -> str | None:
    """The full git revision checked out in or above ``tree``; None without git, a checkout, or an answer in time.

    ``timeout`` is in seconds. ``GIT_DIR`` and its like, which a git hook sets for another repository, are left out.
    """
    return _git(tree, timeout, "rev-parse", "HEAD")


def is_changed(tree: Path, *, timeout: float = 30.0) -> bool | None:
    """Whether ``tree`` holds anything but what its revision has; None where :func:`revision_of` is, or is too late.

    A file that git does not know counts, since an audit reads it; one that it is told to ignore does not.
    """
    told = _git(tree, timeout, "status", "--porcelain", "--", ".")
    return None if told is None else bool(told)


def _git(tree: Path, timeout: float, *arguments: str) -> str | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(tree), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
