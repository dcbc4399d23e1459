"""Whether sign-in can do its work: only while its database really answers."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from shared.constants.service_identifiers import AUTH_SERVICE, VERSION
from shared.timestamps import now_iso

router = APIRouter(prefix="/health")
_STARTED = time.monotonic()


@router.get("")
def health(request: Request) -> JSONResponse:
    """200 ``healthy``, or 503 ``unhealthy`` with the reason."""
    return _report(request, well="healthy", unwell="unhealthy")


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """200 ``ready``, or 503 ``not_ready`` with the reason."""
    return _report(request, well="ready", unwell="not_ready")


def _report(request: Request, well: str, unwell: str) -> JSONResponse:
    report: dict[str, Any] = {
        "service": AUTH_SERVICE,
        "version": VERSION,
        "timestamp": now_iso(),
        "uptime_seconds": round(time.monotonic() - _STARTED, 3),
        "environment": request.app.state.config.environment,
    }
    if problem := request.app.state.database.problem():
        return JSONResponse({"status": unwell, **report, "reason": problem}, status_code=503)
    return JSONResponse({"status": well, **report, "database_status": "connected"})
