"""Who is behind a token: answered for every way into chat, here and nowhere else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from netra_backend.app.clients.auth_client_core import AuthServiceClient
from netra_backend.app.core.exceptions_base import AuthenticationFailedError, AuthenticationRequiredError
from netra_backend.app.services.user_execution_context import UserExecutionContext
from shared.jwt_validation import InvalidTokenError, validate_jwt

#: Whom a deployment in demo mode takes everybody for who comes to its live updates.
DEMO_USER = UserExecutionContext(user_id="demo-user-001", email="", permissions=())


async def authenticate(token: str | None, jwt_secret: str, auth_client: AuthServiceClient) -> UserExecutionContext:
    """The person whose token this is: by its signature, and by the word of sign-in.

    Raises :class:`AuthenticationRequiredError` without a token, :class:`AuthenticationFailedError` for one that either
    refuses, and ``ServiceUnavailableError`` when sign-in cannot be asked: nobody is let in on half the evidence.
    """
    if token is None:
        raise AuthenticationRequiredError
    try:
        claims = validate_jwt(token, jwt_secret)
    except InvalidTokenError as problem:
        raise AuthenticationFailedError(str(problem)) from None
    verdict = await auth_client.validate_token(token)
    if verdict.get("valid") is not True or verdict.get("user_id") != claims["sub"]:
        raise AuthenticationFailedError("sign-in does not confirm it")
    return UserExecutionContext(
        user_id=verdict["user_id"], email=verdict["email"], permissions=tuple(verdict["permissions"])
    )


async def get_current_user(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> UserExecutionContext:
    """The person behind a request over HTTP; raises as :func:`authenticate` does."""
    state = request.app.state
    return await authenticate(bearer.credentials if bearer else None, state.config.jwt_secret, state.auth_client)


CurrentUser = Annotated[UserExecutionContext, Depends(get_current_user)]
