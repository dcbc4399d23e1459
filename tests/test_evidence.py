"""The evidence of an example: the drawing of what happened, the conversation in words, and what is attached when."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import allure
import pytest
from browser import shown_by_chromium

from acceptance.drivers.said import said
from acceptance.evidence import attachments
from acceptance.evidence.conversation import HEADINGS, plain, table
from acceptance.evidence.recorder import Exchange, Frame, Note, Recorder, Wait
from acceptance.evidence.redaction import HIDDEN, Redactor
from acceptance.evidence.timeline import drawing
from acceptance.evidence.timeline_rows import SHORT, WHOLE

SVG = "{http://www.w3.org/2000/svg}"
TEN = ("Pat", "Robin", "Ada", "Ben", "Cleo", "Dana", "Eli", "Finn", "Gil", "Hanna")
Entry = Exchange | Frame | Note


def asked(at: float, person: str = "Pat", status: int | None = 200, path: str = "/auth/login", **more: Any) -> Exchange:
    url = f"http://127.0.0.1:8001{path}"
    return Exchange(
        at, more.pop("service", "sign-in"), "POST", url, [], "", status, [], "", 0.02, person=person, **more
    )


def frame(at: float, direction: Literal["sent", "received"], person: str = "Pat", **message: Any) -> Frame:
    return Frame(at, person, direction, json.dumps(message))


def connection(at: float, text: str, person: str = "Pat") -> Frame:
    return Frame(at, person, "connection", text)


def conversation(person: str = "Pat", at: float = 0.3, step: float = 0.01) -> list[Entry]:
    """A question and the five events, in the flat envelopes."""
    common = {"run_id": f"run of {person}", "agent_name": "Supervisor", "thread_id": "t-1"}
    tool = {"data": {"tool_name": "cost_analyzer"}}
    return [
        asked(at - 0.2, person),
        connection(at - 0.1, "opening, the token in the subprotocol", person),
        connection(at - 0.09, "open, subprotocol jwt-auth", person),
        frame(at, "sent", person, type="user_message", payload={"text": "What do the models cost?"}),
        frame(at + step, "received", person, type="agent_started", **common, data={"message": "started"}),
        frame(at + 2 * step, "received", person, type="agent_thinking", **common, reasoning="Comparing prices"),
        frame(at + 3 * step, "received", person, type="tool_executing", **common, **tool),
        frame(at + 4 * step, "received", person, type="tool_completed", **common, **tool),
        frame(at + 5 * step, "received", person, type="agent_completed", **common, final_response={"text": "42 euros"}),
    ]


def recorder(entries: Iterable[Entry], *waits: Wait) -> Recorder:
    return Recorder(Redactor(), said, entries=list(entries), waits=list(waits))


def drawn(of: Recorder, *, whole: bool = False, ended: float = 1.0) -> str:
    return drawing(of, whole=whole, ended=ended)


def words(svg: str) -> str:
    """All that can be read in the drawing, each text on its own line."""
    return "\n".join("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def joined(svg: str) -> str:
    return words(svg).replace("\n", " ")


def test_a_conversation_is_told_from_top_to_bottom() -> None:
    told = joined(drawn(recorder(conversation())))
    parts = [
        "Pat sign-in live updates",
        "100 ms Pat asked sign-in: POST /auth/login → 200 (20 ms)",
        "Pat and live updates: opening, the token in the subprotocol",
        "300 ms Pat asked “What do the models cost?”",
        "Pat saw the work begin (Supervisor)",
        "Pat saw the thinking (Supervisor) “Comparing prices”",
        "Pat saw a tool at work (Supervisor) “cost_analyzer”",
        "Pat saw what the tool found",
        "350 ms Pat saw the work end (Supervisor) “42 euros”",
        "1.00 s the end of the example",
    ]
    places = [told.find(part) for part in parts]
    assert -1 not in places, (parts, told)
    assert places == sorted(places)


def test_the_drawing_is_one_document_without_scripts_or_references_for_those_who_cannot_see_too() -> None:
    svg = drawn(recorder(conversation()))
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc") or ""
    assert title == "What happened, in time"
    assert "Pat, sign-in, live updates" in description
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "g", "path", "text", "tspan")
    }
    assert svg.count("http") == 1  # the name of the language
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)
    assert svg == drawn(recorder(conversation()))


def test_a_persons_tabs_stand_beside_them_and_live_updates_come_last() -> None:
    entries = [
        connection(0.1, "open, subprotocol none", person)
        for person in ("Pat", "Robin", "Pat's second tab", "Pat's third")
    ]
    svg = drawn(recorder([*entries, asked(0.2, service="chat"), Note(0.3, "sign-in", "taken away")]))
    heads = ["Pat", "Pat's second tab", "Pat's third", "Robin", "chat", "sign-in", "live updates"]
    assert words(svg).splitlines()[: len(heads)] == heads


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("fish & chips ]]> &amp;", "fish & chips ]]> &amp;"),
        ("one\x00two\x1b[31m\ttabs\nlines\x85end", "one two [31m tabs lines end"),
        ("half \ud800 a pair \uffff", "half \ufffd a pair \ufffd"),
        ("مرحبا \u202egnorw\u202c \u2066x\u2069", "مرحبا gnorw x"),
        ("很长 " * 10, "很长 " * 9 + "很长"),
        ("", ""),
    ],
)
def test_whatever_was_said_can_be_shown(text: str, shown: str) -> None:
    odd = Frame(0.1, "Pat", "received", json.dumps({"type": "agent_thinking", "reasoning": text}))
    assert plain(text, 200) == shown
    assert shown in joined(drawn(recorder([odd])))
    everywhere: list[Entry] = [
        asked(0.1, text, error=text, path=f"/{text}"),
        Frame(0.2, text, "received", text),
        Note(0.3, text, text),
    ]
    for whole in (False, True):
        svg = drawing(recorder(everywhere, Wait(0, 0.4, text, text)), whole=whole, ended=1)
        assert svg.encode()
        assert not list(ElementTree.fromstring(svg).iter("script"))


def test_very_long_text_is_shortened_and_wrapped() -> None:
    svg = drawn(
        recorder([frame(0.1, "received", type="agent_thinking", reasoning="word " * 50_000), asked(0.2, "P" * 9999)])
    )
    lines = words(svg).splitlines()
    assert max(map(len, lines)) <= 40
    assert len(svg) < 6_000


@pytest.mark.parametrize(
    ("over", "ended", "in_time", "passed"),
    [
        (0.5, 0.6, True, False),
        (0.5, 5.0, True, False),
        (None, 2.3, False, True),
        (None, 0.6, False, False),  # the example was cut short: nothing is claimed
    ],
)
def test_a_deadline_ends_in_time_or_in_vain(over: float | None, ended: float, in_time: bool, passed: bool) -> None:
    waiting = Wait(0.29, 2.29, "Pat", "the end of the work, promptly", over)
    told = joined(drawn(recorder(conversation()[:6], waiting), ended=ended))
    assert "290 ms Pat waited for the end of the work, promptly: deadline 2 s" in told
    assert ("deadline 2 s, in time" in told) == in_time
    assert ("2.29 s Pat waited in vain for the end of the work, promptly: the deadline of 2 s passed" in told) == passed
    assert (" of silence" in told) == (ended > 1)


def test_an_outage_is_marked_and_its_errors_are_not_alarming() -> None:
    out = asked(0.3, status=503, service="chat", in_outage=True)
    svg = drawn(recorder([Note(0.2, "sign-in", "taken away"), out, asked(0.4, status=500), asked(0.5, status=401)]))
    tones = {}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        tones[" ".join("".join(text.itertext()) for text in group.iter(f"{SVG}text"))] = group.get("class")
    assert tones["200 ms sign-in: taken away"] is None
    assert tones["300 ms Pat asked chat: POST /auth/login → 503 Service Unavailable (20 ms)"] == "odd"
    assert tones["400 ms Pat asked sign-in: POST /auth/login → 500 Internal Server Error (20 ms)"] == "bad"
    assert tones["500 ms Pat asked sign-in: POST /auth/login → 401 Unauthorized (20 ms)"] is None


def test_a_refused_intruder_is_told() -> None:
    refused = [
        connection(0.1, "opening, no token in the header", "Mallory"),
        connection(0.2, "refused (HTTP 403)", "Mallory"),
    ]
    told = joined(drawn(recorder([asked(0.05, "Mallory", 401), *refused])))
    assert "Mallory asked sign-in: POST /auth/login → 401 Unauthorized" in told
    assert "Mallory and live updates: refused (HTTP 403)" in told


def test_a_short_drawing_folds_what_repeats_and_a_whole_one_does_not() -> None:
    beats = [frame(1.0 + beat, "received", type="heartbeat") for beat in range(30)]
    polls = [asked(2.005 + poll / 10, "", 503, "/health", service="chat") for poll in range(14)]
    short = drawn(recorder([*conversation(), *beats, *polls]), ended=40)
    assert "30 signs that the connection is alive, until 30.00 s" in joined(short)
    assert "… 12 more of these, until 3.32 s" in joined(short)
    assert joined(short).count("We asked chat") == 2
    whole = joined(drawn(recorder([*conversation(), *beats, *polls]), ended=40, whole=True))
    assert whole.count("got heartbeat") == 30
    assert whole.count("We asked chat") == 14


def test_ten_people_fit_into_a_short_drawing_and_each_keeps_their_order() -> None:
    entries = [entry for place, name in enumerate(TEN) for entry in conversation(name, 0.3 + place / 250, 0.013)]
    svg = drawn(recorder(sorted(entries, key=lambda entry: entry.at)))
    assert words(svg).splitlines()[:10] == list(TEN)
    assert "10 people asked “What do the models cost?”" in joined(svg)
    assert "10 people saw the work end" in joined(svg)
    assert "left out" not in joined(svg)
    assert len(svg.encode()) < 12_000
    slower = [*conversation("Pat"), *conversation("Robin")[:5]] * 5  # cannot be told together without a wrong order
    assert len(drawn(recorder(slower)).encode()) < 12_000


@pytest.mark.parametrize(("whole", "most", "size"), [(False, SHORT, 16_000), (True, WHOLE, 200_000)])
def test_what_does_not_fit_is_counted_where_it_was(whole: bool, most: int, size: int) -> None:
    alike = [frame(at / 100, "received", type=f"event {at} {'x' * 300}") for at in range(3000)]
    alarm = frame(15.001, "received", type="agent_error", data={"error_message": "the model is away"})
    svg = drawn(recorder([*alike, alarm]), whole=whole, ended=31)
    times = [text for text in words(svg).splitlines() if text.endswith((" s", " ms"))]
    assert most - 5 <= len(times) <= most + 1
    assert "left out here: " in joined(svg)
    assert "the model is away" in joined(svg)
    hidden = [line.rpartition(": ")[2] for line in words(svg).splitlines() if "left out here" in line]
    assert sum(int(text.split()[0].replace(",", "")) for text in hidden) == 3001 - most
    assert len(svg.encode()) < size


def test_no_secret_reaches_the_drawing_or_the_table() -> None:
    of = Recorder(Redactor(["canary-4711"]), said)
    of.frame("Pat", "sent", json.dumps({"type": "user_message", "payload": {"text": "I am canary-4711"}}))
    of.frame("Pat", "connection", "closed the connection (1008 canary-4711)")
    of.note("sign-in", "taken away with canary-4711")
    headers = [("Authorization", "Bearer canary-4711")]
    of.exchange(
        service="chat",
        method="GET",
        url="http://x/canary-4711",
        request_headers=headers,
        request_body="",
        seconds=0.1,
        error="no answer from canary-4711",
    )
    rows = table(of.frames, said)
    for whole in (False, True):
        assert "canary" not in drawn(of, whole=whole)
    assert "canary" not in json.dumps(rows)
    assert HIDDEN in joined(drawn(of))


@pytest.mark.parametrize(
    ("message", "row"),
    [
        (
            {"type": "agent_started", "run_id": "r", "agent_name": "Supervisor", "data": {"message": "started"}},
            ("saw the work begin", "", "Supervisor", "agent_started", "r", ""),
        ),
        (
            {"type": "agent_thinking", "reasoning": "Why?", "run_id": "r", "agent_name": "A", "thread_id": "t"},
            ("saw the thinking", "Why?", "A", "agent_thinking", "r", "t"),
        ),
        (
            {"type": "agent_progress", "data": {"type": "tool_executing", "tool_name": "costs", "run_id": "r"}},
            ("saw a tool at work", "costs", "", "tool_executing", "r", ""),
        ),
        (
            {"type": "agent_response_complete", "data": {"event": "agent_completed", "run_id": "r", "result": "42"}},
            ("saw the work end", "42", "", "agent_completed", "r", ""),
        ),
        (
            {"type": "agent_error", "run_id": "r", "data": {"error_message": "no model"}},
            ("saw the work fail", "no model", "", "agent_error", "r", ""),
        ),
        (
            {"type": "error_message", "error_code": "AUTH_FAILED"},
            ("got an error message", "AUTH_FAILED", "", "error_message", "", ""),
        ),
        ({"type": "connection_established", "data": {}}, ("got a greeting", "", "", "connection_established", "", "")),
        ({"type": "thread_renamed"}, ("got thread renamed", "", "", "thread_renamed", "", "")),
    ],
)
def test_every_envelope_is_put_into_words(message: dict[str, Any], row: tuple[str, ...]) -> None:
    assert table([frame(0.5, "received", **message)], said) == [("0.500", "Pat", "heard", *row)]


@pytest.mark.parametrize(
    ("form", "field"), [("user_message", "text"), ("agent_request", "message"), ("start_agent", "user_request")]
)
def test_a_question_is_a_question_in_each_of_its_forms(form: str, field: str) -> None:
    rows = table([frame(0, "sent", type=form, payload={field: "How much?", "thread_id": "t"})], said)
    assert rows == [("0.000", "Pat", "sent", "asked", "How much?", "", form, "", "t")]


def test_what_is_no_message_of_the_platform_is_shown_as_it_came() -> None:
    frames = [Frame(0.1, "Pat", "received", "[1, 2]"), Frame(0.2, "Pat", "sent", "{ nonsense"), connection(0.3, "cut")]
    assert [row[3:5] for row in table(frames, said)] == [
        ("was sent", "[1, 2]"),
        ("sent", "{ nonsense"),
        ("cut", ""),
    ]


def test_signs_of_life_are_one_row_of_the_table_for_each_person() -> None:
    beats = [frame(at, "received", person, type="heartbeat") for at in (1.0, 2.0) for person in ("Pat", "Robin")]
    rows = table([*beats, frame(1.5, "sent", type="ping")], said)
    assert [row[:4] for row in rows] == [
        ("1.000", "Pat", "", "3 signs that the connection is alive, the last at 2.000"),
        ("1.000", "Robin", "", "2 signs that the connection is alive, the last at 2.000"),
    ]


@pytest.fixture
def attached(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found: dict[str, str] = {}

    def attach(body: str, name: str, *_: Any) -> None:
        assert body
        assert name not in found
        found[name] = body

    monkeypatch.setattr(allure, "attach", attach)
    return found


def test_a_kept_promise_shows_the_drawing_and_the_conversation(attached: dict[str, str]) -> None:
    attachments.compact(recorder(conversation()))
    assert list(attached) == ["What happened, in time", "The conversation"]
    ElementTree.fromstring(attached["What happened, in time"])
    rows = list(csv.reader(io.StringIO(attached["The conversation"])))
    assert rows[0] == list(HEADINGS)
    assert [row[3] for row in rows[1:]][2:4] == ["asked", "saw the work begin"]


def test_any_other_ending_shows_everything(attached: dict[str, str]) -> None:
    of = recorder(conversation())
    of.started = time.monotonic() - 3
    attachments.whole(of, [("sign-in", "one\ntwo"), ("chat", "")], "behave --tags=@id.golden-01a")
    assert list(attached) == [
        "What happened, in time",
        "The conversation",
        "sign-in: POST http://127.0.0.1:8001/auth/login",
        "Live updates, message by message",
        "The log of sign-in",
        "To see it again",
    ]
    assert "3.00 s the end" in joined(attached["What happened, in time"])
    assert attached["To see it again"] == "behave --tags=@id.golden-01a"


def test_nothing_empty_is_attached(attached: dict[str, str]) -> None:
    attachments.compact(recorder([]))
    assert attached == {}
    attachments.whole(recorder([]), [], "behave --tags=@id.imports-01a")
    assert list(attached) == ["To see it again"]


@pytest.mark.browser
def test_a_browser_shows_the_drawing(tmp_path: Path) -> None:
    odd = frame(0.9, "received", type="agent_thinking", reasoning="<b>fish</b> & chips")
    page = tmp_path / "drawing.svg"
    page.write_text(drawn(recorder([*conversation(), odd])), encoding="utf-8")
    text, asked_for = shown_by_chromium(page.as_uri(), tmp_path)
    assert asked_for == []
    assert "saw the work end" in text
    assert "&lt;b&gt;fish&lt;/b&gt; &amp; chips" in text
    assert (tmp_path / "page.png").stat().st_size > 10_000
