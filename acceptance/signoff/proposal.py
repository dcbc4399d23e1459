"""A list of known gaps as a run would have it: proposed as a file, to be completed and reviewed by people.

What people have written is never changed. What is new is added with its owner, issue and reason still to be written,
so that the list is refused until somebody has; what is now kept, or gone, is taken out; a count that went down is
lowered. What got worse is named and left as it is: to accept it is a decision.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from acceptance.known_gaps import ANYTHING, TO_BE_WRITTEN
from acceptance.reporting.results import ExampleResult, Results
from acceptance.signoff.against_lists import EXCUSED, Kind, Standing
from acceptance.verdicts import ConfigurationError

HEADER = "What is known to be broken. Each entry is a decision: who closes it, and until when it may stay."
# words with a number in them: counts, times, ports and addresses, ids, and the people made for a run; and the months
_VARIES = re.compile(rf"[\w.:@/-]*\d[\w.:@/-]*|\b(?:{'|'.join(calendar.month_name[1:])})\b")
_LONGEST = 120  # characters of a failure that an entry must repeat


@dataclass(frozen=True)
class Given:
    """What the proposal may write itself into what is new; None is still to be written."""

    owner: str | None
    issue: str | None
    reason: str | None
    expires: date


@dataclass(frozen=True)
class Proposal:
    """The whole file, and what is new in it, line by line; ``left`` is what somebody has to decide."""

    text: str
    changes: list[str]
    left: list[str]


def propose(text: str, results: Results, standings: list[Standing], given: Given, on: date) -> Proposal:
    """The list in ``text`` (empty for none) as ``results`` would have it; ``standings`` are those of this list.

    Raises :class:`ConfigurationError` for a list that can be read and not be added to.
    """
    document = tomlkit.parse(text)
    if not text:
        document.add(tomlkit.comment(HEADER))
    gaps = document.setdefault("gap", tomlkit.aot())
    if not isinstance(gaps, AoT):  # a list in brackets, which can be read as well
        raise ConfigurationError("gap is written as a list in brackets: begin each gap with a line [[gap]]")
    examples = {example.id: example for example in results.examples}
    changes: list[str] = []
    left: list[str] = []
    for standing in standings:
        match standing.kind:
            case Kind.KEPT | Kind.VANISHED:
                del gaps[_index(gaps, standing.example)]
                changes.append(f"out: {standing.example}, which is {standing.kind}")
            case Kind.LESS:
                count = examples[standing.example].count
                assert count is not None
                gaps[_index(gaps, standing.example)]["at_most"] = count.number
                changes.append(f"lowered: {standing.example}, to {count.number}")
            case Kind.UNLISTED | Kind.UNKNOWN if standing.entry is None:
                _set_apart(gaps)
                gaps.append(_entry(examples[standing.example], given, on))
                changes.append(f"in: {standing.example}")
            case kind if kind not in EXCUSED:
                left.append(f"{standing.example} is {kind}: {standing.told}")
    return Proposal(tomlkit.dumps(document), changes, left)


def says(headline: str) -> str:
    """What an entry must say of a failure: its headline, without what differs from run to run."""
    line = re.sub(r"\*(?:\s+\*)+", ANYTHING, _VARIES.sub(ANYTHING, headline))
    if len(line) > _LONGEST:
        line = line[:_LONGEST].rpartition(" ")[0]
    return re.sub(r"^\*\s+", "", line) or ANYTHING


def _entry(example: ExampleResult, given: Given, on: date) -> Table:
    entry = tomlkit.table()
    values: dict[str, Any] = {
        "example": example.id,
        "ends": None if example.verdict.value == "broken" else example.verdict.value,
        "says": example.count.of if example.count else says(example.headline),
        "at_most": example.count.number if example.count else None,
        "owner": given.owner or f"{TO_BE_WRITTEN}: the team that closes it",
        "issue": given.issue or f"{TO_BE_WRITTEN}: where the work on it is tracked",
        "reason": given.reason or f"{TO_BE_WRITTEN}: why it is still open, in plain words",
        "since": on,
        "expires": given.expires,
    }
    for key, value in values.items():
        if value is not None:
            entry.add(key, value)
    return entry


def _set_apart(gaps: AoT) -> None:
    """An empty line between the last entry and what follows, as in a list that people write."""
    if len(gaps) and not gaps.as_string().endswith("\n\n"):
        gaps[-1].add(tomlkit.nl())


def _index(gaps: AoT, example: str) -> int:
    return next(index for index, gap in enumerate(gaps) if str(gap["example"]).strip() == example)
