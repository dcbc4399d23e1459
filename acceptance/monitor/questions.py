"""What the monitor asks, at which pace, and why it does not ask the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from acceptance.promises import Example, Promise
from acceptance.tags import SOURCE_TREE
from acceptance.target import Target

GOLDEN_PATH, ISOLATION = "golden_path", "user_isolation"  # the features whose data-creating examples are asked


class Pace(StrEnum):
    """How often an example is asked; the value is what people read."""

    READING = "read-only"
    CREATING = "data-creating"
    SOURCE = "source"


#: What behave is given to ask all the examples of a pace.
SELECTIONS: Mapping[Pace, Sequence[str]] = {
    Pace.READING: ("--tags=@phase2 and @effect.read-only and not @needs.source-tree",),
    Pace.CREATING: (
        f"features/{GOLDEN_PATH}.feature",
        f"features/{ISOLATION}.feature",
        "--tags=@phase2 and @effect.creates-data and not @needs.source-tree and not @load",
    ),
    Pace.SOURCE: ("--tags=@phase2 and @needs.source-tree",),
}


@dataclass(frozen=True)
class Questions:
    """Of every example of the specification its pace, or why the monitor does not ask it of this target."""

    examples: Mapping[str, Example]
    paces: Mapping[str, Pace]
    excused: Mapping[str, str]
    kinds: Mapping[str, Pace]  # at which pace it would be asked of a target that allows it

    @property
    def promises(self) -> dict[str, Promise]:
        """Every promise by its id, in the order of the features."""
        return {example.promise.id: example.promise for example in self.examples.values()}

    def at(self, pace: Pace) -> list[Example]:
        """The examples that are asked at this pace."""
        return [self.examples[name] for name, own in self.paces.items() if own is pace]

    def of(self, promise: str) -> list[str]:
        """The ids of all the examples of a promise, asked or not."""
        return [name for name, example in self.examples.items() if example.promise.id == promise]


def questions(examples: Sequence[Example], target: Target) -> Questions:
    """What is asked of a target, by its declaration."""
    paces, excused, kinds = {}, {}, {}
    for example in examples:
        pace = _pace(example)
        if pace:
            kinds[example.id] = pace
        reason = target.excuse(example.needs, example.effect) or _never(example, pace, target)
        if reason:
            excused[example.id] = reason
        elif pace:
            paces[example.id] = pace
    return Questions({example.id: example for example in examples}, paces, excused, kinds)


def feature_of(example: Example) -> str:
    """The name of its feature file."""
    return example.location.partition(".")[0]


def _pace(example: Example) -> Pace | None:
    if SOURCE_TREE in example.needs:
        return Pace.SOURCE
    if example.effect == "read-only":
        return Pace.READING
    if (
        example.effect == "creates-data"
        and feature_of(example) in (GOLDEN_PATH, ISOLATION)
        and "load" not in example.tags
    ):
        return Pace.CREATING
    return None


def _never(example: Example, pace: Pace | None, target: Target) -> str | None:
    if pace is Pace.CREATING and target.synthetic_person is None:
        return f"target {target.name} declares no synthetic person"
    if pace is not None:
        return None
    if example.effect == "disruptive":
        return "a monitor takes nothing away from people"
    if "load" in example.tags:
        return "a monitor puts no load on the platform"
    return "a monitor creates data only for the golden path, the events and isolation"
