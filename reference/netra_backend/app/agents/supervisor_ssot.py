"""The agent: reads a question about spending, finds the figures, answers in words, and says so all along."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from netra_backend.app.agents.base_agent import BaseAgent, milliseconds_since
from netra_backend.app.agents.optimizations_core_sub_agent import OptimizationsCoreSubAgent
from netra_backend.app.agents.tool_dispatcher import ToolCall, ToolDispatcher
from netra_backend.app.websocket_core.unified_emitter import UnifiedWebSocketEmitter


class SupervisorAgent(BaseAgent):
    """Answers questions, one run each. Savings it leaves to an agent of their own, within the same run."""

    name = "Supervisor"

    def __init__(self, tools: ToolDispatcher) -> None:
        super().__init__(tools)
        self._optimizations = OptimizationsCoreSubAgent(tools)

    async def run(
        self, question: str, emitter: UnifiedWebSocketEmitter, keep_answer: Callable[[str], Awaitable[None]]
    ) -> str:
        """One run, the five events in their order; its answer in words is returned.

        The answer is kept before it is told, so that whoever has heard it finds it in the thread. Raises
        ``ToolFailedError`` where a tool fails, and whatever ``keep_answer`` raises.
        """
        begun = time.perf_counter()
        await emitter.emit_agent_started(self.name, "I am looking into it.")
        call = self._tools.choose(question)
        result = await self._find(call, emitter)
        text = answer_in_words(call.tool_name, result)
        await keep_answer(text)
        await emitter.emit_agent_completed(self.name, {"text": text, "figures": result}, milliseconds_since(begun))
        return text

    async def _find(self, call: ToolCall, emitter: UnifiedWebSocketEmitter) -> dict[str, Any]:
        if call.tool_name == "switching_saving":
            await emitter.emit_agent_thinking(
                self.name, "This is about a saving. I will have it priced.", step_number=1
            )
            return await self._optimizations.run(call, emitter)
        await emitter.emit_agent_thinking(self.name, call.reasoning, step_number=1)
        return await self.use_tool(call, emitter)


def answer_in_words(tool_name: str, result: Mapping[str, Any]) -> str:
    """What a tool's result says, in a sentence or two with its figures."""
    if tool_name == "switching_saving":
        more_or_less = "saves" if result["saving_usd"] >= 0 else "costs another"
        return (
            f"{result['from_model']} cost {_usd(result['spent_usd'])}. The same work on {result['to_model']} would have"
            f" cost {_usd(result['would_cost_usd'])}: switching {more_or_less} {_usd(abs(result['saving_usd']))}."
        )
    period = f"from {result['first_month']} to {result['last_month']}"
    if tool_name == "spending_ranking":
        first = result["ranking"][0]
        others = ", ".join(f"{entry['name']} {_usd(entry['cost_usd'])}" for entry in result["ranking"][1:])
        return (
            f"We spent {_usd(result['total_usd'])} on language models {period}. {first['name']} costs most:"
            f" {_usd(first['cost_usd'])}, {first['share_percent']} % of it. Then come {others}."
        )
    on = result["model"] or "language models"
    where = f" in {result['service']}" if result["service"] else ""
    return f"We spent {_usd(result['total_usd'])} on {on}{where} {period}."


def _usd(amount: float) -> str:
    return f"${amount:,.2f}"
