"""The door of sign-in: who registers, who signs in, whose token this is."""

from __future__ import annotations

import hmac
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.core.jwt_handler import JWTHandler
from auth_service.auth_core.database.repository import AuthUserRepository, EmailTakenError
from auth_service.auth_core.models.auth_models import (
    AuthUser,
    E2ETestAuthRequest,
    LoginRequest,
    RegisterRequest,
    TokenRequest,
)
from auth_service.services.password_service import hash_password, verify_password
from shared.jwt_validation import InvalidTokenError
from shared.timestamps import iso

router = APIRouter(prefix="/auth")
logger = logging.getLogger(__name__)


def get_config(request: Request) -> AuthConfig:
    """The settings of this service."""
    config: AuthConfig = request.app.state.config
    return config


def get_jwt_handler(request: Request) -> JWTHandler:
    """What makes and reads this service's tokens."""
    handler: JWTHandler = request.app.state.jwt_handler
    return handler


def get_users(request: Request) -> AuthUserRepository:
    """The people whom this service knows."""
    users: AuthUserRepository = request.app.state.users
    return users


Config = Annotated[AuthConfig, Depends(get_config)]
Tokens = Annotated[JWTHandler, Depends(get_jwt_handler)]
Users = Annotated[AuthUserRepository, Depends(get_users)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


@router.post("/register")
def register(body: RegisterRequest, config: Config, tokens: Tokens, users: Users) -> dict[str, Any]:
    """A new person, signed in at once; 409 when the e-mail address is taken."""
    name = body.name or body.email.split("@")[0]
    try:
        user = users.create(body.email, name, hash_password(body.password, config.password_hash_cost))
    except EmailTakenError:
        raise HTTPException(409, "This e-mail address is registered already") from None
    return {**tokens.create_tokens(user), "user": {"id": user.id, "email": user.email, "name": user.name}}


@router.post("/login")
def login(body: LoginRequest, tokens: Tokens, users: Users) -> dict[str, Any]:
    """A person signs in; 401 for an unknown address and for a wrong password, in the same words."""
    found = users.find_by_email(body.email)
    if found is None or not verify_password(body.password, found[1]):
        raise HTTPException(401, "Invalid credentials")
    user = found[0]
    return {**tokens.create_tokens(user), "user": {"id": user.id, "email": user.email}}


@router.post("/e2e/test-auth")
def e2e_test_auth(
    config: Config,
    tokens: Tokens,
    body: E2ETestAuthRequest | None = None,
    x_e2e_bypass_key: Annotated[str, Header()] = "",
) -> dict[str, Any]:
    """A synthetic person for tests in staging, without a password; whoever asks must hold the simulation key."""
    if config.environment == "production":
        raise HTTPException(403, "Simulated sign-in does not exist in production")
    if config.environment != "staging":
        raise HTTPException(503, "Simulated sign-in is configured in staging only")
    if not config.simulation_key or not _same(x_e2e_bypass_key, config.simulation_key):
        raise HTTPException(401, "X-E2E-Bypass-Key is missing or wrong")
    wanted = body or E2ETestAuthRequest()
    user = AuthUser(f"e2e-{wanted.email.split('@')[0]}", wanted.email, wanted.name, wanted.permissions)
    told = {"id": user.id, "email": user.email, "name": user.name, "permissions": user.permissions}
    return {**tokens.create_tokens(user), "user": {**told, "oauth_simulated": True}}


@router.get("/me")
def me(bearer: Bearer, tokens: Tokens) -> dict[str, Any]:
    """Whose token this is; 401 when it is nobody's."""
    try:
        claims = tokens.validate_token(bearer.credentials if bearer else "")
    except InvalidTokenError:
        raise HTTPException(401, "A valid access token is required") from None
    return {**_identity(claims), "token_expires_at": iso(claims["exp"])}


@router.post("/validate")
def validate(
    body: TokenRequest,
    config: Config,
    tokens: Tokens,
    x_service_id: Annotated[str | None, Header()] = None,
    x_service_secret: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """Another service asks whose token this is. The status is 200 either way: the verdict is in ``valid``."""
    if x_service_id is not None or x_service_secret is not None:
        known = config.service_secret and _same(x_service_secret or "", config.service_secret)
        if not known or x_service_id != config.service_id:
            return _refusal("invalid_service", "The service that asks did not prove who it is")
    if not body.token:
        return _refusal("missing_token", "A token is required")
    try:
        claims = tokens.validate_token(body.token)
    except InvalidTokenError as problem:
        logger.info("a token is refused: %s", problem)
        return _refusal("invalid_token", str(problem))
    return {"valid": True, **_identity(claims), "expires_at": iso(claims["exp"])}


@router.get("/config")
def auth_config(config: Config) -> dict[str, Any]:
    """What a client needs to know before anybody signs in."""
    doors = {"login": "login", "register": "register", "user": "me"}
    return {
        "oauth_enabled": False,
        "development_mode": config.environment == "development",
        "endpoints": {name: f"{config.auth_service_url}/auth/{path}" for name, path in doors.items()},
    }


def _identity(claims: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": claims["sub"],
        "email": claims.get("email", ""),
        "permissions": claims.get("permissions", []),
    }


def _refusal(error: str, message: str) -> dict[str, Any]:
    return {"valid": False, "error": error, "message": message}


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
