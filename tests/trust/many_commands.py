"""``python -m acceptance``, many times: one process has loaded it, and each command is a process that is forked off.

What takes a second otherwise takes a thirtieth, and is the same command, with its own exit code and streams.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from command import clean_environment

from acceptance.files import REPOSITORY

_PATIENCE = 60  # seconds for one command
_CRASHED = 70


class Said(NamedTuple):
    """How one command ended."""

    exit_code: int
    output: str
    errors: str


class Commands:
    """Runs commands, one after the other, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        path = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests")))
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            cwd=folder,
            env=clean_environment({"PYTHONPATH": path}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path) -> Said:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps([str(part) for part in arguments]) + "\n")
        self._server.stdin.flush()
        return Said(*json.loads(self._server.stdout.readline()))

    def close(self) -> None:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()


@contextlib.contextmanager
def commands_in(folder: Path) -> Iterator[Commands]:
    commands = Commands(folder)
    try:
        yield commands
    finally:
        commands.close()


def _serve() -> None:
    from acceptance.cli import (  # noqa: F401  loaded once for all
        audit,
        compare,
        junit,
        known_gaps,
        report,
        sheet,
        signoff,
        trend,
        verdict,
    )

    for line in sys.stdin:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if child == 0:
                _be_the_command(json.loads(line), output.fileno(), errors.fileno())
            _, status = os.waitpid(child, 0)
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
        print(json.dumps([os.waitstatus_to_exitcode(status), *texts]), flush=True)


def _be_the_command(arguments: list[str], output: int, errors: int) -> None:
    code: object = _CRASHED
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(errors, 2)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace")
        signal.alarm(_PATIENCE)
        sys.argv = ["acceptance", *arguments]
        from acceptance.cli import main

        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve()
