"""People: who they are, how they come in, and how they leave."""

from __future__ import annotations

from datetime import UTC, datetime

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to

from acceptance.drivers.doors import OPEN, SHUT, door
from acceptance.drivers.tokens import claims_of
from acceptance.matchers import everybody_says
from acceptance.verdicts import Broken
from acceptance.world import World, precondition

SECOND_DEVICE = "the second device"


@given("{name} is signed in")
async def a_person_signs_in(context: Context, name: str) -> None:
    """A new synthetic person signs in, in the way that the target has; signed out again when the scenario ends."""
    world: World = context.world
    with precondition(f"{name} could not be signed in"):
        await world.sign_in(name)


@given("{name} is signed in on a second device too")
async def a_person_signs_in_again(context: Context, name: str) -> None:
    """The same person signs in once more; every door opens for this sign-in too."""
    world: World = context.world
    with precondition(f"{name} could not be signed in a second time"):
        second = await world.sign_in_again(name, SECOND_DEVICE)
        await world.require_open_doors(second, second.token)


@when("{name} signs in for the first time")
async def somebody_new_signs_in(context: Context, name: str) -> None:
    """The one place where signing in is what is promised, and not what something else begins with."""
    world: World = context.world
    await world.sign_in(name)


@then("sign-in knows {name} by what it gave out")
async def sign_in_knows_who_it_is(context: Context, name: str) -> None:
    """The token opens sign-in's own doors and names the person who signed in."""
    world: World = context.world
    person = world.people[name]
    opinions = await world.platform.auth.opinions(person.token, person)
    assert_that({who: opinion.door for who, opinion in opinions.items()}, everybody_says(OPEN), "sign-in's doors")
    told = {who: opinion.said["user_id"] for who, opinion in opinions.items()}
    assert_that(told, everybody_says(person.user_id), f"who {name} is")


@when("sign-in, chat and live updates are each asked who {name} is")
async def each_is_asked_who_it_is(context: Context, name: str) -> None:
    """Ask every endpoint that names a token's owner, chat by a conversation, and live updates by a connection."""
    world: World = context.world
    world.said = {who: said.get("user_id") for who, said in (await world.said_of(name)).items()}


@then("all of them name the person who signed in")
def all_name_the_same_person(context: Context) -> None:
    """Every answer is the id that sign-in gave when the person signed in."""
    world: World = context.world
    person = world.person
    assert_that(world.said, everybody_says(person.user_id), f"who {person.name} is")


@when("both sides are asked for everything that they know of {name}")
async def both_sides_are_asked(context: Context, name: str) -> None:
    """Ask every endpoint that says anything of a token's owner; the token's own claims are one more voice."""
    world: World = context.world
    world.said = await world.said_of(name)


@then("whatever two of them say of {name} is the same")
def they_say_the_same(context: Context, name: str) -> None:
    """Field by field: the id, the e-mail address, the permissions; each of them is told by more than one."""
    world: World = context.world
    voices = {"user_id": f"who {name} is", "email": f"{name}'s e-mail address", "permissions": f"what {name} may do"}
    for field, words in voices.items():
        told = {who: said[field] for who, said in world.said.items() if field in said}
        if len(told) < 2:
            raise Broken(f"only {' and '.join(told) or 'nobody'} says {words}, so nothing can be compared")
        agreed = world.said["the token itself"].get(field)
        assert_that(told, everybody_says(agreed), words)


@when("{name} renews the sign-in")
async def a_person_renews(context: Context, name: str) -> None:
    """Exchange the renewal (refresh) token for new tokens."""
    world: World = context.world
    world.other_sign_in = world.people[name]
    auth = world.platform.auth
    reply = auth.expect(await auth.renew(world.other.refresh_token, world.other), f"to renew {name}'s sign-in")
    world.people[name] = auth.with_tokens(world.other, reply)


@then("{name} holds a new sign-in and a new renewal, and is still the same person everywhere")
async def both_tokens_are_new(context: Context, name: str) -> None:
    """Both tokens are replaced; the new one opens every door, and names the same person."""
    world: World = context.world
    renewed = world.people[name]
    if renewed.token == world.other.token:
        raise Broken(f"the renewal gave {name} the same sign-in once more")
    if renewed.refresh_token == world.other.refresh_token:
        raise Broken(f"the renewal gave {name} the same renewal once more")
    _assert_same_claims(renewed.token, world.other.token, "the renewed sign-in")
    told = {who: said.get("user_id") for who, said in (await world.said_of(name)).items()}
    assert_that(told, everybody_says(world.other.user_id), f"who {name} is after the renewal")


