"""Whether Python can read a text, and why not; the parser's warnings and limits."""

from __future__ import annotations

import ast
import codecs
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_REFUSED, _REFUSAL = b"from __future__ import braces\n", "not a chance"
_CODING_LINE = re.compile(rb"[^\n]*\n?[^\n]*coding[:=]")  # in one of the first two lines, if anywhere


class Unreadable(Exception):
    """The target Python cannot read this text: one sentence with the line where there is one."""


def check(text: bytes, python: tuple[int, int]) -> None:
    """Raise :class:`Unreadable` where the parser would, in less than half the time.

    The compiler reads the whole text, and then refuses an impossible import from the future that stands before it: so
    it makes no objects of what it has read, which is what takes the time. If it has anything else to say, or
    the text names its encoding, the parser is asked.
    """
    plain = text.removeprefix(codecs.BOM_UTF8)
    if python == sys.version_info[:2] and not _CODING_LINE.match(plain):
        try:
            compile(_REFUSED + plain, "", "exec", dont_inherit=True)
        except SyntaxError as refusal:
            if refusal.msg == _REFUSAL:
                return
        except (ValueError, LookupError, RecursionError, MemoryError):
            pass
    with readable():
        ast.parse(text, feature_version=python)


@contextmanager
def unheeded_warnings() -> Iterator[None]:
    """Where files are read: what the parser warns of, such as a doubtful escape in a string, is not our business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def readable() -> Iterator[None]:
    """Whatever stops Python from reading a text becomes :class:`Unreadable`."""
    try:
        yield
    except SyntaxError as error:
        raise Unreadable(f"{error.msg} (line {error.lineno})" if error.lineno else error.msg) from error
    except (ValueError, LookupError) as error:  # NUL bytes, an encoding that is none
        raise Unreadable(str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("nested too deeply to be read") from error


@contextmanager
def room_for_chains() -> Iterator[None]:
    """Room to follow what the parser lets pass: an ``elif`` stands inside the one before it, and there may be many."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 30_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
