"""The import statements of a file, taken from its bytes without parsing it.

Quick, and never too few where it matters: what stands in a text or comment may be taken for a statement, too. So a
sketch tells which files are worth an exact look, and nothing is ever decided by it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

_FROM = re.compile(rb"(?:^|[ \t;:])from(?![\w\x80-\xff])([.\w\x80-\xff \t]+)$")
_NAMES = re.compile(rb"[ \t]*(?:\(((?:[^)#]|#[^\n]*\n)*)\)|((?:[^\n\\;#]|\\\n)*))")
_MODULES = re.compile(rb"(?=[ \t\\])((?:[^\n\\;#]|\\\n)*)")
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"([\w.\x80-\xff]+|\*)(?:\s+as\s+[\w\x80-\xff]+)?")
_AROUND_DOT = re.compile(rb"[ \t]*\.[ \t]*")
_DOUBLE, _SINGLE = re.compile(rb'"""'), re.compile(rb"'''")
_PAGE_BREAK = re.compile(rb"^[ \t\f]*\f", re.MULTILINE)


class Mention(NamedTuple):
    """``from module import names`` or, without names, ``import module``. ``on_load``: perhaps when it is loaded."""

    module: str
    level: int
    names: tuple[str, ...]
    on_load: bool


def mentions(text: bytes) -> tuple[Mention, ...]:
    """What a file may import."""
    text = _plain(text)
    found: dict[Mention, None] = {}
    at = text.find(b"import")
    while at >= 0:
        after = at + 6
        start = text.rfind(b"\n", 0, at) + 1
        before = text[start:at]
        words = before.lstrip(b" \t")
        if not words or words.startswith(b"from") or words.endswith((b" ", b";", b":", b".", b"\t")):
            indent = len(before) - len(words)
            source = _FROM.search(before)
            further = None if source else _FROM.search(_with_lines_above(text, start, before))
            on_load = bool(further) or not (indent and _in_function(text, start, indent))
            if given := source or further:
                names = _NAMES.match(text, after)
                listed = _COMMENT.sub(b"", names[1] or names[2] or b"") if names else b""
                module = _told(_AROUND_DOT.sub(b".", given[1].strip()))
                bare = module.lstrip(".")
                found[Mention(bare, len(module) - len(bare), tuple(map(_told, _NAME.findall(listed))), on_load)] = None
            if not source and (modules := _MODULES.match(text, after)):
                for name in _NAME.findall(_AROUND_DOT.sub(b".", modules[1].replace(b"\\\n", b" "))):
                    found[Mention(_told(name), 0, (), on_load)] = None
        at = text.find(b"import", after)
    return tuple(found)


def _plain(text: bytes) -> bytes:
    """With nothing but newlines between the lines, and nothing but blanks in front of them."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _PAGE_BREAK.sub(b"", text).replace(b"\f", b" ") if b"\f" in text else text


def _told(name: bytes) -> str:
    """A name as the parser has it."""
    return name.decode() if name.isascii() else unicodedata.normalize("NFKC", name.decode("utf-8", "replace"))


def _with_lines_above(text: bytes, start: int, before: bytes) -> bytes:
    """What stands in front, with the lines above that a backslash joins to it."""
    while text.endswith(b"\\\n", 0, start):
        above = text.rfind(b"\n", 0, start - 1) + 1
        before = text[above : start - 2] + b" " + before
        start = above
    return before


def _in_function(text: bytes, at: int, indent: int) -> bool:
    """Whether the line at ``at`` stands under a ``def``, going up from header to header by their indents."""
    while indent and at:
        start = text.rfind(b"\n", 0, at - 1) + 1
        line = text[start:at]
        words = line.lstrip(b" \t")
        at = start
        if len(line) - len(words) < indent and words.strip() and not words.startswith(b"#"):
            indent = len(line) - len(words)
            if words.startswith((b"def ", b"async def ", b"def\t")) and not _in_text(text, start):
                return True
    return False


def _in_text(text: bytes, at: int) -> bool:
    """Whether a long text may be open at ``at``; what looks like a header there is none."""
    return any(bisect_right(places, at - 3) % 2 for places in _long_quotes(text))


@lru_cache(maxsize=1)  # one text is asked about again and again, and then never more
def _long_quotes(text: bytes) -> tuple[list[int], list[int]]:
    """Where the three quotes stand that open or close a long text, of either kind."""
    return [found.start() for found in _DOUBLE.finditer(text)], [found.start() for found in _SINGLE.finditer(text)]
