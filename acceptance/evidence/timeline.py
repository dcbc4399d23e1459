"""What happened, in time: one drawing of everything that people and services said to each other.

Time runs downwards, one row an entry: when, a column for every person and service with an arrow between those who
spoke, and what was said in words. The columns are narrow and the words wrap, so that a telephone shows it too.

It is written with the standard library: `ElementTree` escapes whatever the platform said, which svg.py, the lightest
of the packages for drawing, leaves to its caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit
from xml.etree import ElementTree

from acceptance.evidence.conversation import Reader, counted, plain
from acceptance.evidence.recorder import Exchange, Frame, Note, Recorder, Wait

TITLE = "What happened, in time"
LIVE_UPDATES = "live updates"
#: The most rows of a short drawing, and of a whole one.
SHORT, WHOLE = 40, 400

Mark = Literal["asked", "sent", "received", "opening", "opened", "ended", "note", "deadline", "passed", "more", "end"]
Tone = Literal["", "bad", "odd"]

_LONGEST_DETAIL, _LONGEST_NAME, _LONGEST_ROW = 80, 40, 140  # characters
_SILENCE = 0.5  # seconds without a sign that are worth a row
_MOST_BRACKETS = 4  # side by side
_REPEATS_SHOWN = 2

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


@dataclass(frozen=True)
class Row:
    """One row: who and which service it joins, and its words, which follow the names of ``who``."""

    at: float
    until: float
    mark: Mark
    words: str
    detail: str = ""
    who: tuple[str, ...] = ()
    service: str = ""
    tone: Tone = ""
    idle: bool = False
    times: int = 1

    @property
    def matters(self) -> bool:
        """Whether a short drawing must not leave it out."""
        return bool(self.tone) or self.mark in ("note", "passed", "ended", "end")

    @property
    def subject(self) -> str:
        """Who did it or saw it; nobody of the scenario where it is a service or a deadline that is spoken of."""
        if len(self.who) > 2:
            return f"{len(self.who)} people"
        return " and ".join(self.who)

    @property
    def label(self) -> str:
        """The row in words."""
        told = " ".join(filter(None, (self.subject, self.words)))
        told += f" “{self.detail}”" if self.detail else ""
        if self.times > 1:
            told += f" … {self.times - 1:,} more of these, until {_seconds(self.until)}"
        elif self.mark == "asked":
            told += f" ({_seconds(self.until - self.at)}{' in all' if len(self.who) > 1 else ''})"
        return plain(told, _LONGEST_ROW)


@dataclass(frozen=True)
class _Bracket:
    """A deadline that was running: from when to when, how it ended, and whose it was."""

    start: float
    end: float
    outcome: Literal["passed", "in time", "unknown"]
    who: str


def drawing(recorder: Recorder, *, whole: bool, ended: float, read: Reader) -> str:
    """The SVG of everything recorded, of an example that took ``ended`` seconds; the same for the same recorder.

    A short one folds what repeats and has at most :data:`SHORT` rows, a whole one :data:`WHOLE`; what is left out is
    said where it is missing.
    """
    people, services = _lanes(recorder)
    brackets = [_bracket(wait, ended) for wait in recorder.waits]
    rows = sorted(_rows(recorder, brackets, read), key=lambda row: row.at)
    if not whole:
        rows = _folded(rows)
    rows = _cut(rows, WHOLE if whole else SHORT)
    last = max([ended, *(row.until for row in rows)])
    rows.append(Row(last, last, "end", "the end of the example"))
    return _Drawing(people, services, brackets, rows).text()


def _rows(recorder: Recorder, brackets: Sequence[_Bracket], read: Reader) -> Iterator[Row]:
    for wait, bracket in zip(recorder.waits, brackets, strict=True):
        yield from _deadline(wait, bracket)
    for entry in recorder.entries:
        match entry:
            case Exchange():
                yield _exchange(entry)
            case Note():
                yield Row(entry.at, entry.at, "note", f"{entry.service}: {entry.text}", service=_name(entry.service))
            case Frame():
                yield _message(entry, read)


def _deadline(wait: Wait, bracket: _Bracket) -> Iterator[Row]:
    what, length = plain(wait.what, _LONGEST_DETAIL), f"{wait.until - wait.at:.3g} s"
    we, who = ("", (bracket.who,)) if bracket.who else ("We ", ())
    in_time = ", in time" if bracket.outcome == "in time" else ""
    yield Row(wait.at, wait.at, "deadline", f"{we}waited for {what}: deadline {length}{in_time}", who=who)
    if bracket.outcome == "passed":
        words = f"{we}waited in vain for {what}: the deadline of {length} passed"
        yield Row(wait.until, wait.until, "passed", words, who=who, tone="bad")


def _exchange(exchange: Exchange) -> Row:
    answer = exchange.error or _status(exchange.status)
    failed = bool(exchange.error) or (exchange.status or 0) >= 500
    return Row(
        at=exchange.at,
        until=exchange.at + exchange.seconds,
        mark="asked",
        words=f"{'' if exchange.person else 'We '}asked {exchange.service}: {exchange.method} {_path(exchange.url)} "
        f"→ {plain(answer, _LONGEST_DETAIL)}",
        who=(_name(exchange.person),) if exchange.person else (),
        service=_name(exchange.service),
        tone=("odd" if exchange.in_outage else "bad") if failed else "",
    )


def _message(frame: Frame, read: Reader) -> Row:
    who, at = (_name(frame.person),), frame.at
    if frame.direction == "connection":
        return _connection(frame, Row(at, at, "opening", "", who=who, service=LIVE_UPDATES))
    said = read(frame)
    agent = f" ({plain(said.agent, _LONGEST_NAME)})" if said.agent and frame.direction == "received" else ""
    return Row(
        at=at,
        until=at,
        mark=frame.direction,
        words=plain(said.words, _LONGEST_DETAIL) + agent,
        detail=plain(said.detail, _LONGEST_DETAIL),
        who=who,
        service=LIVE_UPDATES,
        tone="bad" if said.trouble else "",
        idle=said.idle,
    )


def _connection(frame: Frame, row: Row) -> Row:
    """What happened to a connection, by the first word that the driver records of it."""
    first = re.split(r"\W", frame.text, maxsplit=1)[0]
    mark: Mark = {"opening": "opening", "open": "opened"}.get(first, "ended")  # type: ignore[assignment]
    return replace(row, mark=mark, words=f"and live updates: {frame.text}", tone="odd" if mark == "ended" else "")


def _bracket(wait: Wait, ended: float) -> _Bracket:
    """A deadline and how it ended; unknown where the example ended first, with nothing heard."""
    if wait.ended is not None:
        return _Bracket(wait.at, wait.ended, "in time", wait.person)
    return _Bracket(wait.at, min(wait.until, ended), "passed" if wait.until <= ended else "unknown", wait.person)


def _lanes(recorder: Recorder) -> tuple[list[str], list[str]]:
    """People, each followed by their tabs, and services, in order of their first appearance; live updates last."""
    met = dict.fromkeys(_name(e.person) for e in recorder.entries if isinstance(e, Exchange | Frame) and e.person)
    people: list[str] = []
    for name in met:
        owner = next((other for other in met if name.startswith(f"{other}'s ")), None)
        beside = [index for index, other in enumerate(people) if owner and (other + "'").startswith(f"{owner}'")]
        people.insert(max(beside) + 1 if beside else len(people), name)
    services = dict.fromkeys(_name(e.service) for e in recorder.entries if not isinstance(e, Frame))
    if any(isinstance(entry, Frame) for entry in recorder.entries):
        services.pop(LIVE_UPDATES, None)
        services[LIVE_UPDATES] = None
    return people, list(services)


def _folded(rows: Sequence[Row]) -> list[Row]:
    """The rows without signs of life and repetitions; and, of too many, what several people did alike as one."""
    idle = [row for row in rows if row.idle]
    shown: list[Row] = []
    seen: dict[tuple[object, ...], list[int]] = {}  # of each pair of lanes: where its last words are shown
    for row in (row for row in rows if not row.idle):
        places = seen.setdefault((row.who, row.service), [])
        if places and _same(shown[places[-1]], row) and row.mark not in ("note", "passed"):
            if len(places) < _REPEATS_SHOWN:
                places.append(len(shown))
                shown.append(row)
            else:
                last = shown[places[-1]]
                shown[places[-1]] = replace(last, until=row.until, times=last.times + 1)
        else:
            places[:] = [len(shown)]
            shown.append(row)
    if idle:
        words = f"{counted(len(idle), 'sign')} that the connection is alive, until {_seconds(idle[-1].at)}"
        shown.append(Row(idle[0].at, idle[0].at, "more", words))
        shown.sort(key=lambda row: row.at)
    return _together(shown) if len(shown) > SHORT else shown


def _together(rows: Sequence[Row]) -> list[Row]:
    """What several people did or saw in the same words as one row, without changing the order of anybody's rows."""
    groups: list[Row] = []
    latest: dict[str, int] = {}  # of each person: the group that holds their latest row
    for row in rows:
        place = None
        if row.who and not row.matters and row.times == 1:
            earliest = latest.get(row.who[0], -1) + 1
            place = next((i for i in range(earliest, len(groups)) if _alike(groups[i], row)), None)
        if place is None:
            place = len(groups)
            groups.append(row)
        else:
            group = groups[place]
            detail = group.detail if group.detail == row.detail else ""
            groups[place] = replace(group, who=group.who + row.who, until=max(group.until, row.until), detail=detail)
        for person in row.who:
            latest[person] = place
    return groups


