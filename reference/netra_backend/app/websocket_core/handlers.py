"""What answers a message of a client."""

from __future__ import annotations

from netra_backend.app.core.exceptions_base import ThreadNotFoundError
from netra_backend.app.services.agent_service_core import AgentService
from netra_backend.app.websocket_core.types import (
    ErrorMessage,
    MessageType,
    ServerMessage,
    WebSocketConnection,
    WebSocketMessage,
)
from shared.timestamps import now_iso

#: The messages that ask something, and where in the payload the question is.
QUESTIONS = {
    MessageType.USER_MESSAGE: "text",
    MessageType.START_AGENT: "user_request",
    MessageType.AGENT_REQUEST: "message",
}


class UserMessageHandler:
    """Has a person's question answered: a run of the agent, told to that person only."""

    def __init__(self, agents: AgentService) -> None:
        self._agents = agents

    async def handle(self, connection: WebSocketConnection, message: WebSocketMessage) -> None:
        """Wait until the question is answered; an empty one, or one in no thread of theirs, is the client's error."""
        question = message.payload.get(QUESTIONS[MessageType(message.type)])
        if not isinstance(question, str) or not question.strip():
            await connection.send(ErrorMessage("VALIDATION_ERROR", "The message asks nothing"))
            return
        thread_id = message.payload.get("thread_id")
        try:
            await self._agents.answer(question, connection.user_context, str(thread_id) if thread_id else None)
        except ThreadNotFoundError as refusal:
            await connection.send(ErrorMessage(refusal.error_code, refusal.message))


class MessageRouter:
    """Gives each message to what answers it."""

    def __init__(self, user_messages: UserMessageHandler) -> None:
        self._user_messages = user_messages

    async def route(self, connection: WebSocketConnection, frame: str) -> None:
        """Answer one frame of a connection; a frame that is no message is told, and the connection stays open."""
        try:
            message = WebSocketMessage.parse(frame)
        except ValueError as problem:
            await connection.send(ErrorMessage("JSON_PARSE_ERROR", f"This is not a JSON message: {problem}"))
            return
        user_id = connection.user_context.user_id
        if message.type in QUESTIONS:
            await self._user_messages.handle(connection, message)
        elif message.type == MessageType.PING:
            await connection.send(ServerMessage(MessageType.PONG, {"timestamp": now_iso(), "user_id": user_id}))
        else:
            await connection.send(
                {
                    "type": MessageType.ACK,
                    "received_type": message.type,
                    "user_id": user_id,
                    "status": "acknowledged",
                    "timestamp": now_iso(),
                }
            )


def get_message_router(agents: AgentService) -> MessageRouter:
    """The router of a service whose questions ``agents`` has answered."""
    return MessageRouter(UserMessageHandler(agents))
