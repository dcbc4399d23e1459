"""How both services tell what is wrong with the form of a request."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


def tell_validation_error(_: Request, problem: RequestValidationError) -> JSONResponse:
    """422 and what is wrong where; never what was sent, passwords included, as the framework's own answer does."""
    parts = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in problem.errors()]
    # a name may be half a surrogate pair, which JSON can write and UTF-8 cannot
    detail = "; ".join(parts).encode(errors="backslashreplace").decode()
    return JSONResponse({"detail": detail}, status_code=422)
