"""The terminal, or the pipe in its place: lines with styles, which a pipe does not see."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console

#: A text, or a text with rich's name of a style; and those that stand in one line.
Part: TypeAlias = str | tuple[str, str]
Line: TypeAlias = tuple[Part, ...]


def console_on(stream: Any = None) -> Console:
    """Colour on a terminal unless NO_COLOR says otherwise; the terminal folds long lines, and a pipe keeps them."""
    from rich.console import Console  # a pipe does not wait for it to be loaded

    return Console(file=_lenient(stream or sys.stdout), highlight=False, soft_wrap=True)


def show(lines: Iterable[Line]) -> None:
    """Print the lines: in colour on a terminal, which folds the long ones, and as they are in a pipe."""
    asked = any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"))
    if not (asked or sys.stdout.isatty()):
        _lenient(sys.stdout).write(plain(lines))
        return
    from rich.text import Text

    console = console_on()
    if console.is_terminal:
        for line in lines:
            console.print(Text.assemble(*line))
    else:
        console.file.write(plain(lines))


def plain(lines: Iterable[Line]) -> str:
    """The lines as a file keeps them."""
    return "".join(f"{''.join(part if isinstance(part, str) else part[0] for part in line)}\n" for line in lines)


def visible(text: str) -> str:
    """``text`` with what cannot be shown or encoded written as an escape sequence; a file may have any name."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _lenient(output: Any) -> Any:
    if isinstance(output, io.TextIOWrapper):
        output.reconfigure(errors="replace")  # a terminal that cannot show a quotation mark still gets the verdict
    return output


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
