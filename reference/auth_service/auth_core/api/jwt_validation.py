"""Whether a token counts, asked by whoever holds it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from auth_service.auth_core.dependencies import Validator
from auth_service.auth_core.models.auth_models import JWTValidationRequest
from shared.jwt_validation import InvalidTokenError
from shared.timestamps import iso

router = APIRouter(prefix="/api/v1/jwt")


@router.post("/validate")
def validate(body: JWTValidationRequest, validator: Validator) -> dict[str, Any]:
    """The verdict of /auth/validate, and more about the token: 200 either way, with ``error`` when it is refused."""
    answer: dict[str, Any] = dict.fromkeys(
        ("user_id", "email", "permissions", "expires_at", "issued_at", "token_type", "error")
    )
    try:
        claims = validator.validate_token(body.token, body.token_type)
    except InvalidTokenError as problem:
        return {"valid": False, **answer, "error": str(problem)}
    return {
        "valid": True,
        **answer,
        "user_id": claims["sub"],
        "email": claims.get("email", ""),
        "permissions": claims.get("permissions", []),
        "expires_at": iso(claims["exp"]),
        "issued_at": iso(claims["iat"]),
        "token_type": claims["token_type"],
    }
