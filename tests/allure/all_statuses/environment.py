"""Hooks that do what a tag `@hook.<hook>.<act>` says, or `-D <hook>=<act>` for the hooks of the run."""

# mypy: allow-untyped-calls, allow-untyped-decorators

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import allure
from behave import fixture, use_fixture
from behave.reporter.base import Reporter

from acceptance.reporting import allure_formatter
from acceptance.reporting import outcome as outcomes
from acceptance.reporting.outcome import outcome, remember_cleanup_error
from acceptance.verdicts import Broken, CouldNotTell


class Recorder(Reporter):  # type: ignore[misc]
    """What behave itself says of every scenario, and the verdict that its tag expects."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.said: list[dict[str, Any]] = []

    def feature(self, feature: Any) -> None:
        for scenario in feature.walk_scenarios():
            rule = next((parent for parent in ancestors(scenario) if parent.type == "rule"), None)
            told = outcome(scenario)
            expected = next(tag for tag in scenario.tags if tag.startswith("verdict."))
            self.said.append(
                {
                    "feature": feature.name,
                    "rule": rule and rule.name,
                    "name": scenario.name,
                    "row": dict(scenario._row.items()) if scenario._row else {},
                    "expected": expected.removeprefix("verdict.").replace("_", " "),
                    "status": scenario.status.name,
                    "verdict": told and told.verdict.value,
                    "steps": [[f"{step.keyword} {step.name}", step.status.name] for step in scenario.all_steps],
                }
            )

    def end(self) -> None:
        Path(self.config.userdata["said"]).write_text(json.dumps(self.said))


def ancestors(statement: Any) -> Iterator[Any]:
    while statement := getattr(statement, "parent", None):
        yield statement


def act(hook: str, act: str | None, statement: Any) -> None:
    print(f"{hook} prints")
    logging.getLogger("netra").warning("%s logs", hook)
    match act:
        case "error":
            raise RuntimeError(f"{hook} went wrong")
        case "broken":
            raise Broken(f"{hook} saw it broken")
        case "could_not_tell":
            raise CouldNotTell(f"{hook} could not tell")
        case "skip":
            statement.skip(f"{hook} says so")
        case "skip_silently":
            statement.skip()
        case "add_row":
            statement.scenarios[0].examples[0].table.add_row(["milk"])
        case "interrupt":
            raise KeyboardInterrupt
        case "attach":
            allure.attach(f"attached in {hook}", hook)


def hook(name: str, statement: Any, tags: list[str]) -> None:
    for tag in tags:
        if tag.startswith(f"hook.{name}."):
            act(name, tag.rsplit(".", 1)[1], statement)


def before_all(context: Any) -> None:
    context.config.reporters.append(Recorder(context.config))
    context.on_cleanup_error = remember_cleanup_error
    for number in range(context.config.userdata.getint("cleanups_that_fail", 0)):
        context.add_cleanup(fail, number)
    act("before_all", context.config.userdata.get("before_all"), None)


def after_all(context: Any) -> None:
    act("after_all", context.config.userdata.get("after_all"), None)


def before_feature(context: Any, feature: Any) -> None:
    hook("before_feature", feature, feature.tags)


def after_feature(context: Any, feature: Any) -> None:
    hook("after_feature", feature, feature.tags)


def before_rule(context: Any, rule: Any) -> None:
    hook("before_rule", rule, rule.tags)


def after_rule(context: Any, rule: Any) -> None:
    hook("after_rule", rule, rule.tags)


def before_scenario(context: Any, scenario: Any) -> None:
    hook("before_scenario", scenario, scenario.tags)
    if "interrupted" in scenario.tags:
        act("before_scenario", context.config.userdata.get("before_scenario"), scenario)
        if context.config.userdata.get("interrupt") == "clean-up":
            context.add_cleanup(act, "clean-up", "interrupt", None)


def after_scenario(context: Any, scenario: Any) -> None:
    hook("after_scenario", scenario, scenario.tags)
    if "interrupted" in scenario.tags:
        act("after_scenario", context.config.userdata.get("after_scenario"), scenario)


def before_step(context: Any, step: Any) -> None:
    if step.name == "a step that passes":
        hook("before_step", step, context.scenario.tags)


def after_step(context: Any, step: Any) -> None:
    if step.name in ("a step that passes", "a step asserts that 1 is 2"):
        hook("after_step", step, context.scenario.tags)


def before_tag(context: Any, tag: str) -> None:
    match tag:
        case "hook.before_tag.error":
            act("before_tag", "error", None)
        case "hook.before_tag_of_rule.could_not_tell":
            act("before_tag", "could_not_tell", None)
        case "fixture.that_fails":
            use_fixture(that_fails, context)
        case "fixture.whose_cleanup_fails":
            use_fixture(whose_cleanup_fails, context)


def after_tag(context: Any, tag: str) -> None:
    if tag == "hook.after_tag.error":
        act("after_tag", "error", None)


@fixture
def that_fails(context: Any) -> Iterator[None]:
    raise RuntimeError("the fixture went wrong")
    yield


@fixture
def whose_cleanup_fails(context: Any) -> Iterator[None]:
    yield
    fail("of the fixture")


def fail(what: object) -> NoReturn:
    raise RuntimeError(f"clean-up {what} went wrong")


outcomes.redact = lambda text: text.replace("hunter2", "(hidden)")
if not os.environ.get("STOCK"):  # the tests also show what allure-behave's own formatter makes of these features
    allure_formatter.install(globals())
