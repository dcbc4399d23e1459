"""Whether the configured addresses can be reached: probed once a run, the outcome shared by every promise.

An unreachable target never proves a gap, and never passes: what needs such an address is "could not tell".
"""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx

from acceptance.target import Deadline, Target, without_user_info
from acceptance.verdicts import CouldNotTell

_NAMES = {"base_url": "chat", "auth_url": "sign-in", "websocket_url": "live updates"}


class Reachability:
    """One probe of every configured address, all at once, at the first need of any of them."""

    def __init__(self, target: Target, client: httpx.AsyncClient) -> None:
        self._target = target
        self._client = client
        self._problems: dict[str, str] | None = None

    async def require(self, address: str) -> None:
        """Raise :class:`CouldNotTell`, with the same words for every promise, when ``address`` cannot be reached."""
        if self._problems is None:
            self._problems = await self._probe()
        if problem := self._problems.get(address):
            raise CouldNotTell(problem, look_first_at="that address, and the network between here and there")

    async def _probe(self) -> dict[str, str]:
        within = self._target.deadlines["service discovery"]
        configured = [(setting, self._target.addresses[setting]) for setting in _NAMES]
        answers = await asyncio.gather(*(self._answer(address, within) for _, address in configured))
        return {
            address: f"{_NAMES[setting]} at {without_user_info(address)} cannot be reached: {problem}"
            for (setting, address), problem in zip(configured, answers, strict=True)
            if problem
        }

    async def _answer(self, address: str, within: Deadline) -> str | None:
        """Why the address cannot be reached; any HTTP answer at all counts as reached."""
        try:
            async with asyncio.timeout(within.seconds):
                url = address.replace("ws", "http", 1) if address.startswith(("ws://", "wss://")) else address
                request = self._client.build_request("GET", url)
                response = await self._client.send(request, stream=True)
                await response.aclose()
        except (TimeoutError, httpx.TimeoutException):
            return f"it never answered {within}"
        except (httpx.TransportError, ssl.SSLError, OSError) as failure:
            return why_unreachable(failure)
        return None


def why_unreachable(failure: Exception) -> str:
    """The cause of a failed connection, in words."""
    chain: list[BaseException] = [failure]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    for error in chain:
        match error:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted ({error.verify_message})"
            case ssl.SSLError():
                return "no secure connection could be made (TLS failed)"
            case socket.gaierror():
                return "its name does not resolve"
            case ConnectionRefusedError():
                return "the connection was refused"
            case ConnectionResetError():
                return "the connection was reset"
            case TimeoutError():
                return "the connection timed out"
    told = str(failure)
    if "All connection attempts failed" in told:
        return "the connection was refused"
    return told or type(failure).__name__
