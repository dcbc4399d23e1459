"""The ``-D`` options of commands that ask a target themselves, as behave takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acceptance.session import check_options
from acceptance.verdicts import ConfigurationError


def given_options(given: Sequence[str], refused: Mapping[str, str]) -> dict[str, str]:
    """``NAME=VALUE`` by name; raises :class:`ConfigurationError` for an unknown one, and for one of ``refused``.

    The values of ``refused`` say what to do instead.
    """
    options = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign:
            raise ConfigurationError(f"-D {each} says no value: write -D {name}=…")
        options[name] = value
    check_options(options)
    for name, remedy in refused.items():
        if name in options:
            raise ConfigurationError(f"-D {name}=… is not for this command: {remedy}")
    return options
