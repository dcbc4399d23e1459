"""Has a question answered: one run of the agent, told to the person who asked, and kept where they asked it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from dataclasses import dataclass
from functools import partial

from netra_backend.app.agents.base_agent import ToolFailedError
from netra_backend.app.agents.supervisor_ssot import SupervisorAgent
from netra_backend.app.core.exceptions_base import ThreadNotFoundError
from netra_backend.app.services.thread_service import ThreadService
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.unified_emitter import UnifiedWebSocketEmitter, WebSocketEmitterPool
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AgentResult:
    """How a run ended: with an answer in words, or with the reason why there is none."""

    agent: str
    answer: str | None = None
    error: str | None = None


class AgentService:
    """Every question comes through here, whichever way it was asked."""

    def __init__(self, agent: SupervisorAgent, threads: ThreadService) -> None:
        self._agent = agent
        self._threads = threads
        self._emitters = WebSocketEmitterPool()

    @property
    def runs(self) -> int:
        """How many questions are being answered now."""
        return len(self._emitters)

    async def answer(
        self, question: str, user_context: UserExecutionContext, thread_id: str | None = None
    ) -> AgentResult:
        """One run; where a thread is named, it keeps the question before the run and the answer before its end.

        Raises :class:`ThreadNotFoundError`, with nothing done, when this person has no such thread. Whatever fails
        later they are told by ``agent_error``: never silence.
        """
        context = user_context.for_run(thread_id)
        manager = get_websocket_manager(user_context=context)
        with self._emitters.for_run(manager=manager, user_context=context) as emitter:
            return await self._run(question, user_context, thread_id, emitter)

    async def _run(
        self, question: str, user_context: UserExecutionContext, thread_id: str | None, emitter: UnifiedWebSocketEmitter
    ) -> AgentResult:
        try:
            await self._keep(user_context, thread_id, "user", question)
        except sqlite3.Error as problem:
            return await self._failed(emitter, f"the question cannot be kept: {problem}")
        try:
            keep_answer = partial(self._keep, user_context, thread_id, "assistant")
            return AgentResult(self._agent.name, answer=await self._agent.run(question, emitter, keep_answer))
        except ToolFailedError as problem:
            return await self._failed(emitter, str(problem))
        except (sqlite3.Error, ThreadNotFoundError) as problem:  # gone since the question was kept
            return await self._failed(emitter, f"the answer cannot be kept: {problem}")

    async def _keep(self, user: UserExecutionContext, thread_id: str | None, role: str, content: str) -> None:
        if thread_id is not None:
            await asyncio.to_thread(self._threads.add_message, user.user_id, thread_id, role, content, {})

    async def _failed(self, emitter: UnifiedWebSocketEmitter, error: str) -> AgentResult:
        logger.warning("a run failed: %s", error)
        await emitter.emit_agent_error(self._agent.name, error)
        return AgentResult(self._agent.name, error=error)
