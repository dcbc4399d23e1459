"""Text for Markdown that other people's words go into, such as a comment on a pull request."""

from __future__ import annotations

import re

_SPECIAL = {character: f"\\{character}" for character in "`*_[]~$"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",  # not even an escaped one: readers disagree about what a backslash before it does in code
    "\\": "&#92;",
}
#: Kept as they are, as code: what is written as code, addresses, and what would call people or link to other work.
_VERBATIM = re.compile(r"(?<!`)`([^`]+)`(?!`)|((?:https?|wss?)://[^\s`|\\<>]+|(?<!\w)@\w[\w./-]*|(?<!\w)#\d+)")
_NOT_IN_CODE = re.compile(r"[`|\\]")


def inline(said: str) -> str:
    """``said`` on one line, that nothing in it is taken for markup: fit for a paragraph, a list or a table's cell."""
    line = " ".join(said.split())
    parts, end = [], 0
    for found in _VERBATIM.finditer(line):
        parts += [_escaped(line[end : found.start()]), code(found[1] or found[2])]
        end = found.end()
    return "".join([*parts, _escaped(line[end:])])


def code(said: str) -> str:
    """``said`` as code, or escaped where a table's cell could not hold it as code."""
    line = " ".join(said.split())
    return f"`{line}`" if line and not _NOT_IN_CODE.search(line) else _escaped(line)


def row(*cells: str) -> str:
    """One line of a table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table(head: tuple[str, ...], *rows: tuple[str, ...]) -> list[str]:
    """A table's lines, of cells that are Markdown already."""
    return [row(*head), f"|{'---|' * len(head)}", *(row(*cells) for cells in rows)]


def _escaped(said: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in said)
