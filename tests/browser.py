"""A page as headless Chromium shows it, and what it asked the network for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def chromium() -> str:
    """Where Chromium is; skips the test where it is not."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("there is no Chromium on the PATH")
    return found


def printed(page: str, folder: Path) -> bytes:
    """The page as Chromium prints it: a PDF."""
    file = folder / "page.pdf"
    command = [*_headless(folder), "--no-pdf-header-footer", f"--print-to-pdf={file}", page]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    return file.read_bytes()


def _headless(folder: Path) -> list[str]:
    return [
        chromium(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]


def shown_by_chromium(page: str, folder: Path) -> tuple[str, list[str]]:
    """The text that headless Chromium shows at the address, and every outside address that the page asked for."""
    log = folder / "net.json"
    command = [
        *_headless(folder),
        f"--log-net-log={log}",
        "--virtual-time-budget=8000",
        "--window-size=1280,1600",
        f"--screenshot={folder / 'page.png'}",
        "--dump-dom",
        page,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    body = re.sub(r"<(script|style)\b.*?</\1>", "", done.stdout, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))
    asked = [event.get("params", {}) for event in json.loads(log.read_bytes())["events"]]
    by_page = {event["url"] for event in asked if event.get("initiator", "not an origin") != "not an origin"}
    return text, sorted(url for url in by_page if not url.startswith(("file:", "data:", "blob:")))
