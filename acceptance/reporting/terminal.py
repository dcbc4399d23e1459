"""The terminal, or the pipe in its place."""

from __future__ import annotations

import io
import sys
from typing import Any

from rich.console import Console


def console_on(stream: Any = None) -> Console:
    """Colour on a terminal unless NO_COLOR says otherwise; the terminal folds long lines, and a pipe keeps them."""
    output = stream or sys.stdout
    if isinstance(output, io.TextIOWrapper):
        output.reconfigure(errors="replace")  # a terminal that cannot show a quotation mark still gets the verdict
    return Console(file=output, highlight=False, soft_wrap=True)
