"""Privacy: conversations, and who may see that they are there."""

from __future__ import annotations

import re
import secrets
from typing import Any

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, has_item, is_in, is_not

from acceptance.drivers.backend import thread_path
from acceptance.verdicts import Broken
from acceptance.world import World

#: What of an answer differs each time it is given.
_EACH_TIME = ("trace_id", "timestamp", "request_id")


@when("Robin {deed}")
async def robin_tries_a_route(context: Context, deed: str) -> None:
    """Try one route to the other person's conversation, and the same to one that never was."""
    world: World = context.world
    theirs = world.threads["Pat"].id
    never = "".join(_another(character) for character in theirs)
    world.said |= {
        "told of Pat's": await _told(world, deed, theirs),
        "told of one that never was": await _told(world, deed, never),
    }


@then("Robin is told just what is told of a conversation that never was")
def it_is_as_if_it_did_not_exist(context: Context) -> None:
    """The same answer, word for word but for the id, and a refusal."""
    world: World = context.world
    told, never = world.said["told of Pat's"], world.said["told of one that never was"]
    assert_that(told, equal_to(never), "what Robin is told of Pat's conversation")
    # live updates may also begin a conversation of Robin's own, in either case
    assert_that(told[0], is_in(("not found", "an answer")), "what Robin is told")


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
            wanted = has_item(thread.id) if owner == name else is_not(has_item(thread.id))
            assert_that(listed, wanted, f"conversations that {name} is shown")


async def _told(world: World, deed: str, thread_id: str) -> tuple[str, Any]:
    """How Robin is answered ("not found", or what else) and in which words, without what differs each time."""
    robin, backend = world.people["Robin"], world.platform.backend
    if deed == "asks the agent there":
        run = await world.connections["Robin"].ask(
            "What was said here?", within=world.deadline("promptly"), thread_id=thread_id
        )
        if run.refused is None:
            return "an answer" if run.ended else "silence", [event.name for event in run.events]
        return "not found", _without(thread_id, dict(run.refused.raw))
    method, below, body = {
        "looks it up": ("GET", "", None),
        "reads what is written": ("GET", "/messages", None),
        "writes into it": ("POST", "/messages", {"message": "I was here"}),
        "deletes it": ("DELETE", "", None),
    }[deed]
    reply = await backend.ask(method, thread_path(thread_id, below), robin, body)
    return "not found" if reply.status == 404 else f"answered {reply.status}", _without(thread_id, reply.body)


def _without(thread_id: str, told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    return {key: str(value).replace(thread_id, "…") for key, value in told.items() if key not in _EACH_TIME}


def _another(character: str) -> str:
    """A character of the same kind, so that the id has the same form."""
    if re.fullmatch(r"[0-9a-f]", character):
        return secrets.choice("0123456789" if character.isdigit() else "abcdef")
    return character
