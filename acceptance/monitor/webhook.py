"""Tells another service of changes: one JSON document by POST, to an address that only the environment knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from acceptance.addresses import is_loopback
from acceptance.verdicts import ConfigurationError

VARIABLE = "ACCEPTANCE_WEBHOOK"
_PATIENCE = 5.0  # seconds


class Webhook:
    """An address that is told of changes. It holds a secret, as such addresses do, and is shown nowhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    @classmethod
    def of_environment(cls) -> Webhook | None:
        """The one that the environment names, if any; raises :class:`ConfigurationError` for what is no address."""
        address = os.environ.get(VARIABLE, "").strip()
        if not address:
            return None
        try:
            parts = urlsplit(address)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address:
            raise ConfigurationError(f"{VARIABLE} is no address like https://host/path (it is not shown: it is secret)")
        return cls(address)

    @property
    def secrets(self) -> list[str]:
        """What of it nothing may show."""
        parts = urlsplit(self._address)
        return [self._address, parts.path, parts.query, *([parts.password] if parts.password else [])]

    def tell(self, document: Mapping[str, Any]) -> str:
        """Send it; why it was not taken, in words that hold nothing of the address, or nothing where it was."""
        try:
            with httpx.Client(
                timeout=_PATIENCE, follow_redirects=False, trust_env=not is_loopback(self._address)
            ) as client:
                status = client.post(self._address, json=document).status_code
        except Exception as failure:  # whatever it is, the rounds go on
            return type(failure).__name__
        return "" if 200 <= status < 300 else f"it answered {status}"
