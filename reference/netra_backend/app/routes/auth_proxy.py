"""Sign-in by way of chat: for clients that know one address only. Sign-in's answer is passed on as it is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

router = APIRouter(prefix="/auth")


@router.post("/login")
@router.post("/register")
@router.get("/config")
async def forward_to_sign_in(request: Request) -> Response:
    """What sign-in says to this request; 503 when it says nothing."""
    answer = await request.app.state.auth_client.forward(
        request.method, request.url.path, await request.body(), request.headers.get("content-type", "application/json")
    )
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))
