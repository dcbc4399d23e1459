"""The parts of live updates, each by what it does; how they work together is asked over the wire beside this file.

The platform's code is no part of the specification, so each question is put to it in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
from reference_services import REFERENCE, Platform, environment

CORE = REFERENCE / "netra_backend/app/websocket_core"
PACKAGE = "netra_backend.app.websocket_core"
MODULES = sorted(path.stem for path in CORE.glob("*.py") if path.stem != "__init__")
RETIRED = "manager"
MANIFEST = tomllib.loads((REFERENCE.parent / "ssot.toml").read_text(encoding="utf-8"))

BEGIN = """
import asyncio, json, warnings
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.types import WebSocketConnection
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager

pat, robin = (UserExecutionContext(name, f"{name}@example.com", ()) for name in ("pat", "robin"))

class Socket:
    '''A client: says what it is given to say, None for silence, and keeps what it is told.'''
    def __init__(self, *says):
        self.says, self.told = list(says), []
    async def receive(self):
        said = self.says.pop(0) if self.says else {"type": "websocket.disconnect"}
        if said is None:
            await asyncio.sleep(60)
        return said
    async def send_text(self, data):
        self.told.append(json.loads(data))
    async def close(self, code=1000):
        self.told.append(code)

def refused(make):
    try:
        return f"made {make()}"
    except Exception as refusal:
        return f"{type(refusal).__name__}: {refusal}"
"""


def ask_reference(folder: Path, code: str) -> Any:
    """What ``code`` leaves in ``answer``, run with the platform's modules at hand."""
    program = f"{BEGIN}\n{textwrap.dedent(code)}\nprint(json.dumps(answer))"
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment(folder), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_every_governed_name_is_made_in_its_home(tmp_path: Path) -> None:
    homes = {
        name: f"{PACKAGE}.{concept['home']}"
        for concept in MANIFEST["concepts"].values()
        for name in [*concept["names"], *concept.get("deprecated", [])]
    }
    code = f"""
    from importlib import import_module
    made = {{name: getattr(import_module(home), name) for name, home in {homes!r}.items()}}
    answer = {{name: [thing.__module__, thing.__name__] for name, thing in made.items()}}
    """
    assert ask_reference(tmp_path, code) == {name: [home, name] for name, home in homes.items()}


def test_the_service_uses_every_module_but_the_retired_one(tmp_path: Path) -> None:
    code = f"""
    import sys, netra_backend.app.main
    answer = sorted(name.removeprefix("{PACKAGE}.") for name in sys.modules if name.startswith("{PACKAGE}."))
    """
    assert ask_reference(tmp_path, code) == [module for module in MODULES if module != RETIRED]
    assert len(MODULES) >= 14


def test_every_module_can_be_the_first_to_be_imported(tmp_path: Path) -> None:
    code = f"""
    import sys
    from importlib import import_module
    for first in {MODULES!r}:
        for name in [name for name in sys.modules if name.startswith("netra_backend")]:
            del sys.modules[name]
        import_module(f"{PACKAGE}.{{first}}")
    answer = "no circle"
    """
    assert ask_reference(tmp_path, code) == "no circle"


def test_the_retired_path_gives_the_homes_manager_and_warns(tmp_path: Path) -> None:
    code = """
    from netra_backend.app.websocket_core import manager, websocket_manager
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from netra_backend.app.websocket_core.manager import WebSocketManager
    answer = {
        "the same": WebSocketManager is websocket_manager.WebSocketManager,
        "warned": [[told.category.__name__, told.filename, str(told.message)] for told in caught],
        "another name": refused(lambda: manager.get_websocket_manager),
        "public": [name for name in vars(manager) if not name.startswith("_")],
    }
    """
    answer = ask_reference(tmp_path, code)
    assert answer["the same"] is True
    ((category, told_of, message),) = answer["warned"]
    assert (category, told_of) == ("DeprecationWarning", "<string>"), "whoever imports it is told, not the shim"
    assert f"import WebSocketManager from {PACKAGE}.websocket_manager" in message
    assert answer["another name"].startswith("AttributeError")
    assert set(answer["public"]) == {"annotations", "warnings", "Any"}, "it has nothing else to offer"


