"""The chart of a trend: numbers to coordinates. The template beside this module draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined

from acceptance.reporting.audit.trend import Trend

WIDTH, HEIGHT = 640, 130  # units of each of the two drawings, one above the other
_LINE = 12  # units from one line of text to the next, at least
_MARGIN = 30  # between the axis and the first revision: room for what is written beside it
_ROOM = 95  # units for a label under a line of revisions: fourteen letters
_NEAR = 34  # units between two values that are written beside each other


@dataclass(frozen=True)
class Mark:
    """One revision in one drawing; ``value`` is written beside it, ``told`` is for who points at it.

    ``is_low``: the line goes up on both sides, so that there is room below the mark only.
    """

    x: float
    y: float
    value: str
    told: str
    is_low: bool


@dataclass(frozen=True)
class Label:
    """A revision under the drawing."""

    x: float
    name: str
    day: str


@dataclass(frozen=True)
class Panel:
    """One drawing: a line through the revisions, and a dashed one at the aim."""

    title: str
    note: str
    marks: list[Mark]
    top: str
    aim: float
    aim_told: str

    @property
    def line(self) -> str:
        """The points of the line as SVG has them."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in self.marks)


def svg(trend: Trend, *, allowed: int, alone: bool = True) -> str:
    """The chart as an image; empty where there are not two revisions to draw.

    ``allowed`` is the number of SSOT warnings that the plan asks to stay below. ``alone``: nothing around the image
    says what it shows, so it does.
    """
    judged = trend.judged
    if len(judged) < 2:
        return ""
    places = [_MARGIN + at * (WIDTH - 2 * _MARGIN) / (len(judged) - 1) for at in range(len(judged))]
    told = [f"{revision.revision}, {revision.day:%d %B %Y}" for revision, _ in judged]
    warnings = [figures.ssot_warnings for _, figures in judged]
    top = max(allowed + 1, *warnings)
    valued = _valued(warnings, places)
    warned = [
        Mark(
            x,
            _height(count, top),
            str(count) if at in valued else "",
            f"{name}: {count} SSOT warnings",
            _is_low(warnings, at),
        )
        for at, (x, count, name) in enumerate(zip(places, warnings, told, strict=True))
    ]
    all_shares = [(at, figures.migration.percent) for at, (_, figures) in enumerate(judged)]
    shares = [(at, share) for at, share in all_shares if share is not None]
    valued = _valued([share for _, share in shares], [places[at] for at, _ in shares])
    moved = [
        Mark(
            places[at],
            _height(share, 100),
            f"{share:.0f} %" if number in valued else "",
            f"{told[at]}: {share:.1f} % of imports from the homes",
            _is_low([each for _, each in shares], number),
        )
        for number, (at, share) in enumerate(shares)
    ]
    aim = _height(allowed, top)
    panels = [
        Panel(
            f"SSOT warnings (fewer than {allowed} are wanted)",
            trend.scale,
            warned,
            str(top),
            aim,
            str(allowed) if HEIGHT - aim > _LINE else "",
        ),
        Panel("Imports of governed names that take them from their homes (100 % is wanted)", "", moved, "100 %", 0, ""),
    ]
    left_out = len(trend.revisions) - len(judged)
    environment = Environment(
        loader=PackageLoader("acceptance.reporting.audit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("trend.svg.jinja").render(
        trend=trend,
        heading=trend.sentence.split("; ") if alone else [],
        panels=[panel for panel in panels if panel.marks],
        labels=_labels(trend, places),
        left_out=f"Not drawn, since it could not be judged: {left_out} of {len(trend.revisions)} revisions."
        if left_out
        else "",
        width=WIDTH,
        height=HEIGHT,
    )


def _height(value: float, top: float) -> float:
    return HEIGHT - value * HEIGHT / top


def _chosen(places: Sequence[float]) -> list[int]:
    """Which of the revisions are written out: evenly, the first and the last among them, as many as there is room."""
    end = len(places) - 1
    for wanted in range(len(places), 2, -1):
        chosen = [round(at * end / (wanted - 1)) for at in range(wanted)]
        if all(places[b] - places[a] >= _ROOM for a, b in pairwise(chosen)):
            return chosen
    return [0, end]


def _valued(values: Sequence[float], places: Sequence[float]) -> set[int]:
    """Which values are written out: the highest and the lowest, and of the others those that leave room for them."""
    if not values:
        return set()
    kept: list[int] = []
    first, last = 0, len(values) - 1
    for at in (first, last, values.index(max(values)), values.index(min(values)), *_chosen(places)):
        if all(abs(places[at] - places[other]) >= _NEAR for other in kept):
            kept.append(at)
    return set(kept)


def _is_low(values: Sequence[float], at: int) -> bool:
    return 0 < at < len(values) - 1 and values[at - 1] > values[at] < values[at + 1]


def _labels(trend: Trend, places: Sequence[float]) -> list[Label]:
    judged = [revision for revision, _ in trend.judged]
    return [Label(places[at], judged[at].called[-14:], f"{judged[at].day:%d %b %Y}") for at in _chosen(places)]
