"""Targets other than the embedded one, by the real command: what each trial of a platform ends as, example by example.

Every platform here is the reference, started by hand on ports of its own, or a stand-in for one that is not there.
"""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import stand_ins
from command import BEHAVE, Ran, acceptance, behave, clean_environment
from reference_services import (
    BACKEND,
    WEB_PAGE,
    ByHand,
    Starter,
    by_hand,
    environment,
    eventually,
    free_port,
)

from acceptance.files import REPOSITORY
from acceptance.promises import phase2
from acceptance.proof.nothing import doing_nothing
from acceptance.target import Part

KEPT, BROKEN, COULD_NOT_TELL, NOT_ASKED = "kept", "broken", "could not tell", "not asked"
TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
EXAMPLES = {example.id: example for example in phase2()[0]}
SERVICE_SECRET = "between the services of this trial"

#: The examples that can do without a part of the platform; every other one speaks to it.
WITHOUT_LIVE_UPDATES = (
    *("access-03a", "access-04a", "access-04b", "staging-01a", "staging-01b", "staging-01c[chat]"),
    *(
        "staging-01c[sign-in]",
        "staging-01d",
        "staging-02e",
        "staging-02f",
        "staging-04b",
        "staging-05a",
        "staging-05b",
        "staging-05c",
    ),
)
WITHOUT_CHAT = (
    *("golden-03a", "staging-01c[sign-in]", "staging-02e", "staging-03a", "staging-03b", "staging-03c", "staging-03d"),
    *("staging-02f", "staging-04b[sign-in]"),
)
WITHOUT_SIGN_IN = ("access-03a", "staging-01a", "staging-01b", "staging-01d", "staging-04b[chat]", "staging-05a")


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    made = Starter(tmp_path_factory.mktemp("by-hand"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(starter: Starter) -> ByHand:
    """The platform as in development; the trials leave it as it is."""
    return by_hand(starter, "development", SERVICE_SECRET=SERVICE_SECRET)


def options(settings: Mapping[str, object]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]


def variables(target: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {f"{target.upper()}_{name.upper()}": value for name, value in settings.items()}


def ask(
    reports: Path,
    target: str | Path,
    settings: Mapping[str, object],
    env: Mapping[str, str] | None = None,
    *,
    tags: str = "@phase2",
) -> Ran:
    """Everything that can be asked of this target, or what has these tags."""
    return behave(reports, f"--tags={tags}", "-D", f"target={target}", *options(settings), env=env)


def among(name: str, examples: tuple[str, ...]) -> bool:
    """Whether an example is one of these, or a row of one of them."""
    return name in examples or name.partition("[")[0] in examples


def ends(
    expected: Callable[[str], str | None] = lambda name: None,
    *,
    outages: bool = False,
    minting: bool = False,
    service: bool = False,
    passwords: bool = True,
    data: bool = True,
    crowd: bool = False,
) -> dict[str, str]:
    """Every example's verdict: not asked by what the target leaves undeclared, else as expected, else kept."""
    told = {}
    for name, example in EXAMPLES.items():
        excused = (
            "source-tree" in example.needs
            or ("minted-tokens" in example.needs and not minting)
            or ("service-secret" in example.needs and not service)
            or ("load" in example.needs and not crowd)
            or ("passwords" in example.needs and not passwords)
            or (example.effect == "disruptive" and not outages)
            or (example.effect == "creates-data" and not data)
        )
        told[name] = NOT_ASKED if excused else expected(name) or KEPT
    return told


def check(ran: Ran, expected: Mapping[str, str], *sentences: str) -> None:
    """The verdicts, example by example; the sentences; the exit codes of both commands; and no traceback anywhere."""
    assert ran.examples == expected, ran.output
    for sentence in sentences:
        assert sentence in ran.output
    told = set(expected.values())
    assert ran.exit_code == (1 if told & {BROKEN, COULD_NOT_TELL} else 0)
    said = acceptance(ran.reports, "verdict")
    waiting = ran.results["specification"]["plan_tests_without_promise"]
    wanted = 1 if BROKEN in told else 2 if COULD_NOT_TELL in told else 3 if waiting else 0
    assert said.exit_code == wanted, said.output
    for output in (ran.output, said.output):
        assert not TRACEBACK.search(output), output


def reasons(ran: Ran, verdict: str) -> dict[str, str]:
    """Why each example ended as it did, of those that ended so."""
    every = (example for promise in ran.results["promises"] for example in promise["examples"])
    return {example["id"]: example["reason"] for example in every if example["verdict"] == verdict}


def seconds(ran: Ran, verdict: str) -> float:
    every = (example for promise in ran.results["promises"] for example in promise["examples"])
    return sum(float(example["seconds"]) for example in every if example["verdict"] == verdict)


def test_services_on_this_machine_are_judged_as_the_rehearsal_is(platform: ByHand, tmp_path: Path) -> None:
    """Addresses by variables and on the command line; what target local leaves undeclared is not asked, and why."""
    at = platform.addresses
    by_variable = {setting: at.pop(setting) for setting in ("base_url", "auth_url")}
    ran = ask(tmp_path, "local", at, variables("local", by_variable))
    check(ran, ends())
    for name, reason in reasons(ran, NOT_ASKED).items():
        needs = EXAMPLES[name].needs
        if "source-tree" in needs:
            assert reason == "no source tree was named"
        elif "minted-tokens" in needs:
            assert reason == "target local does not declare that tokens may be made with its own secret"
        elif "service-secret" in needs:
            assert reason == "target local does not name the secret by which its services know each other"
        elif "load" in needs:
            assert reason == "target local does not declare that many people at once may ask it"
        else:
            assert reason == "target local does not declare that it may be disturbed"
    assert set(ran.results["target"]["versions"]) == {"chat", "sign-in"}


FILE = """\
about = "a platform of this trial"
promptly = {promptly}
service_discovery_timeout = {promptly}
auth_coordination_timeout = {promptly}
websocket_coordination_timeout = {promptly}
"""


def target_file(folder: Path, settings: Mapping[str, object], promptly: float = 5) -> Path:
    """A target of one's own."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items() if not isinstance(value, dict)]
    for name, table in settings.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    path = folder / "mine.toml"
    path.write_text(FILE.format(promptly=promptly) + "\n".join(lines), encoding="utf-8")
    return path


EVERYTHING = ["creates-data", "outage-control", "mint-tokens", "load"]

#: What somebody writes who declares outage-control: it stops and starts sign-in.
CONTROL = """\
import json, os, pathlib, signal, socket, subprocess, sys, time

here = pathlib.Path(__file__).parent
settings = json.loads((here / "settings.json").read_text())


def answers():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", settings["port"])) == 0


if sys.argv[1] == "stop":
    os.kill(int((here / "pid").read_text()), signal.SIGKILL)
else:
    command = [sys.executable, "-m", "auth_service.main", "--port", str(settings["port"])]
    with (here / "sign-in.log").open("ab") as log:
        started = subprocess.Popen(
            command, env=settings["env"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (here / "pid").write_text(str(started.pid))
while answers() == (sys.argv[1] == "stop"):
    time.sleep(0.01)
"""


@dataclass(frozen=True)
class Disturbable:
    """A platform whose owner has commands to take its parts away and to give them back."""

    addresses: Mapping[str, str]
    outages: Mapping[str, list[str]]
    secrets: Mapping[str, str]
    folder: Path


@pytest.fixture(scope="module")
def disturbable(starter: Starter) -> Iterator[Disturbable]:
    folder = starter.folder / "disturbable"
    folder.mkdir()
    auth_port, backend_port = free_port(), free_port()
    auth_url, backend_url = f"http://127.0.0.1:{auth_port}", f"http://127.0.0.1:{backend_port}"
    env = environment(
        folder,
        AUTH_SERVICE_URL=auth_url,
        BACKEND_URL=backend_url,
        FRONTEND_URL=WEB_PAGE,
        HEARTBEAT_SECONDS="0.3",
        SERVICE_SECRET=SERVICE_SECRET,
    )
    control = folder / "control.py"
    control.write_text(CONTROL, encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps({"port": auth_port, "env": env}), encoding="utf-8")
    stop, start = ([sys.executable, str(control), word] for word in ("stop", "start"))
    subprocess.run(start, check=True)
    outages = {"sign-in": [shlex.join(stop), shlex.join(start)]}
    for part, variable in (
        ("the database behind sign-in", "AUTH_DATABASE_PATH"),
        ("the database behind chat", "BACKEND_DATABASE_PATH"),
    ):
        database, away = env[variable], env[variable] + ".away"
        outages[part] = [shlex.join(["mv", database, away]), shlex.join(["mv", away, database])]
    try:
        starter.start(BACKEND, env, port=backend_port).await_health()
        addresses = {
            "base_url": backend_url,
            "auth_url": auth_url,
            "frontend_url": WEB_PAGE,
            "websocket_url": f"ws://127.0.0.1:{backend_port}/ws",
        }
        secrets = {"jwt_secret": env["JWT_SECRET_KEY"], "service_secret": SERVICE_SECRET}
        yield Disturbable(addresses, outages, secrets, folder)
    finally:
        subprocess.run(stop, check=True)


@pytest.fixture
def ask_mine(disturbable: Disturbable, tmp_path: Path) -> Callable[..., Ran]:
    """Ask the target that declares everything, but for what is said otherwise."""

    def ask_it(*, tags: str = "@phase2", secrets: Mapping[str, str] | None = None, **settings: object) -> Ran:
        crowd = {"load_users": 5, "load_run_time": 2}
        usual = {"capabilities": EVERYTHING, "outages": disturbable.outages, **crowd}
        declared = {**disturbable.addresses, **usual, **settings}
        env = variables("mine", disturbable.secrets if secrets is None else secrets)
        return ask(tmp_path / "reports", target_file(tmp_path, declared), {}, env, tags=tags)

    return ask_it


def test_a_target_that_declares_everything_is_asked_everything(ask_mine: Callable[..., Ran]) -> None:
    check(ask_mine(), ends(outages=True, minting=True, service=True, crowd=True))


def disruptive(*parts: str) -> list[str]:
    """The examples that take one of these parts away."""
    takes = {
        "sign-in": ["staging-04a[sign-in]"],
        "the database behind sign-in": ["staging-04a[the database behind sign-in]", "staging-04b[sign-in]"],
        "the database behind chat": ["staging-04b[chat]", "golden-03a"],
    }
    assert {name for names in takes.values() for name in names} == {
        name for name, example in EXAMPLES.items() if example.effect == "disruptive"
    }
    return [name for part in parts for name in takes[part]]


def test_what_is_declared_and_cannot_be_done_is_could_not_tell(
    ask_mine: Callable[..., Ran], disturbable: Disturbable
) -> None:
    """Outages whose commands are not there, fail, or are not named; a secret that is not set."""
    start = disturbable.outages["sign-in"][1]
    outages = {"sign-in": ["/nowhere/stop", start], "the database behind sign-in": ["false", "true"]}
    secrets = {"service_secret": SERVICE_SECRET, "jwt_secret": ""}
    tags = "@effect.disruptive or @needs.minted-tokens or @promise.staging-05"
    ran = ask_mine(tags=tags, outages=outages, secrets=secrets)
    told = {
        "the command that takes sign-in away cannot be run: there is no program “/nowhere/stop”": disruptive("sign-in"),
        "“false” ended with exit code 1": disruptive("the database behind sign-in"),
        "the target names no commands that take the database behind chat away and give it back": disruptive(
            "the database behind chat"
        ),
        "target mine declares that tokens may be made with its secret, and does not name it": rows("access-01b"),
        "the configuration of target mine does not name jwt_secret, as mint-tokens is declared, "
        "outages.“the database behind chat”, as outage-control is declared": rows("staging-05a"),
    }
    wanted = {name: reason for reason, names in told.items() for name in names}
    assert reasons(ran, COULD_NOT_TELL) == wanted
    check(ran, {**dict.fromkeys(wanted, COULD_NOT_TELL), "staging-05b": KEPT, "staging-05c": KEPT})


def test_what_is_taken_away_by_half_is_given_back(ask_mine: Callable[..., Ran], disturbable: Disturbable) -> None:
    """A command that fails half-way, one that nothing can undo, and one that nobody can read."""
    stop, start = disturbable.outages["sign-in"]
    take, _ = disturbable.outages["the database behind sign-in"]
    outages = {
        "sign-in": [shlex.join(["sh", "-c", f"{stop}; exit 3"]), start],
        "the database behind sign-in": [take, "/nowhere/give back"],
        "the database behind chat": ["mv 'it", "true"],
    }
    ran = ask_mine(tags="@effect.disruptive", outages=outages)
    nothing_undoes_it = (
        "the command that gives the database behind sign-in back cannot be run: there is no program “/nowhere/give”"
    )
    unreadable = "the command that takes the database behind chat away cannot be read: No closing quotation"
    wanted = {
        **dict.fromkeys(disruptive("sign-in"), "“sh” ended with exit code 3"),
        **dict.fromkeys(disruptive("the database behind sign-in"), nothing_undoes_it),
        **dict.fromkeys(disruptive("the database behind chat"), unreadable),
    }
    assert reasons(ran, COULD_NOT_TELL) == wanted
    check(ran, dict.fromkeys(wanted, COULD_NOT_TELL))
    again = ask_mine(tags="@promise.staging-01")
    assert set(again.examples.values()) == {KEPT}, again.output


def test_what_cannot_be_given_back_is_told_by_everything_after_it(
    ask_mine: Callable[..., Ran], disturbable: Disturbable
) -> None:
    take, give = disturbable.outages["sign-in"]
    fails = shlex.join(["sh", "-c", f"{give}; echo password=canary-of-a-command >&2; exit 4"])
    ran = ask_mine(tags="@id.staging-04a or @id.staging-05b", outages={**disturbable.outages, "sign-in": [take, fails]})
    first, second = rows("staging-04a")
    told = "“sh” ended with exit code 4: password=[hidden]"
    after = f"what an earlier example took away could not be given back: {told}"
    assert reasons(ran, COULD_NOT_TELL) == {first: told, second: after, "staging-05b": after}
    assert "canary-of-a-command" not in ran.output


def test_a_run_that_is_stopped_while_something_is_being_taken_away_gives_it_back(
    tmp_path: Path, disturbable: Disturbable
) -> None:
    """The command goes on, since it is not the terminal's; the run waits for it, and undoes what it did."""
    take, give = disturbable.outages["the database behind chat"]
    begun, slow = tmp_path / "begun", f"touch {tmp_path / 'begun'}; sleep 1; {take}"
    outages = {**disturbable.outages, "the database behind chat": [shlex.join(["sh", "-c", slow]), give]}
    declared = {**disturbable.addresses, "capabilities": EVERYTHING, "outages": outages}
    target = target_file(tmp_path, declared)
    command = [BEHAVE, "--tags=@id.staging-04b", "-D", f"target={target}", "-D", f"reports={tmp_path / 'reports'}"]
    env = clean_environment(variables("mine", disturbable.secrets))
    with subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        eventually(begun.exists, "the command that takes the database away has begun")
        run.send_signal(signal.SIGINT)
        output, _ = run.communicate(timeout=60)
    assert not TRACEBACK.search(output.decode()), output.decode()
    ready = httpx.get(f"{disturbable.addresses['base_url']}/health/ready", trust_env=False)
    assert ready.status_code == 200, output.decode()


def test_what_was_taken_away_and_still_answers_was_not(ask_mine: Callable[..., Ran], disturbable: Disturbable) -> None:
    ran = ask_mine(tags="@id.staging-04a", outages={**disturbable.outages, "sign-in": ["true", "true"]})
    stayed, away = rows("staging-04a")
    assert reasons(ran, COULD_NOT_TELL) == {stayed: "sign-in still answers, although it was taken away"}
    check(ran, {stayed: COULD_NOT_TELL, away: KEPT})


def test_a_service_secret_that_sign_in_does_not_know_is_no_gap(ask_mine: Callable[..., Ran]) -> None:
    ran = ask_mine(tags="@promise.factories-04 or @id.access-02a", secrets={"service_secret": "another one"})
    told = "sign-in does not know netra-backend by the secret that the target names for services"
    assert set(ran.examples.values()) == {COULD_NOT_TELL}, ran.output
    assert all(told in reason for reason in reasons(ran, COULD_NOT_TELL).values())


def test_a_secret_that_is_not_the_platforms_makes_no_token_to_judge_by(ask_mine: Callable[..., Ran]) -> None:
    ran = ask_mine(tags="@id.access-01b", secrets={"jwt_secret": "another secret, as long as the platform's own is"})
    check(ran, dict.fromkeys(rows("access-01b"), COULD_NOT_TELL))
    for reason in reasons(ran, COULD_NOT_TELL).values():
        assert reason.startswith("a right token that is made here does not open every door for Pat, since chat: shut")


def rows(id: str) -> list[str]:
    """An example's rows."""
    found = [name for name in EXAMPLES if name.partition("[")[0] == id]
    assert found
    return found


KEY = "the-simulation-key-of-this-trial-4711"


@pytest.fixture(scope="module")
def staging(starter: Starter) -> ByHand:
    """The platform as in staging: simulated sign-in, and a secret of the environment's own."""
    own = {"JWT_SECRET_STAGING": "the secret of staging, which both services share"}
    return by_hand(starter, "staging", ENVIRONMENT="staging", E2E_OAUTH_SIMULATION_KEY=KEY, **own)


def ask_staging(reports: Path, platform: ByHand, key: str | None) -> Ran:
    env = variables("staging", platform.addresses) | ({"E2E_OAUTH_SIMULATION_KEY": key} if key else {})
    ran = ask(reports, "staging", {}, env)
    for path in reports.rglob("*"):
        assert not path.is_file() or not key or key not in path.read_text("utf-8", errors="replace"), path
    assert not key or key not in ran.output
    return ran


def test_staging_is_judged_by_the_simulation_key(staging: ByHand, tmp_path: Path) -> None:
    ran = ask_staging(tmp_path, staging, KEY)
    check(ran, ends(passwords=False))
    by_simulation = "people sign in to target staging by simulation, so they have no passwords"
    assert reasons(ran, NOT_ASKED)["factories-04b"] == by_simulation


@pytest.mark.parametrize(
    ("key", "says", "still_kept"),
    [
        # the configuration is not complete without the key; sign-in is asked nothing but by people
        (None, "the simulation key is not set", ("access-03a", "staging-01a", "staging-01b")),
        ("another-key-4711", "sign-in refuses the simulation key (it answered 401)", WITHOUT_SIGN_IN),
    ],
    ids=["none", "wrong"],
)
def test_without_the_right_simulation_key_nobody_can_tell(
    key: str | None, says: str, still_kept: tuple[str, ...], staging: ByHand, tmp_path: Path
) -> None:
    ran = ask_staging(tmp_path, staging, key)
    kept = (*still_kept, "staging-01d", "staging-05b", "staging-05c")
    check(ran, ends(lambda name: None if among(name, kept) else COULD_NOT_TELL, passwords=False))
    assert "Look first at: the environment variable E2E_OAUTH_SIMULATION_KEY" in ran.output
    for name, reason in reasons(ran, COULD_NOT_TELL).items():
        if name.startswith("staging-05a"):
            assert reason.endswith("does not name simulation_key (E2E_OAUTH_SIMULATION_KEY)")
        else:
            assert reason.endswith(f" cannot sign in: {says}")


def test_demo_mode_lets_nobody_tell_who_is_who(starter: Starter, tmp_path: Path) -> None:
    """Everybody is one person there, so whatever opens live updates for somebody means nothing."""
    demo = by_hand(starter, "demo", DEMO_MODE="1")
    ran = ask(tmp_path, "local", demo.addresses)
    check(ran, ends(lambda name: None if among(name, WITHOUT_LIVE_UPDATES) else COULD_NOT_TELL))
    told = "live updates are in demo mode, where everybody is demo-user-001: who somebody is means nothing there"
    assert set(reasons(ran, COULD_NOT_TELL).values()) == {told}
    assert "Look first at: the setting DEMO_MODE of the platform" in ran.output


def test_sign_in_that_has_stopped_breaks_only_what_names_it(starter: Starter, tmp_path: Path) -> None:
    """The platform sends people to an address of its own where nothing is; the rest cannot be told without sign-in."""
    stopped = by_hand(starter, "stopped")
    stopped.auth.process.kill()
    stopped.auth.process.wait()
    ran = ask(tmp_path, "local", {**stopped.addresses, "service_discovery_timeout": 2})
    expected = ends(lambda name: None if among(name, WITHOUT_SIGN_IN) else COULD_NOT_TELL)
    check(ran, {**expected, "staging-01b[sign-in]": BROKEN})
    refused = f"sign-in at {stopped.auth.url} cannot be reached: the connection was refused"
    assert set(reasons(ran, COULD_NOT_TELL).values()) == {refused}
    assert seconds(ran, COULD_NOT_TELL) < 2
    assert seconds(ran, BROKEN) < 5  # the time for service discovery, once


#: How an address can be out of reach, and what is said of it.
UNREACHABLE: dict[str, tuple[Callable[..., AbstractContextManager[int]], str]] = {
    "refused": (stand_ins.refusing, "the connection was refused"),
    "silent": (stand_ins.silent, "it never answered within the time for service discovery (2 s)"),
    "reset": (stand_ins.resetting, "the connection was reset"),
    "untrusted": (stand_ins.untrusted, "its certificate is not trusted ("),
}
PARTS = {
    "chat": ("base_url", WITHOUT_CHAT),
    "sign-in": ("auth_url", WITHOUT_SIGN_IN),
    "live updates": ("websocket_url", WITHOUT_LIVE_UPDATES),
}


@pytest.mark.parametrize(
    ("part", "how"),
    [
        ("live updates", "refused"),
        *((part, "silent") for part in PARTS),
        ("chat", "reset"),
        *((part, "untrusted") for part in ("chat", "live updates")),
    ],
)
def test_an_address_out_of_reach_proves_nothing(part: str, how: str, platform: ByHand, tmp_path: Path) -> None:
    """What needs the address could not be told, and the rest is as ever.

    But where the platform sends people elsewhere than to the address that is configured, that is its word, and broken.
    """
    (setting, can_do_without), (opened, why) = PARTS[part], UNREACHABLE[how]
    secure = "s" if how == "untrusted" else ""
    scheme, path = ("ws", "/ws") if part == "live updates" else ("http", "")
    with opened() as port:
        address = f"{scheme}{secure}://127.0.0.1:{port}{path}"
        settings = {**platform.addresses, setting: address, "service_discovery_timeout": 2}
        ran = ask(tmp_path / "reports", "local", settings)
    expected = ends(lambda name: None if among(name, can_do_without) else COULD_NOT_TELL)
    misled = f"staging-05a[{part}]"
    expected |= {misled: BROKEN} if expected[misled] == KEPT else {}
    check(ran, expected)
    (reason,) = set(reasons(ran, COULD_NOT_TELL).values())
    assert reason.startswith(f"{part} at {address} cannot be reached: {why}")
    for broken in reasons(ran, BROKEN).values():
        assert broken.endswith(f"configured is {address}")
    assert seconds(ran, COULD_NOT_TELL) < 2 + 5  # the probe once, and whatever comes before the address is needed


def test_a_target_that_names_no_web_page_is_told_so(platform: ByHand, tmp_path: Path) -> None:
    """And one that does not declare that data may be created is only read."""
    settings = {name: address for name, address in platform.addresses.items() if name != "frontend_url"}
    ran = ask(tmp_path / "reports", target_file(tmp_path, settings), {})
    unnamed = ("access-03a", "staging-05a")
    check(ran, ends(lambda name: COULD_NOT_TELL if among(name, unnamed) else None, data=False))
    told = {name.partition("[")[0]: reason for name, reason in reasons(ran, COULD_NOT_TELL).items()}
    assert told == {
        "access-03a": "the target does not say where the web page is",
        "staging-05a": "the configuration of target mine does not name frontend_url",
    }
    assert "Look first at: the setting frontend_url" in ran.output
    unasked = {reason for name, reason in reasons(ran, NOT_ASKED).items() if EXAMPLES[name].effect == "creates-data"}
    assert "target mine does not declare that data may be created on it" in unasked


@pytest.mark.parametrize("sign_in_works", [False, True], ids=["nothing works", "only sign-in works"])
def test_a_platform_that_does_nothing_keeps_nothing(sign_in_works: bool, platform: ByHand, tmp_path: Path) -> None:
    """No example is so empty that it would be kept by answers that say nothing."""
    with doing_nothing() as port:
        nothing = f"http://127.0.0.1:{port}"
        settings = {
            "base_url": nothing,
            "auth_url": platform.auth.url if sign_in_works else nothing,
            "frontend_url": WEB_PAGE,
            "websocket_url": f"ws://127.0.0.1:{port}/ws",
            "capabilities": EVERYTHING,
            "outages": {part: ["true", "true"] for part in Part},
        }
        secrets = {"jwt_secret": platform.variables["JWT_SECRET_KEY"], "service_secret": SERVICE_SECRET}
        file = target_file(tmp_path, settings, promptly=1)
        # nobody waits long for live updates that are silent by design
        shorter = {"websocket_coordination_timeout": 0.1}
        ran = ask(tmp_path / "reports", file, shorter, variables("mine", secrets))
    kept = {name for name, verdict in ran.examples.items() if verdict == KEPT}
    assert kept == (
        {"staging-01c[sign-in]", "staging-02e", "staging-02f"} if sign_in_works else set()
    )  # they ask sign-in alone
    assert {name for name, verdict in ran.examples.items() if verdict == NOT_ASKED} == {
        name for name, verdict in ends(outages=True, minting=True, service=True).items() if verdict == NOT_ASKED
    }
    assert not TRACEBACK.search(ran.output)
    assert ran.exit_code == 1
    assert acceptance(ran.reports, "verdict").exit_code == 1
