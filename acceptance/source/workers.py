"""The processes that read a tree. Loaded when there is enough to read: what begins them takes a while to load."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, Protocol

from acceptance.signals import signals_held

_UNHEARD = 0.1  # seconds that a signal may have to wait

#: Contents by their digests, each with whether it is to be taken apart in any case.
Portion = Sequence[tuple[str, bool]]


class Task(Protocol):
    """What a process does; it is not sent but there from the beginning."""

    def portion(self, contents: Portion) -> list[bytes]:
        """Read contents; the answers are packed."""

    def check(self, contents: Sequence[str]) -> list[str]:
        """Why Python cannot read each of these contents; empty where it can."""


class Workers:
    """So many processes. Where one is killed, for want of memory for example, they give no more answers.

    The pool is never touched but with signals held: one that struck where the pool has a lock would leave it locked,
    and the end would wait for it for ever.
    """

    def __init__(self, count: int, task: Task) -> None:
        # A forked process is there at once and has all it needs; it touches nothing that a thread may hold.
        context = multiprocessing.get_context("fork")
        self._pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(task,))

    def read(self, portions: Sequence[Portion]) -> Iterator[tuple[Portion, list[bytes]]]:
        """The answers, as they come."""
        with suppress(BrokenProcessPool):
            with signals_held():
                waiting = {self._pool.submit(_read, portion): portion for portion in portions}
            while waiting:
                for ready, answers in _answers(waiting):
                    yield waiting.pop(ready), answers

    def begin_check(self, contents: Sequence[str]) -> Callable[[], list[str] | None]:
        """Begin to check these contents; what is given back waits for the answer, which is None where there is none."""
        begun: Future[list[str]] | None = None
        with suppress(BrokenProcessPool), signals_held():
            begun = self._pool.submit(_check, contents)

        def ended() -> Any:
            with suppress(BrokenProcessPool):
                for _, answer in _answers([begun] if begun else []):
                    return answer
            return None

        return ended

    def close(self) -> None:
        """End them, whatever they are at."""
        with signals_held():
            self._pool.shutdown(cancel_futures=True)


def _answers(waiting: Collection[Future[Any]]) -> list[tuple[Future[Any], Any]]:
    """Wait until there is one, or several."""
    while waiting:
        with signals_held():
            done = wait(waiting, _UNHEARD, FIRST_COMPLETED).done
            answers = [(each, each.result()) for each in done]
        if answers:
            return answers
    return []


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
