"""Where a command puts what it tells: the terminal, a pipe, or a file that was named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EEXIST, ENOENT
from pathlib import Path

from acceptance.verdicts import ConfigurationError


def put(content: str) -> None:
    """Print what other programs read: as UTF-8, whatever the terminal's encoding."""
    sys.stdout.buffer.write(content.encode())
    sys.stdout.flush()


def check_place(output: Path) -> None:
    """Refuse a place before the work rather than after it; raises :class:`ConfigurationError`."""
    with writing(output):
        output.resolve()
        if not output.parent.is_dir():
            raise FileNotFoundError(ENOENT, f"the folder {output.parent} does not exist")
        if output.exists() and not output.is_file():
            raise FileExistsError(EEXIST, "there is something else in its place")


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """What goes wrong with a file that was named by ``--output``, in one sentence with the remedy."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # the latter is how Python tells of links in a circle
        problem = f"{output} cannot be written: {error.strerror if isinstance(error, OSError) else error}"
        raise ConfigurationError(f"{problem}; name a file in a folder of yours with --output") from None
