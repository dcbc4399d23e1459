"""The rounds: one after the other, never two at once, whatever becomes of the target, the disk or the network."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from acceptance.behave_process import Asking
from acceptance.evidence.redaction import Redactor
from acceptance.files import REPOSITORY, write_whole
from acceptance.git import revision_of
from acceptance.monitor import metrics, page
from acceptance.monitor.history import History
from acceptance.monitor.memory import Change, Latest, Memory, Round
from acceptance.monitor.one_round import ask, fingerprint
from acceptance.monitor.questions import Pace, questions
from acceptance.monitor.status import Status, status
from acceptance.monitor.webhook import Webhook
from acceptance.promises import Example
from acceptance.target import Target
from acceptance.verdicts import Verdict

_MOST_WAITING = 1000  # rounds and changes that could not be written or told yet


@dataclass(frozen=True)
class Settings:
    """How often is asked, and where it is kept; all times in seconds."""

    every: float
    every_creating: float
    patience: float
    keep: float
    folder: Path


class Monitor:
    """One target, asked again and again."""

    def __init__(
        self,
        settings: Settings,
        target: Target,
        options: Mapping[str, str],
        examples: Sequence[Example],
        webhook: Webhook | None,
        say: Callable[[str], None],
    ) -> None:
        """``options`` are the ``-D`` options of each run; ``say`` is told what people may want to know."""
        self._settings = settings
        self._target = target
        people = {"people": "synthetic"} if target.has_synthetic_people else {}
        self._options = {**options, **people}
        self._webhook = webhook
        self._redactor = Redactor([*target.secrets, *(webhook.secrets if webhook else ())])
        self._say_to = say
        self._asking = Asking(settings.patience)
        self._history = History(settings.folder, settings.keep, self._say)
        self._lock = threading.Lock()  # of the memory, which the server's threads read
        self._troubles: dict[str, str] = {}
        self._unwritten: deque[Round] = deque(maxlen=_MOST_WAITING)
        self._untold: deque[dict[str, str]] = deque(maxlen=_MOST_WAITING)
        asked = questions(examples, target)
        known, spans, rounds = self._history.read(target.name, time.time())
        gap = 3 * max(settings.every, settings.every_creating)
        self._memory = Memory(asked, known, rehearsal=target.embedded, gap=gap)
        for span in spans:
            if span.promise in self._memory.spans:
                self._memory.spans[span.promise].append(span)
        self._memory.rounds.extend(rounds)
        self.measured = metrics.Measured(self._memory, self._lock, target, revision_of(REPOSITORY))
        self.registry = metrics.registry(self.measured, process=True)

    def run(self, rounds: int | None) -> None:
        """Begin a round whenever one is due, until so many have ended; a ``KeyboardInterrupt`` ends it in order."""
        begun = time.monotonic()
        tick = done = 0
        try:
            while True:
                self.round()
                done += 1
                if done == rounds:
                    return
                due = int((time.monotonic() - begun) // self._settings.every)
                with self._lock:
                    self._memory.known.totals.missed += max(0, due - tick)
                tick = max(tick, due) + 1
                time.sleep(max(0.0, begun + tick * self._settings.every - time.monotonic()))
        finally:
            self._asking.stop()
            self._history.close()

    def round(self) -> None:
        """Ask what is due, and keep what came of it."""
        at, begun = time.time(), time.monotonic()
        tree = fingerprint(self._target, date.today())
        found: dict[str, Latest] = {}
        asked: list[Pace] = []
        troubles: dict[Pace, str] = {}
        source = self._memory.known.source
        for pace in Pace:
            examples = self._memory.questions.at(pace)
            if not examples or not self._is_due(pace, at, tree):
                continue
            came = ask(pace, examples, self._options, self._asking, self._redactor, at)
            found |= came.latest
            asked.append(pace)
            if came.trouble:
                troubles[pace] = came.trouble
            if pace is Pace.SOURCE:
                source = came.source
        with self._lock:
            known = self._memory.known
            for pace in asked:
                known.asked[pace] = at
                known.troubles.pop(pace, None)
            known.troubles |= troubles
            known.source = source
            if Pace.SOURCE in asked:
                known.tree = "" if Pace.SOURCE in troubles else tree
            changes = self._memory.take(at, time.monotonic() - begun, found, asked)
            self._unwritten.append(self._memory.rounds[-1])
        self._tell(changes)
        self._write()

    def worst(self) -> Verdict | None:
        """The worst verdict as which any promise stands; None where nothing was asked."""
        order = list(Verdict)
        with self._lock:
            verdicts = [self._memory.standing(promise).verdict for promise in self._memory.questions.promises]
        return min((verdict for verdict in verdicts if verdict), key=order.index, default=None)

    @property
    def not_measured(self) -> str:
        """Why nothing is asked at all; empty where something is."""
        asked = self._memory.questions
        return "" if asked.paces else "; ".join(dict.fromkeys(asked.excused.values()))

    def status(self) -> Status:
        """How everything stands at this moment."""
        with self._lock:
            told = list(self._troubles.values())
            every, creating = self._settings.every, self._settings.every_creating
            return status(self._memory, self._target, every, creating, told, time.time())

    def _say(self, said: str) -> None:
        self._say_to(self._redactor.text(said))

    def _is_due(self, pace: Pace, at: float, tree: str) -> bool:
        known = self._memory.known
        if pace is Pace.SOURCE:
            asked = self._memory.questions.at(pace)
            return known.tree != tree or any(example.id not in known.latest for example in asked)
        if pace is Pace.READING:
            return True
        last = known.asked.get(pace)
        # half a round early is better than a whole one late; a clock that was set back says nothing
        return last is None or at < last or at >= last + self._settings.every_creating - self._settings.every / 2

    def _tell(self, changes: Sequence[Change]) -> None:
        promises = self._memory.questions.promises
        for change in changes:
            why = f": {change.reason}" if change.reason else ""
            self._say(f"{change.promise} was {change.before} and is {change.now}{why}")
        if self._webhook is None:
            return
        for change in changes:
            told = {
                "promise": change.promise,
                "sentence": promises[change.promise].sentence,
                "feature": promises[change.promise].feature,
                "before": str(change.before),
                "now": str(change.now),
                "reason": self._redactor.text(change.reason),
                "people_notice": promises[change.promise].affected,
            }
            self._untold.append(told)
        if not self._untold:
            return
        status = self.status()
        words = [
            f"{each['sentence']} ({each['promise']}) was {each['before']}, is {each['now']}" for each in self._untold
        ]
        kind = "Rehearsal on" if status.rehearsal else "On"
        document = {
            "text": f"{kind} target {status.target}: {'; '.join(words)}",
            "target": status.target,
            "rehearsal": status.rehearsal,
            "at": status.made.isoformat(),
            "changes": list(self._untold),
        }
        if problem := self._webhook.tell(document):
            with self._lock:
                self._memory.known.totals.untold += 1
            self._trouble("webhook", f"The webhook does not take changes ({problem}); they wait for the next round.")
        else:
            self._untold.clear()
            self._trouble("webhook", "")

    def _write(self) -> None:
        """The history, then the page and the metrics as files: what cannot be written is told once, and counted."""
        folder = self._settings.folder
        self._attempt("history", lambda: self._history.write(self._memory, list(self._unwritten), time.time()))
        if "history" not in self._troubles:
            self._unwritten.clear()
        self._attempt("page", lambda: write_whole(folder / page.FILE_NAME, page.html(self.status())))
        self._attempt("metrics", lambda: write_whole(folder / metrics.FILE_NAME, metrics.text(self.measured)))

    def _attempt(self, what: str, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            with self._lock:
                self._memory.known.totals.unwritten += 1
            told = error.strerror or error
            self._trouble(what, f"The {what} cannot be written to {self._settings.folder} ({told}); the rounds go on.")
        else:
            self._trouble(what, "")

    def _trouble(self, what: str, told: str) -> None:
        """Say it when it begins and when it is over, and never between."""
        with self._lock:
            before = self._troubles.pop(what, "")
            if told:
                self._troubles[what] = self._redactor.text(told)
        if told and not before:
            self._say(told)
        elif before and not told:
            self._say(f"The {what} is well again.")
