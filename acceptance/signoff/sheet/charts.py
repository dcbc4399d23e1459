"""The trend as columns: numbers to coordinates. The template draws them; the words are its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acceptance.signoff.sheet.model import Point
from acceptance.verdicts import Verdict

WIDTH, HEIGHT = 640, 140  # units of the drawing, which is as wide as the page
_WIDEST = 40

#: From the bottom of a column to its top.
_STACK = (
    Verdict.KEPT,
    Verdict.KNOWN_GAP,
    Verdict.COULD_NOT_TELL,
    Verdict.BROKEN,
    Verdict.SUITE_FAULT,
    Verdict.NOT_ASKED,
)


@dataclass(frozen=True)
class Block:
    """One coloured part of a column; ``y`` is its top."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True)
class Chart:
    """Columns from left to right, oldest first; ``top`` is the number at the upper end of the scale."""

    blocks: list[Block]
    top: int
    kinds: list[str]
    told: str
    line: float | None = None

    @property
    def right(self) -> float:
        """Where the last column ends."""
        return self.blocks[-1].x + self.blocks[-1].width


def verdicts(points: Sequence[Point]) -> Chart:
    """How many promises ended how, run by run."""
    top = max(sum(point.promises.values()) for point in points) or 1
    blocks = []
    for number, point in enumerate(points):
        x, width = _place(number, len(points))
        y = float(HEIGHT)
        for verdict in _STACK:
            count = point.promises.get(verdict, 0)
            if count:
                height = count * HEIGHT / top
                y -= height
                told = f"{point.started:%d %B %Y, %H:%M}: {count} {verdict}"
                blocks.append(Block(verdict.value.replace(" ", "-"), x, y, width, height, told))
    kinds = [str(verdict) for verdict in _STACK if any(point.promises.get(verdict) for point in points)]
    return Chart(blocks, top, kinds, f"{_counts(points[0])} at first, {_counts(points[-1])} at last")


def warnings(points: Sequence[Point], allowed: int) -> Chart | None:
    """The SSOT warnings, run by run, with a line at what is ``allowed``; None where no two runs have counted them."""
    counted = [(point, point.ssot_warnings) for point in points if point.ssot_warnings is not None]
    if len(counted) < 2:
        return None
    top = max(allowed + 1, *(count for _, count in counted))
    blocks = []
    for number, (point, count) in enumerate(counted):
        x, width = _place(number, len(counted))
        height = count * HEIGHT / top
        kind = "kept" if count < allowed else "broken"
        told = f"{point.started:%d %B %Y, %H:%M}: {count}"
        blocks.append(Block(kind, x, HEIGHT - height, width, height, told))
    told = f"{counted[0][1]} at first, {counted[-1][1]} at last"
    return Chart(blocks, top, [], told, line=HEIGHT - allowed * HEIGHT / top)


def _place(number: int, columns: int) -> tuple[float, float]:
    """Where a column begins, and how wide it is; a fifth of its place is left free."""
    place = min(WIDTH / columns, _WIDEST)
    return round(number * place, 2), round(place * 0.8, 2)


def _counts(point: Point) -> str:
    return ", ".join(f"{point.promises[verdict]} {verdict}" for verdict in _STACK if point.promises.get(verdict))
