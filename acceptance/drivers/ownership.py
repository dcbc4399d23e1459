"""What belongs to a person, and what in an event tells that it was meant for somebody else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection

from acceptance.drivers.auth import LABEL
from acceptance.drivers.envelopes import Event

_WORD = re.compile(rf"\b{LABEL}-[0-9a-f]{{8}}\b")


def new_word() -> str:
    """A word that nobody can guess, by which what a person wrote is known wherever it turns up."""
    return f"{LABEL}-{secrets.token_hex(4)}"


def marked(text: str, word: str) -> str:
    """What a person writes, with the word in it by which it is known."""
    return f"{text} (My reference: {word}.)"


def strange_words(event: Event, own: Collection[str]) -> set[str]:
    """The marking words in an event that are not this person's own."""
    return set(_WORD.findall(str(event.raw))).difference(own)


def names_another(event: Event, user_id: str) -> bool:
    """Whether an event names another person than the one whose connection it came by."""
    named = event.user_id
    if not user_id or not named:
        return False
    if named.endswith("..."):  # the greeting shortens the id
        return not user_id.startswith(named.removesuffix("..."))
    return named != user_id
