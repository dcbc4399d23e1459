"""What the routes of sign-in work with, as FastAPI hands it to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from auth_service.auth_core.config import AuthConfig
from auth_service.auth_core.core.jwt_handler import JWTHandler
from auth_service.auth_core.core.token_validator import TokenValidator
from auth_service.auth_core.database.repository import AuthUserRepository, TokenBlacklistRepository


def get_config(request: Request) -> AuthConfig:
    """The settings of this service."""
    config: AuthConfig = request.app.state.config
    return config


def get_jwt_handler(request: Request) -> JWTHandler:
    """What makes this service's tokens."""
    handler: JWTHandler = request.app.state.jwt_handler
    return handler


def get_token_validator(request: Request) -> TokenValidator:
    """What judges tokens."""
    validator: TokenValidator = request.app.state.token_validator
    return validator


def get_blacklist(request: Request) -> TokenBlacklistRepository:
    """The tokens that no longer count."""
    blacklist: TokenBlacklistRepository = request.app.state.blacklist
    return blacklist


def get_users(request: Request) -> AuthUserRepository:
    """The people whom this service knows."""
    users: AuthUserRepository = request.app.state.users
    return users


Config = Annotated[AuthConfig, Depends(get_config)]
Tokens = Annotated[JWTHandler, Depends(get_jwt_handler)]
Validator = Annotated[TokenValidator, Depends(get_token_validator)]
Blacklist = Annotated[TokenBlacklistRepository, Depends(get_blacklist)]
Users = Annotated[AuthUserRepository, Depends(get_users)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
