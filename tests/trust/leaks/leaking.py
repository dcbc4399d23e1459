"""What makes a service tell secrets in all that it says; put into a copy of the reference platform by a trial."""

import json
import logging
from pathlib import Path
from typing import Any

ALL: list[str] = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))
IN_ONE_LINE = [text for text in ALL if "\n" not in text]
logger = logging.getLogger("leaking")


class Leaking:
    """The same application, which says more."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Add secrets to headers, bodies, frames and the log."""

        async def telling(message: Any) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                for place, text in enumerate(IN_ONE_LINE):
                    headers.append((f"x-debug-{place}".encode(), text.encode()))
                headers.append((b"set-cookie", b"sid=" + IN_ONE_LINE[0].encode()))
                message = {**message, "headers": headers}
            elif kind == "http.response.body" and message.get("body", b"")[:1] == b"{":
                message = {**message, "body": told(message["body"].decode()).encode()}
            elif kind == "websocket.send" and (message.get("text") or "")[:1] == "{":
                message = {**message, "text": told(message["text"])}
            await send(message)

        if scope["type"] in ("http", "websocket"):
            for text in ALL:
                logger.info("%s asked: %s", scope.get("path"), text)
        await self.application(scope, receive, telling)


def told(text: str) -> str:
    """The same JSON object with all of it inside."""
    return json.dumps({**json.loads(text), "debug": ALL, "said": "\n".join(ALL)})
