"""The conversation: a question, the events of the work, the answer."""

from __future__ import annotations

from behave import then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_item, is_not

from acceptance.drivers.events import AGENT_ERROR, GOLDEN_PATH, answer_of, answer_text
from acceptance.verdicts import Broken
from acceptance.world import World

FIRST, *_, LAST = GOLDEN_PATH


@when('{name} asks "{question}"')
async def a_person_asks(context: Context, name: str, question: str) -> None:
    """Ask one question in the chat and listen until its run ends, or the deadline for an answer passes."""
    world: World = context.world
    world.run = await world.connections[name].ask(question, within=world.deadline("promptly"))


@then("{name} promptly sees each of the five events of the work, in order and once")
def the_five_events_arrive(context: Context, name: str) -> None:
    """All five events arrive by the deadline, first told in the order of the golden path, none delivered twice."""
    world: World = context.world
    run = world.conversation
    for error in run.named(AGENT_ERROR):
        raise Broken(f"{name} was told that the work failed: {error.data.get('error_message', 'no reason given')}")
    told = [event.name for event in run.events]
    missing = [words for event, words in GOLDEN_PATH.items() if event not in told]
    if missing:
        seen = [GOLDEN_PATH[event] for event in dict.fromkeys(told) if event in GOLDEN_PATH]
        end = f"; live updates {run.closed}" if run.closed else ""
        only = f"{name} saw only {', '.join(seen)}" if seen else f"{name} saw nothing at all"
        raise Broken(f"{name} did not see {' or '.join(missing)} {world.deadline('promptly')}: {only}{end}")
    order = list(GOLDEN_PATH)
    assert_that(sorted(order, key=told.index), equal_to(order), f"the order in which {name} saw the work")
    assert_that(run.repeated(), empty(), f"what {name} was told twice")
    assert_that(run.unfinished_tools(), empty(), f"tools that {name} saw at work and never finished")
    assert_that(run.ended, equal_to(True), f"whether the work that {name} watched came to its end")


@then("{name} gets the answer that this work led to")
def the_answer_arrives(context: Context, name: str) -> None:
    """The run's end carries words in answer, belongs to the run that the question began, and is for this person."""
    world: World = context.world
    run = world.conversation
    begun, end = run.named(FIRST), run.named(LAST)[-1]
    words = answer_text(answer_of(end))
    assert_that(words, is_not(empty()), f"the words in which {name} was answered")
    assert_that(words.casefold(), is_not(equal_to(run.question.casefold())), f"what {name} was answered")
    assert_that([event.run_id for event in begun], has_item(end.run_id), f"the work that {name}'s answer came from")
    assert_that(end.user_id, equal_to(world.people[name].user_id), "the person whom the answer is addressed to")
