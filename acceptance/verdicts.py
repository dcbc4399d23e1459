"""The verdict language: how every example and every promise ends.

Each example ends as exactly one :class:`Verdict`; a promise ends as the worst of its examples. The line between
"broken" and "could not tell": after a successful connect and an accepted request, a promised reply that is absent at
its deadline is *broken*; an address of the configuration that cannot be reached, or a precondition that was not
met, is *could not tell*. Anything else that goes wrong is our own error, a *suite fault*.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How an example ends, declared worst first. The value is the word that people read."""

    SUITE_FAULT = "suite fault"
    BROKEN = "broken"
    COULD_NOT_TELL = "could not tell"
    KNOWN_GAP = "known gap"
    NOT_ASKED = "not asked"
    KEPT = "kept"

    @property
    def meaning(self) -> str:
        """One sentence for a reader who sees the word for the first time."""
        return _MEANINGS[self]

    @property
    def allure_status(self) -> str:
        """The status that Allure shows for this verdict."""
        return _ALLURE_STATUSES[self]


_MEANINGS = {
    Verdict.SUITE_FAULT: "the specification itself failed; this says nothing about the platform",
    Verdict.BROKEN: "we reached the platform, asked correctly, and it did not do it",
    Verdict.COULD_NOT_TELL: "the question could not be put or the answer could not be observed",
    Verdict.KNOWN_GAP: "broken, and listed for this target with owner, reason and date",
    Verdict.NOT_ASKED: "the question does not apply to this target, by its declaration",
    Verdict.KEPT: "the platform did it, and we saw it",
}

_ALLURE_STATUSES = {
    Verdict.SUITE_FAULT: "broken",
    Verdict.BROKEN: "failed",
    Verdict.COULD_NOT_TELL: "broken",
    Verdict.KNOWN_GAP: "failed",
    Verdict.NOT_ASKED: "skipped",
    Verdict.KEPT: "passed",
}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of the given verdicts; raises ``ValueError`` when there is none."""
    order = list(Verdict)
    return min(verdicts, key=order.index)


@dataclass(frozen=True)
class Count:
    """How many things are wrong, and which: ``of`` is the plural, whatever the number."""

    number: int
    of: str


class Broken(AssertionError):
    """The platform did not keep a promise: it was reached and asked correctly.

    ``happened`` is the sentence after "What happened"; ``look_first_at`` overrides, where the failure knows better,
    the place that the promise names; ``evidence`` is technical text shown below the four lines; ``count`` is how many
    things are wrong, where they are counted.
    """

    def __init__(
        self,
        happened: str,
        *,
        look_first_at: str | None = None,
        evidence: str | None = None,
        count: Count | None = None,
    ) -> None:
        super().__init__(happened)
        self.happened = happened
        self.look_first_at = look_first_at
        self.evidence = evidence
        self.count = count


class CouldNotTell(Exception):
    """The question could not be put, or the answer could not be observed.

    ``reason`` says why, and ``look_first_at`` where to mend it: the promise's own place is not to blame. ``count`` is
    how many things stand in the way, where they are counted.
    """

    def __init__(
        self,
        reason: str,
        *,
        look_first_at: str = "the settings of the target, in docs/targets.md",
        count: Count | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.look_first_at = look_first_at
        self.count = count


class ConfigurationError(Exception):
    """What the user named cannot be used: one sentence with the file, setting or address, and the remedy."""


_HAMCREST = re.compile(r"(?P<reason>[^\n]+)\s*\nExpected: (?P<expected>.+?)\s*\n\s+but: (?P<found>.+)", re.S)


def in_words(failure: AssertionError) -> str:
    """A failed assertion in one sentence; PyHamcrest tells its own in three lines."""
    told = str(failure).strip() or "an assertion without a message"
    matched = _HAMCREST.fullmatch(told)
    if matched is None:
        return told
    found = matched["found"].removeprefix("but ")  # what `is_not` says of itself
    return f"{matched['reason']}: expected {matched['expected']}, but {found}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be, for the remedy of a refusal."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)
