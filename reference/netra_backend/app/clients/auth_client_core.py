"""How chat asks sign-in."""

from __future__ import annotations

from typing import Any

import httpx

from netra_backend.app.config import AppConfig
from netra_backend.app.core.exceptions_base import ServiceUnavailableError

TIMEOUT_SECONDS = 1.5


class AuthServiceClient:
    """Asks sign-in over HTTP, as the service that SERVICE_ID and SERVICE_SECRET say."""

    def __init__(self, config: AppConfig) -> None:
        own_name = {"X-Service-ID": config.service_id, "X-Service-Secret": config.service_secret}
        self._http = httpx.AsyncClient(
            base_url=config.auth_service_url,
            headers=own_name if config.service_secret else {},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            # given up well before sign-in does, or a request now and then would meet a closing connection
            limits=httpx.Limits(keepalive_expiry=2.0),
        )

    async def validate_token(self, token: str) -> dict[str, Any]:
        """Sign-in's verdict on a person's token, as the contract gives it: look at ``valid``.

        Raises :class:`ServiceUnavailableError` when sign-in gives none: it is down, too slow, or does not accept chat
        itself as a service.
        """
        try:
            response = await self._http.post("/auth/validate", json={"token": token})
            response.raise_for_status()
            verdict: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise ServiceUnavailableError(f"Sign-in does not answer ({type(problem).__name__})") from None
        if verdict.get("error") == "invalid_service":
            raise ServiceUnavailableError("Sign-in does not accept this service: SERVICE_ID or SERVICE_SECRET differ")
        return verdict

    async def forward(self, method: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        """Sign-in's own answer to a request of a client's, whatever it is.

        Raises :class:`ServiceUnavailableError` when there is none.
        """
        try:
            return await self._http.request(method, path, content=body, headers={"Content-Type": content_type})
        except httpx.HTTPError as problem:
            raise ServiceUnavailableError(f"Sign-in does not answer ({type(problem).__name__})") from None

    async def close(self) -> None:
        """Close the connections to sign-in."""
        await self._http.aclose()
