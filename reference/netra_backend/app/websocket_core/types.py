"""The things that live updates are made of: connections, and messages in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import WebSocketDisconnect

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.connection_id_manager import new_connection_id
from netra_backend.app.websocket_core.protocols import WebSocketProtocol, WebSocketProtocolValidator
from shared.timestamps import now_iso


class MessageType(StrEnum):
    """The ``type`` of every message that is understood or sent."""

    PING = "ping"
    USER_MESSAGE = "user_message"
    START_AGENT = "start_agent"
    AGENT_REQUEST = "agent_request"

    CONNECTION_ESTABLISHED = "connection_established"
    PONG = "pong"
    ACK = "ack"
    HEARTBEAT = "heartbeat"
    ERROR_MESSAGE = "error_message"

    AGENT_STARTED = "agent_started"
    AGENT_THINKING = "agent_thinking"
    TOOL_EXECUTING = "tool_executing"
    TOOL_COMPLETED = "tool_completed"
    AGENT_COMPLETED = "agent_completed"
    AGENT_ERROR = "agent_error"


#: The five events of one run, in their order.
GOLDEN_PATH_EVENTS = (
    MessageType.AGENT_STARTED,
    MessageType.AGENT_THINKING,
    MessageType.TOOL_EXECUTING,
    MessageType.TOOL_COMPLETED,
    MessageType.AGENT_COMPLETED,
)


class WebSocketManagerMode(StrEnum):
    """How managers share connections: every person's are apart from everybody else's."""

    ISOLATED = "isolated"


@dataclass(frozen=True)
class WebSocketConfig:
    """How live updates are set: the idle seconds before a sign of life, and whether they are a demonstration."""

    heartbeat_seconds: float
    demo_mode: bool


@dataclass(frozen=True)
class AuthInfo:
    """What an accepted handshake has shown: who is behind it, and the subprotocol to speak with them, if any."""

    user_context: UserExecutionContext
    subprotocol: str | None


@dataclass(frozen=True)
class WebSocketMessage:
    """A message from a client."""

    type: str
    payload: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str) -> WebSocketMessage:
        """The message in a frame; raises ``ValueError`` for a frame that is not a JSON object."""
        try:
            frame = json.loads(text)
            json.dumps(frame, ensure_ascii=False).encode()  # half a surrogate pair is no text, and nothing can keep it
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not isinstance(frame, dict):
            raise ValueError("not an object")
        payload = frame.get("payload")
        return cls(type=str(frame.get("type", "")), payload=payload if isinstance(payload, dict) else {})


@dataclass(frozen=True)
class ServerMessage:
    """A message to a client about the connection itself."""

    type: MessageType
    data: Mapping[str, Any]


@dataclass(frozen=True)
class ErrorMessage:
    """What a client is told about a message that cannot be handled."""

    type: MessageType = field(default=MessageType.ERROR_MESSAGE, init=False)
    error_code: str
    error_message: str
    timestamp: str = field(default_factory=now_iso)


@dataclass(frozen=True)
class ConnectionInfo:
    """What a person is told when their connection stands. ``user_id`` is shortened."""

    mode: WebSocketManagerMode
    user_id: str
    connection_id: str
    golden_path_events: tuple[MessageType, ...]
    features: Mapping[str, bool]
    timestamp: str


@dataclass(frozen=True)
class WebSocketStats:
    """How many connections are open, and how many people they belong to."""

    connections: int
    people: int


@dataclass(frozen=True, eq=False)
class WebSocketConnection:
    """One open connection and the person behind it."""

    websocket: WebSocketProtocol
    user_context: UserExecutionContext
    connection_id: str = field(default_factory=new_connection_id)

    def __post_init__(self) -> None:
        WebSocketProtocolValidator.validate(self.websocket)

    async def send(self, message: Mapping[str, Any] | ServerMessage | ErrorMessage) -> None:
        """Send one message; raises ``WebSocketDisconnect`` when the other end is gone."""
        body = message if isinstance(message, Mapping) else asdict(message)
        try:
            await self.websocket.send_text(json.dumps(body))
        except RuntimeError:  # how the framework says that it has seen the end before
            raise WebSocketDisconnect(1006) from None
