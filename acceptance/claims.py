"""Who uses a folder of reports: one run at a time writes it, and what a run has under way is not taken for an end.

By a lock of the kernel's on a file in the folder: it is free again when its process ends, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from acceptance.verdicts import ConfigurationError

RUN = ".run.lock"
PROOF = ".proof.lock"
_PATIENCE = 2.0  # seconds: for who only looks whether a run is under way, and for what a killed process leaves to die
_PAUSE = 0.02  # seconds


class Claim:
    """A folder that is this process's alone, until it is released or the process ends."""

    def __init__(self, folder: Path, name: str = RUN, remedy: str = "-D reports=DIR") -> None:
        """Raises :class:`ConfigurationError` where another process has it; ``remedy`` names another folder."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handle: int | None = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigurationError(f"{folder} cannot be written ({error.strerror}): use {remedy}") from None
        if not _locked(self._handle, fcntl.LOCK_EX):
            other = _holder(self._handle)
            self.release()
            raise ConfigurationError(f"{folder} is in use by {other}: wait for its end, or use {remedy}")
        with suppress(OSError):  # a full disk: who holds it is then not told
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def no_run_in(folder: Path) -> Iterator[None]:
    """While this block reads the results in a folder, no run begins to write there.

    Raises :class:`ConfigurationError` where one is under way. A folder that may only be read needs no such care.
    """
    try:
        handle = os.open(folder / RUN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        check_ended(folder)
        yield
        return
    try:
        _refuse_unless(_locked(handle, fcntl.LOCK_SH), folder, handle)
        with suppress(OSError):  # of a run that has ended, and would be named instead of this process
            os.ftruncate(handle, 0)
        yield
    finally:
        os.close(handle)


def check_ended(folder: Path) -> None:
    """Refuse the results of a run that is under way; raises :class:`ConfigurationError`."""
    try:
        handle = os.open(folder / RUN, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # no run of this version was here
        return
    try:
        _refuse_unless(_locked(handle, fcntl.LOCK_SH), folder, handle)
    finally:
        os.close(handle)


def _refuse_unless(ended: bool, folder: Path, handle: int) -> None:
    if not ended:
        raise ConfigurationError(f"a run is under way in {folder} ({_holder(handle)}): wait for its end")


def _locked(handle: int, kind: int) -> bool:
    """Whether the lock is had; where the file system knows no locks, there is nobody to wait for."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        except OSError:
            return True
        else:
            return True


def _holder(handle: int) -> str:
    with suppress(OSError):
        if (told := os.pread(handle, 32, 0).strip()).isdigit():
            return f"process {told.decode()}"
    return "another process"


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
