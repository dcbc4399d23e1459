"""The signals that end a run: the first one ends it in order, and then it only tidies up."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_held = False
_came: int | None = None  # the signal that waits for the end of a block


def stop_in_order_on_signals() -> None:
    """Have the first SIGINT, SIGTERM or SIGHUP end the run by a ``KeyboardInterrupt``; others are ignored from then.

    While an event loop runs, the loop itself raises it: inside a coroutine, which it may strike anywhere, somebody's
    ``except`` could swallow it, and the run would go on and listen to no signal any more.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        global _came
        if _held:
            _came = number
        else:
            _stop(number)

    for number in _ENDING:
        signal.signal(number, interrupt)


def ignore_signals() -> None:
    """From here on the run only tidies up, which takes a moment and must not be cut short."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def signals_held() -> Iterator[None]:
    """A signal that comes in this block ends the run after it: what the block makes is then known, to be tidied up.

    For a moment only; within :func:`stop_in_order_on_signals`. Signals strike the main thread, so no other holds them.
    """
    global _held, _came
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outer, _held = _held, True
    try:
        yield
    finally:
        _held = outer
        if _came is not None and not outer:
            number, _came = _came, None
            _stop(number)


@contextmanager
def aborting_afterwards(runner: Any) -> Iterator[None]:
    """A signal that comes in this block ends behave's ``runner`` after it, in order; None is one that has not begun."""
    try:
        with signals_held():
            yield
    except KeyboardInterrupt:
        if runner is None:
            raise
        runner.abort(reason="KeyboardInterrupt")


def _stop(number: int) -> None:
    ignore_signals()
    running_loop = getattr(sys.modules.get("asyncio"), "get_running_loop", None)  # to load it takes a while
    try:
        running = running_loop() if running_loop else None
    except RuntimeError:
        running = None
    if running is None:
        _interrupt(number)
    else:
        running.call_soon_threadsafe(_interrupt, number)


def _interrupt(number: int) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)
