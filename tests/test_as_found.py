"""The platform as the plan found it: its 18 tests fail there by design, each for itself, seen by the real command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import Ran, acceptance, behave

from acceptance import plan
from acceptance.faults import as_found, faulty_copy
from acceptance.files import DEFAULT_MANIFEST, REFERENCE
from acceptance.source import audit, load_manifest
from acceptance.verdicts import ConfigurationError, Verdict

BY_GAP = as_found()
PLANTED = [fault for faults in BY_GAP.values() for fault in faults]
NUMBERS = dict(zip(BY_GAP, ("1", "2", "3", "4"), strict=True))
ASKED = (*plan.TESTS, *plan.REQUIRED)
#: What only an import from a side path can break, which is what gap 1 is: both look at the same facts.
SEEN_FROM_ANOTHER_GAP = {"4.2a"}
#: Which promises turn when a gap is closed: gaps 1 and 4 look at the same facts, so each leaves some of the other's.
TURNED = {
    "imports": {*(f"imports-0{number}" for number in range(1, 8)), "ssot-04"},
    "factories": {*(f"factories-0{number}" for number in range(1, 5)), *(f"isolation-0{n}" for n in (1, 2, 3, 4))},
    "staging": {f"staging-0{number}" for number in range(1, 6)},
    "ssot": {"ssot-05"},
}
#: The warnings of gap 1's faults are too many without those of gap 4, although no single one of them is.
ONLY_TOGETHER = {"ssot-03a", "ssot-03b"}
CORE = "netra_backend.app.websocket_core"
#: What the plan quotes of the platform's own check ("Found other WebSocket Manager classes").
SEVEN = (
    "websocket_manager.UnifiedWebSocketManager",
    "websocket_manager.WebSocketManagerFactory",
    "websocket_manager.WebSocketManagerMode",
    "websocket_manager.WebSocketManagerProtocol",
    "unified_manager.UnifiedWebSocketManager",
    "protocols.WebSocketManagerProtocol",
    "protocols.WebSocketManagerProtocolValidator",
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return behave(tmp_path_factory.mktemp("as-found"), "--tags=@phase2", "-D", "platform=as-found")


def plan_examples(ran: Ran) -> dict[str, dict[str, str]]:
    """Of each test of the plan, its examples' verdicts by their ids."""
    found: dict[str, dict[str, str]] = {}
    for promise in ran.results["promises"]:
        for example in promise["examples"]:
            for test in example["plan_tests"]:
                found.setdefault(test, {})[example["id"]] = example["verdict"]
    return found


@pytest.mark.parametrize("test", ASKED)
def test_each_test_of_the_plan_is_broken(ran: Ran, test: str) -> None:
    verdicts = plan_examples(ran)[test]
    assert Verdict.BROKEN in verdicts.values()
    assert set(verdicts.values()) <= {Verdict.BROKEN, Verdict.KEPT}, verdicts


def test_what_breaks_is_what_the_faults_break_one_by_one(ran: Ran) -> None:
    """Were there less, one fault would hide another; nothing is kept from being told."""
    broken = {id for id, verdict in ran.examples.items() if verdict == Verdict.BROKEN}
    assert broken == {id for fault in PLANTED for id in fault.breaks}
    assert {verdict for id, verdict in ran.examples.items() if id not in broken} == {Verdict.KEPT}
    assert ran.exit_code == 1
    assert acceptance(ran.reports, "verdict").exit_code == 1


def test_the_shipped_list_knows_exactly_what_breaks(ran: Ran) -> None:
    listed = acceptance(ran.reports, "verdict", "--ratchet", "--known-gaps", "known-gaps/as-found.toml")
    assert listed.output.startswith("No worse than known: "), listed.output
    assert listed.exit_code == 0


@pytest.mark.parametrize("gap", BY_GAP)
def test_each_gap_breaks_its_own_tests_by_itself(ran: Ran, gap: str) -> None:
    broken = {id for fault in BY_GAP[gap] for id in fault.breaks}
    own = {test for test in ASKED if test.startswith(NUMBERS[gap])} - SEEN_FROM_ANOTHER_GAP
    examples = plan_examples(ran)
    assert [test for test in sorted(own) if broken.isdisjoint(examples[test])] == []


@pytest.mark.parametrize("gap", BY_GAP)
def test_each_gap_holds_tests_of_the_plan_that_nothing_else_breaks(ran: Ran, gap: str) -> None:
    """So that closing it is seen while the others are open."""
    others = {id for other, faults in BY_GAP.items() if other != gap for fault in faults for id in fault.breaks}
    broken = {test for test, examples in plan_examples(ran).items() if Verdict.BROKEN in examples.values()}
    own = {test for test in broken if others.isdisjoint(plan_examples(ran)[test])}
    everything = {test for test in ASKED if test.startswith(NUMBERS[gap])}
    assert own >= ({"4.2b"} if gap == "ssot" else everything)  # the others of gap 4 look at what gap 1 leaves, too


@pytest.mark.parametrize("gap", BY_GAP)
def test_a_fault_stands_under_the_gap_that_it_is(gap: str) -> None:
    assert {fault.gap.partition(":")[0] for fault in BY_GAP[gap]} == {NUMBERS[gap]}


def test_there_are_as_many_warnings_as_the_plan_began_with(ran: Ran) -> None:
    source = ran.results["source"]
    assert source["ssot_warnings"] == source["ssot_warnings_at_start"] == 37


def test_the_results_and_the_terminal_say_what_was_planted(ran: Ran) -> None:
    target = ran.results["target"]
    assert target["as_found"] is True
    assert target["planted_faults"] == [fault.name for fault in PLANTED]
    counted = ", ".join(f"{len(BY_GAP[gap])} of gap {number}" for gap, number in NUMBERS.items())
    assert f"as found: {len(PLANTED)} faults planted, {counted}" in re.sub(r"\s+", " ", ran.output)
    assert "Faults planted" not in ran.output


