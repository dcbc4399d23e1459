"""Who is at work in a folder of reports: one run at a time writes there, and a run under way is not taken for an end.

By a lock of the kernel's on a file in the folder: it is free again when its process ends, however that ends. The file
says who has it, for those who are refused; that it is there means nothing. Only who would remove the file asks first:
``python -m acceptance.locks FOLDER`` ends with 1, and a sentence, while anybody is at work in it or below.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from acceptance.verdicts import ConfigurationError


class Work(Enum):
    """What only one process at a time does in a folder: its name, its lock, and the option for another folder."""

    RUN = ("a run", ".run.lock", "-D reports=DIR")
    PROOF = ("a proof", ".proof.lock", "--reports DIR")
    LOAD = ("a crowd", ".load.lock", "--reports DIR")
    MONITOR = ("a monitor", ".monitor.lock", "--reports DIR")

    def __init__(self, told: str, file: str, option: str) -> None:
        self.told = told
        self.file = file
        self.option = option


_RESULTS = "results.json"  # where it is, the folder is a run's
_PATIENCE = 2.0  # seconds: whoever only looks has the lock for a moment, and a killed process until it is gone
_PAUSE = 0.02  # seconds
_open: set[int] = set()


def claim(folder: Path, work: Work) -> None:
    """Have a folder for this work alone until this process ends, however it ends.

    Raises :class:`ConfigurationError` while another process is at it there, or where nobody can write.
    """
    elsewhere = f"name another folder with {work.option}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _opened(folder / work.file, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written ({error.strerror}): {elsewhere}") from None
    if not _locked(handle, fcntl.LOCK_EX):
        other = _holder(handle, work.told)
        _close(handle)
        raise ConfigurationError(f"{other} is under way in {folder}: wait for its end, or {elsewhere}")
    _say(handle, work.told)


@contextmanager
def no_run_in(folder: Path, meanwhile: str) -> Iterator[None]:
    """While this block works on what a run has left in a folder, none begins there; ``meanwhile`` is why: "a report".

    Raises :class:`ConfigurationError` where one is under way. A folder that cannot be written needs no such care.
    """
    made = os.O_CREAT if (folder / _RESULTS).exists() else 0
    try:
        handle = _opened(folder / Work.RUN.file, os.O_RDWR | made)
    except OSError:
        check_ended(folder)
        yield
        return
    try:
        _refuse_unless_ended(handle, folder)
        _say(handle, meanwhile)
        yield
    finally:
        _close(handle)


def check_ended(folder: Path) -> None:
    """Refuse what a run has left that is still under way; raises :class:`ConfigurationError`."""
    try:
        handle = _opened(folder / Work.RUN.file, os.O_RDONLY)
    except OSError:  # there was none
        return
    try:
        _refuse_unless_ended(handle, folder)
    finally:
        _close(handle)


def check_idle(below: Path) -> None:
    """Refuse while any work is under way in a folder or below it, or on what a run has left there.

    Raises :class:`ConfigurationError`. Needs nothing beside Python.
    """
    for work in Work:
        for file in sorted(below.rglob(work.file)):
            handle = _opened(file, os.O_RDWR)
            try:
                _refuse_unless_ended(handle, file.parent, work, fcntl.LOCK_EX)
            finally:
                _close(handle)


def _refuse_unless_ended(handle: int, folder: Path, work: Work = Work.RUN, kind: int = fcntl.LOCK_SH) -> None:
    if not _locked(handle, kind):
        raise ConfigurationError(f"{_holder(handle, work.told)} is under way in {folder}: wait for its end")


def _opened(file: Path, flags: int) -> int:
    handle = os.open(file, flags | os.O_CLOEXEC, 0o644)
    _open.add(handle)
    return handle


def _close(handle: int) -> None:
    if handle in _open:
        _open.discard(handle)
        os.close(handle)


def _let_go() -> None:
    """In a process that was forked: a lock is free only when nobody has it open any more."""
    for handle in list(_open):
        _close(handle)


os.register_at_fork(after_in_child=_let_go)


def _locked(handle: int, kind: int) -> bool:
    """Whether the lock is had, which others may have for a moment."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        except OSError:  # a file system without locks, where nobody can be told apart
            return True
        else:
            return True


def _say(handle: int, told: str) -> None:
    """Note who has the lock; on a full disk, whoever is refused hears less."""
    with suppress(OSError):
        os.pwrite(handle, f"{os.getpid()} {told}\n".encode(), 0)
        os.ftruncate(handle, len(f"{os.getpid()} {told}\n"))


def _holder(handle: int, otherwise: str) -> str:
    """Who has the lock, as far as is noted: "a run (process 123)"."""
    with suppress(OSError, UnicodeDecodeError):
        process, _, told = os.pread(handle, 100, 0).decode().rstrip("\n").partition(" ")
        if process.isdigit() and told:
            return f"{told} (process {process})"
    return otherwise


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for this folder, in which nothing is left of it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # the file system knows no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


if __name__ == "__main__":
    try:
        check_idle(Path(sys.argv[1]))
    except (ConfigurationError, OSError) as error:
        sys.exit(str(error))
