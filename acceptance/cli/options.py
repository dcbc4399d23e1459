"""What several commands take in one way: a target's ``-D`` options, as behave takes them, and times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from acceptance.session import check_options
from acceptance.verdicts import ConfigurationError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(said: str, option: str) -> float:
    """``30s``, ``0.5s``, ``5m``, ``1h`` or ``30d`` in seconds; raises :class:`ConfigurationError` for anything else."""
    told = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd]?)", said.strip())
    if told is None or float(told[1]) == 0:
        raise ConfigurationError(f"{option} {said} is no time: say it like 30s, 5m, 1h or 30d")
    return float(told[1]) * _UNITS[told[2] or "s"]


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
