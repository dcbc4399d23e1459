"""What the specification never does: run what it judges, listen to the world, go where nobody sent it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import clean_environment
from repositories import checkout, git

from acceptance.target import REPOSITORY

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
