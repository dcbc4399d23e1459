"""Promises and examples as the feature files tell them: ids, sentences, who is affected, where to look first.

A promise is a ``Rule:`` tagged ``@promise.<id>``; its description ends with two paragraphs that every failure quotes::

    Affected: everyone who chats.
    Look first at: the message handler of live updates.

Each scenario under it is an example with an id of its own, which is its identity in Allure, history and results.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from behave.runner_util import parse_features

from acceptance import tags
from acceptance.files import REPOSITORY

AFFECTED = "Affected:"
LOOK_FIRST_AT = "Look first at:"
WHEN_IT_BREAKS = "When it breaks:"


@dataclass(frozen=True)
class Promise:
    """One absolute sentence, and what a failure of it tells the reader.

    ``when_it_breaks`` is what the feature says of people's loss.
    """

    id: str
    sentence: str
    feature: str
    epic: str | None
    affected: str
    look_first_at: str
    when_it_breaks: str = ""


@dataclass(frozen=True)
class Example:
    """One scenario under a promise; an outline gives one example a row."""

    id: str
    title: str
    promise: Promise
    tags: frozenset[str]
    location: str

    @property
    def effect(self) -> str:
        """What asking does to the target; ``read-only`` where the example says nothing."""
        return tags.value(self.tags, "effect") or "read-only"

    @property
    def needs(self) -> frozenset[str]:
        """What a target must have to be asked: ``platform``, ``source-tree``, ``passwords``, …"""
        return frozenset(tags.values(self.tags, "needs"))

    @property
    def plan_tests(self) -> list[str]:
        """What of the plan this example answers: tests such as ``1.1a``, or the configuration, ``3.2``."""
        return sorted(tags.values(self.tags, "plan"))


def phase2() -> tuple[list[Example], dict[str, str]]:
    """The examples of this specification in file order, whether or not a run selects them; and each promise's text.

    A text is a SHA-256 of the promise's Rule: tags, sentence, description, examples, steps and tables. What stands
    above it and holds for it too (the feature's tags and background) is part of it; how the file is laid out, its
    comments and the other Rules are not. Raises behave's ``ParserError`` when a feature file cannot be read.
    """
    features = list(parse_features(sorted(map(str, (REPOSITORY / "features").rglob("*.feature")))))
    examples = [example_of(scenario) for feature in features for scenario in feature.walk_scenarios()]
    texts = {_promise_id(rule, feature): _text_of(rule) for feature in features for rule in feature.rules}
    return [example for example in examples if "phase2" in example.tags], texts


def example_of(scenario: Any) -> Example:
    """The example that a behave scenario is.

    A scenario outside the house style (no Rule, no id) is named by its place in words, so that it keeps an
    identity of its own and is still reported.
    """
    all_tags = frozenset(str(tag) for tag in scenario.effective_tags)
    title = plain_title(scenario)
    promise = _promise_of(scenario)
    own_id = tags.value(scenario.tags, "id")
    row = getattr(scenario, "_row", None)
    identity = own_id or f"{promise.id} / {title}"
    if row is not None and row.cells:
        identity = f"{identity}[{row.cells[0]}]" if own_id else f"{identity}[{', '.join(row.cells)}]"
    return Example(identity, title, promise, all_tags, f"{Path(scenario.filename).name}:{scenario.line}")


def _text_of(rule: Any) -> str:
    said: list[Any] = [sorted(rule.feature.tags), sorted(rule.tags), rule.name, rule.description]
    for background in filter(None, (rule.feature.background, rule.background)):
        said.append([background.name, *map(_step_text, background.steps)])
    for scenario in rule.scenarios:
        tables = [[each.name, sorted(each.tags), _cells(each.table)] for each in getattr(scenario, "examples", ())]
        steps = [_step_text(step) for step in scenario.steps]
        said.append([scenario.keyword, sorted(scenario.tags), scenario.name, scenario.description, steps, tables])
    plain = json.dumps(said, ensure_ascii=False, default=str)
    return f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}"


def _step_text(step: Any) -> list[Any]:
    return [step.keyword, step.name, step.text, _cells(step.table)]


def _cells(table: Any) -> list[list[str]]:
    return [table.headings, *(row.cells for row in table.rows)] if table else []


def plain_title(scenario: Any) -> str:
    """The scenario's title without the ``-- @1.1 examples`` that behave adds to an outline's rows."""
    title = re.sub(r"\s+-- @\d+\.\d+.*$", "", str(scenario.name)).strip()
    return title or str(scenario.keyword)


def rule_of(scenario: Any) -> Any | None:
    """The Rule around a behave scenario, or None."""
    return next((parent for parent in _ancestors(scenario) if parent.type == "rule"), None)


def _ancestors(scenario: Any) -> Iterator[Any]:
    parent = scenario.parent
    while parent is not None:
        yield parent
        parent = getattr(parent, "parent", None)


def _promise_of(scenario: Any) -> Promise:
    feature, rule = scenario.feature, rule_of(scenario)
    owner = rule or feature
    description = _paragraphs(owner.description)
    return Promise(
        id=_promise_id(rule, feature),
        sentence=str(owner.name),
        feature=str(feature.name),
        epic=tags.epic(str(tag) for tag in feature.tags),
        affected=description.get(AFFECTED, ""),
        look_first_at=description.get(LOOK_FIRST_AT, ""),
        when_it_breaks=_paragraphs(feature.description).get(WHEN_IT_BREAKS, ""),
    )


def _promise_id(rule: Any | None, feature: Any) -> str:
    return tags.value((rule or feature).tags, "promise") or " / ".join(filter(None, (feature.name, rule and rule.name)))


def _paragraphs(lines: list[str]) -> dict[str, str]:
    """The known ``Label:`` paragraphs of a description, joined over line ends.

    behave drops empty lines, so only another ``Label:`` ends a paragraph.
    """
    found: dict[str, str] = {}
    label = None
    for line in (str(line).strip() for line in lines):
        started = next((known for known in (AFFECTED, LOOK_FIRST_AT, WHEN_IT_BREAKS) if line.startswith(known)), None)
        if started:
            label, found[started] = started, line[len(started) :].strip()
        elif re.match(r"[A-Z][\w -]*:", line):
            label = None
        elif label:
            found[label] += " " + line
    return found
