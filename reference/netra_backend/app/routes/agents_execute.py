"""Asking the agent over HTTP, for those who want the answer and not the way to it."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, JsonValue, StringConstraints

from netra_backend.app.auth_integration.auth import CurrentUser
from shared.json_body import JsonBody

router = APIRouter(prefix="/api/agents")

Question = Annotated[str, StringConstraints(pattern=r"\S")]


class AgentExecuteRequest(JsonBody):
    """The body of POST /api/agents/execute. The supervisor takes every type of question, and needs no context."""

    type: str
    message: Question
    context: dict[str, JsonValue] = Field(default_factory=dict)


@router.post("/execute")
async def execute_agent(request: Request, body: AgentExecuteRequest, user: CurrentUser) -> dict[str, Any]:
    """One run of the agent, which the caller's open tabs see as well; a run that fails is an answer too, of 200."""
    begun = time.perf_counter()
    result = await request.app.state.agents.answer(body.message, user)
    return {
        "status": "error" if result.error else "success",
        "agent": result.agent,
        "response": result.answer,
        "execution_time": round(time.perf_counter() - begun, 4),  # seconds
        "error": result.error,
    }
