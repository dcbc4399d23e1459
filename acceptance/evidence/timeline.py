"""What happened, in time: one drawing of everything that people and services said to each other.

Time runs downwards, one row an entry: when, a column for every person and service with an arrow between those who
spoke, and what was said in words. The columns are narrow and the words wrap, so that a telephone shows it too.

It is written with the standard library: `ElementTree` escapes whatever the platform said, which svg.py, the lightest
of the packages for drawing, leaves to its caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from acceptance.evidence.conversation import counted
from acceptance.evidence.recorder import Recorder
from acceptance.evidence.timeline_rows import Row, Timeline, seconds, timeline

TITLE = "What happened, in time"

_SILENCE = 0.5  # seconds without a sign that are worth a row
_MOST_BRACKETS = 4  # side by side

# pixels
_LINE, _PADDING, _TIME, _BRACKET, _LABEL, _MARGIN = 16.0, 7.0, 48.0, 8.0, 266.0, 6.0
_LETTER = 7.0  # of the 13 px text, measured on the widest of the usual fonts
_COLOURS = 6

_STYLE = """
svg{--paper:#fff;--ink:#1f2328;--faint:#656d76;--bad:#cf222e;--odd:#9a6700;--good:#1a7f37;--band:#f6f8fa}
@media (prefers-color-scheme:dark){svg{--paper:#161b22;--ink:#e6edf3;--faint:#9198a1;--bad:#ff7b72;
--odd:#e3b341;--good:#56d364;--band:#21262d}}
.paper{fill:var(--paper)}.band{fill:var(--band)}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
.b{font-weight:600}.t{font-size:11px;text-anchor:end}.t,.f{fill:var(--faint)}.f{font-style:italic}
.bad text{fill:var(--bad)}.odd text{fill:var(--odd)}.bad .t,.odd .t{fill:var(--faint)}
.c0{--lane:#2f81f7}.c1{--lane:#d9730d}.c2{--lane:#2da44e}.c3{--lane:#a371f7}.c4{--lane:#db61a2}.c5{--lane:#1b9aaa}
.s{--lane:var(--faint)}.good{--lane:var(--good)}.bad .m,.passed{--lane:var(--bad)}.odd .m{--lane:var(--odd)}
path{fill:none;stroke:var(--lane);stroke-width:1.6;stroke-linejoin:round}.m{fill:var(--lane)}
.l{stroke-width:1.4;opacity:.45}.d{stroke-dasharray:3 3}.bar{stroke-width:7;stroke-linecap:round;opacity:.4}
"""


def drawing(recorder: Recorder, *, whole: bool, ended: float) -> str:
    """The SVG of the timeline of an example, short or whole: see :func:`acceptance.evidence.timeline_rows.timeline`."""
    return _Drawing(timeline(recorder, whole=whole, ended=ended)).text()


class _Drawing:
    """The rows, laid out and written."""

    def __init__(self, timeline: Timeline) -> None:
        self._people, self._services = timeline.people, timeline.services
        self._brackets, self._rows = timeline.brackets, timeline.rows
        lanes = [*timeline.people, *timeline.services]
        pitch = 18 if len(lanes) <= 7 else 14 if len(lanes) <= 14 else 9
        self._spans = self._columns()
        columns = 1 + max(self._spans.values(), default=-1)
        begin = _MARGIN + _TIME + columns * _BRACKET + pitch / 2
        self._x = {lane: begin + index * pitch for index, lane in enumerate(lanes)}
        self._label = begin + len(lanes) * pitch + 2
        self._width = self._label + _LABEL + _MARGIN
        self._svg = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
        self._tops: list[float] = []  # of each row

    def text(self) -> str:
        """The document."""
        svg = self._svg
        svg.set("aria-labelledby", "t d")
        self._add(svg, "title", id="t").text = TITLE
        self._add(svg, "desc", id="d").text = self._told()
        self._add(svg, "style").text = _STYLE.strip()
        paper = self._add(svg, "rect", **{"class": "paper"})
        under = self._add(svg, "g")  # the lanes, which everything else is drawn over
        top = self._heads()
        bottom = self._body(top + 4) + _MARGIN
        for index, (lane, x) in enumerate(self._x.items()):
            start = _MARGIN + (index + 1) * _LINE + 3
            self._path(under, f"l {self._colour(lane)}", f"M{x:g} {start:g}V{bottom - _MARGIN:g}")
        for (first, last, outcome), column in self._spans.items():
            self._bracket(first, last, outcome, column)
        for name, size in (("width", self._width), ("height", bottom)):
            svg.set(name, f"{size:g}")
            paper.set(name, f"{size:g}")
        svg.set("viewBox", f"0 0 {self._width:g} {bottom:g}")
        return ElementTree.tostring(svg, encoding="unicode")

    def _told(self) -> str:
        passed = sum(bracket.outcome == "passed" for bracket in self._brackets)
        deadlines = f" {counted(len(self._brackets), 'deadline')}, {passed} of them passed." if self._brackets else ""
        lanes = ", ".join([*self._people, *self._services])
        return f"Time runs downwards, {seconds(self._rows[-1].at)} in all. The columns: {lanes}.{deadlines}"

    def _heads(self) -> float:
        """The names of the lanes, as stairs: each begins where its lane does. Returns where they end."""
        y = _MARGIN
        for lane, x in self._x.items():
            y += _LINE
            text = self._add(self._svg, "text", x=f"{x - 3:g}", y=f"{y - 3:g}", **{"class": "b"})
            text.text = lane
        return y

    def _body(self, y: float) -> float:
        before = 0.0
        bodies: list[tuple[Row, ElementTree.Element]] = []
        for row in self._rows:
            if row.at - before >= _SILENCE and self._tops:
                words = self._add(self._svg, "text", x=f"{self._label:g}", y=f"{y + 12:g}", **{"class": "f"})
                words.text = f"{seconds(row.at - before)} of silence"
                y += _LINE + _PADDING
            before = max(before, row.until)
            lines = _wrapped(row.label, int(_LABEL / _LETTER))
            height = len(lines) * _LINE + _PADDING
            group = self._add(self._svg, "g", **({"class": row.tone} if row.tone else {}))
            if row.mark in ("note", "passed"):
                band = {"x": "0", "y": f"{y - 3:g}", "width": f"{self._width:g}", "height": f"{height:g}"}
                self._add(group, "rect", **band, **{"class": "band"})
            if row.mark != "more":
                right = _MARGIN + _TIME - 8
                self._add(group, "text", x=f"{right:g}", y=f"{y + 12:g}", **{"class": "t"}).text = seconds(row.at)
            self._words(group, row, lines, y + 12)
            self._tops.append(y)
            bodies.append((row, group))
            y += height
        for index, (row, group) in enumerate(bodies):
            self._mark(group, row, self._tops[index] + 8, self._tops[self._last_before(row.until, index)] + 14)
        return y

    def _words(self, group: ElementTree.Element, row: Row, lines: Sequence[str], y: float) -> None:
        for number, line in enumerate(lines):
            place = {"x": f"{self._label:g}", "y": f"{y + number * _LINE:g}"}
            text = self._add(group, "text", **place, **({"class": "f"} if row.mark in ("more", "end") else {}))
            if number == 0 and row.subject and line.startswith(row.subject + " "):
                self._add(text, "tspan", **{"class": "b"}).text = row.subject
                text[0].tail = line[len(row.subject) :]
            else:
                text.text = line

    def _mark(self, group: ElementTree.Element, row: Row, y: float, end: float) -> None:
        """What is drawn on the lanes: who spoke to whom."""
        service = self._x.get(row.service)
        if service is None:
            return
        colour = self._colour(row.who[0]) if len(row.who) == 1 else "s"
        if row.mark == "note":
            self._path(group, "m s", f"M{service:g} {y - 6:g}l6 6l-6 6l-6 -6z")
            return
        if row.mark == "asked":
            self._path(group, f"m bar {colour}", f"M{service:g} {y:g}V{max(end, y + 1):g}")
        people = sorted(self._x[person] for person in row.who)
        if not people:
            return
        heads, dots = (people, [service]) if row.mark == "received" else ([service], people)
        shape = f"M{people[0]:g} {y:g}H{service:g}"
        if row.mark == "ended":
            heads = []
            self._path(group, f"m {colour}", f"M{service - 4:g} {y - 4:g}l8 8m0 -8l-8 8")
        elif row.mark == "opened":
            heads, dots = [], [*people, service]
        turn = 6 if row.mark == "received" else -6
        shape += "".join(f"M{x:g} {y:g}l{turn} -4v8z" for x in heads)
        shape += "".join(f"M{x - 1.5:g} {y - 1.5:g}h3v3h-3z" for x in dots)
        self._path(group, f"m {colour}{' d' if row.mark in ('opening', 'ended') else ''}", shape)

    def _columns(self) -> dict[tuple[int, int, str], int]:
        """Each bracket (from row, to row, outcome; once where several are alike) and the column it is drawn in."""
        spans = set()
        for bracket in self._brackets:
            first, last = (
                max((index for index, row in enumerate(self._rows[:-1]) if row.at <= at), default=0)
                for at in (bracket.start, bracket.end)
            )
            spans.add((first, last, bracket.outcome))
        columns: dict[tuple[int, int, str], int] = {}
        taken: list[int] = []  # until which row each column is
        for span in sorted(spans):
            free = next((column for column, last in enumerate(taken) if last < span[0]), len(taken))
            columns[span] = column = min(free, _MOST_BRACKETS - 1)
            taken[column:] = [max([span[1], *taken[column : column + 1]]), *taken[column + 1 :]]
        return columns

    def _bracket(self, first: int, last: int, outcome: str, column: int) -> None:
        x = _MARGIN + _TIME + column * _BRACKET
        start, end = self._tops[first] + 8, self._tops[last] + 8
        kind = {"passed": "passed", "in time": "good", "unknown": "s"}[outcome]
        mark = f"M{x - 4:g} {end - 4:g}l8 8m0 -8l-8 8" if outcome == "passed" else f"M{x:g} {end:g}h5"
        self._path(self._svg, kind, f"M{x + 5:g} {start:g}H{x:g}V{end:g}{mark}")

    def _last_before(self, until: float, index: int) -> int:
        while index + 1 < len(self._rows) - 1 and self._rows[index + 1].at < until:
            index += 1
        return index

    def _colour(self, lane: str) -> str:
        return f"c{self._people.index(lane) % _COLOURS}" if lane in self._people else "s"

    def _path(self, parent: ElementTree.Element, kind: str, shape: str) -> None:
        self._add(parent, "path", **{"class": kind, "d": shape})

    @staticmethod
    def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(parent, tag, attributes)


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many letters, of which those of East Asia count twice; words break if need be."""
    lines, line, filled = [], "", 0
    for word in re.findall(r"\(?[\d.,]+ m?s\b\S*\s*|\S+\s*", text):  # a number stays with its unit
        for part in _pieces(word, width):
            size = _size(part.rstrip())
            if filled + size > width and line:
                lines.append(line.rstrip())
                line, filled = "", 0
            line += part
            filled += _size(part)
    return [*lines, line.rstrip()]


def _pieces(word: str, width: int) -> Iterator[str]:
    piece = ""
    for letter in word:
        if _size(piece + letter) > width and not letter.isspace():
            yield piece
            piece = ""
        piece += letter
    yield piece


def _size(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
