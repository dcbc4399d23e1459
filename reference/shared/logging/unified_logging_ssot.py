"""The services' logs: one line an event on stderr, with the service's name and never a token, fit to be evidence."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime

_QUERY = re.compile(r"\?[^\s\"']+")
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


class OneLineFormatter(logging.Formatter):
    """``2025-09-15T08:30:00.123Z auth-service INFO what happened``; an error's traceback joins the same line."""

    def __init__(self, service: str) -> None:
        super().__init__(f"%(asctime)s {service} %(levelname)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (logging's name)
        """The record's time, UTC, to the millisecond."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        """The whole line, without the queries of addresses and without anything shaped like a token."""
        line = " | ".join(super().format(record).splitlines())
        return _TOKEN.sub("<token>", _QUERY.sub("?<query>", line))


def configure_logging(service: str) -> None:
    """Send every log record of this process to stderr, as lines of ``service``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
