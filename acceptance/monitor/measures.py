"""The plan's eight measures, from what the monitor knows; what was not measured is None, and never a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acceptance.drivers.envelopes import FIVE_EVENTS
from acceptance.monitor.memory import Memory, Readiness
from acceptance.monitor.questions import Pace, feature_of
from acceptance.plan import WARNINGS_ALLOWED
from acceptance.verdicts import Verdict, worst

_FACTORIES = "factory_patterns"
_UNTOLD = {Verdict.COULD_NOT_TELL, Verdict.SUITE_FAULT}


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def ratio(self) -> float:
        """From 0 to 1."""
        return self.part / self.of

    def __str__(self) -> str:
        return f"{self.part} of {self.of} ({_percent(self)})"


@dataclass(frozen=True)
class Measure:
    """One of the eight, as people read it; ``told`` is None where it was not measured, and ``why`` says why."""

    name: str
    told: str | None
    of: str
    why: str = ""
    good: bool | None = None


def ssot_warnings(memory: Memory) -> int | None:
    """Modules with a finding on a core concept, in the tree that was audited last."""
    return memory.known.source.ssot_warnings if memory.known.source and _judged(memory) else None


def canonical_imports(memory: Memory) -> Share | None:
    """Imports of governed names from their homes, of all imports of governed names."""
    source = memory.known.source
    if source is None or not source.imports or source.canonical_imports is None or not _judged(memory):
        return None
    return Share(source.canonical_imports, source.imports)


def factory_coordination(memory: Memory) -> Share | None:
    """Examples about factories that are kept, of those that the monitor asks."""
    examples = memory.questions.examples
    return _kept(
        memory.known.latest[name].verdict
        for name in memory.questions.paces
        if feature_of(examples[name]) == _FACTORIES and name in memory.known.latest
    )


def staging_health(memory: Memory) -> Share | None:
    """Promises that are asked by reading alone and are kept, of all of these."""
    by_promise: dict[str, list[Verdict]] = {}
    for example in memory.questions.at(Pace.READING):
        if latest := memory.known.latest.get(example.id):
            by_promise.setdefault(example.promise.id, []).append(latest.verdict)
    return _kept(worst(verdicts) for verdicts in by_promise.values())


def golden_path(memory: Memory) -> Share | None:
    """Examples of the golden path that were kept in the last 24 hours, of those that could be told."""
    return _told(done.golden_path for done in memory.rounds)


def isolation(memory: Memory) -> Share | None:
    """Examples of isolation that were kept in the last 24 hours, of those that could be told."""
    return _told(done.isolation for done in memory.rounds)


def delivery(memory: Memory) -> dict[str, Share]:
    """Each of the five events: how often it was seen in the last 24 hours, of how often it was promised."""
    counted: dict[str, Share] = {}
    for done in memory.rounds:
        for event, (expected, delivered) in done.events.items():
            before = counted.get(event, Share(0, 0))
            counted[event] = Share(before.part + delivered, before.of + expected)
    return {event: counted[event] for event in FIVE_EVENTS if event in counted and counted[event].of}


def ready_rounds(memory: Memory) -> Share | None:
    """Rounds of the last 24 hours that found everything kept, of all rounds; a rehearsal is never ready."""
    if memory.rehearsal or not memory.rounds:
        return None
    return Share(sum(done.readiness is Readiness.READY for done in memory.rounds), len(memory.rounds))


def measures(memory: Memory) -> list[Measure]:
    """All eight, in the plan's order."""
    warnings, start = ssot_warnings(memory), memory.known.source and memory.known.source.ssot_warnings_at_start
    of_source, of_creating = _why_not(memory, Pace.SOURCE), _why_not(memory, Pace.CREATING)
    events = delivery(memory)
    ready = ready_rounds(memory)
    return [
        Measure(
            "SSOT warnings",
            None if warnings is None else f"{warnings} (fewer than {WARNINGS_ALLOWED} wanted, {start} at the start)",
            "modules with a finding on a core concept",
            of_source,
            None if warnings is None else warnings < WARNINGS_ALLOWED,
        ),
        _share(
            "Canonical imports", canonical_imports(memory), "imports of governed names, from their homes", of_source
        ),
        _share("Factory coordination", factory_coordination(memory), "examples about factories, kept", of_source),
        _share(
            "Staging health",
            staging_health(memory),
            "promises asked by reading alone, kept",
            _why_not(memory, Pace.READING),
        ),
        _share(
            "Golden path", golden_path(memory), "examples of the last 24 hours that could be told, kept", of_creating
        ),
        Measure(
            "Delivery of the five events",
            ", ".join(f"{FIVE_EVENTS[event]} {_percent(share)}" for event, share in events.items()) or None,
            "events that a conversation of the last 24 hours promised, seen",
            of_creating,
            all(share.part == share.of for share in events.values()) if events else None,
        ),
        _share("Isolation", isolation(memory), "examples of the last 24 hours that could be told, kept", of_creating),
        _share(
            "Readiness for deployment",
            ready,
            "rounds of the last 24 hours in which every promise that applies was kept",
            "a rehearsal on the reference platform is never ready" if memory.rehearsal else "no round has ended yet",
        ),
    ]


def _share(name: str, share: Share | None, of: str, why: str) -> Measure:
    return Measure(name, str(share) if share else None, of, why, share.part == share.of if share else None)


def _percent(share: Share) -> str:
    """Rounded down: what is not whole is never told as 100 %."""
    return f"{share.part * 1000 // share.of / 10:g} %"


def _judged(memory: Memory) -> bool:
    """Whether the last audit came to an answer."""
    latest = [memory.known.latest.get(example.id) for example in memory.questions.at(Pace.SOURCE)]
    return Pace.SOURCE not in memory.known.troubles and any(each and each.verdict not in _UNTOLD for each in latest)


def _why_not(memory: Memory, pace: Pace) -> str:
    """Why nothing of a pace was measured."""
    if pace in memory.known.troubles:
        return memory.known.troubles[pace]
    asked = memory.questions.at(pace)
    if asked:
        ended = filter(None, (memory.known.latest.get(each.id) for each in asked))
        return next((each.reason for each in ended if each.verdict in _UNTOLD), "it was not asked yet")
    kinds, excused = memory.questions.kinds, memory.questions.excused
    return next(reason for name, reason in excused.items() if kinds.get(name) is pace)


def _kept(verdicts: Iterable[Verdict]) -> Share | None:
    """None where nothing could be told at all."""
    told = [verdict for verdict in verdicts if verdict is not Verdict.NOT_ASKED]
    if not set(told) - _UNTOLD:
        return None
    return Share(told.count(Verdict.KEPT), len(told))


def _told(rounds: Iterable[dict[Verdict, int]]) -> Share | None:
    kept, of = 0, 0
    for counted in rounds:
        kept += counted.get(Verdict.KEPT, 0)
        of += sum(counted.get(verdict, 0) for verdict in (Verdict.KEPT, Verdict.BROKEN, Verdict.KNOWN_GAP))
    return Share(kept, of) if of else None
