"""What happened, in time, as rows: who said what to whom, and which deadlines ran; folded and cut to be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

from acceptance.evidence.conversation import counted, plain
from acceptance.evidence.recorder import Exchange, Frame, Note, Recorder, Wait

LIVE_UPDATES = "live updates"
#: The most rows of a short drawing, and of a whole one.
SHORT, WHOLE = 40, 400

Mark = Literal["asked", "sent", "received", "opening", "opened", "ended", "note", "deadline", "passed", "more", "end"]
Tone = Literal["", "bad", "odd"]

_LONGEST_DETAIL, _LONGEST_NAME, _LONGEST_ROW = 80, 40, 140  # characters
_REPEATS_SHOWN = 2


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
            told += f" … {self.times - 1:,} more of these, until {seconds(self.until)}"
        elif self.mark == "asked":
            told += f" ({seconds(self.until - self.at)}{' in all' if len(self.who) > 1 else ''})"
        return plain(told, _LONGEST_ROW)


@dataclass(frozen=True)
class Bracket:
    """A deadline that was running: from when to when, how it ended, and whose it was."""

    start: float
    end: float
    outcome: Literal["passed", "in time", "unknown"]
    who: str


@dataclass(frozen=True)
class Timeline:
    """All that is drawn: the names of the columns, the deadlines, and the rows in the order of time."""

    people: Sequence[str]
    services: Sequence[str]
    brackets: Sequence[Bracket]
    rows: Sequence[Row]


def timeline(recorder: Recorder, *, whole: bool, ended: float) -> Timeline:
    """Everything recorded of an example that took ``ended`` seconds; the same for the same recorder.

    A short one folds what repeats and has at most :data:`SHORT` rows, a whole one :data:`WHOLE`; what is left out is
    said where it is missing.
    """
    people, services = _lanes(recorder)
    brackets = [_bracket(wait, ended) for wait in recorder.waits]
    rows = sorted(_rows(recorder, brackets), key=lambda row: row.at)
    if not whole:
        rows = _folded(rows)
    rows = _cut(rows, WHOLE if whole else SHORT)
    last = max([ended, *(row.until for row in rows)])
    rows.append(Row(last, last, "end", "the end of the example"))
    return Timeline(people, services, brackets, rows)


def _rows(recorder: Recorder, brackets: Sequence[Bracket]) -> Iterator[Row]:
    for wait, bracket in zip(recorder.waits, brackets, strict=True):
        yield from _deadline(wait, bracket)
    for entry in recorder.entries:
        match entry:
            case Exchange():
                yield _exchange(entry)
            case Note():
                yield Row(entry.at, entry.at, "note", f"{entry.service}: {entry.text}", service=_name(entry.service))
            case Frame():
                yield _message(entry, recorder)


def _deadline(wait: Wait, bracket: Bracket) -> Iterator[Row]:
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


def _message(frame: Frame, recorder: Recorder) -> Row:
    who, at = (_name(frame.person),), frame.at
    if frame.direction == "connection":
        return _connection(frame, Row(at, at, "opening", "", who=who, service=LIVE_UPDATES))
    said = recorder.in_words(frame)
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


def _bracket(wait: Wait, ended: float) -> Bracket:
    """A deadline and how it ended; unknown where the example ended first, with nothing heard."""
    if wait.ended is not None:
        return Bracket(wait.at, wait.ended, "in time", wait.person)
    return Bracket(wait.at, min(wait.until, ended), "passed" if wait.until <= ended else "unknown", wait.person)


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
        words = f"{counted(len(idle), 'sign')} that the connection is alive, until {seconds(idle[-1].at)}"
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


def seconds(number: float) -> str:
    """A time as people read it: milliseconds below one second."""
    if number < 0.9995:
        return f"{number * 1000:.0f} ms"
    return f"{number:.2f} s" if number < 99.5 else f"{number:,.0f} s"


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
