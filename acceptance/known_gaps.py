"""Known gaps (`known-gaps/*.toml`): what is known to be broken on a target, who owns it, and until when.

An entry excuses one example, as long as it ends just as the entry says; what is worse, other or too old is not
excused. The files are written by people and reviewed like code::

    [[gap]]
    example = "imports-03b"
    says = "other names and paths of the emitter"
    at_most = 11
    owner = "the team of live updates"
    issue = "#1176"
    reason = "The former names of the emitter are still imported by the agents."
    since = 2026-11-23
    expires = 2027-03-31
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.verdicts import ConfigurationError, Count, Verdict

ANYTHING = "*"
TO_BE_WRITTEN = "TODO"


def _written(text: str) -> str:
    if text.startswith(TO_BE_WRITTEN):
        raise ValueError("is still to be written")
    return text


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_written)]


class KnownGap(BaseModel):
    """One entry: the example, how its failure must read, who owns it, why it is there, and from when until when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    example: _Text = Field(description="the example's id, such as imports-03b")
    ends: Literal["broken", "could not tell"] = Field(
        default="broken", description="how the example ends; it can only be told to be unknown where a gap hides it"
    )
    says: _Text = Field(
        description="a text that the failure must contain, or what it counts, in the plural; * stands for anything"
    )
    at_most: int | None = Field(default=None, ge=0, description="the highest count, where the failure counts something")
    owner: _Text = Field(description="the team that closes it")
    issue: _Text = Field(description="where the work on it is tracked")
    reason: _Text = Field(description="why it is still open, in plain words")
    since: date
    expires: date = Field(description="the last day on which the entry excuses anything")
    file: str = Field(default="", description="the file that lists it; not written in the file itself")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires < self.since:
            raise ValueError(f"expires on {self.expires}, before it begins on {self.since}")
        return self

    def matches(self, told: str) -> bool:
        """Whether a failure that reads ``told`` is the one that is meant; spaces and lines do not matter."""
        words = (r"\s+".join(map(re.escape, part.split())) for part in self.says.split(ANYTHING))
        return re.search(".*?".join(words), told, re.DOTALL) is not None


class Match(StrEnum):
    """What the list says of an example that ended badly; the values are parts of sentences."""

    UNLISTED = "is not listed as a known gap"
    LISTED = "is listed as a known gap"
    OTHER = "is listed as a known gap, but for another reason"
    GROWN = "is listed as a known gap, and has grown"
    EXPIRED = "is listed as a known gap, but its time is over"


@dataclass(frozen=True)
class Listing:
    """How an example stands in the list: the verdict that it makes, and what there is to say of it, if anything."""

    match: Match
    verdict: Verdict
    entry: KnownGap | None = None
    told: str = ""

    @property
    def excused_by(self) -> KnownGap | None:
        """The entry, where it excuses what happened."""
        return self.entry if self.match is Match.LISTED else None


@dataclass(frozen=True)
class KnownGaps:
    """The entries of one run, by example."""

    entries: Mapping[str, KnownGap] = field(default_factory=dict)

    def listing(self, example: str, verdict: Verdict, told: str, count: Count | None, on: date) -> Listing:
        """How an example stands on a day that ended as broken, or could not be told; any other verdict stays.

        ``told`` is how its failure reads.
        """
        entry = self.entries.get(example)
        if entry is None or verdict not in (Verdict.BROKEN, Verdict.COULD_NOT_TELL):
            return Listing(Match.UNLISTED, verdict)
        uncounted = entry.at_most is not None and count is None
        read = f"{told}\n{count.of}" if count else told
        if verdict.value != entry.ends or not entry.matches(read) or uncounted:
            says = f"{entry.file} lists that it is {entry.ends} and says “{entry.says}”"
            return Listing(Match.OTHER, verdict, entry, f"it {Match.OTHER} ({says})")
        if entry.at_most is not None and count is not None and count.number > entry.at_most:
            grown = f"{count.number}, where {entry.file} lists at most {entry.at_most}"
            return Listing(Match.GROWN, verdict, entry, f"it {Match.GROWN} ({grown})")
        if on > entry.expires:
            ended = f"it ended on {entry.expires}: close the gap, or decide anew in {entry.file}"
            return Listing(Match.EXPIRED, verdict, entry, f"it {Match.EXPIRED} ({ended})")
        told = f"{entry.reason} Owner: {entry.owner}. Issue: {entry.issue}. Since {entry.since}, until {entry.expires}."
        as_listed = Verdict.KNOWN_GAP if verdict is Verdict.BROKEN else verdict
        return Listing(Match.LISTED, as_listed, entry, told)


def of(entries: Iterable[KnownGap]) -> KnownGaps:
    """The list that these entries make; raises :class:`ConfigurationError` for an example that is listed twice."""
    by_example: dict[str, KnownGap] = {}
    for entry in entries:
        if other := by_example.get(entry.example):
            where = f"{other.file} and {entry.file}" if other.file != entry.file else f"{entry.file}, twice"
            raise ConfigurationError(f"the known gap {entry.example} is in {where}: leave one entry")
        by_example[entry.example] = entry
    return KnownGaps(by_example)


def read(files: Iterable[Path]) -> KnownGaps:
    """The entries of these files; raises :class:`ConfigurationError` that names the file, the entry and the remedy."""
    return of(entry for file in files for entry in _entries(file))


def _entries(file: Path) -> Iterable[KnownGap]:
    try:
        document = documents.read_toml(file)
    except (OSError, Unusable) as error:
        raise ConfigurationError(
            f"the known gaps in {file} cannot be read ({why(error)}): mend the file, or name another"
        ) from None
    entries = document.pop("gap", [])
    if document or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        other = documents.shortened(", ".join(document)) or "gap"
        raise ConfigurationError(f"{file}: {other} is not known there; each gap begins with a line [[gap]]")
    for number, entry in enumerate(entries, start=1):
        try:
            yield KnownGap.model_validate({**entry, "file": str(file)})
        except ValidationError as error:
            name = documents.shortened(str(entry.get("example", f"number {number}")))
            wrong = f"the gap {name} is not as it must be ({documents.problem(error)})"
            raise ConfigurationError(f"{file}: {wrong}; docs/known-gaps.md says what an entry holds") from None
