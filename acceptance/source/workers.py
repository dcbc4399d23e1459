"""The processes that read a tree. Loaded when there is enough to read: what begins them takes a while to load."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Protocol

#: Contents by their digests, each with whether it is to be taken apart in any case.
Portion = Sequence[tuple[str, bool]]


class Task(Protocol):
    """What a process does; it is not sent but there from the beginning."""

    def portion(self, contents: Portion) -> list[bytes]:
        """Read contents; the answers are packed."""

    def check(self, contents: Sequence[str]) -> list[str]:
        """Why Python cannot read each of these contents; empty where it can."""


class Workers:
    """So many processes. Where one is killed, for want of memory for example, they give no more answers."""

    def __init__(self, count: int, task: Task) -> None:
        # A forked process is there at once and has all it needs; it touches nothing that a thread may hold.
        context = multiprocessing.get_context("fork")
        self._pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(task,))

    def read(self, portions: Sequence[Portion]) -> Iterator[tuple[Portion, list[bytes]]]:
        """The answers, as they come."""
        with suppress(BrokenProcessPool):
            waiting = {self._pool.submit(_read, portion): portion for portion in portions}
            for ready in as_completed(waiting):
                yield waiting[ready], ready.result()

    def begin_check(self, contents: Sequence[str]) -> Callable[[], list[str] | None]:
        """Begin to check these contents; what is given back waits for the answer, which is None where there is none."""
        begun: Future[list[str]] | None = None
        with suppress(BrokenProcessPool):
            begun = self._pool.submit(_check, contents)

        def ended() -> list[str] | None:
            with suppress(BrokenProcessPool):
                return begun.result() if begun else None
            return None

        return ended

    def close(self) -> None:
        """End them, whatever they are at."""
        self._pool.shutdown(cancel_futures=True)


_task: Task | None = None  # of a process that was begun to read


def _begin(task: Task) -> None:
    """What a process does first: the one that began it answers to Ctrl-C, and ends it."""
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    gc.disable()


def _end_with_parent() -> None:
    """Where that is killed, nobody else would end this process."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "only in a process that was begun to read"
    parent.join()
    os._exit(1)


def _read(contents: Portion) -> list[bytes]:
    assert _task is not None, "only in a process that was begun to read"
    return _task.portion(contents)


def _check(contents: Sequence[str]) -> list[str]:
    assert _task is not None, "only in a process that was begun to read"
    return _task.check(contents)
