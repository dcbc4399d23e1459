"""The sheet as a page and as Markdown: what is shown, and how, is in the templates beside this module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from acceptance.plan import WARNINGS_ALLOWED
from acceptance.reporting.audit import chart
from acceptance.reporting.markdown import inline
from acceptance.signoff.criteria import Answer
from acceptance.signoff.sheet import charts
from acceptance.signoff.sheet.model import Sheet
from acceptance.signoff.verdict import State
from acceptance.verdicts import Verdict

#: What is good, bad, in between, or says nothing: each has a colour and a mark, since colour alone does not print.
#: A word that a run and a criterion share, as “could not tell”, has one tone.
_TONES = {
    State.READY: "good",
    State.REHEARSAL: "none",
    State.NO_WORSE: "known",
    State.KNOWN_GAPS: "known",
    State.BROKEN: "bad",
    State.UNKNOWN: "unsure",
    State.STALE: "unsure",
    State.PARTIAL: "none",
    State.NO_VERDICT: "unsure",
    Answer.MET: "good",
    Answer.MET_IN_PART: "known",
    Answer.NOT_MET: "bad",
    Answer.KNOWN: "known",
    Answer.UNKNOWN: "unsure",
    Answer.REHEARSED: "none",
    Answer.UNANSWERED: "none",
    Verdict.SUITE_FAULT: "unsure",
    Verdict.BROKEN: "bad",
    Verdict.COULD_NOT_TELL: "unsure",
    Verdict.KNOWN_GAP: "known",
    Verdict.NOT_ASKED: "none",
    Verdict.KEPT: "good",
}
#: What an owner may meet on the sheet for the first time.
_WORDS = {
    "promise, example": "what the platform must do, in one sentence; and one case in which it was tried",
    "live updates": "what shows a person the work of the agents while it is being done (WebSocket)",
    "manager, emitter": "the parts of live updates that keep people's connections, and that send to them",
    "factory": "what makes such a part for one person, so that nobody is sent what is another's",
    "SSOT": "single source of truth: each part is written once, in its home, and taken from there",
    "rehearsal": "a run on this repository's own small platform; it says nothing about Netra",
    "ARR": "annual recurring revenue",
}
_FEW = 2  # of many, as many as can be read at a glance
_MARKS = {"good": "✓", "bad": "✗", "known": "◐", "unsure": "?", "none": "○"}


def html(sheet: Sheet) -> str:
    """One page that needs nothing else: read on a screen or a phone, printed on A4."""
    return _templates(autoescape=True).get_template("sheet.html.jinja").render(_words(sheet))


def markdown(sheet: Sheet) -> str:
    """The same as text, for a pull request or a mail."""
    return _templates(autoescape=False).get_template("sheet.md.jinja").render(_words(sheet))


def _templates(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("acceptance.signoff.sheet", "templates"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"day": _day, "time": _time, "cell": inline, "tone": _TONES.__getitem__}
    environment.filters |= {"mark": _MARKS.__getitem__, "sentence": _sentence, "code": _code, "few": _few}
    return environment


def _words(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "charts": charts,
        "allowed": WARNINGS_ALLOWED,
        "source_chart": Markup(chart.svg(sheet.source_trend, allowed=WARNINGS_ALLOWED, alone=False))
        if sheet.source_trend
        else "",
        "verdicts": list(Verdict),
        "words": {verdict.value: verdict.meaning for verdict in reversed(Verdict)} | _WORDS,
    }


def _few(told: Sequence[str]) -> str:
    """The first two, and how many more there are."""
    more = f" And {len(told) - _FEW} more." if len(told) > _FEW else ""
    return " ".join(_sentence(each).rstrip(".") + "." for each in told[:_FEW]) + more


def _day(day: date | datetime) -> str:
    return f"{day:%d %B %Y}".lstrip("0")


def _time(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M} UTC"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code(text: str) -> Markup:
    """A text for the page, in which what stands between backticks is code."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
