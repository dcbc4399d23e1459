"""The chart of a trend: numbers to coordinates. The template beside this module draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from acceptance.reporting.audit.trend import Trend

WIDTH, HEIGHT = 640, 130  # units of each of the two drawings, one above the other
_MARGIN = 30  # between the axis and the first revision: room for what is written beside it
_LABELS = 6  # under a line of revisions, as many as can be read


@dataclass(frozen=True)
class Mark:
    """One revision in one drawing; ``value`` is written beside it, ``told`` is for who points at it."""

    x: float
    y: float
    value: str
    told: str


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
    marks: list[Mark]
    top: str
    aim: float
    aim_told: str

    @property
    def line(self) -> str:
        """The points of the line as SVG has them."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in self.marks)


def svg(trend: Trend, *, allowed: int) -> str:
    """The chart as an image that stands for itself; empty where there are not two revisions to draw.

    ``allowed`` is the number of SSOT warnings that the plan asks to stay below.
    """
    judged = trend.judged
    if len(judged) < 2:
        return ""
    places = [_MARGIN + at * (WIDTH - 2 * _MARGIN) / (len(judged) - 1) for at in range(len(judged))]
    told = [f"{revision.revision}, {revision.day:%d %B %Y}" for revision, _ in judged]
    warnings = [figures.ssot_warnings for _, figures in judged]
    top = max(allowed + 1, *warnings)
    valued = _chosen(len(judged))
    warned = [
        Mark(x, _height(count, top), str(count) if at in valued else "", f"{name}: {count} SSOT warnings")
        for at, (x, count, name) in enumerate(zip(places, warnings, told, strict=True))
    ]
    shares = [(at, figures.migration.percent) for at, (_, figures) in enumerate(judged)]
    moved = [
        Mark(
            places[at],
            _height(share, 100),
            f"{share:.0f} %" if at in valued else "",
            f"{told[at]}: {share:.1f} % of imports from the homes",
        )
        for at, share in shares
        if share is not None
    ]
    panels = [
        Panel(
            f"SSOT warnings (fewer than {allowed} are wanted)", warned, str(top), _height(allowed, top), f"{allowed}"
        ),
        Panel("Imports of governed names that take them from their homes (100 % is wanted)", moved, "100 %", 0, ""),
    ]
    environment = Environment(
        loader=PackageLoader("acceptance.reporting.audit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("trend.svg.jinja").render(
        trend=trend, panels=panels, labels=_labels(trend, places), width=WIDTH, height=HEIGHT
    )


def _height(value: float, top: float) -> float:
    return HEIGHT - value * HEIGHT / top


def _chosen(count: int) -> set[int]:
    """Which of so many revisions are written out: evenly, the first and the last among them."""
    wanted = min(count, _LABELS)
    return {round(at * (count - 1) / (wanted - 1)) for at in range(wanted)}


def _labels(trend: Trend, places: Sequence[float]) -> list[Label]:
    judged = [revision for revision, _ in trend.judged]
    chosen = sorted(_chosen(len(places)))
    return [Label(places[at], judged[at].revision[-14:], f"{judged[at].day:%d %b %Y}") for at in chosen]
