"""What the specification never does: run what it judges, listen to the world, go where nobody sent it."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from browser import chromium, shown_by_chromium
from command import BEHAVE, clean_environment
from node_tools import scripts_that_ran
from repositories import checkout, git
from telling import run_that_tells
from watching import watching

from acceptance.files import REPOSITORY

TOY = REPOSITORY / "tests" / "source" / "toy.toml"
HOME = {"shop/core/ledger.py": "class Ledger: ...\n", "shop/core/till.py": "class Till: ...\n"}
#: Names by which Python, pytest or a tool of ours would load a file that lies about.
LYING_ABOUT = (
    *("setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "ast.py", "typing.py", "msgspec.py"),
    *("shop/__init__.py", "shop/core/__init__.py", "shop/orders.py", "environment.py", "steps/steps.py"),
)


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A tree whose every file and every setting of git tells when it is run: by a file ``ran-…`` beside it."""
    tree, ran = tmp_path / "tree", tmp_path / "ran"
    (tree / "shop" / "core").mkdir(parents=True)
    (tree / "steps").mkdir()
    for name, text in HOME.items():
        (tree / name).write_text(text, encoding="utf-8")
    for name in LYING_ABOUT:
        told = f"open({str(ran)!r} + '-{Path(name).stem}', 'w').close()\n"
        (tree / name).write_text(f"{told}\n\nclass Ledger: x = 1\n", encoding="utf-8")
    (tree / ".gitattributes").write_text("*.py filter=trap diff=trap\n", encoding="utf-8")
    (tree / "evil.pth").write_text(f"import os; open({str(ran)!r} + '-pth', 'w').close()\n", encoding="utf-8")
    checkout(tree)
    (tree / "shop" / "orders.py").write_text("class Ledger: x = 2\n", encoding="utf-8")  # so that git has to look
    git(tree, "commit", "--quiet", "--all", "--message", "later")
    (tree / "shop" / "orders.py").write_text("class Ledger: x = 3\n", encoding="utf-8")
    for setting, value in {
        "core.fsmonitor": f"touch {ran}-fsmonitor; false",
        "filter.trap.clean": f"touch {ran}-clean; cat",
        "filter.trap.process": f"touch {ran}-process; false",
        "filter.trap.smudge": f"touch {ran}-smudge; cat",
        "diff.trap.textconv": f"touch {ran}-textconv; cat",
        "diff.trap.command": f"touch {ran}-diff",
        "diff.external": f"touch {ran}-external",
        "log.showSignature": "true",
        "gpg.program": f"{ran}-gpg-program",
    }.items():
        git(tree, "config", setting, value)
    for hook in ("post-index-change", "pre-commit", "reference-transaction", "post-checkout"):
        file = tree / ".git" / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {ran}-{hook}\n", encoding="utf-8")
        file.chmod(0o755)
    return tree


@pytest.mark.parametrize(
    "command",
    [
        ["acceptance", "audit", "{}", "--manifest", str(TOY), "--no-cache"],
        ["acceptance", "audit", "{}", "--manifest", str(TOY), "--no-cache", "--since", "HEAD~1"],
        ["acceptance", "trend", "{}", "--manifest", str(TOY), "--no-cache", "--last", "2", "--output", "{}-trend"],
        ["behave", "--tags=@unit", "-D", "target=source", "-D", "source={}", "-D", "reports={}-reports"],
    ],
    ids=["audit", "audit since", "trend", "behave"],
)
def test_nothing_of_a_judged_tree_is_ever_run(command: list[str], trapped: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *(part.format(trapped) for part in command)],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    assert sorted(file.name for file in trapped.parent.glob("ran-*")) == []


def test_the_trap_would_tell(trapped: Path) -> None:
    """git as anybody calls it, and Python, run what lies there: the trial above can fail."""
    subprocess.run(["git", "status"], cwd=trapped, capture_output=True, check=False)
    subprocess.run([sys.executable, "shop/core/__init__.py"], cwd=trapped, check=True)
    told = {file.name.removeprefix("ran-") for file in trapped.parent.glob("ran-*")}
    assert {"fsmonitor", "__init__"} <= told
    assert told & {"clean", "process"}


# The embedded platform


