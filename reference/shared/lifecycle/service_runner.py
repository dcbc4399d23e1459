"""Runs one service as a process: its arguments, its socket, how it stops, and what ends it if nobody stops it."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from shared.isolated_environment import ConfigurationError
from shared.logging.unified_logging_ssot import configure_logging

NOT_STARTED = 2  # the exit code when a service cannot start: its settings, or its port

logger = logging.getLogger(__name__)


def run_service(*, name: str, module: str, about: str, default_port: int, build: Callable[[int], ASGIApp]) -> NoReturn:
    """Run a service until it is told to stop, and end the process.

    ``build(port)`` gives the application; it may raise :class:`ConfigurationError`. The exit code is 0 after SIGTERM
    or SIGINT, and 2 with one sentence on stderr when the service cannot start.
    """
    arguments = _parser(module, about, default_port).parse_args()
    if arguments.exit_with_parent:
        exit_with_parent()
    configure_logging(name)
    for stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn closes everything first, and then raises the signal again for this handler
        signal.signal(stop, lambda *_: sys.exit(0))
    try:
        listening = _inherited(arguments.fd) if arguments.fd is not None else _bound(arguments.host, arguments.port)
        with listening:
            _serve(build(listening.getsockname()[1]), listening)
    except ConfigurationError as problem:
        print(f"{name} did not start: {problem}", file=sys.stderr)
        sys.exit(NOT_STARTED)
    sys.exit(0)


def _serve(application: ASGIApp, listening: socket.socket) -> None:
    """Serve until a signal to stop."""
    # uvicorn calls every refused handshake an error as well (its pull request 3138)
    incomplete = "ASGI callable returned without completing handshake."
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != incomplete)
    config = uvicorn.Config(
        application,
        http="h11",
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="on",
        log_config=None,  # ours, from configure_logging
        server_header=False,
        timeout_graceful_shutdown=1,  # seconds for a request that does not end by itself
    )
    host, port = listening.getsockname()[:2]
    logger.info("listening on http://%s:%d", host, port)
    uvicorn.Server(config).run(sockets=[listening])


def exit_with_parent() -> None:
    """End this process when the one that started it ends, however that ends.

    Where the parent keeps a pipe to this process's stdin, its closing is the sign, on every system. On Linux the
    kernel also kills this process when the thread that started it is gone.
    """
    threading.Thread(target=_exit_at_end_of_stdin, name="exit-with-parent", daemon=True).start()
    if sys.platform == "linux":
        import ctypes  # only here: most starts do without it

        parent = os.getppid()
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(0)


def _exit_at_end_of_stdin() -> None:
    # os.read, not sys.stdin: a thread inside sys.stdin holds a lock that the interpreter needs in order to end
    try:
        while os.read(0, 1024):
            pass
    finally:
        os._exit(0)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as problem:
        listening.close()
        if getattr(problem, "errno", None) == errno.EADDRINUSE:
            raise ConfigurationError(f"port {port} on {host} is in use; choose another with --port") from None
        raise ConfigurationError(f"it cannot listen on {host} port {port}: {problem}") from None
    return listening


def _inherited(fd: int) -> socket.socket:
    try:
        given = socket.socket(fileno=fd)
        # asyncio sets TCP_NODELAY only on sockets that say they are TCP, and one made without a protocol does not;
        # without it the small frames of live updates wait 40 ms for each other
        return socket.socket(given.family, given.type, socket.IPPROTO_TCP, fileno=given.detach())
    except OSError as problem:
        raise ConfigurationError(f"file descriptor {fd} is not a listening socket: {problem.strerror}") from None


def _parser(module: str, about: str, default_port: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", type=int, default=default_port, help="where to listen (default: %(default)s)")
    where.add_argument("--fd", type=int, help="serve on this inherited listening socket instead, for a launcher")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--exit-with-parent",
        action="store_true",
        help="end when the process that started this one ends: it must hold a pipe to this one's standard input",
    )
    return parser
