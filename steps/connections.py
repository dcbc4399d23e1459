"""Live updates: the connection itself, before and beside any conversation."""

from __future__ import annotations

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to

from acceptance.drivers.envelopes import error_code
from acceptance.drivers.live_updates import Carrier
from acceptance.world import World, precondition

#: How each kind of client can carry a token: a browser has no way to set a header.
CARRIERS: dict[str, Carrier] = {"browser": "subprotocol", "program": "header"}
UNREADABLE = "JSON_PARSE_ERROR"


@given("{name} is watching live updates")
async def a_person_is_watching(context: Context, name: str) -> None:
    """A person is signed in and their connection to live updates is confirmed."""
    world: World = context.world
    with precondition(f"{name} could not be connected to live updates"):
        await world.sign_in(name)
        await world.connect(name)


@given("{name} has a second tab open")
async def a_second_tab(context: Context, name: str) -> None:
    """One more confirmed connection of the same person."""
    world: World = context.world
    with precondition(f"{name} could not be connected a second time"):
        await world.connect(name, label=f"{name}'s second tab")


@when("{name} connects to live updates in the way of a {client}")
async def a_person_connects(context: Context, name: str, client: str) -> None:
    """Open a connection that carries the token as this kind of client does, and hear its greeting."""
    world: World = context.world
    await world.connect(name, carrier=CARRIERS[client])


@then("the connection is confirmed to {name}, within the time for live updates")
async def the_connection_is_confirmed(context: Context, name: str) -> None:
    """The greeting came in time, and live updates know whose connection it is."""
    world: World = context.world
    known_as = await world.connections[name].identity(within=world.deadline("live updates"))
    assert_that(known_as, equal_to(world.people[name].user_id), f"whom live updates take {name} for")


@when("{name} asks live updates whether they are there")
async def a_person_pings(context: Context, name: str) -> None:
    """Send a ping."""
    world: World = context.world
    world.event = await world.connections[name].ping(within=world.deadline("live updates"))


@then("live updates answer {name}")
def live_updates_answer(context: Context, name: str) -> None:
    """The answer is a pong, and where it names somebody it names this person."""
    world: World = context.world
    assert world.event is not None
    assert_that(world.event.user_id or world.people[name].user_id, equal_to(world.people[name].user_id), "who is meant")


@when("{name}'s page sends a message that nobody can read")
async def something_unreadable_is_sent(context: Context, name: str) -> None:
    """Send text that is no JSON."""
    world: World = context.world
    world.event = await world.connections[name].say_nonsense(within=world.deadline("live updates"))


@then("live updates say that they cannot read it")
def they_say_that_it_is_unreadable(context: Context) -> None:
    """The error names what is wrong, so that the page's author can mend it."""
    world: World = context.world
    assert world.event is not None
    assert_that(error_code(world.event), equal_to(UNREADABLE), "what live updates say is wrong")


@when("{name} says nothing until live updates give a sign of life")
async def a_quiet_connection(context: Context, name: str) -> None:
    """Wait for the heartbeat that a quiet connection gets."""
    world: World = context.world
    await world.connections[name].sign_of_life(within=world.deadline("a sign of life"))


@then("{name}'s connection still answers")
async def the_connection_still_answers(context: Context, name: str) -> None:
    """The same connection answers a ping."""
    world: World = context.world
    await world.connections[name].ping(within=world.deadline("live updates"))


@when("the connection of {name} is cut, who comes back and asks a question")
async def a_connection_is_cut(context: Context, name: str) -> None:
    """Cut the connection without a word, as a failing network does; open another and ask in the same conversation."""
    world: World = context.world
    world.connections[name].drop()
    await world.connect(name, label=f"{name}, back again")
    world.connections[name] = world.connections[f"{name}, back again"]
    await world.ask(name, "What did we spend on language models in all?")