def _services_of_a_run(reports: Path) -> tuple[set[str], set[str]]:
    """On which addresses the services of a run listen, and what they sign tokens with."""
    command = [BEHAVE, "--tags=@id.golden-01a", "-D", f"reports={reports}"]
    nowhere = subprocess.DEVNULL
    run = subprocess.Popen(
        command, cwd=REPOSITORY, env=clean_environment(), stdin=nowhere, stdout=nowhere, stderr=nowhere
    )
    addresses: set[str] = set()
    secrets: set[str] = set()
    try:
        while run.poll() is None:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                for service in psutil.Process(run.pid).children(recursive=True):
                    here = [each for each in service.net_connections("inet") if each.status == psutil.CONN_LISTEN]
                    addresses |= {each.laddr.ip for each in here}
                    secrets |= {service.environ()["JWT_SECRET_KEY"]} if here else set()
            time.sleep(0.05)
    finally:
        run.terminate()
        run.wait()
    return addresses, secrets


def test_the_embedded_platform_is_for_this_machine_alone_and_signs_anew_each_time(tmp_path: Path) -> None:
    one, other = (_services_of_a_run(tmp_path / name) for name in ("one", "other"))
    assert one[0] == other[0] == {"127.0.0.1"}
    assert len(one[1]) == len(other[1]) == 1  # both services of a run share it
    assert one[1] != other[1]
    assert all(len(secret) >= 32 for secret in one[1] | other[1])


# The monitor


def _listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Where a process and all that it has begun listen."""
    found: set[tuple[str, int]] = set()
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found |= {here.laddr for here in each.net_connections("inet") if here.status == psutil.CONN_LISTEN}
    return found


@pytest.mark.parametrize(
    ("listen", "host"),
    [((), "127.0.0.1"), (("--listen", "0.0.0.0:0"), "0.0.0.0")],
    ids=["unless told otherwise", "told otherwise"],
)
def test_the_monitor_is_for_this_machine_alone(listen: Sequence[str], host: str, tmp_path: Path) -> None:
    """Its page and metrics; what it listens on is asked of the kernel."""
    with socket.socket() as probe:
        if not listen and probe.connect_ex(("127.0.0.1", 9464)) == 0:
            pytest.skip("somebody listens on the monitor's port here")
    options = ("-D", "target=source", "-D", "source=reference")  # which takes no platform
    with watching(tmp_path / "kept", *options, listen=listen) as monitor:
        ((address, port),) = _listening(psutil.Process(monitor.process.pid))
        assert address == host
        for page in ("", "status.json", "metrics"):
            assert monitor.http.get(f"http://127.0.0.1:{port}/{page}").status_code == 200
        assert monitor.end() == 0


# Pages


MARK = "document.documentElement.dataset.ran='yes'"
HOSTILE = [
    f"<script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">',
    f'"><svg onload="{MARK}">',
    f"</title></textarea></script><script>{MARK}</script>",
    f"' onmouseover='{MARK}' autofocus onfocus='{MARK}' x='",
    f"[a link](javascript:{MARK.replace(' ', '')})",
    f"]]><script>{MARK}</script>",
    f"{{{{constructor.constructor(`{MARK}`)()}}}}",
    f'<iframe srcdoc="<script>parent.{MARK};{MARK}</script>"></iframe>',
    f'<details open ontoggle="{MARK}">',
    "<!-- <style>*{display:none}</style>",
]


@pytest.mark.browser
def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    """Whatever a platform says, a frame holds, a step attaches or a file is called: a page shows it and runs none."""
    chromium()
    told = run_that_tells(HOSTILE, "<img src=x onerror=document.documentElement.dataset.ran=1>", tmp_path, pages=True)
    report, sheet = told.reports / "report.html", told.reports / "signoff.html"
    drawings = sorted(told.reports.rglob("*.svg"), key=lambda file: file.stat().st_size)[-2:]
    by_status = {
        result["status"]: result["uuid"]
        for file in told.reports.rglob("*-result.json")
        if (result := json.loads(file.read_bytes()))
    }
    shown = [f"{report.as_uri()}#{hashlib.md5(uuid.encode()).hexdigest()}" for uuid in by_status.values()]
    text, _ = shown_by_chromium(sheet.as_uri(), tmp_path)
    assert "onerror=" in text  # it is shown, and not left out
    assert scripts_that_ran([*(page.as_uri() for page in (sheet, report, *drawings)), *shown]) == []


@pytest.mark.browser
def test_a_page_that_runs_what_it_is_told_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><button>press</button>{HOSTILE[1]}", encoding="utf-8")
    assert scripts_that_ran([page.as_uri()]) != []
