"""What Allure shows beside a scenario's steps: its labels, links, parameters, description and captured output."""

# mypy: allow-untyped-calls
# (allure-commons says that it is typed, and is not)

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from allure_commons.mapping import parse_tag
from allure_commons.model2 import Label, Link, Parameter
from allure_commons.types import ALLURE_UNIQUE_LABELS, LabelType
from allure_commons.utils import host_tag, platform_label, represent, thread_tag

from acceptance import tags
from acceptance.promises import Example, rule_of


def parameter(name: str, value: Any, mode: str | None = None) -> Parameter:
    """Excluded from the identity, which the example's own id is."""
    return Parameter(name, value if isinstance(value, str) else represent(value), excluded=True, mode=mode)


def labels_and_links(
    scenario: Any, example: Example, issue_pattern: str | None, link_pattern: str | None
) -> tuple[list[Label], list[Link]]:
    """How the report groups, finds and filters the example; the nearest tag of a kind wins.

    The patterns, such as ``https://…/{}``, make a link of what ``@allure.issue:…`` or ``@allure.link:…`` says.
    """
    nearest_first = [*scenario.tags, *(tag for parent in around(scenario) for tag in parent.tags)]
    all_tags = [str(tag) for tag in dict.fromkeys(nearest_first)]
    told_elsewhere = {tag for tag in all_tags for kind in ("promise", "id", "severity") if tags.values([tag], kind)}
    parsed = [parse_tag(tag, issue_pattern, link_pattern) for tag in all_tags if tag not in told_elsewhere]
    bare_severity = next((label.value for label in parsed if label.name == LabelType.SEVERITY), "normal")
    promise = example.promise
    story = promise.sentence if rule_of(scenario) else None
    pairs = [
        (LabelType.EPIC, promise.epic),
        (LabelType.FEATURE, promise.feature),
        (LabelType.STORY, story),
        (LabelType.PARENT_SUITE, promise.epic),
        (LabelType.SUITE, promise.feature),
        (LabelType.SUB_SUITE, story),
        (LabelType.SEVERITY, tags.value(all_tags, "severity") or bare_severity),
        ("promise", promise.id),
        ("example", example.id),
        (LabelType.HOST, host_tag()),
        (LabelType.THREAD, thread_tag()),
        (LabelType.FRAMEWORK, "behave"),
        (LabelType.LANGUAGE, platform_label()),
    ]
    labels = [Label(name, value) for name, value in pairs if value]
    for label in parsed:
        if isinstance(label, Label) and label.name not in ALLURE_UNIQUE_LABELS:
            words = label.value if label.name == LabelType.ID else label.value.replace("_", " ")
            labels.append(Label(label.name, words))
    return labels, [link for link in parsed if isinstance(link, Link)]


def around(scenario: Any) -> Iterator[Any]:
    """The Rule and the feature, innermost first; an outline says nothing that its rows do not."""
    return filter(None, (rule_of(scenario), scenario.feature))


def description(scenario: Any) -> str:
    """Markdown: the example and its promise in plain words, then who relies on the feature and why."""
    rule, feature = rule_of(scenario), scenario.feature
    parts = [_markdown(scenario.description), _markdown(rule.description) if rule else ""]
    if feature.description:
        parts.append(f"---\n\n**{feature.name}**\n\n{_markdown(feature.description)}")
    return "\n\n".join(filter(None, parts))


def _markdown(lines: list[str]) -> str:
    """A line that opens with ``Label:`` begins a paragraph; behave has dropped the empty lines."""
    return "\n".join(re.sub(r"^([A-Z][\w -]*:)(?=\s|$)", r"\n**\1**", str(line)) for line in lines).strip()


def captured(statements: list[Any]) -> Iterator[tuple[str, str]]:
    """What the hooks, steps and clean-ups printed and logged, each kind in one text."""
    captures = [capture for statement in statements for capture in statement.captured.captures]
    for kind, name in (("stdout", "Printed"), ("stderr", "Printed as errors"), ("log", "Logged")):
        text = "\n".join(filter(None, (getattr(capture, kind).rstrip() for capture in captures)))
        if text:
            yield name, text
