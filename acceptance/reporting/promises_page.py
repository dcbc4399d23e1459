"""What a promise is, told before anything is run: of one for the terminal, of all as the page ``docs/promises.md``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from behave.model import ScenarioOutline
from behave.runner_util import load_step_modules, parse_features
from behave.step_registry import registry

from acceptance import plan, tags
from acceptance.faults import Fault, known_faults
from acceptance.files import REPOSITORY
from acceptance.promises import Example, Promise, example_of
from acceptance.target import Target
from acceptance.targets import load_target
from acceptance.verdicts import ConfigurationError, nearest
from acceptance.world import World

COMMAND = "python -m acceptance explain all > docs/promises.md"

_TOUCHES = {
    tags.PLATFORM: "sign-in, chat and live updates",
    tags.SOURCE_TREE: "the source tree, which is only read",
    "passwords": "people's passwords",
    "minted-tokens": "tokens that are signed here with the platform's own secret",
    "service-secret": "the secret by which services know each other",
    "load": "as many people at once as the target declares",
}
_MAKES = {
    "read-only": "no data",
    "creates-data": "people, signed out afterwards, and conversations, removed afterwards",
    "disruptive": "an outage of a part, which is given back afterwards",
}
_SHOWN_TARGETS = ("embedded", "local", "staging")
_DEADLINE = re.compile(r"""deadlines?[\[(]['"](?P<name>[^'"]+)['"]""")
_OF_WORLD = re.compile(r"\b(?:world|self)\.(?P<name>\w+)\b")

_INTRODUCTION = f"""\
# The promises

Written by `{COMMAND}`; what is promised is in `features/`, and
what breaks it in `faults/`.

Each promise ends as one of the verdicts that the README explains. `python -m acceptance explain ID` says the same of
one promise, example, test of the plan, rule of the audit or fault. An example is asked where the target has what it
touches and may make what it makes; otherwise it is *not asked*, with the reason.
"""


@dataclass(frozen=True)
class Told:
    """One example, and what can be said of it beforehand."""

    example: Example
    steps: tuple[str, ...]
    waits: tuple[str, ...]
    #: The faults that are about it, by name.
    proven_by: tuple[str, ...]


class Catalogue:
    """All promises of the specification, with what is known of each before a run."""

    def __init__(self, features: Path = REPOSITORY / "features", steps: Path = REPOSITORY / "steps") -> None:
        load_step_modules([str(steps)])
        self._faults = known_faults()
        files = sorted(str(path) for path in features.rglob("*.feature"))
        scenarios = (scenario for feature in parse_features(files) for scenario in feature.walk_scenarios())
        self.examples = [self._told(scenario) for scenario in scenarios if not isinstance(scenario, ScenarioOutline)]

    @property
    def by_promise(self) -> Iterator[tuple[Promise, list[Told]]]:
        """Each promise with its examples, in the order of the features."""
        for promise, examples in groupby(self.examples, key=lambda told: told.example.promise):
            yield promise, list(examples)

    def explained(self, asked: str) -> str:
        """What there is to say of an id, for a terminal.

        Raises :class:`ConfigurationError` with the nearest for one that nothing has.
        """
        promises = {promise.id: (promise, examples) for promise, examples in self.by_promise}
        if asked in promises:
            return _promise(*promises[asked])
        of_example = [told for told in self.examples if asked in (told.example.id, told.example.id.partition("[")[0])]
        if of_example:
            return _promise(of_example[0].example.promise, of_example)
        of_plan = [told for told in self.examples if asked in told.example.plan_tests]
        if of_plan:
            name = {**plan.TESTS, **plan.REQUIRED}.get(asked, "")
            answers = [(promise, list(told)) for promise, told in groupby(of_plan, key=lambda t: t.example.promise)]
            return f"{asked}: {name} of the plan\n\n" + "\n".join(_promise(*each) for each in answers)
        if asked in self._faults:
            return _fault(self._faults[asked])
        known = [*promises, *(told.example.id for told in self.examples), *plan.TESTS, *self._faults]
        near = nearest(asked, known)
        hint = f"did you mean “{near}”?" if near else "name a promise such as imports-01, or a fault"
        raise ConfigurationError(f"there is nothing called “{asked}”: {hint}")

    def page(self) -> str:
        """All promises as Markdown."""
        parts = [_INTRODUCTION, *_deadlines(), *_overview(self.by_promise)]
        for feature, promises in groupby(self.by_promise, key=lambda each: each[0].feature):
            parts.append(f"## {feature}\n")
            parts += [_as_markdown(promise, examples) for promise, examples in promises]
        return "\n".join(parts).rstrip() + "\n"

    def _told(self, scenario: Any) -> Told:
        example = example_of(scenario)
        about = sorted(name for name, fault in self._faults.items() if example.id in fault.roots)
        entailed = sorted(name for name, fault in self._faults.items() if example.id in fault.entails)
        steps = tuple(f"{step.keyword} {step.name}" for step in scenario.all_steps)
        return Told(example, steps, tuple(_waits(scenario.all_steps)), tuple(about or entailed))


def _waits(steps: Iterable[Any]) -> Iterator[str]:
    """The names of the deadlines by which the functions behind the steps wait, in the target's order."""
    named: set[str] = set()
    for step in steps:
        found = registry.find_match(step)
        if found is not None:
            named |= _deadlines_in(inspect.getsource(found.func), set())
    return (name for name in _of_targets("embedded") if name in named)


def _deadlines_in(source: str, seen: set[str]) -> set[str]:
    """The deadlines that a function names, or that what it calls of the world names."""
    named = {match["name"] for match in _DEADLINE.finditer(source)}
    for match in _OF_WORLD.finditer(source):
        method = getattr(World, match["name"], None)
        if inspect.isfunction(method) and match["name"] not in seen:
            seen.add(match["name"])
            named |= _deadlines_in(inspect.getsource(method), seen)
    if re.search(r"\bauth\b|sign_in", source):
        named.add("sign-in")
    return named


@cache
def _of_targets(name: str) -> Mapping[str, float]:
    target: Target = load_target(name, {})
    return {deadline: each.seconds for deadline, each in target.deadlines.items()}


def _deadlines() -> Iterator[str]:
    yield "## How long may it take\n"
    yield "Each answer is waited for until its deadline has passed, and no longer. In seconds:\n"
    by_target = {name: _of_targets(name) for name in _SHOWN_TARGETS}
    yield f"| deadline | {' | '.join(by_target)} |\n{'|---' * (len(by_target) + 1)}|"
    for deadline in by_target["embedded"]:
        yield f"| {deadline} | {' | '.join(f'{seconds[deadline]:g}' for seconds in by_target.values())} |"
    yield ""


def _overview(promises: Iterable[tuple[Promise, list[Told]]]) -> Iterator[str]:
    yield "## All of them\n"
    yield "| promise | | examples | of the plan |\n|---|---|---|---|"
    for promise, examples in promises:
        tests = sorted({test for told in examples for test in told.example.plan_tests})
        yield f"| [{promise.id}](#{promise.id}) | {promise.sentence} | {len(examples)} | {', '.join(tests)} |"
    yield ""


def _as_markdown(promise: Promise, examples: Sequence[Told]) -> str:
    lines = [f"### {promise.id}\n", f"**{promise.sentence}.**\n"]
    lines += [f"Affected: {promise.affected}\n", f"Look first at: {promise.look_first_at}\n"]
    lines.append("| example | touches | makes | waits | proven by |\n|---|---|---|---|---|")
    for told in examples:
        proven = ", ".join(f"[{name}](../faults/{name}.patch)" for name in told.proven_by)
        lines.append(
            f"| `{told.example.id}` {told.example.title} | {_touches(told.example)} | {_MAKES[told.example.effect]} "
            f"| {', '.join(told.waits) or 'for nothing'} | {proven} |"
        )
    return "\n".join([*lines, ""])


def _promise(promise: Promise, examples: Sequence[Told]) -> str:
    lines = [f"{promise.id}: {promise.sentence}", "", f"Affected: {promise.affected}"]
    lines += [f"Look first at: {promise.look_first_at}"]
    faults = known_faults()
    for told in examples:
        tests = f" (plan {', '.join(told.example.plan_tests)})" if told.example.plan_tests else ""
        lines += ["", f"{told.example.id}  {told.example.title}{tests}", *(f"    {step}" for step in told.steps)]
        lines += [
            f"  touches    {_touches(told.example)}",
            f"  makes      {_MAKES[told.example.effect]}",
            f"  waits      {', '.join(_seconds(told.waits)) or 'for nothing'}",
            *(f"  proven by  {name}: {faults[name].people_notice}" for name in told.proven_by),
        ]
    asked = f"--tags=@promise.{promise.id}" if len(examples) > 1 else f"--tags=@id.{examples[0].example.id}"
    return "\n".join([*lines, "", f"To ask it: behave {asked.partition('[')[0]}", ""])


def _fault(fault: Fault) -> str:
    lines = [f"{fault.name}: {fault.people_notice}", "", f"Gap: {fault.gap}"]
    for label, ids in (("Breaks", fault.roots), ("Entails", fault.entails), ("Hides", fault.hides)):
        if ids:
            lines.append(f"{label}: {', '.join(sorted(ids))}")
    lines += ["", f"To see it: behave --tags=@phase2 -D faults={fault.name}"]
    return "\n".join([*lines, f"To prove it: python -m acceptance prove --fault {fault.name}", ""])


def _seconds(waits: Iterable[str]) -> Iterator[str]:
    embedded, staging = _of_targets("embedded"), _of_targets("staging")
    return (f"{name} ({embedded[name]:g} s here, {staging[name]:g} s on staging)" for name in waits)


def _touches(example: Example) -> str:
    return "; ".join(_TOUCHES[need] for need in sorted(example.needs or {tags.PLATFORM}))
