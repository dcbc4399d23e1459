"""The one envelope in which chat tells errors."""

from __future__ import annotations

import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from netra_backend.app.core.exceptions_base import NetraException
from shared.timestamps import now_iso


def error_response(refusal: NetraException) -> JSONResponse:
    """The refusal in the contract's envelope, with a ``trace_id`` of its own."""
    envelope = {
        "error": True,
        "error_code": refusal.error_code,
        "message": refusal.message,
        "user_message": refusal.user_message,
        "details": {},
        "trace_id": uuid.uuid4().hex,
        "timestamp": now_iso(),
    }
    return JSONResponse(envelope, status_code=refusal.status_code)


def register_error_handlers(app: FastAPI) -> None:
    """Answer every refusal, and every failure nobody foresaw, in the envelope."""

    @app.exception_handler(NetraException)
    def refused(_: Request, refusal: NetraException) -> JSONResponse:
        return error_response(refusal)

    @app.exception_handler(Exception)
    def failed(_: Request, problem: Exception) -> JSONResponse:
        return error_response(NetraException(500, "INTERNAL_ERROR", type(problem).__name__, "Something went wrong."))
