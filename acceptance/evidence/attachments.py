"""Evidence in the report: the drawing, the conversation, the exchanges, the findings, the services' logs.

Compact where a promise is kept, whole where it is not. Everything comes from the recorder, which has redacted it.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

import allure

from acceptance.evidence.conversation import HEADINGS, table
from acceptance.evidence.recorder import Exchange, Recorder
from acceptance.evidence.redaction import HIDDEN
from acceptance.evidence.timeline import TITLE, drawing
from acceptance.source import Audit, Finding

#: Allure 3 shows an attachment of this type as a request and its response.
HTTP_EXCHANGE = "application/vnd.allure.http+json"
_MOST_ROWS, _LAST_ROWS = 2000, 200  # of a table
_MASKED = "__ALLURE_REDACTED__"  # Allure's own word for a value that was taken out


def compact(recorder: Recorder) -> None:
    """What a kept promise shows: the short drawing and the conversation."""
    timeline(recorder)
    conversation(recorder)


def whole(recorder: Recorder, service_logs: Iterable[tuple[str, str]], command: str) -> None:
    """What any other ending shows: everything, the services' logs by name, and the command to see it again."""
    timeline(recorder, whole=True)
    conversation(recorder)
    exchanges(recorder)
    logs(service_logs)
    reproduction(command)


def timeline(recorder: Recorder, whole: bool = False) -> None:
    """The drawing of everything that was said until now; see :mod:`acceptance.evidence.timeline`."""
    if recorder.entries or recorder.waits:
        ended = time.monotonic() - recorder.started
        allure.attach(drawing(recorder, whole=whole, ended=ended), TITLE, allure.attachment_type.SVG)


def conversation(recorder: Recorder) -> None:
    """The live updates in words."""
    if recorder.frames:
        _table("The conversation", HEADINGS, table(recorder.frames, recorder.in_words))


def exchanges(recorder: Recorder) -> None:
    """Every HTTP exchange with its headers and bodies, and every message of live updates."""
    for exchange in recorder.exchanges:
        allure.attach(
            json.dumps(_http(exchange), ensure_ascii=False),
            f"{exchange.service}: {exchange.method} {exchange.url}",
            HTTP_EXCHANGE,
            "httpexchange",
        )
    if recorder.frames:
        rows = [(f"{frame.at:.3f}", frame.person, frame.direction, frame.text) for frame in recorder.frames]
        _table("Live updates, message by message", ("second", "person", "direction", "message"), rows)


def reproduction(command: str) -> None:
    """The command that asks the same again."""
    allure.attach(command, "To see it again", allure.attachment_type.TEXT)


def findings_table(findings: Sequence[Finding]) -> None:
    """What the audit found: finding, where, what closes it."""
    if findings:
        rows = [(finding.rule, finding.what, f"{finding.path}:{finding.line}", finding.closes) for finding in findings]
        _table("What the audit found", ("rule", "finding", "where", "what closes it"), rows)


def uses_table(audit: Audit) -> None:
    """Who imports the parts of live updates: by service and concept, and the tests beside them."""
    rows = [
        (
            service.replace("_", "-"),
            concept.replace("_", " "),
            f"{uses.canonical} of {uses.imports}" if uses.imports else "uses none",
        )
        for concept, services in audit.uses.items()
        for service, uses in services.items()
    ]
    rows.append(("all services", "all parts", f"{audit.app_uses.canonical} of {audit.app_uses.imports}"))
    rows.append(("tests (for comparison)", "all parts", f"{audit.test_uses.canonical} of {audit.test_uses.imports}"))
    _table("Imports from the homes", ("service", "part", "imported from its home"), rows)


def warnings_table(audit: Audit) -> None:
    """The SSOT warnings, module by module, and what the scale is."""
    counted = audit.warnings
    start = "no start is recorded" if counted.baseline is None else f"{counted.baseline} at the start"
    rows = [
        *((module,) for module in counted.modules),
        (f"{len(counted.modules)} modules with {counted.findings} findings; {start}",),
        ("The scale is this project's own: a warning is a module with a manager, protocol or emitter of its own.",),
    ]
    _table("SSOT warnings", ("module",), rows)


def retired_table(audit: Audit) -> None:
    """The retired paths: since when and until when, and what is wrong with each."""
    rows = [
        (f"{path.module}.{path.name}", str(path.since), str(path.until), path.problem or "works, and says so")
        for path in audit.retired
    ]
    _table("Retired paths", ("path", "since", "until", "state"), rows)


def logs(named: Iterable[tuple[str, str]], last_lines: int = 200) -> None:
    """The last lines of each service's log."""
    for name, text in named:
        lines = text.splitlines()
        if lines:
            allure.attach("\n".join(lines[-last_lines:]), f"The log of {name}", allure.attachment_type.TEXT)


def _http(exchange: Exchange) -> dict[str, Any]:
    """The exchange in the shape of Allure 3's HTTP attachment."""
    told: dict[str, Any] = {
        "schemaVersion": 1,
        "start": round(exchange.at * 1000),
        "stop": round((exchange.at + exchange.seconds) * 1000),
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": _headers(exchange.request_headers),
            "body": {"value": exchange.request_body} if exchange.request_body else None,
        },
    }
    if exchange.status is not None:
        told["response"] = {
            "status": exchange.status,
            "headers": _headers(exchange.response_headers),
            "body": {"value": exchange.response_body} if exchange.response_body else None,
        }
    if exchange.error:
        told["error"] = {"name": "No answer", "message": exchange.error}
    return told


def _headers(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": _MASKED if value == HIDDEN else value} for name, value in headers]


def _shortened(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    """The rows, or the first and the last of too many, and between them how many are left out."""
    if len(rows) <= _MOST_ROWS:
        return rows
    head, tail = _MOST_ROWS - _LAST_ROWS, _LAST_ROWS
    told = f"… {len(rows) - _MOST_ROWS:,} more rows left out here"
    return [*rows[:head], (told, *[""] * (len(rows[0]) - 1)), *rows[-tail:]]


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with io.StringIO() as buffer:
        writer = csv.writer(buffer)
        writer.writerow(headings)
        writer.writerows(_shortened(list(rows)))
        allure.attach(buffer.getvalue(), title, allure.attachment_type.CSV)
