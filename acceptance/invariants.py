"""What must hold after every scenario, outside its sentences.

Nobody is answered with an error of the service's own that nobody asked for, nobody is told what is meant for somebody
else, no connection is left open, and the evidence holds no secret. The first two are the platform's to keep, the
others ours.
"""

from __future__ import annotations

from acceptance.drivers.live_connection import LiveConnection
from acceptance.verdicts import Broken
from acceptance.world import World

_SERVICE_ERROR = 500
_UNAVAILABLE = (502, 503, 504)  # by the service itself, or by what stands in front of it


def check(world: World) -> None:
    """To be called once everything of the scenario is closed.

    Raises :class:`Broken` for what the platform did, and a plain ``AssertionError`` for what the specification did.
    """
    told = [*_unasked_errors(world), *_foreign_events(world)]
    if told:
        raise Broken("beside what was promised, " + "; ".join(dict.fromkeys(told)))
    left_open = [connection.label for connection in _connections(world) if not connection.is_closed]
    assert not left_open, f"live connections were left open: {', '.join(left_open)}"
    assert not world.recorder.hide_what_was_learned_late(), "a secret was recorded before it was known to be one"


def _unasked_errors(world: World) -> list[str]:
    """Answers that say that a service failed; while the scenario has taken something away, "unavailable" is right."""
    told = [
        f"{exchange.service} answered {exchange.method} {exchange.url} with an error of its own ({exchange.status})"
        for exchange in world.recorder.exchanges
        if exchange.status is not None and _is_unasked(exchange.status, exchange.in_outage)
    ]
    handshakes = world.drivers.live_updates.refusals if world.drivers else []
    return told + [
        f"live updates refused {who} with an error of their own ({status})"
        for who, status, in_outage in handshakes
        if _is_unasked(status, in_outage)
    ]


def _is_unasked(status: int, in_outage: bool) -> bool:
    return status >= _SERVICE_ERROR and not (in_outage and status in _UNAVAILABLE)


def _foreign_events(world: World) -> list[str]:
    return [
        f"{connection.label} was told of somebody else's “{event.name}”"
        for connection in _connections(world)
        for event in connection.heard
        if connection.is_foreign(event)
    ]


def _connections(world: World) -> list[LiveConnection]:
    return world.drivers.live_updates.opened if world.drivers else []
