"""The conversation of live updates in words: what each message means to the person who sent or saw it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from acceptance.evidence.recorder import Frame, Said

#: The columns of the table that :func:`table` gives the rows of.
HEADINGS = ("second", "who", "sent or heard", "in words", "text", "agent", "event", "run", "thread")
_LONGEST_TEXT, _LONGEST_ID = 300, 18
_DIRECTION = {"sent": "sent", "received": "heard", "connection": "connection"}


def table(frames: Iterable[Frame], in_words: Callable[[Frame], Said]) -> list[tuple[str, ...]]:
    """The rows of the conversation, in order; what only keeps a connection alive is counted in one row a person."""
    rows: list[tuple[str, ...]] = []
    idle: dict[str, list[Frame]] = {}
    for frame in sorted(frames, key=lambda frame: frame.at):
        said = in_words(frame)
        if said.idle:
            idle.setdefault(frame.person, []).append(frame)
            continue
        told = (said.words, said.detail) if said.words else (said.detail, "")
        row = (frame.person, _DIRECTION[frame.direction], *told, said.agent, said.name)
        ids = (plain(value, _LONGEST_ID) for value in (said.run, said.thread))
        rows.append((f"{frame.at:.3f}", *(plain(cell, _LONGEST_TEXT) for cell in row), *ids))
    for person, signs in idle.items():
        words = f"{counted(len(signs), 'sign')} that the connection is alive, the last at {signs[-1].at:.3f}"
        rows.append((f"{signs[0].at:.3f}", plain(person, _LONGEST_TEXT), "", words, "", "", "", "", ""))
    return sorted(rows, key=lambda row: float(row[0]))


def counted(number: int, noun: str) -> str:
    """“1 sign”, “2 signs”."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(text: str, longest: int) -> str:
    """``text`` on one line, without what no document can hold or what would turn it around, and at most so long."""
    if len(text) > 4 * longest:
        text = text[: 4 * longest]  # an enormous text need not be looked at to its end
    line = " ".join("".join(_shown(character) for character in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _shown(character: str) -> str:
    if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        return ""  # marks that make text read in another order than it is written
    kind = unicodedata.category(character)
    if kind == "Cs" or (ord(character) & 0xFFFE) == 0xFFFE:
        return "\ufffd"
    return " " if kind == "Cc" else character
