"""Bad moments: a command that is stopped, killed or out of room at any point leaves nothing half, held or lost.

Which command, what strikes it and when is drawn from a seed that the name of each trial tells: SEED=9 TRIALS=200.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moments import (
    FULL,
    FULL_DISK,
    MANY,
    SEED,
    Base,
    Place,
    Trial,
    change_the_tree,
    copy_of,
    make_room,
    on_a_small_disk,
    prepared,
    strike,
    swept,
    the_checkout,
    trials,
    wrong,
)

#: One of each kind, for every day.
SHORT = [
    Trial(0, "behave", "Ctrl-C", 0.7),
    Trial(1, "behave", "SIGKILL", 0.7),
    Trial(2, "behave", FULL, 0.7),
    Trial(3, "report", "SIGTERM", 0.6),
    Trial(4, "report", "SIGKILL", 0.8),
    Trial(5, "approve", FULL, 0.2),
    Trial(6, "sheet", FULL_DISK, 0.4),
    Trial(7, "audit", "SIGKILL", 0.7),
    Trial(8, "compare", "SIGTERM", 0.6),
    Trial(9, "known-gaps", FULL, 0.1),
]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return prepared(tmp_path_factory.mktemp("moments") / "base")


@pytest.mark.parametrize("trial", SHORT, ids=str)
def test_a_command_at_a_bad_moment(trial: Trial, base: Base, tmp_path: Path) -> None:
    assert list(carried_out(trial, base, tmp_path)) == []


@pytest.mark.long
@pytest.mark.parametrize("trial", trials(SEED, MANY), ids=lambda trial: f"seed {SEED}, {trial}")
def test_two_hundred_bad_moments(trial: Trial, base: Base, tmp_path: Path) -> None:
    assert list(carried_out(trial, base, tmp_path)) == []


def carried_out(trial: Trial, base: Base, tmp_path: Path) -> Iterator[str]:
    """Everything that is wrong after a trial, and after the next run."""
    seconds = base.seconds[trial.command]
    if trial.strike == FULL_DISK:
        with on_a_small_disk(base.place, tmp_path / "disk", trial.room) as place:
            if place:
                yield from _carried_out(trial, place, seconds)
                return
        trial = Trial(trial.number, trial.command, FULL, trial.part)
    yield from _carried_out(trial, copy_of(base.place, tmp_path / "place"), seconds)


def _carried_out(trial: Trial, place: Place, seconds: float) -> Iterator[str]:
    if trial.command == "audit" and trial.strike != FULL_DISK:
        change_the_tree(place)
    before, checkout = place.files(), the_checkout()
    struck = strike(trial, place, seconds)
    print(f"it ended with {struck.exit_code}, and said:\n{struck.said}")
    yield from wrong(trial, place, before, struck)
    if trial.strike == FULL_DISK:
        make_room(place)
    if trial.strike not in ("Ctrl-C", "SIGTERM"):
        yield from swept(trial, place)
    if the_checkout() != checkout:
        yield "something is written or locked in the checkout itself"
