"""What every agent does alike: it has a name of its own, and uses tools in the open."""

from __future__ import annotations

import time
from typing import Any

from netra_backend.app.agents.tool_dispatcher import ToolCall, ToolDispatcher
from netra_backend.app.websocket_core.unified_emitter import UnifiedWebSocketEmitter


class ToolFailedError(Exception):
    """A tool gave no result; the message names it and says why."""


class BaseAgent:
    """An agent with the tools it may use."""

    name: str

    def __init__(self, tools: ToolDispatcher) -> None:
        self._tools = tools

    async def use_tool(self, call: ToolCall, emitter: UnifiedWebSocketEmitter) -> dict[str, Any]:
        """The tool's result, and the person sees the tool at work; raises :class:`ToolFailedError`."""
        await emitter.emit_tool_executing(self.name, call.tool_name, call.parameters)
        begun = time.perf_counter()
        try:
            result = await self._tools.run(call)
        except Exception as problem:  # whatever a tool fails of, the person must hear of it
            raise ToolFailedError(f"{call.tool_name} failed: {problem}") from problem
        await emitter.emit_tool_completed(self.name, call.tool_name, result, milliseconds_since(begun))
        return result


def milliseconds_since(begun: float) -> float:
    """How long it is since ``begun``, a moment of ``time.perf_counter``."""
    return round((time.perf_counter() - begun) * 1000, 2)
