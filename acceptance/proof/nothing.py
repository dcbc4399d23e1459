"""A platform that does nothing, and a source tree without a thing: no example may be kept on them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from acceptance.target import Part
from acceptance.targets import load_target

NAME = "nothing"
_DEADLINES = (
    "promptly",
    "service_discovery_timeout",
    "auth_coordination_timeout",
    "websocket_coordination_timeout",
    "sign_of_life_timeout",
)
_Message = MutableMapping[str, Any]


@contextmanager
def doing_nothing() -> Iterator[int]:
    """Every HTTP request is answered 200 with an empty body; every WebSocket is accepted, and then nothing is said.

    Gives the port on loopback.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        config = uvicorn.Config(_do_nothing, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


async def _do_nothing(
    scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]
) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def target_of(port: int, folder: Path) -> Path:
    """A target file for it in ``folder``: everything may be asked, within the embedded platform's deadlines."""
    embedded = load_target("embedded", {})
    address = f"http://127.0.0.1:{port}"
    settings: dict[str, Any] = {
        "about": "a platform that does nothing",
        "base_url": address,
        "auth_url": address,
        "frontend_url": address,
        "websocket_url": f"ws://127.0.0.1:{port}/ws",
        "capabilities": sorted(embedded.capabilities),
        "load_users": 2,
        "load_run_time": 1,
        **{name: getattr(embedded, name) for name in _DEADLINES},
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines += ["[outages]", *(f'"{part.value}" = ["true", "true"]' for part in Part)]
    file = folder / f"{NAME}.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def secrets() -> dict[str, str]:
    """The variables with the secrets of that target, which open nothing."""
    return {
        f"{NAME.upper()}_{name}": "there is nothing behind this secret" for name in ("JWT_SECRET", "SERVICE_SECRET")
    }


def tree_in(folder: Path) -> Path:
    """A source tree in ``folder`` that has none of the governed homes."""
    tree = folder / "tree"
    tree.mkdir()
    (tree / "empty.py").write_text("", encoding="utf-8")
    return tree