def test_the_deprecated_factory_gives_the_same_and_warns(tmp_path: Path) -> None:
    code = """
    from netra_backend.app.websocket_core.websocket_manager import create_websocket_manager
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        former = create_websocket_manager(user_context=pat)
    pats = WebSocketConnection(Socket(), pat)
    former.add_connection(pats)
    asyncio.run(get_websocket_manager(user_context=pat).send({"type": "greeting"}))
    answer = {
        "the same": type(former) is type(get_websocket_manager(user_context=pat)),
        "told": pats.websocket.told,
        "warned": [[told.category.__name__, told.filename] for told in caught],
        "without a person": refused(lambda: create_websocket_manager(user_context=None)),
    }
    """
    answer = ask_reference(tmp_path, code)
    assert (answer["the same"], answer["told"]) == (True, [{"type": "greeting"}])
    assert answer["warned"] == [["DeprecationWarning", "<string>"]]
    assert answer["without a person"].startswith("ValueError")


def test_what_does_not_keep_a_protocol_is_refused_by_name(tmp_path: Path) -> None:
    code = """
    from netra_backend.app.websocket_core.unified_emitter import WebSocketEmitterFactory
    class Deaf(Socket):
        receive = None
    class NotAwaited:
        def send(self, message): ...
    answer = [
        refused(lambda: WebSocketConnection(Deaf(), pat)),
        refused(lambda: WebSocketEmitterFactory.create_emitter(manager=NotAwaited(), user_context=pat)),
        refused(lambda: WebSocketEmitterFactory.create_emitter(manager=object(), user_context=pat)),
    ]
    """
    assert ask_reference(tmp_path, code) == [
        "TypeError: Deaf is no WebSocketProtocol: it has no coroutine receive",
        "TypeError: NotAwaited is no WebSocketManagerProtocol: it has no coroutine send",
        "TypeError: object is no WebSocketManagerProtocol: it has no coroutine send",
    ]


def test_an_emitter_is_kept_for_one_run_and_no_longer(tmp_path: Path) -> None:
    code = """
    from netra_backend.app.websocket_core.unified_emitter import WebSocketEmitterPool
    pool = WebSocketEmitterPool()
    runs = [pat.for_run("a thread"), pat.for_run("a thread"), robin.for_run("a thread")]
    def enter(context):
        return pool.for_run(manager=get_websocket_manager(user_context=context), user_context=context)
    with enter(runs[0]) as one, enter(runs[1]) as other, enter(runs[2]) as robins:
        answer = {"apart": len({id(emitter) for emitter in (one, other, robins)}), "under way": len(pool)}
        answer["twice"] = refused(lambda: enter(runs[0]).__enter__())
        answer["still under way"] = len(pool)
    try:
        with enter(runs[0]):
            raise RuntimeError("the run failed")
    except RuntimeError:
        answer["after all"] = len(pool)
    answer["nobody"] = refused(lambda: pool.for_run(manager=None, user_context=runs[0]).__enter__())
    """
    answer = ask_reference(tmp_path, code)
    assert answer.pop("twice").startswith("ValueError: run_")
    assert answer.pop("nobody").startswith("ValueError")
    assert answer == {"apart": 3, "under way": 3, "still under way": 3, "after all": 0}


def test_runs_are_counted_while_they_last_however_they_end(tmp_path: Path) -> None:
    code = """
    from netra_backend.app.agents.base_agent import ToolFailedError
    from netra_backend.app.services.agent_service_core import AgentService
    class Agent:
        name = "Supervisor"
        async def run(self, question, emitter, keep_answer):
            during.append(agents.runs)
            if question == "fail":
                raise ToolFailedError("as it was told to")
            return question
    during, agents = [], AgentService(Agent(), None)
    async def asked():
        await asyncio.gather(*(agents.answer(question, pat) for question in ("one", "two", "fail")))
    asyncio.run(asked())
    answer = [during, agents.runs]
    """
    during, afterwards = ask_reference(tmp_path, code)
    assert (len(during), set(during) <= {1, 2, 3}, afterwards) == (3, True, 0)


