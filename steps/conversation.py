"""The conversation: questions, the events of the work, answers, and what chat keeps of it."""

from __future__ import annotations

import asyncio
from functools import partial

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to

from acceptance.drivers.agent_runs import QUESTIONS, AgentRun, same_answer
from acceptance.drivers.envelopes import AGENT_ERROR, FIVE_EVENTS, error_text
from acceptance.matchers import nothing_wrong
from acceptance.verdicts import Broken
from acceptance.waiting import eventually
from acceptance.world import World, precondition

TOLD = 5  # of what was heard of others: a reader wants to know what, and how much
TEN = ["Ada", "Ben", "Cleo", "Dan", "Emma", "Finn", "Gwen", "Hugo", "Ines", "Jon"]


@given("{name} is in a conversation")
async def a_person_is_in_a_conversation(context: Context, name: str) -> None:
    """A person is signed in, watches live updates, and has opened a conversation that chat keeps."""
    world: World = context.world
    with precondition(f"{name} could not begin a conversation"):
        await world.enter(name)


@given("{names} are in conversations of their own")
async def people_are_in_conversations(context: Context, names: str) -> None:
    """Each of the people is signed in, watches live updates, and has opened a conversation."""
    world: World = context.world
    people = TEN if names == "ten people" else names.split(" and ")
    with precondition(f"{names} could not begin their conversations"):
        await asyncio.gather(*(world.enter(name) for name in people))


@given("{name} is in two conversations")
async def a_person_is_in_two_conversations(context: Context, name: str) -> None:
    """One connection, and two conversations that chat keeps."""
    world: World = context.world
    with precondition(f"{name} could not begin two conversations"):
        await world.enter(name)
        await world.open_thread(name, called=f"{name}'s second conversation")


@given("{name} has written in a conversation")
async def a_person_has_written(context: Context, name: str) -> None:
    """A conversation with a message in it, as chat shows it to its owner."""
    world: World = context.world
    with precondition(f"{name} could not write in a conversation"):
        await world.sign_in(name)
        await world.open_thread(name)
        await world.write(name, "This is between us.")
        world.said["as it was"] = await world.kept(name)


@when('{name} asks "{question}"')
async def a_person_asks(context: Context, name: str, question: str) -> None:
    """Ask one question in the chat; everybody who watches on the person's connections hears what comes of it."""
    world: World = context.world
    await world.ask(name, question)


@when('{name} asks "{question}" by {form}')
async def a_person_asks_by(context: Context, name: str, question: str, form: str) -> None:
    """Ask by another of the contract's messages."""
    world: World = context.world
    await world.ask(name, question, form=form)


@when("{name} asks a question in the first, and another in the second at once")
async def a_person_asks_twice(context: Context, name: str) -> None:
    """Send both questions before anything of the first is answered."""
    world: World = context.world
    threads = world.threads.values()
    asked = [(world.marked(name, text), thread.id) for text, thread in zip(QUESTIONS, threads, strict=True)]
    world.runs[name] = await world.connections[name].ask_all(asked, within=world.deadline("promptly"))


@when("{first} and {second} ask at the same time")
async def two_people_ask(context: Context, first: str, second: str) -> None:
    """Two people, each on their own connection, ask different questions at the same moment."""
    world: World = context.world
    await asyncio.gather(*(world.ask(name, text) for name, text in zip((first, second), QUESTIONS, strict=True)))
    await world.settle()


@when("all of them ask at once, each one question after another")
async def everybody_asks(context: Context) -> None:
    """Everybody asks two questions in a row, all at the same time."""
    world: World = context.world

    async def converse(name: str) -> None:
        for question in QUESTIONS:
            await world.ask(name, question)

    await asyncio.gather(*(converse(name) for name in world.people))
    await world.settle()


@then("{name} promptly sees each of the five events of the work, in order and once")
def the_five_events_arrive(context: Context, name: str) -> None:
    """All five events arrive by the deadline, first told in the order of the golden path, none delivered twice."""
    world: World = context.world
    _judge(world, name, world.run_of(name))


@then("both tabs promptly show each of the five events of the work, in order and once")
def both_tabs_show_it(context: Context) -> None:
    """Each connection of the person was told all of the same run."""
    world: World = context.world
    for tab in world.connections:
        _judge(world, tab, world.run_of(tab))
    seen = {tab: world.run_of(tab).ids for tab in world.connections}
    assert_that(seen, equal_to(dict.fromkeys(seen, next(iter(seen.values())))), "the work that each tab shows")


@then("{name} promptly sees the work on each question apart, in order and once")
def each_question_is_worked_on(context: Context, name: str) -> None:
    """Each question has a run of its own, whole, and no event belongs to both."""
    world: World = context.world
    for which, run in zip(("first", "second"), world.runs[name], strict=True):
        _judge(world, f"{name}, of the {which} question,", run)
    first, second = world.runs[name]
    assert_that(first.ids & second.ids, equal_to(set()), "work that belongs to both questions")
    _assert_answers_differ(first, second)


