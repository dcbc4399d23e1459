"""A crowd: as many people at once as the platform is meant for, and what all of them were told."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import allure
from behave import given, then, when
from behave.runner import Context

from acceptance.drivers.agent_runs import Kind
from acceptance.load import running
from acceptance.load.crowd_plan import CrowdPlan
from acceptance.load.result import LoadResult
from acceptance.verdicts import Broken, CouldNotTell
from acceptance.world import World

BELOW_THE_REPORTS = "load"
TOLD = 3  # flaws that are told in words; the figures say how many there were


@given("a crowd as large as the platform is meant for")
async def a_crowd(context: Context) -> None:
    """The target says how many people at once it is meant for, and sign-in can be reached."""
    world: World = context.world
    await world.platform.auth.require_reachable()
    users, seconds = world.target.load_users or 1, world.target.load_run_time
    world.said["crowd"] = CrowdPlan(users, spawn_rate=2 * users / seconds, run_time=seconds)


@when("everybody in the crowd asks, and comes back to ask again")
async def everybody_in_the_crowd_asks(context: Context) -> None:
    """Each signs in, connects, asks two questions, leaves, thinks, and comes back, until the time is over."""
    world: World = context.world
    world.recorder.note("the crowd", f"{world.said['crowd'].users} people come, chat and leave")
    result = await running.run(world.target, world.said["crowd"], world.reports / BELOW_THE_REPORTS)
    world.said["result"] = result
    _attach("How long people of the crowd waited", result.table)
    _attach("What came for how many questions", result.events)
    allure.attach(result.model_dump_json(indent=1), "All figures", allure.attachment_type.JSON)
    if not result.tally.conversations or (result.tally.unknown and not result.tally.flaws):
        raise CouldNotTell(result.told, look_first_at="whether the platform can carry so many people at all")


@then("nobody in the crowd is told anything of another's")
def nobody_in_the_crowd_hears_of_another(context: Context) -> None:
    """No message names another person, their conversation, their work, or a word of what they asked."""
    _judge(context, [Kind.FOREIGN])


@then("everybody in the crowd sees the whole of their own work")
def everybody_in_the_crowd_sees_their_own(context: Context) -> None:
    """Nothing lost, out of order, delivered twice, refused or answered wrongly, for any question of anybody."""
    _judge(context, [kind for kind in Kind if kind is not Kind.FOREIGN])


@then("hardly anybody in the crowd waits longer than is allowed")
def hardly_anybody_waits(context: Context) -> None:
    """Nineteen of twenty wait no longer than the target allows: for sign-in, connection, progress and answer."""
    result: LoadResult = context.world.said["result"]
    if slow := [each for each in result.thresholds if not each.kept]:
        raise Broken(
            "; ".join(f"{each.name} took {each.p95:.1f} s where {each.seconds:g} s are allowed" for each in slow)
        )


def _judge(context: Context, kinds: Sequence[Kind]) -> None:
    result: LoadResult = context.world.said["result"]
    counted = {kind: result.tally.flaws[kind] for kind in kinds if result.tally.flaws.get(kind)}
    if not counted:
        return
    flaws = [flaw for flaw in result.tally.first if flaw.kind in counted]
    told = "; ".join(dict.fromkeys(flaw.told for flaw in flaws[:TOLD]))
    many = ", ".join(f"{number} {kind}" for kind, number in counted.items())
    evidence = "\n\n".join("\n".join([flaw.told, *flaw.messages]) for flaw in flaws)
    raise Broken(f"of {result.tally.questions} questions: {many}; {told}", evidence=evidence)


def _attach(name: str, rows: Iterable[Sequence[str]]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    allure.attach(table.getvalue(), name, allure.attachment_type.CSV)
