"""What sign-in does around every request: it says its name, and reads no more than it has to."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.constants.service_identifiers import AUTH_SERVICE

MAXIMUM_BODY = 50 * 1024  # bytes


class ServiceNameMiddleware:
    """Puts ``x-service-name`` on every response, errors included, so that a caller knows who has spoken."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its response back with the header."""

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-service-name"] = AUTH_SERVICE
            await send(message)

        await self._app(scope, receive, named)


class BodyLimitMiddleware:
    """Answers 413 to a body of more than :data:`MAXIMUM_BODY` bytes, without keeping it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its body as it is read."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAXIMUM_BODY:
                raise HTTPException(413, f"The body is larger than {MAXIMUM_BODY // 1024} KiB")
            return message

        await self._app(scope, counted, send)
