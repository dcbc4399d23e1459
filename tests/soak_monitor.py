"""Many quick rounds against two real services: what a monitor holds must not grow. `make soak`; prints its figures."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from reference_services import Starter
from watching import Watching, password, target_file, watching

MEMORY = 6 * 1024 * 1024  # bytes that may come between the begin and the end: what an interpreter keeps for itself
HANDLES = 2  # sockets or files that may be open at one moment and not at another
_CREATING = "60s"  # from one round that creates data to the next: about every tenth, on a quick machine fewer


@dataclass(frozen=True)
class Held:
    """What the monitor's process holds at one moment."""

    rounds: int
    memory: int
    sockets: int
    files: int
    threads: int


def soak(rounds: int, folder: Path, *, creating: bool = True) -> tuple[list[Held], float]:
    """What a monitor held through so many rounds, sampled again and again, and how many bytes its history has.

    Unless ``creating``, all rounds only read.
    """
    starter = Starter(folder)
    try:
        platform = starter.platform(SERVICE_SECRET="soak", HEARTBEAT_SECONDS="1")
        target = target_file(folder, platform) if creating else target_file(folder, platform, "")
        options = ("-D", f"target={target}", "--every", "1s", "--every-creating", _CREATING)
        with watching(folder / "kept", *options, env=password()) as monitor:
            process = psutil.Process(monitor.process.pid)
            held: list[Held] = []
            while not held or held[-1].rounds < rounds:
                monitor.http.get(monitor.url)  # somebody looks at the page all the while
                held.append(_held(monitor, process))
                time.sleep(0.5)
            kept = [monitor.promise(name)["verdict"] for name in ("staging-01", *(["golden-01"] if creating else []))]
            assert set(kept) == {"kept"}, f"the platform was not watched: {kept}"
            size = (folder / "kept" / "history.sqlite").stat().st_size
            assert monitor.end() == 0, monitor.said
        return held, size
    finally:
        starter.close()


def grown(held: Sequence[Held]) -> list[str]:
    """What the monitor holds more of at the end than at the begin, in sentences."""
    begin, _, end = parts(held)
    told = []
    if end.memory - begin.memory > MEMORY:
        told.append(f"memory grew from {begin.memory / 1e6:.1f} to {end.memory / 1e6:.1f} MB")
    for what in ("sockets", "files", "threads"):
        if getattr(end, what) - getattr(begin, what) > HANDLES:
            told.append(f"{what} grew from {getattr(begin, what)} to {getattr(end, what)}")
    return told


def parts(held: Sequence[Held]) -> tuple[Held, Held, Held]:
    """The medians of what was held after the first rounds, in the middle, and in the last ones."""
    tenth = max(1, len(held) // 10)
    half = len(held) // 2
    begin, middle, end = held[tenth : 2 * tenth] or held, held[half : half + tenth], held[-tenth:]
    return _median(begin), _median(middle), _median(end)


def _median(held: Sequence[Held]) -> Held:
    fields = ("rounds", "memory", "sockets", "files", "threads")
    return Held(*(int(statistics.median(getattr(each, name) for each in held)) for name in fields))


def _held(monitor: Watching, process: psutil.Process) -> Held:
    with process.oneshot():
        return Held(
            rounds=monitor.rounds(),
            memory=process.memory_info().rss,
            sockets=len(process.net_connections()),
            files=process.num_fds(),
            threads=process.num_threads(),
        )


def main() -> int:
    """Soak, tell what was held at the begin, in the middle and at the end, and fail where it grew."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=200)
    rounds = asked.parse_args().rounds
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        held, size = soak(rounds, Path(folder))
    print(f"{held[-1].rounds} rounds in {time.monotonic() - begun:.0f} s; the history has {size / 1024:.0f} KiB")
    print(f"{'':8}{'round':>8}{'memory':>12}{'sockets':>9}{'files':>7}{'threads':>9}")
    for name, each in zip(("begin", "middle", "end"), parts(held), strict=True):
        memory = f"{each.memory / 1e6:.1f} MB"
        print(f"{name:8}{each.rounds:>8}{memory:>12}{each.sockets:>9}{each.files:>7}{each.threads:>9}")
    told = grown(held)
    print("; ".join(told) if told else "Nothing grew.")
    return 1 if told else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except httpx.HTTPError as failure:
        sys.exit(f"the monitor did not answer: {failure}")
