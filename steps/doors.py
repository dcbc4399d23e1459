"""Doors: every place where a sign-in is asked for, and who gets through."""

from __future__ import annotations

from dataclasses import replace

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, is_in, none

from acceptance.drivers.auth import Person
from acceptance.drivers.backend import thread_path
from acceptance.drivers.doors import OPEN, SHUT, door
from acceptance.drivers.tokens import MADE_BY_ANYBODY, MADE_WITH_THE_SECRET, claims_of, signed
from acceptance.matchers import everybody_says
from acceptance.verdicts import Broken, CouldNotTell
from acceptance.world import World, precondition

MALLORY = Person("Mallory", "", "")
ELSEWHERE = "https://elsewhere.invalid"


@given("every door opens for {name}")
async def every_door_opens(context: Context, name: str) -> None:
    """A person signs in and is let in everywhere: only then does a shut door mean anything."""
    world: World = context.world
    with precondition(f"not every door opens for {name}, who is signed in"):
        person = await world.sign_in(name)
        await world.require_open_doors(person, person.token)


@given("a token that is made here opens every door for {name}")
async def a_token_made_here_opens_doors(context: Context, name: str) -> None:
    """The target's own secret signs a token with the person's claims: only then can one with other claims be judged."""
    world: World = context.world
    with precondition(f"a right token that is made here does not open every door for {name}"):
        person = await world.sign_in(name)
        await world.require_open_doors(person, signed(claims_of(person.token), world.jwt_secret))


@when("Mallory tries every door with {token}")
async def mallory_tries_every_door(context: Context, token: str) -> None:
    """Try each door, in each way of carrying a token, with one that is wrong in the named way."""
    world: World = context.world
    person = world.person
    world.said = await world.doors(MALLORY, await _wrong(token, person, world))


@then("every door stays shut")
def every_door_stays_shut(context: Context) -> None:
    """Each door refuses: HTTP by asking for a sign-in, live updates by not letting in, validation by its verdict."""
    world: World = context.world
    assert_that(world.said, everybody_says(SHUT), "the doors, to Mallory")


@then("every door is shut to that sign-in")
async def every_door_is_shut(context: Context) -> None:
    """All of them refuse it, and none contradicts another."""
    world: World = context.world
    person = world.person
    doors = await world.doors(person, person.token)
    assert_that(doors, everybody_says(SHUT), f"the doors, for the sign-in that {person.name} has ended")


@then("every door still opens for {device}")
async def every_door_still_opens(context: Context, device: str) -> None:
    """The other sign-in of the same person is accepted everywhere."""
    world: World = context.world
    person = world.people[device]
    doors = await world.doors(person, person.token)
    assert_that(doors, everybody_says(OPEN), f"the doors, for {device}")


@when("Mallory finds {name}'s token and puts it into the address of live updates")
async def a_token_in_the_address(context: Context, name: str) -> None:
    """Offer a valid token where the contract has it ignored."""
    world: World = context.world
    world.said = {"live updates": await world.platform.live_updates.door(MALLORY, world.people[name].token, "address")}


@then("live updates stay shut")
def live_updates_stay_shut(context: Context) -> None:
    """The connection is refused as one without any token."""
    world: World = context.world
    assert_that(world.said, everybody_says(SHUT), "the door")


@given("chat lets the platform's own page use it")
async def the_own_page_is_let_in(context: Context) -> None:
    """The web page's origin is allowed, with the person's sign-in."""
    world: World = context.world
    page = world.target.frontend_url
    if page is None:
        raise CouldNotTell("the target does not say where the web page is", look_first_at="the setting frontend_url")
    with precondition("chat does not let the platform's own page use it"):
        reply = await world.platform.backend.preflight(page)
        assert_that(reply.status, equal_to(200), "chat's answer to the page's browser")
        allowed = {name: reply.headers.get(f"access-control-allow-{name}") for name in ("origin", "credentials")}
        assert_that(allowed, equal_to({"origin": page, "credentials": "true"}), "what chat allows the page")


@when("a page {origin} asks to use chat")
async def another_page_asks(context: Context, origin: str) -> None:
    """The browser of somebody who visits a page of that origin asks whether the page may."""
    world: World = context.world
    world.origin = {
        "from elsewhere": ELSEWHERE,
        "whose address begins like the platform's own": f"{world.target.frontend_url}.elsewhere.invalid",
        "without an address": "null",  # what a browser says for a page in a sandbox, or from a file
    }[origin]
    world.reply = await world.platform.backend.preflight(world.origin)


@then("that page is refused")
def the_page_is_refused(context: Context) -> None:
    """Chat says no, and names no origin that it would allow."""
    world: World = context.world
    allowed = world.answered.headers.get("access-control-allow-origin")
    if allowed in ("*", world.origin):
        raise Broken(f"chat lets a page from {world.origin} use it with the visitor's sign-in")
    assert_that(allowed, none(), "the page that chat says may use it")
    assert_that(world.answered.status, equal_to(400), "chat's answer to the browser")


@when("Mallory {deed} without having signed in")
async def mallory_acts_unknown(context: Context, deed: str) -> None:
    """Ask chat for something that is not for everybody, without any token."""
    await _act(context.world, deed, MALLORY)


@when("Mallory {deed} with a token that only looks like Pat's")
async def mallory_acts_as_pat(context: Context, deed: str) -> None:
    """The same with Pat's own claims, signed with another secret than the platform's."""
    world: World = context.world
    token = await _wrong("a token signed by somebody else", world.person, world)
    await _act(world, deed, replace(MALLORY, token=str(token)))


async def _act(world: World, deed: str, mallory: Person) -> None:
    (thread,) = world.threads.values()
    method, path, body = {
        "looks up Pat's conversation": ("GET", thread_path(thread.id), None),
        "reads Pat's conversation": ("GET", thread_path(thread.id, "/messages"), None),
        "opens a conversation": ("POST", "/api/threads", {"title": "phase2: Mallory's"}),
        "writes into Pat's conversation": ("POST", thread_path(thread.id, "/messages"), {"message": "I was here"}),
        "deletes Pat's conversation": ("DELETE", thread_path(thread.id), None),
        "sets the agent to work": ("POST", "/api/agents/execute", {"type": "supervisor", "message": "What is left?"}),
    }[deed]
    world.reply = await world.platform.backend.ask(method, path, mallory, body)


@then("Mallory is asked to sign in, and gets nothing")
def mallory_gets_nothing(context: Context) -> None:
    """The door is shut, and the refusal holds nothing of what was asked for."""
    world: World = context.world
    stands = door(world.answered)
    if stands == OPEN:
        raise Broken("chat let Mallory do it, whom it does not know")
    if stands != SHUT:
        raise Broken(f"chat {stands} instead of asking Mallory to sign in")
    for field in ("id", "response", "content", "messages"):
        assert_that(world.answered.field(field), is_in((None, "")), f"what Mallory got as {field}")


async def _wrong(token: str, person: Person, world: World) -> str | None:
    """A token that is wrong in the named way."""
    if token == "a renewal":
        return person.refresh_token
    if token == "the token of a service":
        return await world.platform.auth.service_token(MALLORY)
    if token in MADE_BY_ANYBODY:
        made = MADE_BY_ANYBODY[token](person.token)
    else:
        made = signed(MADE_WITH_THE_SECRET[token](claims_of(person.token)), world.jwt_secret)
    if made is not None:
        world.recorder.redactor.learn(made)
    return made
