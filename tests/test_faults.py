"""Faults: each, planted on the reference platform, breaks exactly what its header declares, by the real command.

``make test`` runs the fewest that break every example once; ``make faults`` runs them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from command import acceptance, behave

from acceptance.faults import Fault, faulty_copy, known_faults
from acceptance.target import REFERENCE
from acceptance.verdicts import Verdict

FAULTS = list(known_faults().values())


def cover(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Few faults that together break every example that any of them breaks: those that break least come first.

    An example is then seen to break for a reason of its own wherever one of the faults is about it alone.
    """
    seen: set[str] = set()
    for fault in sorted(faults, key=lambda fault: (len(fault.breaks | fault.hides), fault.name)):
        if fault.breaks - seen:
            seen |= fault.breaks
            yield fault


FEW = {fault.name for fault in cover(FAULTS)}


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=[] if fault.name in FEW else pytest.mark.every_fault) for fault in FAULTS],
    ids=lambda fault: fault.name,
)
def test_each_fault_breaks_exactly_what_it_declares(fault: Fault, tmp_path: Path) -> None:
    ran = behave(tmp_path, "--tags=@phase2", "-D", f"faults={fault.name}")
    by_verdict = {wanted: {id for id, verdict in ran.examples.items() if verdict == wanted} for wanted in Verdict}
    assert by_verdict[Verdict.BROKEN] == fault.breaks, ran.output
    assert by_verdict[Verdict.COULD_NOT_TELL] == fault.hides, ran.output
    assert by_verdict[Verdict.KEPT] == set(ran.examples) - fault.breaks - fault.hides, ran.output
    assert ran.exit_code == 1
    assert "Traceback (most recent call last)" not in ran.output
    for line in ("We promised: ", "What happened: ", "Who is affected: ", "Look first at: "):
        assert line in ran.output
    assert acceptance(tmp_path, "verdict").exit_code == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_fits_the_reference_platform(fault: Fault, tmp_path: Path) -> None:
    assert faulty_copy(REFERENCE, [fault], tmp_path).is_dir()


def test_the_few_break_all_that_any_breaks() -> None:
    few = [fault for fault in FAULTS if fault.name in FEW]
    assert {id for fault in few for id in fault.breaks} == {id for fault in FAULTS for id in fault.breaks}
