"""The status page: what it shows, and how, is in the template beside this module."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from acceptance.monitor.memory import Readiness
from acceptance.monitor.status import CELLS, DEPLOYMENTS, REHEARSAL, Cell, Status, duration
from acceptance.verdicts import Verdict

FILE_NAME = "status.html"
#: Each verdict's colour, its mark, and how high its part of the strip is: the colour alone is not for everybody.
_TONES = {
    Verdict.SUITE_FAULT: "unsure",
    Verdict.BROKEN: "bad",
    Verdict.COULD_NOT_TELL: "unsure",
    Verdict.KNOWN_GAP: "known",
    Verdict.KEPT: "good",
    Readiness.READY: "good",
    Readiness.NOT_READY: "bad",
    Readiness.UNKNOWN: "unsure",
    Readiness.REHEARSAL: "none",
    None: "none",
}
_MARKS = {"good": "✓", "bad": "✗", "known": "◐", "unsure": "?", "none": "○"}
_HEIGHTS = {"bad": 24, "unsure": 17, "known": 13, "good": 9, "none": 2}
_HEIGHT = 24


def html(status: Status, *, served: bool = False, refresh: bool = False) -> str:
    """One page that needs nothing else. With ``refresh`` it asks for itself again; ``served`` it has neighbours."""
    broken = [promise for promise in status.promises if promise.verdict in (Verdict.BROKEN, Verdict.SUITE_FAULT)]
    return _TEMPLATE.render(
        status=status,
        broken=broken,
        counts=_counts(status),
        served=served,
        refresh=max(5, int(status.every)) if refresh else 0,
        cells=CELLS,
        height=_HEIGHT,
        rehearsal=REHEARSAL,
        deployments=DEPLOYMENTS,
    )


def _counts(status: Status) -> list[tuple[Verdict | None, int]]:
    ends = [promise.verdict for promise in status.promises]
    return [(verdict, ends.count(verdict)) for verdict in (*Verdict, None) if verdict in ends]


def _word(verdict: Verdict | None) -> str:
    return verdict or "not measured"


def _ago(moment: datetime, made: datetime) -> str:
    return f"{duration(max(0.0, (made - moment).total_seconds()))} ago"


def _time(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC".lstrip("0")


def _bar(cell: Cell) -> dict[str, object]:
    tone = _TONES[cell.verdict]
    return {"x": cell.begins, "width": cell.ends - cell.begins, "height": _HEIGHTS[tone], "tone": tone}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _template() -> Environment:
    environment = Environment(
        loader=PackageLoader("acceptance.monitor", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"tone": _TONES.__getitem__, "mark": _MARKS.__getitem__, "word": _word, "bar": _bar}
    environment.filters |= {"time": _time, "ago": _ago, "duration": duration, "sentence": _sentence}
    return environment


_TEMPLATE = _template().get_template("status.html.jinja")
