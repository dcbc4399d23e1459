"""Reading settings: every environment variable is read through here, once, when a service starts."""

from __future__ import annotations

from collections.abc import Mapping

ENVIRONMENTS = ("development", "staging", "production")


class ConfigurationError(Exception):
    """A service cannot start as it is configured; the message is one sentence for whoever started it."""


class IsolatedEnvironment:
    """Settings by name. An empty variable counts as unset."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        """The variable's text, without surrounding blanks."""
        return self._variables.get(name, "").strip() or default

    def url(self, name: str, default: str) -> str:
        """An http(s) address, without a trailing slash; raises :class:`ConfigurationError` for anything else."""
        value = self.text(name, default).rstrip("/")
        if not value.startswith(("http://", "https://")):
            raise ConfigurationError(f"{name} must be an address that begins with http:// or https://")
        return value

    def number(self, name: str, default: float) -> float:
        """A number above zero; raises :class:`ConfigurationError` for anything else."""
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise ConfigurationError(f"{name} must be a number above zero, not {value!r}")
        return number

    def flag(self, name: str) -> bool:
        """Whether something is switched on: "1" or "true", where "0", "false" and nothing switch it off.

        Raises :class:`ConfigurationError` for anything else.
        """
        value = self.text(name, "0").lower()
        if value not in ("0", "1", "false", "true"):
            raise ConfigurationError(f"{name} must be 1 or 0, not {value!r}")
        return value in ("1", "true")

    def environment(self) -> str:
        """What ENVIRONMENT names: development (the default), staging or production."""
        value = self.text("ENVIRONMENT", "development").lower()
        if value not in ENVIRONMENTS:
            raise ConfigurationError(f"ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}, not {value!r}")
        return value
