"""What only exists for node: axe-core for pages, and a browser that puppeteer drives."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser import chromium

from acceptance.files import write_whole
from acceptance.reporting import node, render

FOLDER = Path(__file__).parent / "node"
_SECONDS = 60


@dataclass(frozen=True)
class Looked:
    """A page as a browser has it: its address, what axe-core objects to, how wide it is in pixels, what it fetched."""

    address: str
    violations: list[dict[str, str]]
    width: int
    fetched: list[str]


def look(page: str, *, width: int, click: str = "") -> Looked:
    """A page in Chromium at a width in pixels, after following the link of a selector; skips without Chromium."""
    return Looked(**_run("look.mjs", [chromium(), page, str(width), *([click] if click else [])]))


def scripts_that_ran(pages: Iterable[str]) -> list[str]:
    """Where a script that sets ``data-ran`` ran, when everything was pressed; skips without Chromium."""
    explored = _run("explore.mjs", [chromium(), *pages])
    assert explored["pressed"], "nothing could be pressed, so little was seen"
    return list(explored["ran"])


def _run(script: str, arguments: Iterable[str]) -> Any:
    return json.loads(_installed(script, arguments).splitlines()[-1])


def _say(said: str) -> None:
    print(said, file=sys.stderr)


def checker() -> Path:
    """Where the packages of node are, installed when they are missing."""
    return node.installed(FOLDER, FOLDER / "node_modules", "the checker of pages (once, about 10 s)", _say)


def _installed(script: str, arguments: Iterable[str]) -> str:
    """What a script says, beside which the packages of node are."""
    tool = checker()
    # node looks for packages beside the script
    for each in FOLDER.glob("*.mjs"):
        there = tool / each.name
        if not there.exists() or there.read_bytes() != each.read_bytes():  # others may be reading it
            write_whole(there, each.read_text(encoding="utf-8"))
    status, output = node.run((node.NODE, tool / script, *arguments), tool, os.environ, _SECONDS)
    assert status == 0, output
    return output


def take_picture(page: str, file: Path, *, width: int, height: int) -> None:
    """A page in Chromium as a PNG file of so many pixels."""
    _installed("shoot.mjs", [chromium(), page, str(width), str(height), str(file)])


if __name__ == "__main__":  # make install
    try:
        render.installed_tool(_say)
        checker()
    except (node.CannotInstall, render.CannotRender) as error:
        sys.exit(f"{error}; then run make install again")
