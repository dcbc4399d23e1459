"""The commands about source as their users run them, in a pipe and on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command import clean_environment
from trees import HERE, TOY

ROOT = HERE.parent.parent
PATIENCE = 60  # seconds: far above what any of this takes


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    exit_code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


def audit(tree: Path | str, *arguments: str | Path, manifest: Path = TOY, env: Mapping[str, str] | None = None) -> Ran:
    return acceptance("audit", tree, "--manifest", manifest, *arguments, env=env)


def acceptance(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "acceptance", *map(str, arguments)],
        cwd=ROOT,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def on_a_terminal(*arguments: str | Path, colour: bool = True, columns: int = 80, output: bool = True) -> Ran:
    """Run with both streams on a terminal, or with the errors alone."""
    env = {name: value for name, value in clean_environment().items() if colour is False or name != "NO_COLOR"}
    screen, inside = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "acceptance", *map(str, arguments)],
        cwd=ROOT,
        env={**env, "TERM": "xterm-256color", "COLUMNS": str(columns)},
        stdin=subprocess.DEVNULL,
        stdout=inside if output else subprocess.PIPE,
        stderr=inside,
    )
    os.close(inside)
    shown = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # how a terminal says that nobody is left on its other side
            break
        shown += part
        if not part:
            break
    os.close(screen)
    piped = done.stdout.read().decode() if done.stdout else ""
    told = shown.decode().replace("\r\n", "\n")
    return Ran(done.wait(PATIENCE), told if output else piped, "" if output else told)
