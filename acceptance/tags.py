"""The registered meaning of every tag that a feature file may carry.

A tag is data: the selection (`--tags`), the report's labels and the traceability all read it here. A tag that
matches no entry is refused by the project's tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

#: What a promise can be about, as its examples say that they need it.
PLATFORM: Final = "platform"
SOURCE_TREE: Final = "source-tree"


@dataclass(frozen=True)
class TagMeaning:
    """One kind of tag: ``pattern`` matches the whole tag without its ``@``; ``value`` is its named group."""

    kind: str
    pattern: re.Pattern[str]
    explanation: str


def _kind(kind: str, pattern: str, explanation: str) -> TagMeaning:
    return TagMeaning(kind, re.compile(pattern), explanation)


REGISTRY: tuple[TagMeaning, ...] = (
    _kind("phase", r"(?P<value>phase2)", "belongs to the Phase 2 specification"),
    _kind("gap", r"gap\.(?P<value>[1-4])", "the coordination gap of the plan that the feature describes"),
    _kind("business-value", r"(?P<value>business-value)", "a feature that protects a value rather than one gap"),
    _kind("promise", r"promise\.(?P<value>[a-z]+-\d{2})", "the promise's id, on its Rule"),
    _kind("id", r"id\.(?P<value>[a-z]+-\d{2}[a-z])", "the example's own id; never reused"),
    _kind("plan", r"plan\.(?P<value>[1-4]\.[12][a-c]|3\.2)", "what of the plan the promise answers"),
    _kind("level", r"(?P<value>unit|integration|e2e)", "the group of the plan's staged execution"),
    _kind("severity", r"severity\.(?P<value>blocker|critical|normal|minor|trivial)", "how much it matters"),
    _kind("effect", r"effect\.(?P<value>read-only|creates-data|disruptive)", "what asking does to the target"),
    _kind(
        "needs",
        rf"needs\.(?P<value>{PLATFORM}|{SOURCE_TREE}|passwords|minted-tokens|service-secret|load)",
        "what the target must have to be asked",
    ),
    _kind("load", r"(?P<value>load)", "asks with a crowd, on Locust; left out of most trials of the proof"),
)

#: The ids of promises and examples that are gone. An id never means another thing later: results, reports, known gaps
#: and approvals name it for years. Whoever removes a promise or an example adds its id here.
RETIRED_IDS: frozenset[str] = frozenset()

#: The plan's own names of the four gaps.
EPICS = {
    "1": "Gap 1: WebSocket import coordination",
    "2": "Gap 2: factory pattern integration",
    "3": "Gap 3: staging environment coordination",
    "4": "Gap 4: SSOT consolidation",
}
BUSINESS_VALUE_EPIC = "Business value: what customers pay for"


def meaning(tag: str) -> TagMeaning | None:
    """The registered meaning of ``tag`` (written without ``@``), or None."""
    return next((entry for entry in REGISTRY if entry.pattern.fullmatch(tag)), None)


def values(tags: Iterable[str], kind: str) -> list[str]:
    """The values that ``tags`` carry for one kind: ``values(["gap.1", "phase2"], "gap") == ["1"]``."""
    pattern = next(entry.pattern for entry in REGISTRY if entry.kind == kind)
    matches = (pattern.fullmatch(tag) for tag in tags)
    return [match["value"] for match in matches if match]


def value(tags: Iterable[str], kind: str) -> str | None:
    """The first value of one kind, or None."""
    return next(iter(values(tags, kind)), None)


def epic(tags: Iterable[str]) -> str | None:
    """The heading under which the report groups a feature with these tags."""
    tags = list(tags)
    gap = value(tags, "gap")
    if gap:
        return EPICS[gap]
    return BUSINESS_VALUE_EPIC if values(tags, "business-value") else None
