"""What the specification costs beside its peers, as a page of ratios: ``make bench`` writes docs/performance.md.

Each ratio is of one run in which both were measured in turn, so it says the same on another machine; seconds would not.
``make bench TREE=../netra`` measures the audit on that tree as well; without one the page keeps what it had of it.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from acceptance.cores import usable_cores
from acceptance.files import REPOSITORY, write_whole

PAGE = REPOSITORY / "docs" / "performance.md"
_AUDIT = "## The audit of a source tree"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: %(default)s)")
    parser.add_argument("--tree", type=Path, help="a checkout of the platform, for the audit")
    arguments = parser.parse_args()
    rounds = f"--rounds={arguments.rounds}"
    run = _ratio(_said("bench_live", rounds))
    crowd = _ratio(_said("bench_load", rounds))
    audit = _audit(arguments.tree, rounds) if arguments.tree else _kept()
    page = f"""# What it costs

Written by `make bench TREE=../netra`. Ratios only: both sides are measured in turn, in one run, on one machine.

Measured on {datetime.now(UTC):%-d %B %Y} with {usable_cores()} cores, Python {sys.version.split()[0]}, \
medians of {arguments.rounds} rounds.

## A run and a crowd

| what | beside | peers | ratio |
|---|---|---|---|
| the live examples of a run, whole processes | a bare script with the same calls, which neither judges nor records \
| {_versions("httpx", "websockets")} | {run} |
| a crowd, processor time a conversation | a bare client with the same people, questions and checks \
| {_versions("httpx", "websockets")}; the crowd: {_versions("locust")} | {crowd} |

{audit}"""
    write_whole(PAGE, page.rstrip() + "\n")
    print(f"{PAGE.relative_to(REPOSITORY)} is written")


def _said(module: str, *arguments: str) -> str:
    """What a benchmark prints, which is shown as well. Ends this one where that fails."""
    print(f"== {module}", flush=True)
    path = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "tests")))
    command = [sys.executable, "-m", f"tests.{module}", *arguments]
    ran = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True, check=False
    )
    print(ran.stdout, end="", flush=True)
    if ran.returncode:
        sys.exit(f"tests/{module}.py ended with {ran.returncode}, so docs/performance.md is as it was")
    return ran.stdout


def _ratio(said: str) -> str:
    found = re.search(r"^ratio +([\d.]+)", said, re.MULTILINE)
    assert found, said
    return found[1]


def _audit(tree: Path, rounds: str) -> str:
    """The ratios that ``bench_audit`` prints, as a table."""
    lines = _said("bench_audit", str(tree), rounds, "--without-tests").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("times as long as"))
    peers = re.split(r"  +", lines[first].strip())[1:-1]
    rows = []
    for line in lines[first + 1 :]:
        if not line.strip():
            break
        rows.append(re.split(r"  +", line.strip()))
    head = "| times as long as | " + " | ".join(peers) + " | aim |\n|" + "---|" * (len(peers) + 2)
    body = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return (
        f"{_AUDIT}\n\nThe app code of a checkout of the platform, whole processes; what the peers look for is "
        f"part of what it does\n([auditing](auditing.md)). Peers: {_versions('import-linter', 'ruff', 'tach')}.\n\n"
        f"{head}\n{body}\n"
    )


def _kept() -> str:
    """What the page has of the audit, since no tree was named."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return text[text.index(_AUDIT) :] if _AUDIT in text else ""


def _versions(*packages: str) -> str:
    return ", ".join(f"{package} {version(package)}" for package in packages)


if __name__ == "__main__":
    main()
