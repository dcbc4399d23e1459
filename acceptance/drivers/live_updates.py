"""Live updates: the driver of the WebSocket, which opens live connections or is refused."""

from __future__ import annotations

import asyncio
import base64
from typing import Literal
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from acceptance.addresses import without_user_info
from acceptance.drivers.auth import Person
from acceptance.drivers.doors import OPEN, SHUT, UNAVAILABLE
from acceptance.drivers.envelopes import error_code
from acceptance.drivers.live_connection import CLOSE_SECONDS, LARGEST_MESSAGE, LiveConnection
from acceptance.drivers.reachability import Reachability, why_unreachable
from acceptance.evidence.recorder import Recorder
from acceptance.target import Target
from acceptance.verdicts import Broken, CouldNotTell

#: How the token travels: in the handshake's header, in a subprotocol (as a browser must), or in the address, where
#: the contract has it ignored.
Carrier = Literal["header", "subprotocol", "address"]

_NOT_ALLOWED, _SERVICE_FAILURE = 1008, 1011  # codes with which live updates end a connection
_LONGEST_ERROR = 200  # characters


class _Connecting(connect):
    """A connection that is made to the address that was named and to no other: a token must not follow a redirect."""

    reached = False  # whether the address could be connected to at all, its TLS included

    async def open_tcp_connection(self) -> ClientConnection:
        """What ``connect`` opens before the handshake."""
        connection = await super().open_tcp_connection()
        self.reached = True
        return connection

    def process_redirect(self, exc: Exception) -> Exception:
        """Never follow."""
        return exc


class LiveUpdates:
    """Where live connections are opened."""

    def __init__(self, target: Target, recorder: Recorder, reachability: Reachability) -> None:
        self._target = target
        self._recorder = recorder
        self._reachability = reachability
        #: Every connection that was opened, so that none is left open.
        self.opened: list[LiveConnection] = []
        self._has_known_somebody = False  # by their own sign-in, as nobody is known in demo mode
        #: Handshakes that were refused: whose, with which status, and whether in an outage.
        self.refusals: list[tuple[str, int, bool]] = []

    async def connect(
        self, person: Person, *, carrier: Carrier = "subprotocol", label: str | None = None
    ) -> LiveConnection:
        """Open a connection with the person's token; ``label`` tells their connections apart.

        Raises :class:`CouldNotTell` when the address cannot be reached, :class:`Broken` when it refuses the token or
        does not complete the handshake within the time for live updates.
        """
        label = label or person.name
        try:
            return await self._open(person, person.token, carrier, label)
        except InvalidStatus as refused:
            raise Broken(f"live updates refused the connection (HTTP {refused.response.status_code})") from None

    async def door(self, person: Person, token: str | None, carrier: Carrier) -> str:
        """Whether live updates let somebody in with this token: :data:`OPEN`, :data:`SHUT`, or what else they did.

        Shut is a refusal at the handshake, or a word of it and the end of the connection. Raises
        :class:`CouldNotTell` in demo mode and for an address that cannot be reached.
        """
        within = self._target.deadlines["live updates"]
        try:
            connection = await self._open(person, token, carrier, person.name)
        except InvalidStatus as refused:
            status = refused.response.status_code
            return SHUT if status in (401, 403) else f"answered {status}"
        except Broken as failure:
            return failure.happened
        try:
            await connection.established(within=within)
        except Broken as failure:
            if not connection.heard:
                return SHUT if connection.close_code == _NOT_ALLOWED else failure.happened
            code = error_code(connection.heard[0])
            if code is None:
                return failure.happened
            if not await connection.is_ended(within=within):
                return f"said “{code}” and left the connection open"
            if connection.close_code == _SERVICE_FAILURE:
                return UNAVAILABLE
            return SHUT if code == "AUTH_FAILED" or connection.close_code == _NOT_ALLOWED else f"said “{code}”"
        except CouldNotTell:
            if not self._has_known_somebody:
                raise
            return OPEN  # not a mode, but one more way in
        finally:
            await connection.close()
        self._has_known_somebody = True
        return OPEN

    async def close(self) -> None:
        """End every connection that is still open."""
        await asyncio.gather(*(connection.close() for connection in self.opened))

    async def _open(self, person: Person, token: str | None, carrier: Carrier, label: str) -> LiveConnection:
        """Open a connection; raises ``InvalidStatus`` when it is refused with an HTTP answer."""
        address = str(self._target.websocket_url)
        await self._reachability.require(address)
        within = self._target.deadlines["live updates"]
        headers, subprotocols, query = _carried(token, carrier)
        self._recorder.frame(label, "connection", f"opening, {'the' if token else 'no'} token in the {carrier}")
        connecting = _Connecting(
            address + query,
            additional_headers=headers,
            subprotocols=subprotocols,
            open_timeout=within.seconds,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_MESSAGE,
            proxy=None if self._target.is_on_this_machine else True,
        )
        try:
            socket = await connecting
        except InvalidStatus as refused:
            status = refused.response.status_code
            self.refusals.append((label, status, self._recorder.in_outage))
            self._recorder.frame(label, "connection", f"refused the connection (HTTP {status})")
            raise
        except (TimeoutError, WebSocketException, OSError) as error:
            if not connecting.reached:
                self._not_opened(label, "could not be connected to")
                told = (
                    f"live updates at {without_user_info(address)} cannot be reached any more: {why_unreachable(error)}"
                )
                raise CouldNotTell(told, look_first_at="whether the service is still there") from None
            match error:
                case TimeoutError():
                    what = f"did not open the connection {within}"
                case InvalidHandshake():
                    what = f"did not keep to the WebSocket handshake ({str(error)[:_LONGEST_ERROR]})"
                case _:
                    what = f"broke the connection off before it was open: {why_unreachable(error)}"
            raise self._not_opened(label, what) from None
        self._recorder.frame(label, "connection", f"open, subprotocol {socket.subprotocol or 'none'}")
        connection = LiveConnection(socket, person, label, self._recorder)
        self.opened.append(connection)
        return connection

    def _not_opened(self, label: str, what: str) -> Broken:
        self._recorder.frame(label, "connection", what)
        return Broken(f"live updates {what}")


def _carried(token: str | None, carrier: Carrier) -> tuple[dict[str, str], list[Subprotocol] | None, str]:
    """Headers, subprotocols and query of the handshake."""
    if token is None:
        return {}, None, ""
    if carrier == "header":
        return {"Authorization": f"Bearer {token}"}, None, ""
    if carrier == "address":
        return {}, None, "?" + urlencode({"token": token})
    encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    return {}, [Subprotocol("jwt-auth"), Subprotocol(f"jwt.{encoded}")], ""