EXECUTED = """
from netra_backend.app.websocket_core.connection_executor import ConnectionExecutor
from netra_backend.app.websocket_core.types import WebSocketConfig
from netra_backend.app.websocket_core.unified_manager import open_connections

class Router:
    '''Answers with what it was asked and how many are connected; a "fail" is too much for it.'''
    async def route(self, connection, frame):
        if frame == "fail":
            raise RuntimeError("too much")
        await connection.send({"asked": frame, "connected": open_connections.stats().connections})

def execute(*says):
    socket = Socket(*says)
    executor = ConnectionExecutor(Router(), WebSocketConfig(heartbeat_seconds=0.01, demo_mode=False))
    asyncio.run(executor.execute(WebSocketConnection(socket, pat)))
    return {"told": socket.told, "left behind": open_connections.stats().connections}
"""


def execute(folder: Path, *says: dict[str, Any] | None) -> tuple[dict[str, Any], list[Any]]:
    """What a client is told that says this: the confirmation, and everything after it; nothing is left behind."""
    answer = ask_reference(folder, f"{EXECUTED}\nanswer = execute(*{says!r})")
    assert answer["left behind"] == 0
    established, *then = answer["told"]
    assert established["type"] == "connection_established"
    return established["data"], then


def test_a_connection_is_confirmed_answered_and_forgotten(tmp_path: Path) -> None:
    info, then = execute(tmp_path, {"type": "websocket.receive", "text": "", "bytes": None})
    assert info.pop("connection_id").startswith("ws_")
    assert info.pop("timestamp")
    assert (info["mode"], info["user_id"]) == ("isolated", "pat...")
    assert then == [{"asked": "", "connected": 1}]


def test_a_silent_connection_is_sent_a_sign_of_life_and_stays_open(tmp_path: Path) -> None:
    _, then = execute(tmp_path, None, None, {"type": "websocket.receive", "bytes": b"caf\xe9"})
    assert [told.get("type") for told in then] == ["heartbeat", "heartbeat", None]
    assert then[-1]["asked"] == "caf\N{REPLACEMENT CHARACTER}"


def test_a_failure_of_live_updates_is_told_and_closes(tmp_path: Path) -> None:
    _, then = execute(tmp_path, {"type": "websocket.receive", "text": "fail"})
    assert (then[0]["type"], then[0]["error_code"], then[1:]) == ("error_message", "INTERNAL_ERROR", [1011])


def test_a_client_that_is_gone_when_live_updates_fail_is_forgotten_as_well(tmp_path: Path) -> None:
    code = """
    async def told_once(self, data):
        if self.told:
            raise RuntimeError('Cannot call "send" once a close message has been sent.')
        self.told.append(json.loads(data)["type"])
    Socket.send_text = told_once
    answer = execute({"type": "websocket.receive", "text": "fail"})
    """
    answer = ask_reference(tmp_path, EXECUTED + textwrap.dedent(code))
    assert answer == {"told": ["connection_established"], "left behind": 0}


def test_no_two_connections_have_one_id(platform: Platform) -> None:
    person = platform.register()
    with platform.connect(person.token) as tab, platform.connect(person.token) as other_tab:
        ids = {chat.next()["data"]["connection_id"] for chat in (tab, other_tab)}
    assert len(ids) == 2
    assert all(person.user_id not in connection_id for connection_id in ids)


def test_live_updates_say_how_each_of_their_parts_does(platform: Platform) -> None:
    with platform.connect(platform.register().token) as chat:
        assert chat.established().ask("What did we spend?")[-1]["type"] == "agent_completed"
        chat.pending()  # the run is over for the service as well
        parts = platform.http.get(platform.backend.url + "/ws/health").json()["components"]
        ready = platform.http.get(platform.backend.url + "/health/ready").json()["websocket_readiness"]
    assert {part["status"] for part in parts.values()} == {"healthy"}
    assert parts["message_router"]["runs"] == 0
    assert parts["connection_monitor"]["heartbeat_seconds"] == pytest.approx(0.1)
    for counted in (parts["manager"], ready):
        assert counted["connections"] >= counted["people"] >= 1
