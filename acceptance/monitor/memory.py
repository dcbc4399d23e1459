"""What the monitor knows: how everything ended last, since when, how often, and what came of the last 24 hours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from acceptance.drivers.envelopes import FIVE_EVENTS
from acceptance.monitor.questions import GOLDEN_PATH, ISOLATION, Pace, Questions, feature_of
from acceptance.reporting.results import Delivery, ExampleResult, Moments, SourceFacts
from acceptance.verdicts import Verdict, worst

DAY = 86400.0  # seconds
_MOST_ROUNDS = 10_000  # of the last day that are kept in memory
#: Upper ends of a histogram's buckets, in seconds.
WAITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
ROUNDS = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_TOLD = (Verdict.KEPT, Verdict.BROKEN, Verdict.KNOWN_GAP)


class Readiness(StrEnum):
    """Whether a round found all promises that apply kept; the embedded platform is never ready, only rehearsed."""

    READY = "ready"
    NOT_READY = "not ready"
    UNKNOWN = "could not tell"
    REHEARSAL = "rehearsal"


class Latest(BaseModel):
    """How an example ended when it was asked last. ``at`` is seconds since 1970."""

    verdict: Verdict
    reason: str = ""
    at: float
    seconds: float = 0.0
    delivery: list[Delivery] = []
    moments: Moments | None = None

    @classmethod
    def of(cls, result: ExampleResult, at: float) -> Latest:
        """What a run found; of a reason of many lines the first, which says how many more there are."""
        return cls(
            verdict=result.verdict,
            reason=result.headline,
            at=at,
            seconds=result.seconds,
            delivery=result.delivery,
            moments=result.moments,
        )


class Histogram(BaseModel):
    """Durations in seconds, counted by bucket; the last bucket is for all that is longer."""

    ends: tuple[float, ...]
    counts: list[int]
    total: float = 0.0

    @classmethod
    def empty(cls, ends: Sequence[float]) -> Histogram:
        """Nothing counted yet."""
        return cls(ends=tuple(ends), counts=[0] * (len(ends) + 1))

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.counts[sum(end < seconds for end in self.ends)] += 1
        self.total += seconds


class Totals(BaseModel):
    """What is counted from the beginning of the history, so that a restart or ``--once`` counts on."""

    rounds: dict[Readiness, int] = {}
    golden_path: dict[Verdict, int] = {}
    isolation: dict[Verdict, int] = {}
    expected: dict[str, int] = {}
    delivered: dict[str, int] = {}
    missed: int = 0
    unwritten: int = 0
    untold: int = 0
    round_seconds: Histogram = Field(default_factory=lambda: Histogram.empty(ROUNDS))
    first_event: Histogram = Field(default_factory=lambda: Histogram.empty(WAITS))
    answer: Histogram = Field(default_factory=lambda: Histogram.empty(WAITS))


class Known(BaseModel):
    """What the history keeps whole, as it is now."""

    model_config = ConfigDict(extra="forbid")

    target: str
    latest: dict[str, Latest] = {}
    asked: dict[Pace, float] = Field(default={}, description="when each pace began to be asked last")
    tree: str = Field(default="", description="the fingerprint of the tree that was audited last")
    source: SourceFacts | None = None
    troubles: dict[Pace, str] = Field(default={}, description="why the last asking of a pace did not come to its end")
    totals: Totals = Totals()


@dataclass
class Span:
    """For how long a promise has stood one way. ``since`` and ``until`` are seconds since 1970."""

    promise: str
    verdict: Verdict
    since: float
    until: float
    reason: str = ""


@dataclass(frozen=True)
class Round:
    """One round: when it began, how long it took, and what it found of the plan's measures.

    ``golden_path`` and ``isolation`` count examples by verdict, ``events`` is ``(expected, delivered)`` by event.
    """

    at: float
    seconds: float
    readiness: Readiness
    asked: tuple[Pace, ...]
    golden_path: dict[Verdict, int] = field(default_factory=dict)
    isolation: dict[Verdict, int] = field(default_factory=dict)
    events: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How a promise stands: the worst of its examples that are asked; None where none was.

    ``asked`` of ``of`` examples are asked by the monitor; ``why_not`` says why the others are not.
    """

    verdict: Verdict | None
    reason: str
    asked: int
    of: int
    why_not: str
    at: float | None = None


@dataclass(frozen=True)
class Change:
    """A promise that stands another way than at the last round."""

    promise: str
    before: Verdict
    now: Verdict
    reason: str


