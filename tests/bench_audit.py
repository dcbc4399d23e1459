"""What the source audit costs: beside import-linter on the same tree, whole processes in turn, nothing cached yet.

``make bench-audit TREE=../netra`` prints medians, their ratio and the peak memory. import-linter stops at a file that
it cannot read, so both are given a copy without those. It only follows imports: it is the pace, not a peer in what is
found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.progress import track

from acceptance.source import CannotJudge, audit, load_manifest
from acceptance.source.manifest import Manifest

REPOSITORY = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
_CONTRACT = """[importlinter]
root_packages =
    {packages}
[importlinter:contract:pace]
name = any contract: the graph has to be built for it
type = forbidden
source_modules =
    {first}
forbidden_modules =
    {last}
"""


def copied(tree: Path, to: Path, manifest: Manifest, *, without_tests: bool) -> None:
    """The manifest's part of ``tree``, less what Python cannot read; a contract for import-linter beside it."""
    tops = sorted({folder.partition("/")[0] for folder in manifest.services.values()})
    for top in tops:
        if (tree / top).is_dir():
            shutil.copytree(tree / top, to / top)
    for path, _ in audit(to, manifest).unparsable:
        (to / path).unlink()
    if without_tests:
        for folder in manifest.tests.folders:
            shutil.rmtree(to / folder, ignore_errors=True)
    packages = [top for top in tops if (to / top).is_dir()]
    contract = _CONTRACT.format(packages="\n    ".join(packages), first=packages[0], last=packages[-1])
    (to / ".importlinter").write_text(contract, encoding="utf-8")


def timed(command: Sequence[str], folder: Path) -> float:
    """Seconds of the whole process; 1 is the answer of a contract or a limit that is not kept."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode not in (0, 1) or "rror" in done.stderr:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - begun


def peak(command: Sequence[str], folder: Path) -> float:
    """The most memory that any process of the command had, in MiB."""
    # A process begins with the size of the one that began it, so a small one has to stand in between.
    measure = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=-3); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    told = subprocess.run(
        [sys.executable, "-c", measure, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    return int(told.stdout) / 1024


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tree", type=Path, help="a checkout of the platform")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: %(default)s)")
    parser.add_argument("--manifest", type=Path, default=REPOSITORY / "ssot.toml", help="(default: the repository's)")
    parser.add_argument("--without-tests", action="store_true", help="leave out the folders of tests")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        try:
            manifest = load_manifest(arguments.manifest)
            copied(arguments.tree.resolve(), tree, manifest, without_tests=arguments.without_tests)
        except CannotJudge as error:
            sys.exit(str(error))
        manifest_path = str(arguments.manifest.resolve())
        ours = [sys.executable, "-m", "acceptance", "audit", ".", "--manifest", manifest_path]
        theirs = [str(LINT_IMPORTS), "--cache-dir", str(tree / "cache")]
        memory = peak(ours, tree)
        timed(theirs, tree)  # to warm up, as the other one has been
        times: dict[str, list[float]] = {"audit": [], "import-linter": []}
        for _ in track(range(arguments.rounds), "running both in turn", transient=True):
            times["audit"].append(timed(ours, tree))
            shutil.rmtree(tree / "cache", ignore_errors=True)
            times["import-linter"].append(timed(theirs, tree))
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    for name, measured in times.items():
        print(f"{name:<14} {medians[name]:6.2f} s  ({min(measured):.2f} to {max(measured):.2f})")
    print(f"ratio          {medians['audit'] / medians['import-linter']:6.2f}")
    print(f"peak memory    {memory:6.0f} MiB, the largest process of the audit")


if __name__ == "__main__":
    main()
