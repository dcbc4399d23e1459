"""The events of a run, as the person who asked sees them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.protocols import WebSocketManagerProtocol, WebSocketManagerProtocolValidator
from netra_backend.app.websocket_core.types import MessageType
from shared.timestamps import now_iso

logger = logging.getLogger(__name__)


class UnifiedWebSocketEmitter:
    """Tells one person about one run. The contract has two envelopes, and gives each event one of them."""

    def __init__(self, manager: WebSocketManagerProtocol, user_context: UserExecutionContext) -> None:
        if manager is None:
            raise ValueError("an emitter needs the manager through which it reaches the person")
        if user_context is None:
            raise ValueError("an emitter needs the user_context of the run that it tells about")
        WebSocketManagerProtocolValidator.validate(manager)
        self._manager = manager
        self._context = user_context

    async def emit_agent_started(self, agent_name: str, message: str) -> None:
        """The run has begun."""
        data = {"status": "started", "context": {}, "message": message}
        await self._emit_nested(MessageType.AGENT_STARTED, agent_name, data)

    async def emit_agent_thinking(self, agent_name: str, reasoning: str, step_number: int) -> None:
        """What the agent makes of the question."""
        fields = {"reasoning": reasoning, "step_number": step_number, "metadata": {}}
        await self._emit_flat(MessageType.AGENT_THINKING, agent_name, fields)

    async def emit_tool_executing(self, agent_name: str, tool_name: str, parameters: Mapping[str, Any]) -> None:
        """A tool is at work."""
        data = {
            "tool_name": tool_name,
            "parameters": parameters,
            "status": "executing",
            "message": f"Using {tool_name}",
        }
        await self._emit_nested(MessageType.TOOL_EXECUTING, agent_name, data)

    async def emit_tool_completed(
        self, agent_name: str, tool_name: str, result: Mapping[str, Any], execution_time_ms: float
    ) -> None:
        """A tool has done its work, with this result."""
        data = {
            "tool_name": tool_name,
            "result": result,
            "execution_time_ms": execution_time_ms,
            "status": "completed",
            "message": f"{tool_name} is done",
        }
        await self._emit_nested(MessageType.TOOL_COMPLETED, agent_name, data)

    async def emit_agent_completed(
        self, agent_name: str, final_response: Mapping[str, Any], execution_time_ms: float
    ) -> None:
        """The run is over, and this is the answer."""
        fields = {
            "status": "completed",
            "final_response": final_response,
            "result": final_response,
            "execution_time_ms": execution_time_ms,
            "message": f"{agent_name} has answered",
        }
        await self._emit_flat(MessageType.AGENT_COMPLETED, agent_name, fields)

    async def emit_agent_error(self, agent_name: str, error_message: str) -> None:
        """The run is over without an answer, for this reason."""
        data = {"status": "error", "error_message": error_message}
        await self._emit_nested(MessageType.AGENT_ERROR, agent_name, data)

    async def _emit_nested(self, event: MessageType, agent_name: str, data: Mapping[str, Any]) -> None:
        await self._send(
            {
                "type": event,
                "run_id": self._context.run_id,
                "user_id": self._context.user_id,
                "agent_name": agent_name,
                "timestamp": now_iso(),
                "data": data,
            }
        )

    async def _emit_flat(self, event: MessageType, agent_name: str, fields: Mapping[str, Any]) -> None:
        await self._send(
            {
                "type": event,
                "timestamp": now_iso(),
                **fields,
                "user_id": self._context.user_id,
                "thread_id": self._context.thread_id,
                "agent_name": agent_name,
                "run_id": self._context.run_id,
                "request_id": self._context.request_id,
            }
        )

    async def _send(self, frame: Mapping[str, Any]) -> None:
        logger.info("%s of %s to %s", frame["type"], frame["run_id"], frame["user_id"])
        await self._manager.send(frame)


class WebSocketEmitterFactory:
    """Makes an emitter for each run: none is shared between people or kept between runs."""

    @staticmethod
    def create_emitter(
        manager: WebSocketManagerProtocol, user_context: UserExecutionContext
    ) -> UnifiedWebSocketEmitter:
        """An emitter for one run; raises ``ValueError`` without a manager, or without a user context."""
        return UnifiedWebSocketEmitter(manager=manager, user_context=user_context)


class WebSocketEmitterPool:
    """The emitters of the runs under way: one for each run, from its beginning to its end and no longer."""

    def __init__(self) -> None:
        self._emitters: dict[str, UnifiedWebSocketEmitter] = {}

    def __len__(self) -> int:
        return len(self._emitters)

    @contextmanager
    def for_run(
        self, manager: WebSocketManagerProtocol, user_context: UserExecutionContext
    ) -> Iterator[UnifiedWebSocketEmitter]:
        """An emitter for as long as a run lasts; raises as the factory does, and for a run that has one already."""
        emitter = WebSocketEmitterFactory.create_emitter(manager=manager, user_context=user_context)
        if user_context.run_id in self._emitters:
            raise ValueError(f"{user_context.run_id} is under way already")
        self._emitters[user_context.run_id] = emitter
        try:
            yield emitter
        finally:
            del self._emitters[user_context.run_id]
