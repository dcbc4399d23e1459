"""What the command ``verdict`` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from acceptance.reporting import results
from acceptance.signoff.against_lists import listed
from acceptance.signoff.verdict import judge
from acceptance.signoff.verdict_text import tell_verdict


def verdict(reports: Path, lists: Sequence[Path] | None, ratchet: bool) -> int:
    """Tell what the run in a folder amounts to; the exit code that says it to a pipeline."""
    today = date.today()
    judgement = judge(listed(results.read_in(reports), today, lists), today, ratchet=ratchet)
    tell_verdict(judgement)
    return judgement.exit_code
