"""Time as the platform writes it."""

from datetime import UTC, datetime


def now_iso() -> str:
    """The present moment in UTC, ISO 8601: ``2025-09-15T08:30:00.123456+00:00``."""
    return datetime.now(UTC).isoformat()


def iso(epoch_seconds: float) -> str:
    """A moment given in seconds since 1970, in the same form."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat()
