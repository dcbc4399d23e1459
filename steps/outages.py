"""Outages: a part of the platform is taken away, and given back."""

from __future__ import annotations

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, is_in

from acceptance.drivers.auth import Person
from acceptance.drivers.doors import OPEN, SHUT, UNAVAILABLE
from acceptance.drivers.health import WELL
from acceptance.drivers.tokens import MADE_BY_ANYBODY
from acceptance.matchers import everybody_says, nothing_wrong
from acceptance.target import Part
from acceptance.verdicts import Broken
from acceptance.waiting import eventually
from acceptance.world import World, precondition

ENDED = "the ended sign-in"


@given("{name} is let in by every door, but not with a sign-in that has ended")
async def a_sign_in_has_ended(context: Context, name: str) -> None:
    """A person who is let in everywhere, and one more sign-in of theirs that they have signed out."""
    world: World = context.world
    with precondition(f"not every door opens for {name}, or one opens for a sign-in that has ended"):
        person = await world.sign_in(name)
        ended = await world.sign_in_again(name, ENDED)
        auth = world.platform.auth
        auth.expect(await auth.sign_out(ended), f"to sign {name} out", 200, 204)
        assert_that(await world.doors_of_chat(ended, ended.token), everybody_says(SHUT), "the doors")
        await world.require_open_doors(person, person.token)


@given("{part} is out of order")
@when("{part} fails")
async def a_part_fails(context: Context, part: str) -> None:
    """Take the part away; it is given back when the scenario ends, if not before."""
    world: World = context.world
    await world.begin_outage(Part(part))


@then("chat promptly tells {name} that it cannot serve anybody just now")
async def chat_says_that_it_cannot(context: Context, name: str) -> None:
    """A right token is neither refused (the person would sign in for nothing) nor believed unasked."""
    world: World = context.world
    states = await world.doors_of_chat(world.people[name], world.people[name].token)
    for where, state in states.items():
        if state in (OPEN, SHUT):
            did = "served" if state == OPEN else "sent away as a stranger"
            raise Broken(f"{where}: {name}, whose sign-in nobody could check, was {did}")
    assert_that(states, everybody_says(UNAVAILABLE), f"what {name} is told, whose sign-in is right")


@then("chat lets nobody in whom it does not know")
async def chat_lets_no_stranger_in(context: Context) -> None:
    """No token, a made-up one, and the one of an ended sign-in get nowhere during the outage either."""
    world: World = context.world
    ended = world.people[ENDED].token
    for held in ("no token at all", "a made-up token", "a token of an ended sign-in"):
        token = ended if held == "a token of an ended sign-in" else MADE_BY_ANYBODY[held]("")
        for where, state in (await world.doors_of_chat(Person("Mallory", "", ""), token)).items():
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

    await eventually(shut, nothing_wrong(), within=world.deadline("service discovery"))
    world.recorder.in_outage = False


@then("{service} promptly says that it is not well")
async def it_says_that_it_is_not_well(context: Context, service: str) -> None:
    """The service's own word is the truth while its database is away."""
    world: World = context.world

    async def still_well() -> list[str]:
        said = await world.condition(service)
        return [f"{service} still says that it is well, without its database"] if said == WELL else []

    await eventually(still_well, nothing_wrong(), within=world.deadline("promptly"))


@then("{service} says that it is well again, once its database is back")
async def it_says_that_it_is_well_again(context: Context, service: str) -> None:
    """Give the database back; the service notices by itself."""
    world: World = context.world
    await world.end_outage()
    await eventually(lambda: world.condition(service), equal_to(WELL), within=world.deadline("service discovery"))
    world.recorder.in_outage = False
