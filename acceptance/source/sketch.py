"""The import statements of a file, taken from its bytes without parsing it.

Quick, and never too few where it matters: what stands in a text or comment may be taken for a statement, too. So a
sketch tells which files are worth an exact look, and nothing is ever decided by it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FROM = re.compile(rb"(?:^|[ \t;:])from[ \t]+([.\w]+)[ \t]*$")
_NAMES = re.compile(rb"[ \t]*(?:\(((?:[^)#]|#[^\n]*\n)*)\)|((?:[^\n\\;#]|\\\r?\n)*))")
_MODULES = re.compile(rb"[ \t]+((?:[^\n\\;#]|\\\r?\n)*)")
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"([\w.]+|\*)(?:\s+as\s+\w+)?")


class Mention(NamedTuple):
    """``from module import names`` or, without names, ``import module``. ``on_load``: perhaps when it is loaded."""

    module: str
    level: int
    names: tuple[str, ...]
    on_load: bool


def mentions(text: bytes) -> tuple[Mention, ...]:
    """What a file may import."""
    found: dict[Mention, None] = {}
    at = text.find(b"import")
    while at >= 0:
        after = at + 6
        start = text.rfind(b"\n", 0, at) + 1
        before = text[start:at]
        words = before.lstrip(b" \t")
        if not words or words.startswith(b"from") or words.endswith((b" ", b";", b":", b"\t")):
            indent = len(before) - len(words)
            if source := _FROM.search(before):
                names = _NAMES.match(text, after)
                given = _COMMENT.sub(b"", names[1] or names[2] or b"") if names else b""
                module = source[1].decode("utf-8", "replace")
                bare = module.lstrip(".")
                listed = tuple(name.decode("utf-8", "replace") for name in _NAME.findall(given))
                on_load = not (indent and _in_function(text, start, indent))
                found[Mention(bare, len(module) - len(bare), listed, on_load)] = None
            elif modules := _MODULES.match(text, after):
                on_load = not (indent and _in_function(text, start, indent))
                for module in _NAME.findall(modules[1]):
                    found[Mention(module.decode("utf-8", "replace"), 0, (), on_load)] = None
        at = text.find(b"import", after)
    return tuple(found)


def _in_function(text: bytes, at: int, indent: int) -> bool:
    """Whether the line at ``at`` stands under a ``def``, going up from header to header by their indents."""
    while indent and at:
        start = text.rfind(b"\n", 0, at - 1) + 1
        line = text[start:at]
        words = line.lstrip(b" \t")
        at = start
        if len(line) - len(words) < indent and words.strip() and not words.startswith(b"#"):
            indent = len(line) - len(words)
            if words.startswith((b"def ", b"async def ", b"def\t")):
                return True
    return False
