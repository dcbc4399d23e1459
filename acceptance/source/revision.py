"""Which revision of a project a folder holds."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def revision_of(tree: Path, *, timeout: float = 5.0) -> str | None:
    """The full git revision checked out in or above ``tree``; None without git, a checkout, or an answer in time.

    ``timeout`` is in seconds. ``GIT_DIR`` and its like, which a git hook sets for another repository, are left out.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(tree), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
