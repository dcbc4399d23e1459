"""The one envelope in which chat tells errors."""

from __future__ import annotations

import sqlite3
import uuid

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from netra_backend.app.core.exceptions_base import NetraException, ServiceUnavailableError
from shared.timestamps import now_iso
from shared.validation_errors import tell_validation_error


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
    """Answer every refusal, and every failure nobody foresaw, in the envelope; the router's own errors are plain."""
    app.exception_handler(RequestValidationError)(tell_validation_error)

    @app.exception_handler(NetraException)
    def refused(_: Request, refusal: NetraException) -> JSONResponse:
        return error_response(refusal)

    @app.exception_handler(sqlite3.Error)
    def database_down(_: Request, problem: sqlite3.Error) -> JSONResponse:
        return error_response(ServiceUnavailableError(f"The database does not answer: {problem}"))

    @app.exception_handler(Exception)
    def failed(_: Request, problem: Exception) -> JSONResponse:
        return error_response(NetraException(500, "INTERNAL_ERROR", type(problem).__name__, "Something went wrong."))
