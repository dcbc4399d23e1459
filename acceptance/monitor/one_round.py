"""One asking of one pace: the real behave command on its examples, and how each of them ended."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from acceptance.behave_process import Asking, Ran
from acceptance.evidence.redaction import Redactor
from acceptance.exit_codes import UNUSABLE
from acceptance.files import passing_folder
from acceptance.monitor.memory import Latest
from acceptance.monitor.questions import SELECTIONS, Pace
from acceptance.monitor.webhook import VARIABLE as WEBHOOK
from acceptance.promises import Example
from acceptance.reporting.outcome import INTERRUPTED, NOT_REACHED
from acceptance.reporting.results import SourceFacts
from acceptance.source import CannotJudge, load_manifest
from acceptance.source.folder import Folder
from acceptance.target import Target
from acceptance.verdicts import Verdict


@dataclass(frozen=True)
class Found:
    """How every example of a pace ended; ``trouble`` says why not all of them could be asked, if so."""

    latest: dict[str, Latest]
    source: SourceFacts | None
    trouble: str


def ask(
    pace: Pace, examples: Sequence[Example], options: Mapping[str, str], asking: Asking, redactor: Redactor, at: float
) -> Found:
    """Ask the examples of a pace; ``at`` is when, in seconds since 1970."""
    given = [part for name, value in options.items() for part in ("-D", f"{name}={value}")]
    variables = {name: value for name, value in os.environ.items() if name != WEBHOOK}
    try:
        with passing_folder("acceptance-monitor-") as folder:
            ran = asking.ask(folder, [*SELECTIONS[pace], *given], variables)
    except OSError as error:
        ran = Ran(None, f"its run could not be begun ({error.strerror})", "", 0, 0.0)
    return _found(examples, ran, redactor, at)


def _found(examples: Iterable[Example], ran: Ran, redactor: Redactor, at: float) -> Found:
    results = ran.results
    ended = {example.id: example for example in results.examples} if results else {}
    trouble = ran.problem
    without = Verdict.COULD_NOT_TELL
    if not trouble and results is None:
        trouble = f"its run left no results: {redactor.text(ran.last_words)}"
        without = Verdict.COULD_NOT_TELL if ran.exit_code == UNUSABLE else Verdict.SUITE_FAULT
    elif not trouble and results and results.run.faults:
        trouble = f"the specification itself failed: {results.run.faults[0]}"
    elif not trouble and results and results.run.finished is None:
        trouble, without = f"its run ended half-way: {redactor.text(ran.last_words)}", Verdict.SUITE_FAULT
    latest = {}
    for example in examples:
        result = ended.get(example.id)
        if result is not None and result.reason not in (INTERRUPTED, NOT_REACHED):
            latest[example.id] = Latest.of(result, at)
        else:
            reason = trouble or "its run did not ask it"
            latest[example.id] = Latest(verdict=without if trouble else Verdict.SUITE_FAULT, reason=reason, at=at)
    return Found(latest, results.source if results else None, trouble)


def fingerprint(target: Target, today: date) -> str:
    """The same for as long as an audit of the target's tree would say the same, told by names, sizes and times alone.

    An audit depends on the day as well: known gaps and retired paths have a last one.
    """
    seen = sha256(f"{today}".encode())
    for place in _files(target):
        try:
            status = place.stat()
        except OSError as error:
            seen.update(f"{place} {error.errno}\n".encode(errors="backslashreplace"))
        else:
            seen.update(f"{place} {status.st_size} {status.st_mtime_ns}\n".encode(errors="backslashreplace"))
    return seen.hexdigest()


def _files(target: Target) -> Iterable[Path]:
    yield target.manifest
    yield from target.known_gaps or ()
    if target.source is None:
        return
    try:
        manifest = load_manifest(target.manifest)
        tree = Folder(target.source)
    except CannotJudge:
        yield target.source
        return
    folders = {*manifest.services.values(), *manifest.tests.folders}
    found = {path for folder in folders for path in tree.python_files(folder, lambda *_: None)}
    yield from (target.source / path for path in sorted(found))
