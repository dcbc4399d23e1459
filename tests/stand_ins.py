"""Addresses on loopback behind which nothing of the platform is: silent ones, rude ones, and a platform without a deed.

Each is a context manager that gives the port.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import trustme


@contextmanager
def refusing() -> Iterator[int]:
    """Bound and not listening: connections are refused, and nobody else gets the port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def silent() -> Iterator[int]:
    """Connections are accepted, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening.getsockname()[1]


@contextmanager
def resetting() -> Iterator[int]:
    """Each connection is accepted and reset, as by a firewall or a process that died."""

    def reset(connection: socket.socket) -> None:
        connection.recv(1)  # not before something was asked
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with _serving(reset) as port:
        yield port


@contextmanager
def untrusted() -> Iterator[int]:
    """TLS, by a certificate of an authority that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def shake_hands(connection: socket.socket) -> None:
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    with _serving(shake_hands) as port:
        yield port


@contextmanager
def _serving(treat: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accept one connection after the other, do this to it, and close it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:

        def serve() -> None:
            while True:
                connection, _ = listening.accept()
                with connection:
                    if over.is_set():
                        return
                    treat(connection)

        over = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        port: int = listening.getsockname()[1]
        try:
            yield port
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                pass  # wakes whoever waits for the next connection
            thread.join()
