"""The status page: what it says of each way to stand, and that everybody can read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from node_tools import look

from acceptance.files import REPOSITORY
from acceptance.monitor import page
from acceptance.monitor.memory import DAY, Known, Latest, Memory, Span
from acceptance.monitor.questions import Pace, questions
from acceptance.monitor.status import Status, duration, status
from acceptance.promises import phase2
from acceptance.reporting.results import Delivery
from acceptance.target import Target
from acceptance.targets import load_target
from acceptance.verdicts import Verdict

EXAMPLES, _ = phase2()
NOW = 1_800_000_000.0
SCHEMA = REPOSITORY / "docs" / "status.schema.json"


def a_target(monkeypatch: pytest.MonkeyPatch) -> Target:
    for name in ("STAGING_BASE_URL", "STAGING_AUTH_URL"):
        monkeypatch.delenv(name, raising=False)
    return load_target("staging", {"source": str(REPOSITORY / "reference")})


def a_memory(target: Target, ends: dict[str, tuple[Verdict, str]] | None = None) -> Memory:
    """Everything was kept for a day, but for ``ends``: verdict and reason by example."""
    memory = Memory(questions(EXAMPLES, target), Known(target=target.name), rehearsal=target.embedded, gap=3600)
    events = [Delivery(event="agent_started", expected=3, delivered=2)]
    for minutes in range(24 * 60, -1, -10):
        found = {name: Latest(verdict=Verdict.KEPT, at=NOW - minutes * 60) for name in memory.questions.paces}
        if minutes < 120:
            for name in found:
                if ended := (ends or {}).get(name.partition("[")[0]):
                    verdict, reason = ended
                    found[name] = Latest(verdict=verdict, reason=reason, at=NOW - minutes * 60, delivery=events)
        memory.take(NOW - minutes * 60, 2.0, found, list(Pace))
    return memory


def shown(memory: Memory, target: Target, troubles: Sequence[str] = ()) -> Status:
    return status(memory, target, 60, 600, troubles, NOW)


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> Status:
    """A page with every verdict on it, and with what tries to be more than text."""
    target = a_target(monkeypatch)
    ends = {
        "golden-01a": (Verdict.BROKEN, "Pat saw <script>alert(1)</script> & nothing else"),
        "staging-01a": (Verdict.COULD_NOT_TELL, "chat cannot be reached"),
        "staging-05a": (Verdict.SUITE_FAULT, "KeyError: no such thing"),
        "ssot-03a": (Verdict.KNOWN_GAP, "7 warnings"),
    }
    return shown(a_memory(target, ends), target, ["The history cannot be written"])


def test_it_says_now_since_when_what_happened_and_who_is_affected(everything: Status) -> None:
    text = page.html(everything)
    golden = next(each for each in everything.promises if each.id == "golden-01")
    assert golden.verdict is Verdict.BROKEN
    assert golden.since is not None
    assert (everything.made - golden.since).total_seconds() == 110 * 60
    assert golden.last_day_told == "broken for 110 min, kept for 22 h"
    assert "Affected: everybody who chats" in text
    assert "When it breaks: people look at a silent chat" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; nothing else" in text
    assert "<script" not in text
    assert "The history cannot be written" in text
    assert "Deployments themselves are not visible from here" in text
    assert text.count('role="img" aria-label="The last 24 hours: ') == len(everything.promises)
    assert "the work begin 66.6 %" in text


def test_the_worst_of_a_quarter_of_an_hour_is_what_the_strip_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    target = a_target(monkeypatch)
    memory = a_memory(target)
    spans = memory.spans["golden-01"]
    spans.clear()
    spans.append(Span("golden-01", Verdict.KEPT, NOW - DAY, NOW - 7200))
    spans.append(Span("golden-01", Verdict.BROKEN, NOW - 7200, NOW - 7199, "one second"))
    spans.append(Span("golden-01", Verdict.KEPT, NOW - 3600, NOW))
    golden = next(each for each in shown(memory, target).promises if each.id == "golden-01")
    assert [(cell.begins, cell.ends, cell.verdict) for cell in golden.last_day] == [
        (0, 88, Verdict.KEPT),
        (88, 89, Verdict.BROKEN),
        (89, 92, None),
        (92, 96, Verdict.KEPT),
    ]


def test_what_is_kept_all_day_is_told_in_two_words(monkeypatch: pytest.MonkeyPatch) -> None:
    target = a_target(monkeypatch)
    told = {each.last_day_told for each in shown(a_memory(target), target).promises}
    assert told == {"kept throughout", "not measured"}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172800, "2 days")],
)
def test_durations_are_told_in_one_unit(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_the_document_keeps_its_published_schema(everything: Status) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(everything.model_dump_json()), schema)
    assert json.dumps(Status.model_json_schema(), indent=2, ensure_ascii=False) + "\n" == SCHEMA.read_text("utf-8")


# --- in the browser --------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_everybody_can_read_it(width: int, scheme: str, everything: Status, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    text = page.html(everything, served=True)
    assert "(prefers-color-scheme: dark)" in text
    file.write_text(text.replace("(prefers-color-scheme: dark)", "all" if scheme == "dark" else "not all"), "utf-8")
    looked = look(file.as_uri(), width=width)
    assert looked.violations == []
    assert looked.width == width, "the page is wider than the screen"
    assert looked.fetched == []
