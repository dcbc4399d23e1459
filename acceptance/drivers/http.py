"""What the HTTP drivers share: one call, its deadline, its record, and what an error means.

The line between the verdicts is drawn here. A configured address that cannot be reached is "could not tell". An address
that the platform itself named and that does not answer is "broken", and so is a request that a reachable service
accepts and leaves unanswered.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from acceptance.addresses import without_user_info
from acceptance.drivers.json_text import parsed
from acceptance.drivers.reachability import Reachability, why_unreachable
from acceptance.evidence.recorder import Recorder
from acceptance.target import Deadline, Target
from acceptance.verdicts import Broken, ConfigurationError, CouldNotTell

_LARGEST_ANSWER = 1024 * 1024  # bytes; a whole conversation is a hundredth of it


def client_for(target: Target) -> httpx.AsyncClient:
    """What speaks to a target's services; raises :class:`ConfigurationError` for a proxy that cannot be used."""
    try:
        return httpx.AsyncClient(
            trust_env=not target.is_on_this_machine,
            timeout=None,
            headers={"Accept-Encoding": "identity"},  # what is packed can unpack to any size
            # a kept connection may be closing just as it is used again, and that would be told as the platform's
            limits=httpx.Limits(max_keepalive_connections=0),
        )
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"the proxy settings of the environment cannot be used: {error}") from None


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; ``body`` is the parsed JSON, or None where the body is something else."""

    status: int
    headers: httpx.Headers
    text: str

    @property
    def is_success(self) -> bool:
        """Whether the service did what it was asked."""
        return 200 <= self.status < 300

    @property
    def body(self) -> Any:
        """The body as JSON, or None."""
        return parsed(self.text)

    def field(self, name: str) -> Any:
        """One field of a JSON object, or None."""
        body = self.body
        return body.get(name) if isinstance(body, dict) else None


@dataclass
class _Heard:
    """What has been heard of an answer so far, whole or not."""

    connected: bool = False
    response: httpx.Response | None = None
    body: bytearray = field(default_factory=bytearray)

    async def trace(self, event: str, _: object) -> None:
        """What the transport calls: a request is only sent on a connection that is whole, its TLS included."""
        self.connected = self.connected or event.endswith("send_request_headers.started")

    @property
    def text(self) -> str:
        # JSON is UTF-8, whatever else the headers call it
        return self.body.decode("utf-8", "replace")


class Service:
    """One service of the platform at one address."""

    def __init__(
        self,
        name: str,
        address: str,
        client: httpx.AsyncClient,
        recorder: Recorder,
        reachability: Reachability | None,
    ) -> None:
        """``reachability`` is None for an address that the platform named: not answering there is its failure."""
        self.name = name
        self.address = address
        self._client = client
        self._recorder = recorder
        self._reachability = reachability

    async def require_reachable(self) -> None:
        """Raise :class:`CouldNotTell` when this is a configured address that cannot be reached."""
        if self._reachability:
            await self._reachability.require(self.address)

    async def call(
        self,
        method: str,
        path: str,
        *,
        within: Deadline,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        person: str = "",
    ) -> Reply:
        """Send one request and return the whole answer, whatever its status.

        ``token`` travels as a Bearer token; ``person`` is who asks, for the evidence.

        Raises :class:`CouldNotTell` for a configured address that cannot be reached, :class:`Broken` for no answer
        ``within`` the deadline, a broken-off answer, or an address of the platform's own that is not there.
        """
        await self.require_reachable()
        begun = time.monotonic()
        request: httpx.Request | None = None
        heard = _Heard()
        error: str | None = None
        carried = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token is not None else {})}
        try:
            request = self._client.build_request(
                method, self.address + path, json=body, headers=carried, extensions={"trace": heard.trace}
            )
            async with asyncio.timeout(within.seconds):
                return await self._reply_to(request, heard)
        except (TimeoutError, httpx.TimeoutException):
            if not heard.connected:
                error = f"the connection was not made {within}"
                raise self._unreachable(error) from None
            error = f"no answer {within}" if heard.response is None else f"no end of the answer {within}"
            raise Broken(f"{self.name} accepted {method} {path} and gave {error}") from None
        except httpx.ConnectError as failure:
            error = why_unreachable(failure)
            raise self._unreachable(error) from None
        except (httpx.RequestError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, ExceptionGroup) as failure:
            error = why_unreachable(failure)
            raise Broken(f"{self.name} at {without_user_info(self.address)} did not answer: {error}") from None
        except Broken as failure:
            error = failure.happened
            raise
        finally:
            self._recorder.exchange(
                service=self.name,
                method=method,
                url=self.address + path,
                request_headers=request.headers.multi_items() if request else (),
                request_body=request.content.decode(errors="replace") if request else "",
                seconds=time.monotonic() - begun,
                status=heard.response.status_code if heard.response else None,
                response_headers=heard.response.headers.multi_items() if heard.response else (),
                response_body=heard.text,
                error=error,
                person=person,
            )

    async def _reply_to(self, request: httpx.Request, heard: _Heard) -> Reply:
        """The whole answer, part by part in ``heard``.

        Raises :class:`Broken` for one that is larger than any of the contract could be, and for one in an encoding:
        nobody has asked for it, and a few bytes can be made to unpack to any size.
        """
        asked = f"{request.method} {request.url.path}"
        heard.response = response = await self._client.send(request, stream=True)
        try:
            if (encoding := response.headers.get("content-encoding", "identity")) != "identity":
                raise Broken(f"{self.name} answered {asked} in an encoding that nobody asked for ({encoding[:40]})")
            async for part in response.aiter_raw():
                heard.body += part
                if len(heard.body) > _LARGEST_ANSWER:
                    raise Broken(f"{self.name} answered {asked} without an end in sight")
            return Reply(response.status_code, response.headers, heard.text)
        finally:
            await response.aclose()

    def _unreachable(self, why: str) -> Broken | CouldNotTell:
        """What it means that there is no connection: it depends on who named the address."""
        at = f"{self.name} at {without_user_info(self.address)}"
        if self._reachability is None:
            return Broken(f"{at} did not answer: {why}")
        return CouldNotTell(
            f"{at} cannot be reached any more: {why}", look_first_at="whether the service is still there"
        )

    def expect(self, reply: Reply, asked: str, *statuses: int) -> Reply:
        """``reply`` when its status is one of ``statuses`` (200 where none is named); otherwise :class:`Broken`."""
        if reply.status in (statuses or (200,)):
            return reply
        words = next((text for name in ("message", "detail") if isinstance(text := reply.field(name), str)), reply.text)
        said = " ".join(self._recorder.redactor.text(words).split())[:200]
        raise Broken(f"{self.name} refused {asked} (it answered {reply.status}{': ' + said if said else ''})")
