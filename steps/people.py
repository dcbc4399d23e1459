"""People: who they are and how they come in."""

from __future__ import annotations

from behave import given
from behave.runner import Context

from acceptance.world import World, precondition


@given("{name} is signed in")
async def a_person_signs_in(context: Context, name: str) -> None:
    """A new synthetic person signs in, in the way that the target has."""
    world: World = context.world
    with precondition(f"{name} could not be signed in"):
        world.people[name] = await world.platform.auth.sign_in(name, world.target)


@given("{name} is watching live updates")
async def a_person_opens_live_updates(context: Context, name: str) -> None:
    """The person's connection to live updates is open and confirmed; it is closed when the scenario ends."""
    world: World = context.world
    with precondition(f"{name} could not be connected to live updates"):
        connection = await world.platform.chat.connect(world.people[name])
        world.close_afterwards(connection.close)
        await connection.established(within=world.deadline("live updates"))
    world.connections[name] = connection
