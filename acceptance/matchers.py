"""PyHamcrest matchers of the specification's own, for what several parts of the platform say of one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamcrest.core.base_matcher import BaseMatcher
from hamcrest.core.description import Description


class _EverybodySays(BaseMatcher[Mapping[str, Any]]):
    """Matches ``{who: what they say}`` in which all say the same; a mismatch names only those who do not."""

    def __init__(self, wanted: Any) -> None:
        self._wanted = wanted

    def _matches(self, item: Mapping[str, Any]) -> bool:
        return bool(item) and all(said == self._wanted for said in item.values())

    def describe_to(self, description: Description) -> None:
        """What was expected of everybody."""
        description.append_text(f"“{_told(self._wanted)}” from everybody")

    def describe_mismatch(self, item: Mapping[str, Any], mismatch_description: Description) -> None:
        """Who says something else, and what."""
        others = [f"{who}: “{_told(said)}”" for who, said in item.items() if said != self._wanted]
        mismatch_description.append_text("; ".join(others) or "nobody was asked")


class _NothingWrong(BaseMatcher[list[str]]):
    """Matches an empty list of what is wrong; a mismatch tells what is in it."""

    def _matches(self, item: list[str]) -> bool:
        return not item

    def describe_to(self, description: Description) -> None:
        """What was expected."""
        description.append_text("nothing to be wrong")

    def describe_mismatch(self, item: list[str], mismatch_description: Description) -> None:
        """What is wrong."""
        mismatch_description.append_text("; ".join(item))


def nothing_wrong() -> BaseMatcher[list[str]]:
    """That a list of sentences about what is wrong is empty."""
    return _NothingWrong()


def everybody_says(wanted: Any) -> BaseMatcher[Mapping[str, Any]]:
    """That everybody in a mapping of ``{who: what they say}`` says ``wanted``, and that there is somebody."""
    return _EverybodySays(wanted)


def _told(value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