def test_further_faults_come_after_those_of_the_platform_and_none_twice(tmp_path: Path) -> None:
    extra = f"echo,{PLANTED[0].name}"
    ran = behave(tmp_path, "--tags=@id.factories-01a", "-D", "platform=as-found", "-D", f"faults={extra}")
    assert ran.results["target"]["planted_faults"] == [*(fault.name for fault in PLANTED), "echo"]
    assert f"{len(PLANTED) + 1} faults planted" in ran.output
    assert "1 of business value" in ran.output


def test_the_reference_is_what_is_judged_unless_said_otherwise(tmp_path: Path) -> None:
    ran = behave(tmp_path, "--tags=@id.factories-01a", "-D", "platform=reference")
    target = ran.results["target"]
    assert (ran.exit_code, target["as_found"], target["planted_faults"]) == (0, False, [])


def test_the_command_to_see_it_again_asks_the_same_platform(ran: Ran) -> None:
    told = [path.read_text(encoding="utf-8") for path in (ran.reports / "allure-results").iterdir() if path.is_file()]
    assert any("--tags=@id.factories-01a -D platform=as-found" in text for text in told)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["platform=as-fund"], "there is no platform “as-fund”: did you mean “as-found”?"),
        (["platform=production"], "there is no platform “production”: choose reference or as-found"),
        (["platform=as-found", "target=local"], "-D platform=… goes with the embedded target only"),
        (["platform=reference", "target=staging"], "-D platform=… goes with the embedded target only"),
        (["platform=as-found", "closed=import"], "-D closed=import: there is no such gap: did you mean “imports”?"),
        (["closed=imports"], "-D closed=… goes with -D platform=as-found only"),
        (["platform=as-found", "faults=emitter-for-nobody"], "leave it or another one out"),
    ],
)
def test_what_cannot_be_planted_is_refused_in_a_sentence(tmp_path: Path, options: list[str], told: str) -> None:
    ran = behave(tmp_path, "--tags=@phase2", *(part for option in options for part in ("-D", option)))
    assert ran.exit_code == 2
    assert told in ran.output
    assert "Traceback" not in ran.output
    assert not (tmp_path / "results.json").exists()


def test_the_platforms_own_check_lists_the_plans_seven_classes(tmp_path: Path) -> None:
    tree = faulty_copy(REFERENCE, PLANTED, tmp_path)
    listed = {f"{CORE}.{name}" for name in SEVEN}
    assert listed <= set(audit(tree, load_manifest(DEFAULT_MANIFEST)).own_check.names)
    sound = audit(REFERENCE, load_manifest(DEFAULT_MANIFEST)).own_check.names
    assert f"{CORE}.websocket_manager.WebSocketManager" not in sound


@pytest.mark.parametrize("gap", BY_GAP)
def test_a_gap_that_is_closed_turns_its_promises_and_no_others(ran: Ran, gap: str, tmp_path: Path) -> None:
    """And when it is rolled back they turn back: that is the run with every gap."""
    closed = behave(tmp_path, "--tags=@phase2", "-D", "platform=as-found", "-D", f"closed={gap}")
    others = {id for other, faults in BY_GAP.items() if other != gap for fault in faults for id in fault.breaks}
    left = others | ONLY_TOGETHER
    assert {id for id, verdict in closed.examples.items() if verdict == Verdict.BROKEN} == left
    assert {verdict for id, verdict in closed.examples.items() if id not in left} == {Verdict.KEPT}
    assert promises(ran, Verdict.BROKEN) - promises(closed, Verdict.BROKEN) == TURNED[gap]
    assert closed.results["target"]["closed"] == [gap]
    assert f"as found (every gap of the plan planted but {gap})" in acceptance(tmp_path, "verdict").output
    assert f"; closed: {gap}\n" in closed.output
    rolled_back = acceptance(tmp_path, "verdict", "--ratchet", "--known-gaps", "known-gaps/as-found.toml")
    assert rolled_back.exit_code == 3, "what is closed is listed, and now kept"


def promises(ran: Ran, verdict: Verdict) -> set[str]:
    return {promise["id"] for promise in ran.results["promises"] if promise["verdict"] == verdict}


LISTS = {gap: [faults[0].name] for gap, faults in BY_GAP.items()}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"imports": ["second-manger"]}, "there is no fault “second-manger”: did you mean “second-manager”?"),
        ({"imports": []}, "is not as it must be (imports: "),
        ({"imports": "second-manager"}, "is not as it must be (imports: "),
        ({"imprts": ["second-manager"]}, "is not as it must be (imprts: "),
        ({"ssot": [*LISTS["ssot"], *LISTS["imports"]]}, f"lists {LISTS['imports'][0]} more than once"),
    ],
)
def test_a_list_that_cannot_be_planted_is_refused(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    file = written(tmp_path, {**LISTS, **changed})
    with pytest.raises(ConfigurationError, match=re.escape(told)) as refused:
        as_found(file)
    assert str(refused.value).startswith(str(file))


def test_a_list_that_leaves_a_gap_out_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, {gap: names for gap, names in LISTS.items() if gap != "staging"})
    with pytest.raises(ConfigurationError, match=r"is not as it must be \(staging: "):
        as_found(file)


@pytest.mark.parametrize("text", [None, "imports = ["])
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "as-found.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        as_found(file)


def written(folder: Path, lists: dict[str, object]) -> Path:
    """A list of the test's own; Python's words and lists of words are TOML's, too."""
    file = folder / "as-found.toml"
    file.write_text("".join(f"{key} = {value!r}\n" for key, value in lists.items()), encoding="utf-8")
    return file
