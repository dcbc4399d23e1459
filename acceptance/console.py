"""What a run says on the terminal: what is judged at its start, each example as it ends, the verdict at its end."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import Any, TextIO, cast

from behave.formatter.base import Formatter
from rich.text import Text

from acceptance.promises import example_of, rule_of
from acceptance.reporting import outcome as outcomes
from acceptance.reporting.outcome import Outcome, four_lines, outcome
from acceptance.reporting.results import Results
from acceptance.reporting.terminal import console_on
from acceptance.session import AS_FOUND, Session
from acceptance.signoff.against_lists import STALE
from acceptance.signoff.verdict import judge
from acceptance.signoff.verdict_text import tell_verdict
from acceptance.verdicts import Verdict

_STYLES = {
    Verdict.SUITE_FAULT: "bold magenta",
    Verdict.BROKEN: "bold red",
    Verdict.COULD_NOT_TELL: "bold yellow",
    Verdict.KNOWN_GAP: "red",
    Verdict.NOT_ASKED: "dim",
    Verdict.KEPT: "green",
}
_WORD = max(len(verdict) for verdict in Verdict) + 2  # columns: the verdict, then what it is about
_MARGIN = " " * (_WORD + 4)
_SLOWEST = 3  # examples that are named at the end of a run


class _RedactedStream:
    """A stream of text without secrets: what is written at once is looked through at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text`` without its secrets."""
        return self._stream.write(outcomes.redact(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def hide_secrets(hide: Callable[[str], str]) -> None:
    """Have everything hidden by ``hide`` from now on: in the report, and in all that behave prints itself."""
    outcomes.redact = hide
    sys.stdout, sys.stderr = (cast(TextIO, _RedactedStream(stream)) for stream in (sys.stdout, sys.stderr))


def announce(session: Session) -> None:
    """Say what is judged, where and by which deadlines; secrets are only said to be set."""
    described = session.target.describe(session.source_name) + _planted(session)
    width = max(len(label) for label, _ in described)
    for label, value in described:
        console_on().print(Text.assemble((f"{label:<{width}}  ", "bold"), value))


def _planted(session: Session) -> list[tuple[str, str]]:
    """What was done to the platform before the run, if anything: as found, the faults are too many to be named."""
    if session.platform == AS_FOUND:
        gaps = Counter(fault.gap.partition(":")[0] for fault in session.faults)
        told = ", ".join(f"{many} of {f'gap {gap}' if gap.isdigit() else gap}" for gap, many in sorted(gaps.items()))
        closed = f"; closed: {', '.join(session.closed)}" if session.closed else ""
        return [("Platform", f"as found: {len(session.faults)} faults planted, {told}{closed}")]
    planted = ", ".join(fault.name for fault in session.faults)
    return [("Faults planted", planted)] if planted else []


class ConsoleFormatter(Formatter):  # type: ignore[misc]
    """behave's run in the verdict language: each example with its verdict, each failure in its four lines.

    Stands in for behave's own console formatters, which show a Python trace for all that is not an assertion.
    """

    name = "console"
    description = "each example with its verdict, each failure in four lines"

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        self.stream = self.open()
        self._console = console_on(self.stream)
        self._scenario: Any = None
        self._promise: str | None = None

    def feature(self, feature: Any) -> None:
        """A feature begins."""
        self._tell_scenario()
        self._console.print()
        self._console.print(Text(str(feature.name), style="bold underline"))

    def scenario(self, scenario: Any) -> None:
        """A scenario begins; its end is known only when the next thing begins, after its hooks and clean-ups."""
        self._tell_scenario()
        self._scenario = scenario

    def eof(self) -> None:
        """A feature has ended."""
        self._tell_scenario()

    def close(self) -> None:
        """The run has ended, or was interrupted."""
        self._tell_scenario()
        super().close()

    def _tell_scenario(self) -> None:
        scenario, self._scenario = self._scenario, None
        if scenario is None:
            return
        rule = rule_of(scenario)
        if rule is not None and rule.name != self._promise:
            self._promise = rule.name
            self._console.print(Text(f"  {rule.name}", style="bold"))
        if self.config.dry_run:
            self._line("would be asked", "", f"{example_of(scenario).id}  {example_of(scenario).title}")
            return
        result = outcome(scenario)
        if result is not None:
            self._tell(scenario, result)

    def _tell(self, scenario: Any, result: Outcome) -> None:
        example = example_of(scenario)
        self._line(result.verdict, _STYLES[result.verdict], f"{example.id}  {example.title}")
        if result.verdict is Verdict.NOT_ASKED:
            self._console.print(Text(indent(outcomes.redact(result.reason), _MARGIN), style="dim"))
        elif result.verdict is not Verdict.KEPT:
            self._console.print(Text(indent(outcomes.redact(four_lines(scenario, result)), _MARGIN)))

    def _line(self, word: str, style: str, text: str) -> None:
        self._console.print(Text.assemble("    ", (f"{word:<{_WORD}}", style), text))


def tell(results: Results, reports: Path) -> None:
    """Say how every promise ended, then the verdict and how to read more."""
    console = console_on()
    console.print()
    width = max((len(promise.id) for promise in results.promises), default=0)
    for promise in results.promises:
        word = (f"{promise.verdict:<{_WORD}}", _STYLES[promise.verdict])
        console.print(Text.assemble(word, f"{promise.id:<{width}}  ", promise.sentence))
    for fault in results.run.faults:
        console.print(Text.assemble((f"{Verdict.SUITE_FAULT:<{_WORD}}", _STYLES[Verdict.SUITE_FAULT]), fault))
    console.print()
    tell_verdict(judge(results, date.today()), STALE)  # what ended badly has been told above
    if slowest := sorted(results.asked, key=lambda example: example.seconds, reverse=True)[:_SLOWEST]:
        told = ", ".join(f"{example.id} {example.seconds:.2f} s" for example in slowest)
        console.print(Text(f"Slowest: {told}", style="dim"))
    if results.promises:
        folder = "" if reports == Path("reports") else f" --reports {shlex.quote(str(reports))}"
        console.print(Text(f"To read it as a page: python -m acceptance report{folder}", style="dim"))
