"""The door of sign-in: who registers, who signs in, whose token this is."""

from __future__ import annotations

import hmac
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.database.repository import EmailTakenError
from auth_service.auth_core.dependencies import Bearer, Blacklist, Config, Tokens, Users, Validator
from auth_service.auth_core.models.auth_models import (
    AuthUser,
    E2ETestAuthRequest,
    LoginRequest,
    RefreshRequest,
    RegisterRequest,
    ServiceTokenRequest,
    TokenRequest,
)
from auth_service.services.password_service import hash_password, verify_password
from shared.jwt_validation import InvalidTokenError, token_id
from shared.timestamps import iso

router = APIRouter(prefix="/auth")
logger = logging.getLogger(__name__)


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


@router.post("/refresh")
def refresh(body: RefreshRequest, tokens: Tokens, validator: Validator, blacklist: Blacklist) -> dict[str, Any]:
    """New tokens for a refresh token, once: of two who bring the same one, the later gets 401.

    The person is taken from the token itself, since simulated people are in no table.
    """
    try:
        claims = validator.validate_token(body.refresh_token, "refresh")
    except InvalidTokenError as problem:
        raise HTTPException(401, f"The refresh token was refused: {problem}") from None
    if not blacklist.add(claims):
        raise HTTPException(401, "The refresh token was refused: it is used up")
    person = _identity(claims)
    return tokens.create_tokens(AuthUser(person["user_id"], person["email"], "", person["permissions"]))


@router.post("/logout")
def logout(bearer: Bearer, validator: Validator, blacklist: Blacklist) -> dict[str, Any]:
    """The access token stops counting, everywhere and at once."""
    blacklist.add(_required(bearer, validator))
    return {"status": "success", "message": "You are signed out"}


@router.get("/me")
def me(bearer: Bearer, validator: Validator) -> dict[str, Any]:
    """Whose token this is; 401 when it is nobody's."""
    claims = _required(bearer, validator)
    return {**_identity(claims), "token_expires_at": iso(claims["exp"])}


@router.post("/validate")
def validate(
    body: TokenRequest,
    config: Config,
    validator: Validator,
    x_service_id: Annotated[str | None, Header()] = None,
    x_service_secret: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """Another service asks whose token this is. The status is 200 either way: the verdict is in ``valid``."""
    asks_as_service = x_service_id is not None or x_service_secret is not None
    if asks_as_service and not _is_service(x_service_id or "", x_service_secret or "", config):
        return _refusal("invalid_service", "The service that asks did not prove who it is")
    try:
        claims = validator.validate_token(body.token)
    except InvalidTokenError as problem:
        logger.info("a token is refused: %s", problem)
        return _refusal("invalid_token", str(problem))
    return {"valid": True, **_identity(claims), "expires_at": iso(claims["exp"])}


@router.post("/check-blacklist")
def check_blacklist(body: TokenRequest, blacklist: Blacklist) -> dict[str, Any]:
    """Whether a token was signed out or used up. Nothing else about it is judged: for that there is /validate."""
    jti = token_id(body.token or "")
    blacklisted = jti is not None and blacklist.contains(jti)
    return {"blacklisted": blacklisted, "status": "blacklisted" if blacklisted else "not_blacklisted"}


@router.post("/service-token")
def service_token(body: ServiceTokenRequest, config: Config, tokens: Tokens) -> dict[str, Any]:
    """A service that proves who it is gets a token of its own."""
    if not _is_service(body.service_id, body.service_secret, config):
        raise HTTPException(401, "The service did not prove who it is")
    return tokens.create_service_token(body.service_id)


@router.get("/config")
def auth_config(config: Config) -> dict[str, Any]:
    """What a client needs to know before anybody signs in."""
    doors = {
        "login": "login",
        "logout": "logout",
        "register": "register",
        "token": "refresh",
        "refresh": "refresh",
        "user": "me",
        "validate": "validate",
    }
    return {
        "oauth_enabled": False,
        "development_mode": config.environment == "development",
        "endpoints": {name: f"{config.auth_service_url}/auth/{path}" for name, path in doors.items()},
    }


def _required(bearer: Bearer, validator: Validator) -> dict[str, Any]:
    """The claims of the access token that a request must carry."""
    try:
        return validator.validate_token(bearer.credentials if bearer else None)
    except InvalidTokenError:
        raise HTTPException(401, "A valid access token is required", {"WWW-Authenticate": "Bearer"}) from None


def _is_service(service_id: str, secret: str, config: AuthConfig) -> bool:
    """Whether this is the one service that is known, with its secret; where none is configured, nobody is."""
    return bool(config.service_secret) and service_id == config.service_id and _same(secret, config.service_secret)


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