class Memory:
    """All that the monitor knows, in memory: what cannot be written is still there."""

    def __init__(self, questions: Questions, known: Known, *, rehearsal: bool, gap: float) -> None:
        """A promise that was not looked at for ``gap`` seconds stands anew."""
        self.questions = questions
        self.known = known
        self.rehearsal = rehearsal
        self.spans: dict[str, deque[Span]] = {promise: deque() for promise in questions.promises}
        self.rounds: deque[Round] = deque(maxlen=_MOST_ROUNDS)
        self.last: Round | None = None
        self.stale: set[tuple[str, float]] = set()  # spans that the history does not have as they are
        self._gap = gap
        for name in [name for name in known.latest if name not in questions.paces]:
            del known.latest[name]  # what is no longer asked stands no way

    def standing(self, promise: str) -> Standing:
        """How a promise stands now."""
        names = self.questions.of(promise)
        asked = [name for name in names if name in self.questions.paces]
        latest = [self.known.latest[name] for name in asked if name in self.known.latest]
        told = [each for each in latest if each.verdict is not Verdict.NOT_ASKED]
        excuses = [self.questions.excused[name] for name in names if name in self.questions.excused]
        excuses += [each.reason for each in latest if each.verdict is Verdict.NOT_ASKED]
        if len(latest) < len(asked):
            excuses.append("it was not asked yet")
        why_not = "; ".join(dict.fromkeys(excuses))
        if not told:
            return Standing(None, "", 0, len(names), why_not)
        verdict = worst(each.verdict for each in told)
        reason = next(each.reason for each in told if each.verdict is verdict)
        return Standing(verdict, reason, len(told), len(names), why_not, max(each.at for each in told))

    def readiness(self) -> Readiness:
        """Whether all that applies is kept, as far as it was asked last."""
        if self.rehearsal:
            return Readiness.REHEARSAL
        verdicts = {each.verdict for each in self.known.latest.values()} - {Verdict.NOT_ASKED}
        if verdicts & {Verdict.BROKEN, Verdict.KNOWN_GAP}:
            return Readiness.NOT_READY
        unknown = self.known.troubles or any(name not in self.known.latest for name in self.questions.paces)
        return Readiness.READY if verdicts == {Verdict.KEPT} and not unknown else Readiness.UNKNOWN

    def take(self, at: float, seconds: float, found: dict[str, Latest], asked: Sequence[Pace]) -> list[Change]:
        """Add what a round has found; what changed by it."""
        before = {promise: self.standing(promise).verdict for promise in self.questions.promises}
        self.known.latest.update(found)
        counted = {
            feature: _counts(each for name, each in found.items() if self._feature(name) == feature)
            for feature in (GOLDEN_PATH, ISOLATION)
        }
        events = _events(each for each in found.values() if each.verdict in _TOLD)
        self.last = Round(at, seconds, self.readiness(), tuple(asked), counted[GOLDEN_PATH], counted[ISOLATION], events)
        self.rounds.append(self.last)
        self._count(self.last, found.values())
        self._forget(at)
        changes = []
        for promise in self.questions.promises:
            now = self.standing(promise)
            self._extend(promise, now, at)
            was = before[promise]
            if now.verdict and was and now.verdict is not was:
                changes.append(Change(promise, was, now.verdict, now.reason))
        return changes

    def since(self, promise: str) -> float | None:
        """Since when a promise stands as it does."""
        spans = self.spans[promise]
        return spans[-1].since if spans else None

    def _feature(self, example: str) -> str:
        creating = self.questions.paces[example] is Pace.CREATING
        return feature_of(self.questions.examples[example]) if creating else ""

    def _extend(self, promise: str, now: Standing, at: float) -> None:
        if now.verdict is None:
            return
        spans = self.spans[promise]
        last = spans[-1] if spans else None
        if last and last.verdict is now.verdict and at - last.until <= self._gap:
            last.until, last.reason = max(at, last.until), now.reason
        else:
            if last and at - last.until <= self._gap:
                last.until = max(at, last.until)  # until then it stood as it did
                self.stale.add((promise, last.since))
            spans.append(Span(promise, now.verdict, at, at, now.reason))
        self.stale.add((promise, spans[-1].since))

    def _forget(self, at: float) -> None:
        while self.rounds and self.rounds[0].at < at - DAY:
            self.rounds.popleft()
        for spans in self.spans.values():
            while len(spans) > 1 and spans[0].until < at - DAY:
                self.stale.discard((spans[0].promise, spans[0].since))
                spans.popleft()

    def _count(self, done: Round, found: Iterable[Latest]) -> None:
        totals = self.known.totals
        totals.rounds[done.readiness] = totals.rounds.get(done.readiness, 0) + 1
        totals.round_seconds.observe(done.seconds)
        for total, counted in ((totals.golden_path, done.golden_path), (totals.isolation, done.isolation)):
            for verdict, number in counted.items():
                total[verdict] = total.get(verdict, 0) + number
        for event, (expected, delivered) in done.events.items():
            totals.expected[event] = totals.expected.get(event, 0) + expected
            totals.delivered[event] = totals.delivered.get(event, 0) + delivered
        for each in found:
            if each.moments and each.verdict in _TOLD:
                for wait in each.moments.first_event:
                    totals.first_event.observe(wait)
                for wait in each.moments.answer:
                    totals.answer.observe(wait)


def _counts(found: Iterable[Latest]) -> dict[Verdict, int]:
    counted: dict[Verdict, int] = {}
    for each in found:
        counted[each.verdict] = counted.get(each.verdict, 0) + 1
    return counted


def _events(found: Iterable[Latest]) -> dict[str, tuple[int, int]]:
    counted: dict[str, tuple[int, int]] = {}
    for one in (one for each in found for one in each.delivery):
        expected, delivered = counted.get(one.event, (0, 0))
        counted[one.event] = expected + one.expected, delivered + one.delivered
    return {event: counted[event] for event in FIVE_EVENTS if event in counted}