def _alike(group: Row, row: Row) -> bool:
    same = (group.mark, group.service, group.words, group.tone) == (row.mark, row.service, row.words, row.tone)
    return same and group.times == 1 and bool(group.who)


def _same(earlier: Row, later: Row) -> bool:
    return (earlier.mark, earlier.words, earlier.detail, earlier.tone) == (
        later.mark,
        later.words,
        later.detail,
        later.tone,
    )


def _cut(rows: Sequence[Row], most: int) -> list[Row]:
    """At most so many rows: the beginning, the end and what matters; what is left out is counted where it was."""
    if len(rows) <= most:
        return list(rows)
    matters = [index for index, row in enumerate(rows) if row.matters][: most // 4]
    others = [index for index in range(len(rows)) if index not in matters]
    tail = (most - len(matters)) // 3
    head = most - len(matters) - tail
    kept = {*matters, *others[:head], *others[-tail:]}
    shown: list[Row] = []
    hidden: list[Row] = []
    for index, row in enumerate(rows):
        if index in kept:
            shown += [_left_out(hidden), row] if hidden else [row]
            hidden = []
        else:
            hidden.append(row)
    return shown


def _left_out(rows: Sequence[Row]) -> Row:
    kinds: Counter[str] = Counter()
    for row in rows:
        kind = "request" if row.mark == "asked" else "deadline" if row.mark == "deadline" else "message"
        kinds[kind] += row.times * max(1, len(row.who))
    counts = ", ".join(counted(number, kind) for kind, number in kinds.items())
    return Row(rows[0].at, rows[-1].until, "more", f"… left out here: {counts}")


class _Drawing:
    """The rows, laid out and written."""

    def __init__(
        self, people: Sequence[str], services: Sequence[str], brackets: Sequence[_Bracket], rows: Sequence[Row]
    ) -> None:
        self._people, self._services, self._brackets, self._rows = people, services, brackets, rows
        lanes = [*people, *services]
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
        return f"Time runs downwards, {_seconds(self._rows[-1].at)} in all. The columns: {lanes}.{deadlines}"

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
                words.text = f"{_seconds(row.at - before)} of silence"
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
                self._add(group, "text", x=f"{right:g}", y=f"{y + 12:g}", **{"class": "t"}).text = _seconds(row.at)
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


def _seconds(seconds: float) -> str:
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 99.5 else f"{seconds:,.0f} s"


def _name(name: str) -> str:
    return plain(name, _LONGEST_NAME) or "nobody"


def _status(status: int | None) -> str:
    if status is None:
        return "no answer"
    try:
        return f"{status} {HTTPStatus(status).phrase}" if status >= 400 else str(status)
    except ValueError:
        return str(status)


def _path(url: str) -> str:
    """The path of the address, its long parts shortened: which thread it is does not matter here."""
    try:
        path = urlsplit(url).path or "/"
    except ValueError:
        return plain(url, _LONGEST_DETAIL)
    return "/".join(part if len(part) <= 18 else f"{part[:8]}…" for part in path.split("/"))
