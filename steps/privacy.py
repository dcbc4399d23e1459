"""Privacy: conversations, and who may see that they are there."""

from __future__ import annotations

from typing import Any

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, matches_regexp

from acceptance.drivers.backend import thread_path
from acceptance.drivers.envelopes import error_code, error_text
from acceptance.drivers.live_connection import FORMS
from acceptance.verdicts import Broken, CouldNotTell
from acceptance.world import World, precondition


@when("Robin {deed}")
async def robin_tries_a_route(context: Context, deed: str) -> None:
    """Try one route to the other person's conversation, and the same to one of Robin's own that is gone."""
    world: World = context.world
    with precondition("Robin had no conversation that is gone"):
        gone = await world.gone_thread("Robin")
    world.said |= {
        "told of Pat's": await _told(world, deed, world.threads["Pat"].id),
        "told of one that is not there": await _told(world, deed, gone.id),
    }


@then("Robin is told just what is told of a conversation that is not there")
def it_is_as_if_it_did_not_exist(context: Context) -> None:
    """The same refusal, word for word but for the id; and nothing that Robin hears holds a word of Pat's."""
    world: World = context.world
    theirs, gone = world.said["told of Pat's"], world.said["told of one that is not there"]
    if any(word in told for word in world.words for told in [*theirs, *map(str, _heard_by(world, "Robin"))]):
        raise Broken("Robin was told what is written in Pat's conversation")
    if theirs != gone:
        raise Broken(
            f"Robin was told of Pat's conversation: {_listed(theirs)}; of one that is not there: {_listed(gone)}"
        )
    # live updates may also begin a conversation of Robin's own, in either case
    if "silence" in theirs:
        raise CouldNotTell("live updates answered Robin nothing at all", look_first_at="the golden path's own promises")
    for told in theirs:
        assert_that(told, matches_regexp("^(answered 404|refused|answered the question)"), "what Robin is told")


@then("{name}'s conversation is as it was")
async def the_conversation_is_unchanged(context: Context, name: str) -> None:
    """Its owner still has it, with the same messages and no others."""
    world: World = context.world
    kept, was = await world.kept(name), world.said["as it was"]
    if added := [words for role, words in kept if (role, words) not in was]:
        raise Broken(f"{name}'s conversation now also holds {' and '.join(f'“{words}”' for words in added)}")
    if lost := [words for role, words in was if (role, words) not in kept]:
        raise Broken(f"{name}'s conversation has lost {' and '.join(f'“{words}”' for words in lost)}")
    assert_that(kept, equal_to(was), f"what {name}'s conversation holds")


@when("{first} and {second} each list their conversations")
async def both_list_their_conversations(context: Context, first: str, second: str) -> None:
    """Ask chat for each one's list."""
    world: World = context.world
    world.said = {name: await world.platform.backend.thread_ids(world.people[name]) for name in (first, second)}


@then("each of them sees their own and not the other's")
def each_sees_their_own(context: Context) -> None:
    """The own conversation is listed, the other's is not."""
    world: World = context.world
    for name, listed in world.said.items():
        for owner, thread in world.threads.items():
            if owner == name and thread.id not in listed:
                raise Broken(f"{name} is not shown their own conversation")
            if owner != name and thread.id in listed:
                raise Broken(f"{name} is shown {owner}'s conversation")


async def _told(world: World, deed: str, thread_id: str) -> list[str]:
    """In which words Robin is answered, once for each way in which this can be done; without the thread's own id."""
    robin, backend = world.people["Robin"], world.platform.backend
    if deed == "asks the agent there":
        within, told = world.deadline("promptly"), []
        for form in FORMS:
            run = await world.connections["Robin"].ask(
                "What was said here?", within=within, form=form, thread_id=thread_id
            )
            if run.refused is not None:
                told.append(f"refused: {error_code(run.refused)} {error_text(run.refused)}")
            else:
                told.append("answered the question" if run.ended else "silence")
        return [words.replace(thread_id, "…") for words in told]
    method, below, body = {
        "looks it up": ("GET", "", None),
        "reads what is written": ("GET", "/messages", None),
        "writes into it": ("POST", "/messages", {"message": "I was here"}),
        "deletes it": ("DELETE", "", None),
    }[deed]
    reply = await backend.ask(method, thread_path(thread_id, below), robin, body)
    said = [str(reply.field(name)) for name in ("error_code", "message", "detail") if reply.field(name)]
    if reply.is_success:
        said = [reply.text]
    return [f"answered {reply.status}: {' '.join(said)}".replace(thread_id, "…")]


def _heard_by(world: World, name: str) -> list[Any]:
    return [event.raw for event in world.connections[name].heard]


def _listed(told: list[str]) -> str:
    return " / ".join(f"“{words}”" for words in dict.fromkeys(told))
