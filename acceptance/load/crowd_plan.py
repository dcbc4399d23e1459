"""How large a crowd is, how fast it comes, for how long it stays and how patient it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

PATIENCE, THINK = 30.0, 1.0  # seconds


@dataclass(frozen=True)
class CrowdPlan:
    """How many people come, how fast, for how long; ``roles`` and ``more`` are for Locust as its users know them.

    ``run_time``, ``think`` and ``patience`` are in seconds.
    """

    users: int
    spawn_rate: float
    run_time: float
    think: float = THINK
    patience: float = PATIENCE
    roles: Sequence[str] = ()
    more: Sequence[str] = ()
    workers: int = 0
    faults: Sequence[str] = field(default=())
