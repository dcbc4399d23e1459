"""The findings as text for people, and as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from acceptance.doctor.checks import Check, Form, Section, State
from acceptance.reporting.terminal import Line, plain, show

_NOTE = "note"  # what is not as it should be, and not in the way either
_STYLES = {State.FINE: "green", State.MISSING: "bold red", State.COULD_NOT_TELL: "bold yellow"}
_STATE = max(map(len, State)) + 2
_ABOUT = 20
_MARGIN = " " * (2 + _STATE + _ABOUT)


@dataclass(frozen=True)
class Diagnosis:
    """All that was found (``doctor --format json``); its published schema is `docs/doctor.schema.json`.

    ``ready`` is whether all that is needed is there: the exit code is then 0, and otherwise 2.
    """

    ready: bool
    sections: list[Section]


def tell(sections: Iterable[Section], form: Form, run: str = "") -> bool:
    """Print the sections, as text each as soon as it is there; whether all that is needed is there.

    ``run`` is the command that can be given when it is.
    """
    found = []
    for section in sections:
        found.append(section)
        if form is Form.TEXT:
            _show(_page(section))
    ready = not any(_in_the_way(found))
    if form is Form.JSON:
        sys.stdout.buffer.write(
            (json.dumps(asdict(Diagnosis(ready, found)), indent=2, ensure_ascii=False) + "\n").encode()
        )
        sys.stdout.flush()
    else:
        _show(_conclusion(found, run))
    return ready


def _page(section: Section) -> Iterator[Line]:
    yield ((section.about, "bold"),)
    for check in section.checks:
        yield ("  ", _word(check), f"{check.about:<{_ABOUT}}", check.says)
        if check.remedy:
            yield (_MARGIN, ("$ ", "dim"), (check.remedy, "cyan"))
    yield ()


def _word(check: Check) -> tuple[str, str]:
    if check.needed or check.state is State.FINE:
        return f"{check.state:<{_STATE}}", _STYLES[check.state]
    return f"{_NOTE:<{_STATE}}", "yellow"


def _conclusion(found: list[Section], run: str) -> Iterator[Line]:
    lacking = list(dict.fromkeys(check.about for check in _in_the_way(found)))
    if lacking:
        first = " Mend the first one first: the others may follow from it." if len(lacking) > 1 else ""
        yield ((f"Not ready: {', '.join(lacking)}.{first}", "bold"),)
    else:
        yield (("Ready: all that is needed is here.", "bold"),)
        if run:
            yield ((f"To begin: {run}", "dim"),)


def _in_the_way(found: Iterable[Section]) -> Iterator[Check]:
    return (check for section in found for check in section.checks if check.stands_in_the_way)


def _show(lines: Iterable[Line]) -> None:
    told = list(lines)
    try:
        show(told)
    except ModuleNotFoundError:  # what colours them may be what is missing
        sys.stdout.write(plain(told))
    sys.stdout.flush()
