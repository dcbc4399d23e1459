"""Asks through the real behave command, as a process of its own that can be ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from acceptance.files import REPOSITORY
from acceptance.reporting.results import Results, read_in
from acceptance.signals import signals_held
from acceptance.verdicts import ConfigurationError

INTERRUPTED = "it was interrupted"
_OUTPUT = "output.txt"
_TIDYING = 30.0  # seconds, far above what it takes to tidy up behind an example


@dataclass(frozen=True)
class Ran:
    """One run of behave: its results, if it left any; why it did not come to its end, if so; what it said."""

    results: Results | None
    problem: str
    output: str
    exit_code: int
    seconds: float

    @property
    def last_words(self) -> str:
        """The last line that it said."""
        return next((line for line in reversed(self.output.splitlines()) if line.strip()), "it said nothing").strip()


class Interrupted(Exception):
    """No run is begun any more."""


class Asking:
    """The runs of one command: begun from any thread, ended by any."""

    def __init__(self, patience: float) -> None:
        """``patience`` is the seconds that a run may take: one that hangs is ended, and told."""
        self._patience = patience
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether no run is begun any more."""
        return self._over

    def ask(self, folder: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> Ran:
        """Run behave with these arguments in this environment; its results and its output go to ``folder``."""
        reports, output = folder / "reports", folder / _OUTPUT
        command = [sys.executable, "-m", "acceptance.with_parent", *arguments, "-D", f"reports={reports}"]
        begun = time.monotonic()
        problem, process = "", None
        with output.open("wb") as said:
            try:
                with _no_signal_between():
                    process = self._begin(command, variables, said)
                process.wait(self._patience)
            except subprocess.TimeoutExpired:
                assert process is not None
                problem = f"its run did not end within {self._patience:g} s"
                _end(process)
            except Interrupted:
                return Ran(None, INTERRUPTED, "", 0, 0.0)
            except BaseException:
                if process is not None:
                    _end(process)
                raise
            finally:
                with self._lock:
                    self._running -= {process}
                if process is not None and process.stdin:
                    process.stdin.close()
        return Ran(
            results=_results(reports),
            problem=INTERRUPTED if self._over else problem,
            output=output.read_text(encoding="utf-8", errors="replace"),
            exit_code=process.returncode,
            seconds=time.monotonic() - begun,
        )

    def stop(self) -> None:
        """Begin no further run, and end those under way in order: each tidies up behind itself."""
        with self._lock:
            self._over = True
            for process in self._running:
                process.terminate()

    def _begin(self, command: Sequence[str], variables: Mapping[str, str], said: BinaryIO) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise Interrupted
            process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**variables, "NO_COLOR": "1"},
                stdin=subprocess.PIPE,  # its end is told to the run, should this process be killed
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches whoever asks, who ends it in order
            )
            self._running.add(process)
        return process


def _no_signal_between() -> AbstractContextManager[None]:
    """What is begun in this block is known before a signal is heard, which only the main thread does."""
    return signals_held() if threading.current_thread() is threading.main_thread() else nullcontext()


def _results(reports: Path) -> Results | None:
    try:
        return read_in(reports)
    except ConfigurationError:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """In order, if it listens; else with all of its group, of which nothing is left then."""
    process.terminate()
    try:
        process.wait(_TIDYING)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
