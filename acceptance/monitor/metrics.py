"""What the monitor knows as Prometheus metrics, made anew whenever they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from acceptance import __version__
from acceptance.drivers.envelopes import FIVE_EVENTS
from acceptance.monitor import measures
from acceptance.monitor.memory import Histogram, Memory, Readiness
from acceptance.monitor.questions import Pace
from acceptance.target import Target
from acceptance.verdicts import Verdict

FILE_NAME = "metrics.prom"


class Measured(Collector):
    """The metrics of one monitor. What was not measured has no sample, so that nobody takes it for 0 or for 1."""

    def __init__(self, memory: Memory, lock: AbstractContextManager[Any], target: Target, revision: str | None) -> None:
        """``memory`` is read under the ``lock``, since a round changes it."""
        self._memory = memory
        self._lock = lock
        self._target = target
        self._revision = revision

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known when the metrics are made."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Every metric that has a sample."""
        with self._lock:
            return [metric for metric in self._all(self._memory) if metric.samples]

    def _all(self, memory: Memory) -> Iterator[Metric]:
        yield self._info(
            "acceptance_build", "The specification that asks.", version=__version__, revision=self._revision
        )
        yield self._info(
            "acceptance_target",
            "What is judged; a rehearsal says nothing about Netra.",
            target=self._target.name,
            about=self._target.about,
            rehearsal=str(memory.rehearsal).lower(),
        )
        yield from self._measures(memory)
        yield from self._promises(memory)
        yield from self._own(memory)

    def _measures(self, memory: Memory) -> Iterator[Metric]:
        totals = memory.known.totals
        warnings = measures.ssot_warnings(memory)
        yield self._gauge("acceptance_ssot_warnings", "Modules with a finding on a core concept.", warnings)
        for name, told, share in (
            ("canonical_imports", "Imports of governed names from their homes.", measures.canonical_imports(memory)),
            ("factory_coordination", "Examples about factories that are kept.", measures.factory_coordination(memory)),
            ("staging_health", "Promises asked by reading alone that are kept.", measures.staging_health(memory)),
        ):
            ratio = share.ratio if share else None
            yield self._gauge(f"acceptance_{name}_ratio", f"{told} A share from 0 to 1.", ratio)
        creating = bool(memory.questions.at(Pace.CREATING))
        for name, counted in (("golden_path", totals.golden_path), ("isolation", totals.isolation)):
            told = f"Examples of {name.replace('_', ' ')} that were asked, by how they ended."
            series = {verdict: counted.get(verdict, 0) for verdict in _ENDINGS} if creating else {}
            yield self._counter(f"acceptance_{name}_examples", told, "verdict", series)
        for name, told, of in (
            ("expected", "Events that conversations promised.", totals.expected),
            ("delivered", "Events that conversations promised and people saw.", totals.delivered),
        ):
            by_event = {event: of.get(event, 0) for event in FIVE_EVENTS} if creating else {}
            yield self._counter(f"acceptance_events_{name}", told, "event", by_event)
        states = [Readiness.REHEARSAL] if memory.rehearsal else [each for each in Readiness if each != "rehearsal"]
        by_state = {state: totals.rounds.get(state, 0) for state in states}
        yield self._counter("acceptance_rounds", "Rounds, by whether all was found kept.", "readiness", by_state)
        told = "1 when every promise that applies was kept in the last round, 0 when one was not."
        yield self._gauge("acceptance_ready", told, _ready(memory))

    def _promises(self, memory: Memory) -> Iterator[Metric]:
        told = "1 for the verdict as which a promise stands, 0 for all others."
        verdicts = GaugeMetricFamily("acceptance_promise_verdict", told, labels=["target", "promise", "verdict"])
        asked = GaugeMetricFamily(
            "acceptance_promise_asked_timestamp_seconds", "When a promise was asked last.", labels=["target", "promise"]
        )
        info = InfoMetricFamily("acceptance_promise", "What each promise says.", labels=["target", "promise"])
        for id, promise in memory.questions.promises.items():
            standing = memory.standing(id)
            if standing.verdict is None or standing.at is None:
                continue
            for verdict in _ENDINGS:
                verdicts.add_metric([self._target.name, id, verdict], float(verdict is standing.verdict))
            asked.add_metric([self._target.name, id], standing.at)
            info.add_metric([self._target.name, id], {"sentence": promise.sentence, "feature": promise.feature})
        yield from (verdicts, asked, info)

    def _own(self, memory: Memory) -> Iterator[Metric]:
        totals, last = memory.known.totals, memory.last or (memory.rounds[-1] if memory.rounds else None)
        for name, told, counted in (
            ("round_duration_seconds", "How long a round took.", totals.round_seconds),
            ("first_event_seconds", "From a question to the first sign of work on it.", totals.first_event),
            ("answer_seconds", "From a question to the end of the work.", totals.answer),
        ):
            yield self._histogram(f"acceptance_{name}", told, counted)
        ended = last.at + last.seconds if last else None
        yield self._gauge("acceptance_last_round_timestamp_seconds", "When the last round ended.", ended)
        for name, told, number in (
            ("rounds_missed", "Rounds that were due while another one was under way.", totals.missed),
            (
                "history_write_failures",
                "Times that the history, page or metrics could not be written.",
                totals.unwritten,
            ),
            ("webhook_failures", "Times that the webhook did not take a change.", totals.untold),
        ):
            counter = CounterMetricFamily(f"acceptance_{name}", told, labels=["target"])
            counter.add_metric([self._target.name], number)
            yield counter

    def _info(self, name: str, told: str, **labels: str | None) -> Metric:
        info = InfoMetricFamily(name, told)
        info.add_metric([], {label: value for label, value in labels.items() if value})
        return info

    def _gauge(self, name: str, told: str, value: float | None) -> Metric:
        gauge = GaugeMetricFamily(name, told, labels=["target"])
        if value is not None:
            gauge.add_metric([self._target.name], value)
        return gauge

    def _counter(self, name: str, told: str, label: str, series: Mapping[Any, int]) -> Metric:
        counter = CounterMetricFamily(name, told, labels=["target", label])
        for value, number in series.items():
            counter.add_metric([self._target.name, str(value)], number)
        return counter

    def _histogram(self, name: str, told: str, counted: Histogram) -> Metric:
        histogram = HistogramMetricFamily(name, told, labels=["target"])
        sums = [sum(counted.counts[: place + 1]) for place in range(len(counted.counts))]
        if sums[-1]:
            ends = [*(str(end) for end in counted.ends), "+Inf"]
            histogram.add_metric([self._target.name], list(zip(ends, sums, strict=True)), counted.total)
        return histogram


_ENDINGS = [verdict for verdict in Verdict if verdict is not Verdict.NOT_ASKED]


def _ready(memory: Memory) -> float | None:
    known = {Readiness.READY: 1.0, Readiness.NOT_READY: 0.0}
    return known.get(memory.last.readiness) if memory.last else None


def registry(measured: Measured, *, process: bool) -> CollectorRegistry:
    """The metrics, with those of this process where it stays to be asked."""
    own = CollectorRegistry()
    own.register(measured)
    if process:
        ProcessCollector(registry=own)
    return own


def text(measured: Measured) -> str:
    """The metrics as a file, for node_exporter's textfile collector."""
    return generate_latest(registry(measured, process=False)).decode()