@then("the renewal that was used cannot be used again")
async def a_renewal_is_used_once(context: Context) -> None:
    """The retired refresh token is refused."""
    world: World = context.world
    again = await world.platform.auth.renew(world.other.refresh_token, world.other)
    assert_that(door(again), equal_to(SHUT), "the door to a second renewal with the same token")


@then("a sign-in cannot be used in place of a renewal")
async def a_sign_in_renews_nothing(context: Context) -> None:
    """An access token is no refresh token."""
    world: World = context.world
    person = world.person
    reply = await world.platform.auth.renew(person.token, person)
    assert_that(door(reply), equal_to(SHUT), "the door to a renewal with a sign-in in place of a renewal")


@when("{name} signs out")
async def a_person_signs_out(context: Context, name: str) -> None:
    """Sign this one sign-in out."""
    world: World = context.world
    auth = world.platform.auth
    auth.expect(await auth.sign_out(world.people[name]), f"to sign {name} out", 200, 204)


@then("sign-in itself lists it as signed out")
async def it_is_listed_as_signed_out(context: Context) -> None:
    """The one endpoint whose only subject are signed-out tokens says so too."""
    world: World = context.world
    person = world.person
    listed = await world.platform.auth.is_blacklisted(person.token, person)
    if not listed:
        raise Broken(f"sign-in does not list {person.name}'s sign-in as signed out")


@when("sign-in is asked in every way how long {name}'s sign-in lasts")
async def asked_how_long_it_lasts(context: Context, name: str) -> None:
    """Ask each endpoint that tells when a token began or ends."""
    world: World = context.world
    person = world.people[name]
    world.opinions = await world.platform.auth.opinions(person.token, person)


@then("each answer is what the sign-in itself says")
def it_lasts_as_it_says(context: Context) -> None:
    """The end, and where told the beginning, are the token's own claims; each endpoint tells at least its end."""
    world: World = context.world
    person = world.person
    claims = claims_of(person.token)
    if not isinstance(claims.get("exp"), int) or not isinstance(claims.get("iat"), int):
        raise Broken(f"{person.name}'s sign-in does not say from when to when it lasts")
    for who, opinion in world.opinions.items():
        ends, began = opinion.said.get("expires"), opinion.said.get("issued", claims["iat"])
        if ends is None:
            raise Broken(f"{who}, does not say when {person.name}'s sign-in ends")
        assert_that(_clock(ends), equal_to(_clock(claims["exp"])), f"when {person.name}'s sign-in ends, by {who}")
        assert_that(_clock(began), equal_to(_clock(claims["iat"])), f"when {person.name}'s sign-in began, by {who}")


@when("{name} signs in once more, at chat's door")
async def a_person_signs_in_at_chats_door(context: Context, name: str) -> None:
    """Sign in with the same password at the door that chat has for it."""
    world: World = context.world
    person = world.people[name]
    world.reply = await world.platform.backend.log_in(person)
    world.other_sign_in = world.platform.auth.signed_in(person, world.reply)


@then("it is the same user, field by field")
def it_is_the_same_user(context: Context) -> None:
    """The id, and each claim that does not belong to the single sign-in, are those of sign-in's own door."""
    world: World = context.world
    person = world.person
    assert_that(world.other.user_id, equal_to(person.user_id), f"who {person.name} is at chat's door")
    _assert_same_claims(world.other.token, person.token, "the sign-in that chat's door gave")


@then("every door opens for the sign-in that chat's door gave")
async def chats_sign_in_opens_doors(context: Context) -> None:
    """Sign-in, chat and live updates accept it."""
    world: World = context.world
    doors = await world.doors(world.other, world.other.token)
    assert_that(doors, everybody_says(OPEN), "the doors, for the sign-in that chat's door gave")


def _assert_same_claims(token: str, other: str, which: str) -> None:
    """Whatever does not belong to the single sign-in is the same in both tokens."""
    said, wanted = claims_of(token), claims_of(other)
    for field in ("sub", "email", "permissions", "iss", "aud", "env", "token_type"):
        assert_that(said.get(field), equal_to(wanted.get(field)), f"“{field}” in {which}")


def _clock(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%d %B %Y, %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{seconds} seconds from 1970, which no calendar has"
