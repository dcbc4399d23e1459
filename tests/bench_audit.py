"""What the source audit costs, beside other tools on the same tree; and whether they find what it finds.

For ``make bench TREE=../netra``. Prints medians of whole processes that were run in turn, and their ratios. Of the
others, import-linter follows all imports, and tach and ruff look for imports of governed names. import-linter stops at
a file that it cannot read, so all are given a copy without those. It ends with 1 when an import is told by CG302 or by
a peer alone for no reason that is known.
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
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import peers
from rich.progress import track

from acceptance.source import CannotJudge, audit, load_manifest
from acceptance.source.manifest import Manifest

REPOSITORY = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
#: The rules that ask about the names in the manifest alone.
MANIFEST_RULES = ("CG101", "CG102", "CG103", "CG201", "CG202", "CG301", "CG302", "CG305")
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


@dataclass
class Measured:
    """One command in one state of its cache; ``beside`` names the peer that it should keep up with, and how far."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None] = lambda: None
    beside: str = ""
    aim: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """In seconds."""
        return statistics.median(self.times)


def copied(tree: Path, to: Path, manifest: Manifest, *, without_tests: bool) -> None:
    """The manifest's part of ``tree``, less what Python cannot read; what the peers are to look for beside it."""
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
    peers.write_rules(to, manifest)


def measured(tree: Path, manifest: Path, caches: Path) -> list[Measured]:
    """What is run, in the order in which it is run in each round."""
    ours = [sys.executable, "-m", "acceptance", "audit", ".", "--manifest", str(manifest)]
    new, known = caches / "new", caches / "known"
    some = [argument for rule in MANIFEST_RULES for argument in ("--rule", rule)]
    linter = [str(LINT_IMPORTS), "--cache-dir", str(caches / "import-linter")]
    files = sorted((tree / Path(*load_manifest(manifest).package.split("."))).glob("*.py"))
    edits = iter(range(1_000_000))

    def forget(folder: Path) -> Callable[[], None]:
        return lambda: shutil.rmtree(folder, ignore_errors=True)

    def edit() -> None:
        number = next(edits)
        with files[number % len(files)].open("a", encoding="utf-8") as file:
            file.write(f"\n# {number}\n")

    return [
        Measured("import-linter, cold", linter, forget(caches / "import-linter")),
        Measured("import-linter, warm", linter),
        Measured("ruff TID251", peers.RUFF),
        Measured("tach", peers.TACH),
        Measured(
            "manifest rules, cold", [*ours, *some, "--cache-dir", str(new)], forget(new), "import-linter, cold", 1.5
        ),
        Measured("everything, cold", [*ours, "--cache-dir", str(new)], forget(new), "import-linter, cold", 4),
        Measured("one changed file", [*ours, "--cache-dir", str(known)], edit, "import-linter, warm", 1.5),
        Measured("unchanged", [*ours, "--cache-dir", str(known)], lambda: None, "import-linter, warm", 0.75),
    ]


def timed(command: Sequence[str], folder: Path) -> float:
    """Seconds of the whole process; 1 is the answer of a contract or a limit that is not kept."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_environment())
    took = time.perf_counter() - begun
    if done.returncode not in (0, 1) or "rror:" in done.stderr:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


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
    """As at somebody's desk: what Python has compiled once it finds again."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(REPOSITORY)}


def pace(tree: Path, manifest: Path, caches: Path, rounds: int) -> None:
    """Run everything in turn and print what it took, and the ratios."""
    every = measured(tree, manifest, caches)
    for number in track(range(rounds + 1), "running all in turn", transient=True):
        for each in every:
            each.prepare()
            took = timed(each.command, tree)
            if number:  # the first round fills caches, those of the system as well
                each.times.append(took)
    by_name = {each.name: each for each in every}
    theirs = [each for each in every if not each.aim]
    width = max(len(each.name) for each in every)
    print(f"{'seconds, whole processes':<{width + 2}}  median   (least to most), {rounds} rounds")
    for each in every:
        print(f"  {each.name:<{width}}  {each.median:6.2f}   ({min(each.times):.2f} to {max(each.times):.2f})")
    print()
    print(f"{'times as long as':<{width + 2}}{''.join(f'{each.name:>21}' for each in theirs)}   aim")
    for each in (each for each in every if each.aim):
        cells = "".join(f"{each.median / peer.median:>21.2f}" for peer in theirs)
        kept = "kept" if each.median <= each.aim * by_name[each.beside].median else "not kept"
        print(f"  {each.name:<{width}}{cells}   {each.aim:g} x {each.beside}: {kept}")
    memory = peak(by_name["everything, cold"].command, tree)
    print(f"\npeak memory of the largest process of an audit: {memory:.0f} MiB")


def compared(tree: Path, manifest: Manifest) -> int:
    """Print how far CG302 and the peers tell the same; 1 where they do not for no reason that is known."""
    found = audit(tree, manifest)
    unknown = 0
    for peer, ask in (("ruff TID251", peers.told_by_ruff), ("tach", peers.told_by_tach)):
        told = ask(tree)
        apart = list(peers.differences(found, told, peer, tree, manifest))
        alone = Counter((each.by, each.reason) for each in apart)
        both = len(told) - sum(number for (by, _), number in alone.items() if by == peer)
        print(f"\n{both} imports are told by both CG302 and {peer}; by one of them alone:")
        for (by, reason), number in sorted(alone.items()):
            print(f"  {number:>4} by {by}: {reason or 'FOR NO KNOWN REASON'}")
        for each in apart:
            if not each.reason:
                unknown += 1
                print(f"       {each.what.path}: {each.what.module}.{each.what.name}")
    return 1 if unknown else 0


def main() -> int:
    """Compare; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tree", type=Path, help="a checkout of the platform")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: %(default)s)")
    parser.add_argument("--manifest", type=Path, default=REPOSITORY / "ssot.toml", help="(default: the repository's)")
    parser.add_argument("--without-tests", action="store_true", help="leave out the folders of tests")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as caches:
        tree = Path(folder).resolve()
        try:
            manifest = load_manifest(arguments.manifest)
            copied(arguments.tree.resolve(), tree, manifest, without_tests=arguments.without_tests)
        except CannotJudge as error:
            sys.exit(str(error))
        pace(tree, arguments.manifest.resolve(), Path(caches), arguments.rounds)
        return compared(tree, manifest)


if __name__ == "__main__":
    sys.exit(main())
