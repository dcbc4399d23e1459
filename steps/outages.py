"""Outages: a part of the platform is taken away, and given back."""

from __future__ import annotations

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, is_in, is_not

from acceptance.drivers.auth import Person
from acceptance.drivers.doors import OPEN, SHUT, door
from acceptance.drivers.health import WELL
from acceptance.drivers.tokens import MADE_BY_ANYBODY
from acceptance.target import Part
from acceptance.verdicts import Broken
from acceptance.waiting import eventually
from acceptance.world import World

UNAVAILABLE = "answered 503"


@given("{part} is out of order")
async def a_part_is_out_of_order(context: Context, part: str) -> None:
    """Take the part away; it is given back when the scenario ends."""
    world: World = context.world
    await world.begin_outage(Part(part))


@when("{part} fails")
async def a_part_fails(context: Context, part: str) -> None:
    """Take the part away; it is given back when the scenario ends, if not before."""
    world: World = context.world
    await world.begin_outage(Part(part))


@then("chat promptly tells {name} that it cannot serve anybody just now")
async def chat_says_that_it_cannot(context: Context, name: str) -> None:
    """A right token is neither refused (the person would sign in for nothing) nor believed unasked."""
    world: World = context.world
    reply = await world.platform.backend.ask("GET", "/api/threads", world.people[name])
    assert_that(door(reply), equal_to(UNAVAILABLE), f"chat's answer to {name}, whose sign-in is right")


@then("chat lets nobody in whom it does not know")
async def chat_lets_no_stranger_in(context: Context) -> None:
    """A made-up token, and none at all, get nowhere during the outage either."""
    world: World = context.world
    for held in ("no token at all", "a made-up token"):
        token = MADE_BY_ANYBODY[held]("")
        mallory = Person("Mallory", "", "", token=token or "")
        states = {
            "chat": door(await world.platform.backend.ask("GET", "/api/threads", mallory)),
            "live updates": await world.platform.chat.door(mallory, token, "header"),
        }
        for where, state in states.items():
            if state == OPEN:
                raise Broken(f"{where}: Mallory was let in with {held} during the outage")
            assert_that(state, is_in((SHUT, UNAVAILABLE)), f"{where}, to Mallory with {held}")


@then("every door opens for {name} again, once {part} is back")
async def every_door_opens_again(context: Context, name: str, part: str) -> None:
    """Give the part back; chat recovers by itself, and nobody has to sign in anew."""
    world: World = context.world
    await world.end_outage()
    person = world.people[name]

    async def shut() -> list[str]:
        return [f"{who}: {state}" for who, state in (await world.doors(person, person.token)).items() if state != OPEN]

    await eventually(shut, equal_to([]), within=world.deadline("service discovery"))


@then("{service} promptly says that it is not well")
async def it_says_that_it_is_not_well(context: Context, service: str) -> None:
    """The service's own word is the truth while its database is away."""
    world: World = context.world
    await eventually(lambda: world.condition(service), is_not(equal_to(WELL)), within=world.deadline("promptly"))


@then("{service} says that it is well again, once its database is back")
async def it_says_that_it_is_well_again(context: Context, service: str) -> None:
    """Give the database back; the service notices by itself."""
    world: World = context.world
    await world.end_outage()
    await eventually(lambda: world.condition(service), equal_to(WELL), within=world.deadline("service discovery"))