@then("{first} and {second} each promptly see the whole of their own work")
def two_people_see_their_own_work(context: Context, first: str, second: str) -> None:
    """The five events of each one's own run, and the answer to each one's own question."""
    world: World = context.world
    for name in (first, second):
        _judge(world, name, world.run_of(name))
        _judge_answer(world, name, world.run_of(name))
    _assert_answers_differ(world.run_of(first), world.run_of(second))


@then("each of them promptly sees the whole of their own work")
def everybody_sees_their_own_work(context: Context) -> None:
    """The five events and the answer, for every question of every person."""
    world: World = context.world
    for name in world.people:
        for run in world.runs[name]:
            _judge(world, name, run)
            _judge_answer(world, name, run)
        _assert_answers_differ(*world.runs[name])


@then("neither of them is told anything of the other's")
@then("none of them is told anything of another's")
def nobody_hears_of_another(context: Context) -> None:
    """No frame names another person, their run, their conversation, or a word of what they asked."""
    world: World = context.world
    if foreign := world.foreign_events():
        more = f"; and {len(foreign) - TOLD} more" if len(foreign) > TOLD else ""
        raise Broken("; ".join(foreign[:TOLD]) + more)


@then("live updates still know each of them by their own sign-in")
async def live_updates_know_each(context: Context) -> None:
    """Whom live updates take each connection for is whom its token names."""
    world: World = context.world
    within = world.deadline("live updates")
    known = {name: await connection.identity(within=within) for name, connection in world.connections.items()}
    for name, person in world.people.items():
        assert_that(known[name], equal_to(person.user_id), f"whom live updates take {name} for")


@then("{name} gets the answer that this work led to")
def the_answer_arrives(context: Context, name: str) -> None:
    """The run's end carries words in answer, belongs to the run that the question began, and is for this person."""
    world: World = context.world
    _judge_answer(world, name, world.run_of(name))


@then("{name} is promptly told that the work failed, instead of being given an answer")
def the_failure_is_told(context: Context, name: str) -> None:
    """The run ends with an agent's error that says something, and with no answer."""
    world: World = context.world
    run = world.run_of(name)
    if not run.named(AGENT_ERROR):
        seen = ", ".join(FIVE_EVENTS.get(event.name, event.name) for event in run.events) or "nothing at all"
        raise Broken(f"{name} was not told {world.deadline('promptly')} that the work failed, but saw {seen}")
    if not error_text(run.named(AGENT_ERROR)[-1]):
        raise Broken(f"{name} was told that the work failed, but not why")
    assert_that(run.answer, equal_to(""), f"the answer that {name} was given all the same")


@then("the conversation keeps the question and the answer")
async def the_conversation_is_kept(context: Context) -> None:
    """Chat shows the question as the person's and the answer as its own, in the words that were said."""
    world: World = context.world
    name = world.person.name
    run = world.run_of(name)
    await eventually(lambda: _not_kept(world, name, name, run), nothing_wrong(), within=world.deadline("promptly"))


@then("each conversation keeps its own question, and the answer that {name} was given to it")
async def each_conversation_is_kept(context: Context, name: str) -> None:
    """Each holds exactly one question and one answer: those of its own run."""
    world: World = context.world
    for called, run in zip(world.threads, world.runs[name], strict=True):
        _judge_answer(world, name, run)
        look = partial(_not_kept, world, name, called, run, alone=True)
        await eventually(look, nothing_wrong(), within=world.deadline("promptly"))


async def _not_kept(world: World, name: str, called: str, run: AgentRun, *, alone: bool = False) -> list[str]:
    """What chat does not keep of a question and its answer; ``alone``: and what it keeps beside them."""
    kept = await world.kept(name, called)
    wanted = {"question": ("user", run.question), "answer": ("assistant", run.answer)}
    wrong = [
        f"the conversation does not keep the {what} “{said[1]}”" for what, said in wanted.items() if said not in kept
    ]
    if alone:
        others = [words for role, words in kept if (role, words) not in wanted.values()]
        wrong += [f"the conversation also holds “{words}”" for words in others]
    return wrong


def _judge(world: World, who: str, run: AgentRun) -> None:
    if told := run.shortcoming(who, world.deadline("promptly")):
        raise Broken(told)


def _judge_answer(world: World, name: str, run: AgentRun) -> None:
    if told := run.answer_shortcoming(world.people[name]):
        raise Broken(told)


def _assert_answers_differ(first: AgentRun, second: AgentRun) -> None:
    """Two questions that ask for different things cannot have one answer."""
    if told := same_answer(first, second):
        raise Broken(told)
