"""What the HTTP drivers share: one call, its deadline, its record, and what an error means.

The line between the verdicts is drawn here. A configured address that cannot be reached is "could not tell". An address
that the platform itself named and that does not answer is "broken", and so is a request that a reachable service
accepts and leaves unanswered.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from acceptance.drivers.reachability import Reachability, why_unreachable
from acceptance.evidence.recorder import Recorder
from acceptance.target import Deadline, without_user_info
from acceptance.verdicts import Broken, CouldNotTell

_LARGEST_ANSWER = 4 * 1024 * 1024  # bytes; a whole conversation is a hundredth of it


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
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> Any:
        """One field of a JSON object, or None."""
        body = self.body
        return body.get(name) if isinstance(body, dict) else None


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
        reply: Reply | None = None
        error: str | None = None
        carried = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token is not None else {})}
        try:
            request = self._client.build_request(method, self.address + path, json=body, headers=carried)
            async with asyncio.timeout(within.seconds):
                reply = await self._reply_to(request)
            return reply
        except (TimeoutError, httpx.TimeoutException):
            error = f"no answer {within}"
            raise Broken(f"{self.name} accepted {method} {path} and gave {error}") from None
        except httpx.ConnectError as failure:
            error = why_unreachable(failure)
            if self._reachability is None:
                raise Broken(f"{self.name} at {without_user_info(self.address)} did not answer: {error}") from None
            told = f"{self.name} at {without_user_info(self.address)} cannot be reached any more: {error}"
            raise CouldNotTell(told, look_first_at="whether the service is still there") from None
        except (httpx.RequestError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, ExceptionGroup) as failure:
            error = why_unreachable(failure)
            raise Broken(f"{self.name} at {without_user_info(self.address)} did not answer: {error}") from None
        finally:
            self._recorder.exchange(
                service=self.name,
                method=method,
                url=self.address + path,
                request_headers=request.headers.multi_items() if request else (),
                request_body=request.content.decode(errors="replace") if request else "",
                seconds=time.monotonic() - begun,
                status=reply.status if reply else None,
                response_headers=reply.headers.multi_items() if reply else (),
                response_body=reply.text if reply else "",
                error=error,
                person=person,
            )

    async def _reply_to(self, request: httpx.Request) -> Reply:
        """The whole answer; raises :class:`Broken` for one that is larger than any of the contract could be."""
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _LARGEST_ANSWER:
                    raise Broken(f"{self.name} answered {request.method} {request.url.path} without an end in sight")
            return Reply(response.status_code, response.headers, body.decode(response.encoding or "utf-8", "replace"))
        finally:
            await response.aclose()

    def expect(self, reply: Reply, asked: str, *statuses: int) -> Reply:
        """``reply`` when its status is one of ``statuses`` (200 where none is named); otherwise :class:`Broken`."""
        if reply.status in (statuses or (200,)):
            return reply
        words = next((text for name in ("message", "detail") if isinstance(text := reply.field(name), str)), reply.text)
        said = " ".join(self._recorder.redactor.text(words).split())[:200]
        raise Broken(f"{self.name} refused {asked} (it answered {reply.status}{': ' + said if said else ''})")
