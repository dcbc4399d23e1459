"""`eventually`: a deadline, never a sleep; the last observation is in the message."""

from __future__ import annotations

import asyncio
import time

import pytest
from hamcrest import equal_to, greater_than

from acceptance.target import Deadline
from acceptance.verdicts import Broken
from acceptance.waiting import eventually

SOON = Deadline("promptly", 0.2)


def test_it_returns_as_soon_as_the_observation_holds() -> None:
    seen = iter(range(10))

    async def observe() -> int:
        return next(seen)

    begun = time.monotonic()
    assert asyncio.run(eventually(observe, greater_than(2), within=Deadline("promptly", 5))) == 3
    assert time.monotonic() - begun < 2


def test_the_last_observation_and_the_deadline_are_in_the_message() -> None:
    async def observe() -> str:
        return "unhealthy"

    with pytest.raises(Broken, match=r"not promptly \(0.2 s\): expected 'healthy', but was 'unhealthy'"):
        asyncio.run(eventually(observe, equal_to("healthy"), within=SOON))


def test_an_observation_that_never_returns_is_cut_at_the_deadline() -> None:
    async def observe() -> str:
        await asyncio.sleep(60)
        return "too late"

    begun = time.monotonic()
    with pytest.raises(Broken, match="no answer at all"):
        asyncio.run(eventually(observe, equal_to("healthy"), within=SOON))
    assert time.monotonic() - begun < 5


def test_a_failure_of_the_platform_is_waited_out_and_our_own_is_not() -> None:
    attempts = 0

    async def observe() -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise Broken("still starting", look_first_at="the service")
        return "healthy"

    assert asyncio.run(eventually(observe, equal_to("healthy"), within=Deadline("promptly", 5))) == "healthy"

    async def ours() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(eventually(ours, equal_to("healthy"), within=SOON))

    async def never() -> str:
        raise Broken("still starting", look_first_at="the service")

    with pytest.raises(Broken, match="still starting") as broken:
        asyncio.run(eventually(never, equal_to("healthy"), within=SOON))
    assert broken.value.look_first_at == "the service"
