"""The integrity of the feature files: ids, tags, plan tests, wording, steps."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from behave.runner_util import load_step_modules, parse_features
from behave.step_registry import registry

from acceptance import plan, tags
from acceptance.faults import known_faults
from acceptance.files import REPOSITORY
from acceptance.promises import Example, example_of

FEATURES = sorted((REPOSITORY / "features").glob("*.feature"))
PARSED = parse_features([str(path) for path in FEATURES])
EXAMPLES = [example_of(scenario) for feature in PARSED for scenario in feature.walk_scenarios()]


def test_there_are_promises_to_check() -> None:
    assert len({example.promise.id for example in EXAMPLES}) >= 3


def test_every_tag_has_a_registered_meaning() -> None:
    unknown = {tag for example in EXAMPLES for tag in example.tags if tags.meaning(tag) is None}
    assert not unknown


@pytest.mark.parametrize("kind", [entry.kind for entry in tags.REGISTRY])
def test_every_registered_kind_finds_its_own_value(kind: str) -> None:
    samples = ["phase2", "gap.1", "business-value", "promise.golden-01", "id.golden-01a", "plan.1.1a", "unit"]
    samples += ["severity.blocker", "effect.read-only", "needs.platform", "load"]
    found = [sample for sample in samples if (meaning := tags.meaning(sample)) and meaning.kind == kind]
    assert len(found) == 1


def test_ids_are_unique_and_belong_to_their_promise() -> None:
    repeated = [id for id, times in Counter(example.id for example in EXAMPLES).items() if times > 1]
    assert not repeated
    for example in EXAMPLES:
        assert example.id.startswith(example.promise.id), example.id


def test_an_id_never_means_another_thing() -> None:
    """Whatever was once called so is still there, or retired; as far as git remembers."""
    now = {example.id.partition("[")[0] for example in EXAMPLES} | {example.promise.id for example in EXAMPLES}
    assert not now & tags.RETIRED_IDS
    log = ["git", "-C", str(REPOSITORY), "log", "--patch", "--format=", "--", "features"]
    history = subprocess.run(log, capture_output=True, text=True, check=False).stdout
    once = set(re.findall(r"@(?:id|promise)\.([a-z]+-\d\d[a-z]?)\b", history))
    assert once - now <= tags.RETIRED_IDS


def test_the_numbers_of_promises_have_no_gaps() -> None:
    """One that is missing was taken away without being retired."""
    by_name: dict[str, list[str]] = {}
    for promise in sorted({example.promise.id for example in EXAMPLES}):
        name, _, number = promise.rpartition("-")
        by_name.setdefault(name, []).append(number)
    for name, numbers in by_name.items():
        retired = {each.rpartition("-")[2] for each in tags.RETIRED_IDS if each.startswith(f"{name}-")}
        assert sorted({*numbers, *retired}) == [f"{n:02}" for n in range(1, len({*numbers, *retired}) + 1)], name


def test_every_rule_is_one_sentence_with_an_example() -> None:
    for feature in PARSED:
        assert feature.rules, feature.name
        assert not feature.scenarios, f"{feature.name}: a scenario outside any rule promises nothing"
        for rule in feature.rules:
            assert rule.name[0].isupper(), rule.name
            assert not re.search(r"[.!?;:]|\b(should|might|could|usually|normally|mostly)\b", rule.name), rule.name
            assert len(list(rule.walk_scenarios())) >= 1, rule.name


@pytest.mark.parametrize("kind", [entry.kind for entry in tags.REGISTRY])
def test_every_kind_of_tag_is_used(kind: str) -> None:
    carried = {tag for example in EXAMPLES for tag in example.tags}
    assert tags.values(carried, kind), f"nothing is tagged by {kind}: take it out of the registry"


def test_every_promise_says_who_is_affected_and_where_to_look() -> None:
    for example in EXAMPLES:
        assert example.promise.affected, example.promise.id
        assert example.promise.look_first_at, example.promise.id
        assert example.promise.epic, example.promise.id


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_every_example_is_tagged_as_the_house_style_asks(example: Example) -> None:
    assert "phase2" in example.tags
    for kind in ("level", "severity", "effect"):
        assert len(tags.values(example.tags, kind)) == 1, kind
    assert example.needs


def test_plan_tests_are_the_plans() -> None:
    assert len(plan.TESTS) == 18
    assert {test for example in EXAMPLES for test in example.plan_tests} == set(plan.TESTS) | set(plan.REQUIRED)
    of_gaps = {example.promise.id for example in EXAMPLES if tags.values(example.tags, "gap")}
    answering = {example.promise.id for example in EXAMPLES if example.plan_tests}
    assert of_gaps - answering == {"imports-04", "imports-07", "staging-04"}  # what the README calls beyond the plan


def test_every_feature_opens_for_its_reader() -> None:
    for feature in PARSED:
        opening = "\n".join(feature.description)
        for expected in ("Who relies on it:", "What we promise:", "When it breaks:", "Business value from the plan:"):
            assert expected in opening, feature.name
        for justification in ("Segment:", "Goal:", "Value:", "Strategy:"):
            assert justification in opening, feature.name


def test_scenarios_keep_the_house_style() -> None:
    """Two to five steps, one When, and no technical word in what an owner reads."""
    technical = re.compile(r"https?:|\bws:|\b(json|http|url|port|status code|api|ms)\b|\b[45]\d\d\b", re.I)
    for feature in PARSED:
        for scenario in feature.walk_scenarios():
            types = [step.step_type for step in scenario.all_steps]
            assert 2 <= len(types) <= 5, scenario.name
            assert types.count("when") == 1, scenario.name
            assert types[-1] == "then", scenario.name
            words = " ".join([scenario.name, *(step.name for step in scenario.all_steps)])
            assert not technical.search(words), words


def test_every_step_function_has_a_name_and_a_docstring() -> None:
    for path in sorted((REPOSITORY / "steps").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
                assert node.name != "step_impl", path.name
                assert ast.get_docstring(node), f"{path.name}: {node.name}"
            if isinstance(node, ast.Attribute):
                assert node.attr != "execute_steps", f"{path.name}: no step calls a step"


def test_no_step_is_undefined_and_none_is_unused() -> None:
    load_step_modules([str(REPOSITORY / "steps")])
    defined = {id(matcher) for matchers in registry.steps.values() for matcher in matchers}
    used = set()
    for feature in PARSED:
        for scenario in feature.walk_scenarios():
            for step in scenario.all_steps:
                found = registry.find_step_definition(step)
                assert found, f"{scenario.name}: {step.name}"
                used.add(id(found))
    unused = [m.pattern for matchers in registry.steps.values() for m in matchers if id(m) not in used]
    assert defined
    assert not unused


def test_every_example_has_a_fault_and_every_fault_names_real_examples() -> None:
    ids = {example.id for example in EXAMPLES}
    faults = known_faults().values()
    for fault in faults:
        assert fault.breaks | fault.hides <= ids, fault.name
        assert not fault.breaks & fault.hides, fault.name
    unbroken = ids - {id for fault in faults for id in fault.roots}
    assert not unbroken, "each example guards something of its own: a fault that is about it breaks it"


def test_the_hooks_stay_short() -> None:
    assert len((REPOSITORY / "environment.py").read_text(encoding="utf-8").splitlines()) < 100


def test_the_readme_counts_the_promises_of_each_gap() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:gap (\d)|business value): [^|]+ \| ([^|]+) \| (\d+) \|$", readme, re.M)
    counted: dict[str, tuple[set[str], int]] = {}
    for gap in ("1", "2", "3", "4", ""):
        tag = f"gap.{gap}" if gap else "business-value"
        of_gap = [example for example in EXAMPLES if tag in example.tags]
        counted[gap] = (
            {Path(each.location).name.partition(".")[0] for each in of_gap},
            len({each.promise.id for each in of_gap}),
        )
    assert {gap: (set(re.findall(r"`(\w+)`", files)), int(many)) for gap, files, many in rows} == counted
