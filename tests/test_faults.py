"""The faults themselves: each fits the reference platform, and its header is whole. What they break: `make prove`."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.faults import Fault, faulty_copy, known_faults
from acceptance.files import REFERENCE

FAULTS = list(known_faults().values())
GAPS = {
    "1: live updates are built from one set of parts",
    "2: every person's work is their own",
    "2: what is built on one side fits the other",
    "3: the services work together in staging",
    "4: every part of live updates is written once",
    "business value: the golden path",
    "business value: nobody gets in without a valid sign-in",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_fits_the_reference_platform(fault: Fault, tmp_path: Path) -> None:
    assert faulty_copy(REFERENCE, [fault], tmp_path).is_dir()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_says_what_people_notice_in_a_sentence(fault: Fault) -> None:
    assert fault.gap in GAPS
    assert fault.people_notice.endswith(".")
    assert fault.people_notice[0].islower()
    assert fault.roots
    assert not fault.roots & fault.entails
