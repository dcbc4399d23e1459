"""What Locust runs: each of its users is one person of the crowd. Run by `acceptance.load.running`, never by hand.

The people talk on one asyncio loop in a thread of its own, by the drivers of the specification; Locust's greenlets
wait for them. So Locust must leave the standard library as it is (LOCUST_SKIP_MONKEY_PATCH).
"""

from __future__ import annotations

# mypy: allow-untyped-decorators, allow-untyped-calls
import asyncio
import json
import os
import resource
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import gevent
from gevent import monkey
from gevent.event import Event as Signal
from locust import User, events, task
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner, WorkerRunner
from locust.stats import StatsEntry

from acceptance.load.crowd import TIMED, Crowd
from acceptance.load.result import Measured, Waited
from acceptance.load.running import ASKED, Asked
from acceptance.load.tally import Tally
from acceptance.with_parent import end_with_parent

T = TypeVar("T")

_KEY = "acceptance"  # where a worker's report to its master holds ours
_METHOD = "a person waits for"  # how Locust's own pages call what is timed
_PROGRESS_SECONDS = 1.0
_GOING, _LOOKS_EVERY = 60.0, 0.1  # seconds that workers have to go, and from one look for them to the next
_AFTER_A_FAILURE = 1.0  # seconds: whoever could not be let in does not knock at once again

monkey.patch_time()  # a master sleeps while it waits for its workers, and must hear them meanwhile

asked = Asked.model_validate_json(os.environ[ASKED])
crowd = Crowd(asked.target(), asked.patience, asked.think)
found = Tally()  # by this process, and, in a master, by its workers
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, name="the crowd", daemon=True).start()
begun_processor = 0.0
most_people = 0

end_with_parent()


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine on the crowd's loop returns; only this greenlet waits."""
    done = Signal()
    wake = gevent.get_hub().loop.async_()
    wake.start(done.set)  # before anything could call it
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    future.add_done_callback(lambda _: wake.send())
    try:
        done.wait()
        return future.result()
    finally:
        future.cancel()
        wake.close()


class PersonOfTheCrowd(User):
    """Comes, has a conversation, goes, thinks, and comes back."""

    def wait_time(self) -> float:
        """How long the person thinks before they come back."""
        return asked.think

    def on_start(self) -> None:
        """Nobody is signed in yet."""
        self.visitor = crowd.visitor()

    @task
    def have_a_conversation(self) -> None:
        """One visit: all that is wrong is counted, and how long it took is told to Locust."""
        told = at_once(self.visitor.visit())
        timings, self.visitor.timings = self.visitor.timings, []
        for name, seconds in timings:
            self.environment.events.request.fire(
                request_type=_METHOD,
                name=name,
                response_time=seconds * 1000,
                response_length=0,
                exception=None,
                context={},
            )
        if not told:
            gevent.sleep(_AFTER_A_FAILURE)

    def on_stop(self) -> None:
        """Tidy up, and sign out."""
        at_once(self.visitor.leave())


@events.test_start.add_listener
def begin(environment: Environment, **_: Any) -> None:
    """From here on processor time is the conversations', not the start's."""
    global begun_processor
    begun_processor = _processor_seconds()
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(_tell_progress, environment)
    if isinstance(environment.runner, MasterRunner):
        gevent.spawn_later(asked.run_time, _end, environment.runner)


@events.report_to_master.add_listener
def report(client_id: str, data: dict[str, Any]) -> None:
    """What this worker has found since its last report."""
    data[_KEY] = crowd.take().model_dump(mode="json")


@events.worker_report.add_listener
def hear(client_id: str, data: dict[str, Any]) -> None:
    """What a worker has found."""
    found.add(data.get(_KEY, {}))


@events.quitting.add_listener
def finish(environment: Environment, **_: Any) -> None:
    """Leave what was measured; a worker's is with its master."""
    asyncio.run_coroutine_threadsafe(crowd.close(), loop).result(timeout=10)
    environment.process_exit_code = 0  # what was found decides, in the process that asked
    if isinstance(environment.runner, WorkerRunner) or environment.runner is None:
        return
    found.add(crowd.take())
    stats = environment.runner.stats
    measured = Measured(
        tally=found,
        most_people=most_people,
        waited={name: _waited(stats.get(name, _METHOD)) for name in TIMED},
        seconds=(stats.last_request_timestamp or stats.start_time) - stats.start_time,
        processor_seconds=_processor_seconds() - begun_processor,
    )
    Path(asked.measured).write_text(measured.model_dump_json(), encoding="utf-8")


def _waited(entry: StatsEntry) -> Waited:
    longest = entry.max_response_time  # what Locust says of the others is rounded
    at = {share: min(entry.get_response_time_percentile(share), longest) / 1000 for share in (0.5, 0.95, 0.99)}
    return Waited(times=entry.num_requests, p50=at[0.5], p95=at[0.95], p99=at[0.99], longest=longest / 1000)


def _end(runner: MasterRunner) -> None:
    """What --run-time does, but that a master waits until everybody's conversation is over and has been reported.

    A worker that is told to quit does just that, in this order, and says that it is gone.
    """
    for worker in runner.clients.all:
        runner.server.send_to_client(Message("quit", None, worker.id))
    with gevent.Timeout(asked.patience + _GOING, False):
        while runner.clients.all:
            gevent.sleep(_LOOKS_EVERY)
    runner.quit()


def _tell_progress(environment: Environment) -> None:
    """A line of JSON now and then, for who has started this process."""
    global most_people
    runner = environment.runner
    while runner is not None and runner.state not in ("stopped", "cleanup"):
        most_people = max(most_people, runner.user_count)
        found.add(crowd.take())
        told = {
            "people": runner.user_count,
            "conversations": found.conversations,
            "flaws": sum(found.flaws.values()),
            "unknown": found.unknown,
        }
        print(json.dumps(told), flush=True)
        gevent.sleep(_PROGRESS_SECONDS)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
