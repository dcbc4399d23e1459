"""Addresses as people configure them: what is one, which mean the same, and what they give away."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator


def _check_address(value: str, schemes: tuple[str, ...]) -> str:
    """An absolute address with one of ``schemes``, without its trailing slash; raises ``ValueError``."""
    try:
        parts = urlsplit(value.strip())
        port_is_valid = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        parts, port_is_valid = urlsplit(""), False
    printable = value.isprintable() and " " not in value.strip()
    if parts.scheme not in schemes or not parts.hostname or not port_is_valid or not printable:
        raise ValueError(f"is not an address like {schemes[-1]}://host[:port]")
    if parts.query or parts.fragment:
        raise ValueError("is an address with a query or fragment, which do not belong there")
    return urlunsplit(parts).rstrip("/")


def _address(*schemes: str) -> Any:
    return AfterValidator(lambda value: _check_address(value, schemes))


def is_web_address(value: object) -> bool:
    """Whether this is an absolute http(s) address with a host and, if any, a port that can be."""
    try:
        _check_address(str(value), ("http", "https"))
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Whether the address means the machine that it is used on."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False  # it means nothing
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def same_address(told: object, configured: str, *, below: bool = False) -> bool:
    """Whether ``told`` is the configured address, or with ``below`` one under it.

    The usual port may be written or left out, and so may a last slash; ``localhost`` is the loopback address.
    """
    try:
        there, here = (urlsplit(str(address)) for address in (told, configured))
        ends = [
            (part.scheme, _host(part.hostname), part.port or _USUAL_PORTS.get(part.scheme)) for part in (there, here)
        ]
    except ValueError:
        return False
    paths = [part.path.rstrip("/") for part in (there, here)]
    return ends[0] == ends[1] and (paths[0] == paths[1] or (below and paths[0].startswith(paths[1] + "/")))


def _host(name: str | None) -> str:
    return "localhost" if name in ("127.0.0.1", "::1") else (name or "").lower()


_USUAL_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


HttpAddress = Annotated[str, _address("http", "https")]
WebSocketAddress = Annotated[str, _address("ws", "wss")]


def without_user_info(address: str) -> str:
    """The address without ``user:password@``; what is no address is left as it is."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


#: Parts of a host's name that say it is not production.
_REHEARSAL_WORDS = frozenset(
    {"staging", "stage", "stg", "test", "tests", "testing", "dev", "development", "qa", "uat", "preview", "sandbox"}
    | {"demo", "local", "localhost", "localdomain", "internal", "example", "invalid", "ci"}
)


def looks_like_production(host: str) -> bool:
    """Whether nothing in the host's name, or about its number, says that it is for trying."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        words = set(re.split(r"[.\-]", host.lower()))
        return "." in host and not words & _REHEARSAL_WORDS
    return address.is_global
