"""How everything stands, for people and for programs: the models are what `/status.json` holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from acceptance.monitor.measures import measures
from acceptance.monitor.memory import DAY, Memory, Readiness, Span
from acceptance.target import Target
from acceptance.verdicts import Verdict

CELLS = 96  # quarters of an hour
DEPLOYMENTS = (
    "Deployments themselves are not visible from here: only whether one would have met a platform that is ready."
)
REHEARSAL = "Rehearsal: this is the reference platform of the specification, and says nothing about Netra."


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(_Document):
    """One of the plan's eight measures."""

    name: str
    told: str | None = Field(description="the figure in words; null where it was not measured")
    of: str = Field(description="what is counted")
    why_not: str = Field(description="why it was not measured; empty where it was")
    good: bool | None = Field(description="whether it is as it should be; null where it was not measured")


class Cell(_Document):
    """A part of the last 24 hours: from where to where, in quarters of an hour, and the worst that was seen in it."""

    begins: int
    ends: int
    verdict: Verdict | None = Field(description="null where nobody looked")


class PromiseStatus(_Document):
    """One promise: now, since when, the last 24 hours."""

    id: str
    sentence: str
    verdict: Verdict | None = Field(description="null where it is not measured")
    reason: str = Field(description="what happened; empty where the promise is kept")
    why_not: str = Field(description="why it, or a part of it, is not measured")
    since: datetime | None
    asked: int = Field(description="examples that the monitor asks")
    of: int = Field(description="examples that there are")
    last_day: list[Cell]
    last_day_told: str = Field(description="the same in words")
    affected: str
    when_it_breaks: str


class FeatureStatus(_Document):
    """The promises of a feature."""

    name: str
    promises: list[PromiseStatus]


class Status(_Document):
    """Everything that the monitor knows."""

    target: str
    about: str
    rehearsal: bool
    made: datetime
    every: float = Field(description="seconds from one round to the next")
    every_creating: float = Field(description="seconds from one round that creates data to the next")
    readiness: Readiness | None = Field(description="of the last round; null before the first")
    last_round: datetime | None = Field(description="when it ended")
    last_round_seconds: float | None
    troubles: list[str] = Field(description="what keeps the monitor itself from its work")
    measures: list[Measured]
    features: list[FeatureStatus]

    @property
    def promises(self) -> list[PromiseStatus]:
        """Those of all features."""
        return [promise for feature in self.features for promise in feature.promises]


def status(
    memory: Memory, target: Target, every: float, every_creating: float, troubles: Sequence[str], now: float
) -> Status:
    """How everything stands at a moment, in seconds since 1970."""
    by_feature: dict[str, list[PromiseStatus]] = {}
    for id, promise in memory.questions.promises.items():
        standing, since = memory.standing(id), memory.since(id)
        cells = _cells(memory.spans[id], now)
        by_feature.setdefault(promise.feature, []).append(
            PromiseStatus(
                id=id,
                sentence=promise.sentence,
                verdict=standing.verdict,
                reason=standing.reason,
                why_not=standing.why_not,
                since=_moment(since) if since is not None and standing.verdict else None,
                asked=standing.asked,
                of=standing.of,
                last_day=cells,
                last_day_told=_last_day(memory.spans[id], now),
                affected=promise.affected,
                when_it_breaks=promise.when_it_breaks,
            )
        )
    last = memory.rounds[-1] if memory.rounds else None
    return Status(
        target=target.name,
        about=target.about,
        rehearsal=memory.rehearsal,
        made=_moment(now),
        every=every,
        every_creating=every_creating,
        readiness=last.readiness if last else None,
        last_round=_moment(last.at + last.seconds) if last else None,
        last_round_seconds=round(last.seconds, 1) if last else None,
        troubles=[*memory.known.troubles.values(), *troubles],
        measures=[
            Measured(name=each.name, told=each.told, of=each.of, why_not="" if each.told else each.why, good=each.good)
            for each in measures(memory)
        ],
        features=[FeatureStatus(name=name, promises=promises) for name, promises in by_feature.items()],
    )


def duration(seconds: float) -> str:
    """Seconds as people say them, in one unit: ``45 s``, ``12 min``, ``3 h``, ``5 days``."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0)


def _cells(spans: Sequence[Span], now: float) -> list[Cell]:
    """The last 24 hours in quarters of an hour, neighbours that are alike joined."""
    begin, size = now - DAY, DAY / CELLS
    worst: list[Verdict | None] = [None] * CELLS
    order = list(Verdict)
    for span in spans:
        if span.until < begin:
            continue
        first = max(0, int((span.since - begin) / size))
        last = min(CELLS - 1, int((span.until - begin) / size))
        for place in range(first, last + 1):
            there = worst[place]
            if there is None or order.index(span.verdict) < order.index(there):
                worst[place] = span.verdict
    cells: list[Cell] = []
    for place, verdict in enumerate(worst):
        if cells and cells[-1].verdict is verdict:
            cells[-1] = cells[-1].model_copy(update={"ends": place + 1})
        else:
            cells.append(Cell(begins=place, ends=place + 1, verdict=verdict))
    return cells


def _last_day(spans: Sequence[Span], now: float) -> str:
    """For how long it stood which way, worst first."""
    begin = now - DAY
    lengths: dict[Verdict, float] = {}
    for span in spans:
        if span.until >= begin:
            lengths[span.verdict] = lengths.get(span.verdict, 0.0) + span.until - max(span.since, begin)
    told = [
        f"{verdict} for {duration(lengths[verdict])}" if lengths[verdict] >= 1 else f"{verdict} just once"
        for verdict in Verdict
        if verdict in lengths
    ]
    looked = sum(lengths.values())
    if not told:
        return "not measured"
    if set(lengths) == {Verdict.KEPT} and looked > DAY * 0.99:
        return "kept throughout"
    unseen = DAY - looked
    return ", ".join([*told, *([f"not measured for {duration(unseen)}"] if unseen > DAY * 0.01 else [])])
