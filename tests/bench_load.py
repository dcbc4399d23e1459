"""What a crowd costs: processor time a conversation, beside a bare client that makes the same ones.

For ``make bench``. Runs both in turn against one reference platform and prints medians and their ratio, each process's
start apart. The bare client is websockets and httpx and nothing else: the same people, questions and pauses, the same
checks of what they are told, and no Locust, no drivers, no counting.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx
from rich.progress import track
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from acceptance.drivers.agent_runs import QUESTIONS, AgentRun, same_answer, sorted_into
from acceptance.drivers.auth import Person
from acceptance.drivers.envelopes import PASSED_OVER, Event, read
from acceptance.drivers.live_connection import FORMS, IN_THE_CHAT
from acceptance.drivers.ownership import marked, names_another, new_word, strange_words
from acceptance.embedded import EmbeddedPlatform
from acceptance.evidence.redaction import Redactor
from acceptance.load.crowd_plan import CrowdPlan
from acceptance.load.running import run
from acceptance.target import Deadline, Target
from acceptance.targets import load_target

REPOSITORY = Path(__file__).resolve().parents[1]
PATIENT = Deadline("in the end", 30)
THINK = 0.5  # seconds


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def asked(socket: ClientConnection, question: str, thread_id: str) -> tuple[AgentRun, list[Event]]:
    """One question: all that is heard until the work is over and a ping is answered."""
    made = AgentRun(question, thread_id, asked_at=time.monotonic())
    await socket.send(json.dumps(FORMS[IN_THE_CHAT](question, thread_id)))
    heard: list[Event] = []
    pinged = False
    while True:
        event = read(str(await socket.recv()), time.monotonic())
        if event is None:
            continue
        heard.append(event)
        if event.name == "pong":
            break
        if event.name == "agent_completed" and not pinged:
            pinged = True
            await socket.send(json.dumps({"type": "ping", "timestamp": time.time()}))
    sorted_into([made], [event for event in heard if event.name not in PASSED_OVER])
    return made, heard


async def person(urls: dict[str, str], client: httpx.AsyncClient, until: float, first: float) -> tuple[int, int]:
    """One person until the time is over: how many conversations, and how many of them had a flaw."""
    await asyncio.sleep(first)
    account = {"email": f"{uuid.uuid4().hex}@example.com", "password": "a password aA1!", "name": "Pat"}
    await client.post(urls["auth"] + "/auth/register", json=account)
    signed_in = (await client.post(urls["auth"] + "/auth/login", json=account)).json()
    token = signed_in["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    thread = (await client.post(urls["chat"] + "/api/threads", json={"title": "x"}, headers=headers)).json()["id"]
    pat = Person("Pat", account["email"], "", user_id=signed_in["user"]["id"])
    carried = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    offered = [Subprotocol("jwt-auth"), Subprotocol(f"jwt.{carried}")]
    own: set[str] = set()
    conversations = flawed = 0
    while time.monotonic() < until:
        async with connect(urls["ws"], subprotocols=offered, proxy=None, close_timeout=1) as socket:
            await socket.recv()
            runs: list[AgentRun] = []
            heard: list[Event] = []
            for question in QUESTIONS:
                if runs:
                    await asyncio.sleep(THINK)
                own.add(word := new_word())
                made, more = await asked(socket, marked(question, word), thread)
                runs.append(made)
                heard += more
        wrong = any(names_another(event, pat.user_id) or strange_words(event, own) for event in heard)
        wrong = wrong or any(each.flaw("Pat", PATIENT) or each.answer_shortcoming(pat) for each in runs)
        flawed += bool(wrong or same_answer(*runs))
        conversations += 1
        await asyncio.sleep(THINK)
    await client.delete(f"{urls['chat']}/api/threads/{thread}", headers=headers)
    await client.post(urls["auth"] + "/auth/logout", headers=headers)
    return conversations, flawed


async def bare(urls: dict[str, str], users: int, seconds: float) -> None:
    """Be the bare client, and say what it cost."""
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        begun, until = processor_seconds(), time.monotonic() + seconds
        come = (person(urls, client, until, place * seconds / 4 / users) for place in range(users))
        ended = await asyncio.gather(*come)
        cost = processor_seconds() - begun
    conversations, flawed = (sum(each[place] for each in ended) for place in (0, 1))
    print(json.dumps({"conversations": conversations, "flawed": flawed, "processor_seconds": cost}))


def cost_of_bare(target: Target, users: int, seconds: float) -> float:
    urls = {"auth": target.auth_url, "chat": target.base_url, "ws": target.websocket_url}
    command = [sys.executable, "-m", "tests.bench_load", "--bare", json.dumps(urls)]
    options = [f"--users={users}", f"--seconds={seconds}"]
    done = subprocess.run([*command, *options], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert not told["flawed"], told
    return float(told["processor_seconds"] / told["conversations"])


def cost_of_crowd(target: Target, users: int, seconds: float) -> float:
    crowd = CrowdPlan(users, spawn_rate=4 * users / seconds, run_time=seconds, think=THINK)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(run(target, crowd, Path(folder)))
    assert not result.broken and not result.tally.unknown, result.sentence
    return result.measured.processor_seconds / result.tally.conversations


def main() -> None:
    """Compare, or be the bare client."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: %(default)s)")
    parser.add_argument("--users", type=int, default=40, help="people at once (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=12, help="of each run (default: %(default)s)")
    parser.add_argument("--bare", metavar="ADDRESSES", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        asyncio.run(bare(json.loads(arguments.bare), arguments.users, arguments.seconds))
        return
    platform = EmbeddedPlatform([], Redactor())
    costs: dict[str, list[float]] = {"crowd": [], "bare client": []}
    try:
        target = platform.start(load_target("embedded", {}))
        for _ in track(range(arguments.rounds), "running both in turn", transient=True):
            costs["crowd"].append(cost_of_crowd(target, arguments.users, arguments.seconds))
            costs["bare client"].append(cost_of_bare(target, arguments.users, arguments.seconds))
    finally:
        platform.stop()
    medians = {name: statistics.median(measured) * 1000 for name, measured in costs.items()}
    for name, measured in costs.items():
        told = f"({min(measured) * 1000:.1f} to {max(measured) * 1000:.1f})"
        print(f"{name:<12} {medians[name]:6.1f} ms of processor a conversation  {told}")
    pairs = [one / other for one, other in zip(costs["crowd"], costs["bare client"], strict=True)]
    print(f"ratio        {statistics.median(pairs):6.2f}  (pair by pair, {min(pairs):.2f} to {max(pairs):.2f})")


if __name__ == "__main__":
    main()
