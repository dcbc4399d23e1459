"""The agent for savings: the supervisor asks it what another model would have cost."""

from __future__ import annotations

import time
from typing import Any

from netra_backend.app.agents.base_agent import BaseAgent, milliseconds_since
from netra_backend.app.agents.tool_dispatcher import ToolCall
from netra_backend.app.websocket_core.unified_emitter import UnifiedWebSocketEmitter


class OptimizationsCoreSubAgent(BaseAgent):
    """Works within a run of the supervisor's, under a name of its own."""

    name = "Optimizations"

    async def run(self, call: ToolCall, emitter: UnifiedWebSocketEmitter) -> dict[str, Any]:
        """What the tool found; raises ``ToolFailedError``, and leaves it to the supervisor to tell."""
        begun = time.perf_counter()
        await emitter.emit_agent_started(self.name, "I am pricing the switch.")
        await emitter.emit_agent_thinking(self.name, call.reasoning, step_number=2)
        result = await self.use_tool(call, emitter)
        await emitter.emit_agent_completed(self.name, {"figures": result}, milliseconds_since(begun))
        return result
