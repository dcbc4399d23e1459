"""A person's threads over HTTP: their own only, and another's as if there were none."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field, JsonValue

from netra_backend.app.auth_integration.auth import CurrentUser
from netra_backend.app.services.thread_service import ThreadService
from shared.json_body import JsonBody

router = APIRouter(prefix="/api/threads")


def get_thread_service(request: Request) -> ThreadService:
    """What keeps the threads of this service."""
    threads: ThreadService = request.app.state.threads
    return threads


Threads = Annotated[ThreadService, Depends(get_thread_service)]

Metadata = dict[str, JsonValue]


class ThreadCreate(JsonBody):
    """The body of POST /api/threads."""

    title: str | None = None
    metadata: Metadata = Field(default_factory=dict)


class SendMessageRequest(JsonBody):
    """The body of POST /api/threads/{thread_id}/messages."""

    message: str
    metadata: Metadata = Field(default_factory=dict)


@router.post("")
def create_thread(body: ThreadCreate, user: CurrentUser, threads: Threads) -> dict[str, Any]:
    """A new thread of the caller's."""
    return threads.create_thread(user.user_id, body.title, body.metadata)


@router.get("")
def list_threads(user: CurrentUser, threads: Threads) -> list[dict[str, Any]]:
    """The caller's threads, the newest first."""
    return threads.list_threads(user.user_id)


@router.get("/{thread_id}")
def get_thread(thread_id: str, user: CurrentUser, threads: Threads) -> dict[str, Any]:
    """One of the caller's threads."""
    return threads.get_thread(user.user_id, thread_id)


@router.delete("/{thread_id}", status_code=204)
def delete_thread(thread_id: str, user: CurrentUser, threads: Threads) -> None:
    """One of the caller's threads is gone, with its messages."""
    threads.delete_thread(user.user_id, thread_id)


@router.get("/{thread_id}/messages")
def get_thread_messages(thread_id: str, user: CurrentUser, threads: Threads) -> dict[str, Any]:
    """What was said in one of the caller's threads, the oldest first."""
    messages = threads.get_messages(user.user_id, thread_id)
    return {"thread_id": thread_id, "messages": messages, "total": len(messages)}


@router.post("/{thread_id}/messages")
def send_thread_message(
    thread_id: str, body: SendMessageRequest, user: CurrentUser, threads: Threads
) -> dict[str, Any]:
    """The caller says something in one of their threads; it is kept, and no agent is asked."""
    return threads.add_message(user.user_id, thread_id, "user", body.message, body.metadata)
