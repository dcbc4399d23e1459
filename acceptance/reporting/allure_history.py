"""`reports/history.jsonl`: the runs before this one, which Allure draws its trend of; it adds to the file itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

HISTORY = "history.jsonl"


class Damaged(Exception):
    """A line of the history cannot be read: one sentence that says which."""


def copy_without(uuids: Sequence[str], history: Path, copy: Path) -> None:
    """Copy the history for Allure to add to, without the run that these results belong to.

    Allure rewrites its history in place, which an interruption would leave damaged: it works on a copy. It knows a
    result by the MD5 of its uuid. It stumbles over line separators of Unicode in a message: the copy is plain ASCII.
    """
    if not history.exists():
        return
    ours = {hashlib.md5(uuid.encode(), usedforsecurity=False).hexdigest() for uuid in uuids}
    kept = []
    for number, line in enumerate(history.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            run = json.loads(line)
            known = {item["id"] for item in run["testResults"].values()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Damaged(f"line {number} of {history} is damaged") from error
        if known.isdisjoint(ours):
            kept.append(json.dumps(run) + "\n")
    copy.write_text("".join(kept), encoding="ascii")
