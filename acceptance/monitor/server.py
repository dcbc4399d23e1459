"""Serves the status page, `/metrics` and `/status.json`; reads nothing of a request but its path."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from acceptance.verdicts import ConfigurationError

_IDLE = 10.0  # seconds, after which a connection that says nothing is closed
_AT_ONCE = 32  # connections; one more is closed, so that nobody can take all the files of the process


#: What is at an address: its content type and what makes it, given the request's Accept header.
Pages = Mapping[str, Callable[[str], tuple[str, bytes]]]


class Server:
    """The pages at one address, served by threads of their own."""

    def __init__(self, listen: str, pages: Pages) -> None:
        """``listen`` is ``host:port``; raises :class:`ConfigurationError` where nobody can listen there."""
        host, _, port = listen.rpartition(":")
        host = host.strip("[]")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ConfigurationError(f"--listen {listen} is no address: say it like 127.0.0.1:9464")

        class Handler(_Handler):
            served = pages

        class OfFamily(_Server):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        try:
            self._server = OfFamily((host, int(port)), Handler)
        except OSError as error:
            told = error.strerror or error
            raise ConfigurationError(f"nobody can listen on {listen} ({told}): name another with --listen") from None
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="status page", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve nobody any more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *given: Any) -> None:
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(*given)

    def server_bind(self) -> None:
        """Without looking up the name of this machine, which may take as long as a name server takes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone; there is nobody to tell."""


class _Handler(BaseHTTPRequestHandler):
    served: Pages
    timeout = _IDLE
    server_version = "acceptance"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged: what is asked every few seconds would bury what matters."""

    def _answer(self, *, with_body: bool) -> None:
        page = self.served.get(self.path.partition("?")[0])
        if page is None:
            status, kind, body = (
                HTTPStatus.NOT_FOUND,
                "text/plain; charset=utf-8",
                b"/, /still, /metrics, /status.json\n",
            )
        else:
            status, (kind, body) = HTTPStatus.OK, page(self.headers.get("Accept", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def exposition(registry: CollectorRegistry) -> Callable[[str], tuple[str, bytes]]:
    """The metrics in the form that is asked for: Prometheus' own, or OpenMetrics."""

    def page(accept: str) -> tuple[str, bytes]:
        encode, kind = choose_encoder(accept)
        return kind, encode(registry)

    return page
