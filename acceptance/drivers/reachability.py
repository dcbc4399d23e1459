"""Whether the configured addresses can be reached: probed once a run, the outcome shared by every promise.

An unreachable target never proves a gap, and never passes: what needs such an address is "could not tell".
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl

import httpx

from acceptance.addresses import without_user_info
from acceptance.target import Target
from acceptance.verdicts import CouldNotTell

#: The settings that are probed: what people call what is there, and where it answers anybody.
_PROBED = {"base_url": ("chat", "/health"), "auth_url": ("sign-in", "/health"), "websocket_url": ("live updates", "")}
_VERSION_BYTES = 65536  # more than any health answer
_LONGEST_VERSION = 100


class Reachability:
    """One probe of every configured address, all at once, at the first need of any of them."""

    def __init__(self, target: Target, client: httpx.AsyncClient) -> None:
        self._target = target
        self._client = client
        self._problems: dict[str, str] | None = None
        #: What each service says of its own version, by the name that people call it; only those that say it.
        self.versions: dict[str, str] = {}
        #: Whether sign-in knows the target's service id and secret; None until somebody has asked.
        self.service_is_known: bool | None = None

    async def require(self, address: str) -> None:
        """Raise :class:`CouldNotTell`, with the same words for every promise, when ``address`` cannot be reached."""
        if self._problems is None:
            self._problems = await self._probe()
        if problem := self._problems.get(address):
            raise CouldNotTell(problem, look_first_at="that address, and the network between here and there")

    async def _probe(self) -> dict[str, str]:
        asked = [(name, self._target.addresses[setting], path) for setting, (name, path) in _PROBED.items()]
        problems = await asyncio.gather(*(self._problem(name, address + path) for name, address, path in asked))
        return {
            address: f"{name} at {without_user_info(address)} cannot be reached: {problem}"
            for (name, address, _), problem in zip(asked, problems, strict=True)
            if problem
        }

    async def _problem(self, name: str, url: str) -> str | None:
        """Why nothing answers there; any HTTP answer at all counts as reached, however it goes on."""
        within = self._target.deadlines["service discovery"]
        url = url.replace("ws", "http", 1) if url.startswith(("ws://", "wss://")) else url
        answered = False
        try:
            async with asyncio.timeout(within.seconds), self._client.stream("GET", url) as response:
                answered = True
                self._note_version(name, await anext(response.aiter_raw(_VERSION_BYTES), b""))
        except (TimeoutError, httpx.TimeoutException):
            return None if answered else f"it never answered {within}"
        except (httpx.RequestError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, ExceptionGroup) as failure:
            return None if answered else why_unreachable(failure)
        return None

    def _note_version(self, name: str, health: bytes) -> None:
        try:
            self.versions[name] = str(json.loads(health)["version"])[:_LONGEST_VERSION]
        except (ValueError, KeyError, TypeError, RecursionError):
            return  # a service need not say it


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
    if isinstance(failure, httpx.InvalidURL | ValueError):
        return f"this is no address ({failure})"
    told = str(failure)
    if "All connection attempts failed" in told:
        return "the connection was refused"
    return told or type(failure).__name__
