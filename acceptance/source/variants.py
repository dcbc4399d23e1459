"""When a name is a variant of another: the same name with words like Unified, Legacy or Factory around it."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=100_000)  # the same names are asked for again and again
def core_of(name: str, prefixes: tuple[str, ...], suffixes: tuple[str, ...]) -> str:
    """``name`` without any of the words around it, longest first, until none is left to take away.

    A word counts only where a new word begins: ``I`` is taken from ``ILedger``, not from ``Invoice``.
    """
    while True:
        for prefix in sorted(prefixes, key=len, reverse=True):
            rest = name.removeprefix(prefix)
            if rest != name and rest and _begins_a_word(rest, prefix):
                name = rest
                break
        else:
            for suffix in sorted(suffixes, key=len, reverse=True):
                rest = name.removesuffix(suffix)
                if rest not in (name, ""):
                    name = rest
                    break
            else:
                return name


def _begins_a_word(rest: str, prefix: str) -> bool:
    return prefix.endswith("_") or rest[0].isupper() or rest[0] == "_"
