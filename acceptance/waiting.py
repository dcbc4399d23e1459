"""Waiting for a promise: a deadline on a monotonic clock, never a sleep of a fixed length."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hamcrest.core.matcher import Matcher
from hamcrest.core.string_description import StringDescription

from acceptance.target import Deadline
from acceptance.verdicts import Broken

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.25  # seconds


async def eventually(observe: Callable[[], Awaitable[T]], matcher: Matcher[T], *, within: Deadline) -> T:
    """Observe again and again until ``matcher`` holds; the observation that satisfied it is returned.

    Raises :class:`Broken` when the deadline passes; the last observation is in the message. What ``observe`` itself
    raises is not waited out, with one exception: a :class:`Broken` counts as one more observation that did not hold.
    """
    until = time.monotonic() + within.seconds
    pause = _FIRST_PAUSE
    while True:
        failure: Broken | None = None
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                last = await observe()
            if matcher.matches(last):
                return last
            seen = _told(matcher, last)
        except Broken as broken:
            failure, seen = broken, broken.happened
        except TimeoutError:
            seen = "no answer at all"
        if time.monotonic() + pause >= until:
            raise Broken(
                f"not {within}: {seen}",
                look_first_at=failure.look_first_at if failure else None,
                evidence=failure.evidence if failure else None,
            )
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _told(matcher: Matcher[T], last: T) -> str:
    expected, mismatch = StringDescription(), StringDescription()
    matcher.describe_to(expected)
    matcher.describe_mismatch(last, mismatch)
    return f"expected {expected}, but {str(mismatch).removeprefix('but ')}"  # what `is_not` says of itself
