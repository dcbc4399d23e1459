"""`reports/runs.jsonl`: one line for each run that came to its end, for the trend on the sign-off sheet.

The lines are small and the file is cut to the latest runs. A line that cannot be read, as after a full disk, is left
out: a trend with a gap is better than no trend.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from acceptance.files import write_whole
from acceptance.reporting.results import Results
from acceptance.verdicts import Verdict

FILE_NAME = "runs.jsonl"
LATEST = 200  # runs that are kept


class PastRun(BaseModel):
    """One run in numbers; ``judged`` says of what, and only runs of the same can be compared."""

    model_config = ConfigDict(frozen=True)

    started: datetime
    judged: str
    complete: bool
    promises: dict[Verdict, int]
    ssot_warnings: int | None

    @classmethod
    def of(cls, results: Results) -> PastRun:
        """The line of a run."""
        return cls(
            started=results.run.started,
            judged=judged(results),
            complete=results.run.complete,
            promises=results.counts(),
            ssot_warnings=results.source.ssot_warnings if results.source else None,
        )


def judged(results: Results) -> str:
    """What a run judges, for comparing like with like: revisions and versions may differ."""
    target, source = results.target, results.source
    where = [] if target.embedded else list(target.addresses.values())  # the embedded one has others each time
    platform = ["as found", *target.closed] if target.as_found else target.planted_faults
    return " | ".join([target.name, *where, *platform, source.tree if source else ""])


def remember(reports: Path, results: Results) -> None:
    """Add a run; one that is already there, by its start, is replaced."""
    earlier = [run for run in past_runs(reports) if run.started != results.run.started]
    _write(reports, [*earlier, PastRun.of(results)])


def past_runs(reports: Path) -> list[PastRun]:
    """The runs that are remembered, oldest first; none when there is no file."""
    try:
        lines = (reports / FILE_NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return list(_readable(lines))


def _readable(lines: Iterable[str]) -> Iterable[PastRun]:
    for line in lines:
        try:
            yield PastRun.model_validate_json(line)
        except ValidationError:
            continue


def _write(reports: Path, runs: list[PastRun]) -> None:
    write_whole(reports / FILE_NAME, "".join(f"{run.model_dump_json()}\n" for run in runs[-LATEST:]))
