"""Targets other than the embedded one, by the real command: what each trial of a platform ends as, example by example.

Every platform here is the reference, started by hand on ports of its own, or a stand-in for one that is not there.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import stand_ins
from command import Ran, acceptance, behave
from reference_services import AUTH, BACKEND, Service, Starter, environment, free_port

from acceptance.promises import catalogue
from acceptance.target import REPOSITORY

KEPT, BROKEN, COULD_NOT_TELL, NOT_ASKED = "kept", "broken", "could not tell", "not asked"
TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
EXAMPLES = {example.id: example for example in catalogue(REPOSITORY / "features")}
SERVICE_SECRET = "between the services of this trial"
WEB_PAGE = "http://127.0.0.1:3999"  # nobody is asked there: only that it is named

#: The examples that can do without a part of the platform; every other one speaks to it.
WITHOUT_LIVE_UPDATES = (
    *("access-03a", "access-04a", "staging-01a", "staging-01b", "staging-01c[chat]", "staging-01c[sign-in]"),
    *("staging-02e", "staging-04b", "staging-05a", "staging-05b", "staging-05c"),
)
WITHOUT_CHAT = (
    *("golden-03a", "staging-01c[sign-in]", "staging-02e", "staging-03a", "staging-03b", "staging-03c", "staging-03d"),
    "staging-04b[sign-in]",
)
WITHOUT_SIGN_IN = ("access-03a", "staging-01a", "staging-01b", "staging-04b[chat]", "staging-05a")


@dataclass(frozen=True)
class ByHand:
    """The platform as somebody starts it who has no launcher."""

    auth: Service
    backend: Service
    variables: Mapping[str, str]

    @property
    def addresses(self) -> dict[str, str]:
        """The settings of a target that say where it is."""
        return {
            "base_url": self.backend.url,
            "auth_url": self.auth.url,
            "frontend_url": WEB_PAGE,
            "websocket_url": f"ws://127.0.0.1:{self.backend.port}/ws",
        }


def by_hand(starter: Starter, name: str, **settings: str) -> ByHand:
    """Both services on fixed ports, each told where both are."""
    folder = starter.folder / name
    folder.mkdir()
    auth_port, backend_port = free_port(), free_port()
    variables = environment(
        folder,
        AUTH_SERVICE_URL=f"http://127.0.0.1:{auth_port}",
        BACKEND_URL=f"http://127.0.0.1:{backend_port}",
        FRONTEND_URL=WEB_PAGE,
        HEARTBEAT_SECONDS="0.3",
        **settings,
    )
    auth = starter.start(AUTH, variables, port=auth_port)
    backend = starter.start(BACKEND, variables, port=backend_port)
    return ByHand(auth.await_health(), backend.await_health(), variables)


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


def ask(reports: Path, target: str | Path, settings: Mapping[str, object], env: Mapping[str, str] | None = None) -> Ran:
    """Everything that can be asked of this target."""
    return behave(reports, "--tags=@phase2", "-D", f"target={target}", *options(settings), env=env)


def without(name: str, parts: tuple[str, ...]) -> bool:
    return name in parts or name.partition("[")[0] in parts


def ends(
    expected: Callable[[str], str | None] = lambda name: None,
    *,
    outages: bool = False,
    minting: bool = False,
    service: bool = False,
    passwords: bool = True,
    data: bool = True,
) -> dict[str, str]:
    """Every example's verdict: not asked by what the target leaves undeclared, else as expected, else kept."""
    told = {}
    for name, example in EXAMPLES.items():
        excused = (
            "source-tree" in example.needs
            or ("minted-tokens" in example.needs and not minting)
            or ("service-secret" in example.needs and not service)
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
    return sum(example["seconds"] for example in every if example["verdict"] == verdict)


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


def test_a_target_that_declares_everything_is_asked_everything(disturbable: Disturbable, tmp_path: Path) -> None:
    settings = {**disturbable.addresses, "capabilities": EVERYTHING, "outages": disturbable.outages}
    ran = ask(tmp_path / "reports", target_file(tmp_path, settings), {}, variables("mine", disturbable.secrets))
    check(ran, ends(outages=True, minting=True, service=True))
    assert not any("mv" in reason or "control.py" in reason for reason in reasons(ran, NOT_ASKED).values())
