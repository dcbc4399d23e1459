"""The agent's tools: which one a question needs, and running it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netra_backend.app.services.cost_calculator import CostCalculator

_COMPARING = ("most", "highest", "dearest", "expensive", "compare", "rank", "each", "biggest", "largest")
_SWITCHING = ("switch", "move", "instead", "replace", "save", "what if")


@dataclass(frozen=True)
class ToolCall:
    """One use of a tool, and why the agent makes it."""

    tool_name: str
    parameters: Mapping[str, Any]
    reasoning: str


class ToolDispatcher:
    """Chooses and runs the tools of the cost calculator."""

    def __init__(self, calculator: CostCalculator) -> None:
        self._calculator = calculator
        self._tools: dict[str, Callable[..., dict[str, Any]]] = {
            "spending_total": calculator.spending_total,
            "spending_ranking": calculator.spending_ranking,
            "switching_saving": calculator.switching_saving,
        }

    def choose(self, question: str) -> ToolCall:
        """The tool call that answers the question; the total, where the question asks for nothing in particular."""
        words = question.casefold()
        models = _named(self._calculator.models, words)
        services = _named(self._calculator.services, words)
        if len(models) > 1 and any(word in words for word in _SWITCHING):
            return ToolCall(
                "switching_saving",
                {"from_model": models[0], "to_model": models[1]},
                f"I will price what {models[0]} did at the rate of {models[1]}.",
            )
        if any(word in words for word in _COMPARING):
            by = "service" if "service" in words else "model"
            return ToolCall("spending_ranking", {"by": by}, f"I will add up what each {by} cost and compare.")
        about = {"model": next(iter(models), None), "service": next(iter(services), None)}
        named = " and ".join(name for name in about.values() if name) or "everything"
        return ToolCall("spending_total", about, f"I will add up what was spent on {named}.")

    async def run(self, call: ToolCall) -> dict[str, Any]:
        """The tool's result; raises whatever the tool raises."""
        # in a worker thread, since the calculations wait for the database
        return await asyncio.to_thread(self._tools[call.tool_name], **call.parameters)


def _named(names: Iterable[str], words: str) -> list[str]:
    """Which of ``names`` occur in ``words``, in the order of their occurrence; "Orion Mini" is not also "Orion"."""
    found: dict[int, str] = {}
    for name in sorted(names, key=len, reverse=True):
        position = words.find(name.casefold())
        if position >= 0:
            found[position] = name
            words = words.replace(name.casefold(), "#" * len(name))
    return [found[position] for position in sorted(found)]
