"""The agent: reads a question about spending, uses one tool, answers in words, and says so all along."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from netra_backend.app.agents.tool_dispatcher import ToolDispatcher
from netra_backend.app.websocket_core.unified_emitter import UnifiedWebSocketEmitter

logger = logging.getLogger(__name__)


class SupervisorAgent:
    """Answers questions, one run each."""

    name = "Supervisor"

    def __init__(self, tools: ToolDispatcher) -> None:
        self._tools = tools

    async def run(self, question: str, emitter: UnifiedWebSocketEmitter) -> None:
        """One run: the five events in their order, or ``agent_error`` at the point where a tool fails."""
        begun = time.perf_counter()
        await emitter.emit_agent_started(self.name, "I am looking into it.")
        call = self._tools.choose(question)
        await emitter.emit_agent_thinking(self.name, call.reasoning, step_number=1)
        await emitter.emit_tool_executing(self.name, call.tool_name, call.parameters)
        tool_begun = time.perf_counter()
        try:
            result = await self._tools.run(call)
        except Exception as problem:  # whatever a tool fails of, the person must hear that no answer is coming
            logger.warning("the tool %s failed: %s", call.tool_name, problem)
            await emitter.emit_agent_error(self.name, f"{call.tool_name} failed: {problem}")
            return
        await emitter.emit_tool_completed(self.name, call.tool_name, result, _milliseconds_since(tool_begun))
        answer = {"text": answer_in_words(call.tool_name, result), "figures": result}
        await emitter.emit_agent_completed(self.name, answer, _milliseconds_since(begun))


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


def _milliseconds_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 2)
