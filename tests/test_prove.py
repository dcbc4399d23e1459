"""The proof: each way in which a fault, an example or the command itself could be too good is seen to fail."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from command import clean_environment
from made_up_runs import EXAMPLES, TEXTS, a_proof
from reference_services import eventually

from acceptance.cli import prove
from acceptance.cli.prove import Asked
from acceptance.faults import Fault, known_faults
from acceptance.files import REPOSITORY
from acceptance.proof import trials
from acceptance.proof.trials import Ended
from acceptance.reporting import proof as proofs
from acceptance.reporting.proof import How, Outcome, Proof
from acceptance.verdicts import ConfigurationError, Verdict

IDS = [example.id for example in EXAMPLES]
FAULT = Fault(
    name="made-up",
    gap="1: live updates are built from one set of parts",
    people_notice="nothing works.",
    roots=frozenset({"golden-01a"}),
    entails=frozenset({"golden-02a"}),
    hides=frozenset({"golden-03a"}),
    patch=Path("made-up.patch"),
)
AS_DECLARED = {"golden-01a": Verdict.BROKEN, "golden-02a": Verdict.BROKEN, "golden-03a": Verdict.COULD_NOT_TELL}


def ended(verdicts: Mapping[str, Verdict], problem: str = "") -> Ended:
    return Ended({**dict.fromkeys(IDS, Verdict.KEPT), **verdicts}, 1.0, problem)


@pytest.mark.parametrize(
    ("seen", "outcome", "told"),
    [
        (AS_DECLARED, Outcome.CAUGHT, []),
        (
            {},
            Outcome.SURVIVED,
            [
                "golden-01a is declared under Breaks, and was kept",
                "golden-02a is declared under Entails, and was kept",
                "golden-03a is declared under Hides, and was kept",
            ],
        ),
        (
            {**AS_DECLARED, "access-03a[from elsewhere]": Verdict.BROKEN},
            Outcome.OTHER,
            ["access-03a[from elsewhere] is not declared, and was broken"],
        ),
        (
            {**AS_DECLARED, "golden-03a": Verdict.BROKEN},
            Outcome.OTHER,
            ["golden-03a is declared under Hides, and was broken"],
        ),
        (
            {**AS_DECLARED, "golden-01a": Verdict.COULD_NOT_TELL},
            Outcome.OTHER,
            ["golden-01a is declared under Breaks, and was could not tell"],
        ),
        (
            {**AS_DECLARED, "imports-02a": Verdict.NOT_ASKED},
            Outcome.OTHER,
            ["imports-02a is not declared, and was not asked"],
        ),
    ],
)
def test_a_trial_is_compared_exactly(seen: dict[str, Verdict], outcome: Outcome, told: list[str]) -> None:
    trial = trials.judged(FAULT, How.EVERYTHING, ended(seen), EXAMPLES)
    assert (trial.outcome, trial.told) == (outcome, told)


def test_what_was_declared_and_not_asked_is_missed() -> None:
    """A fault that declares an example about the platform is not proven by its source tree alone."""
    trial = trials.judged(FAULT, How.SOURCE, Ended({}, 1.0), EXAMPLES)
    assert trial.outcome is Outcome.SURVIVED
    assert "golden-01a is declared under Breaks, and was not asked" in trial.told


def test_a_run_that_failed_by_itself_proves_nothing() -> None:
    trial = trials.judged(FAULT, How.EVERYTHING, ended(AS_DECLARED, "the specification itself failed: a bug"), EXAMPLES)
    assert (trial.outcome, trial.told) == (Outcome.NOT_TRIED, ["the specification itself failed: a bug"])


def test_controls_fail_where_something_is_kept_or_not() -> None:
    assert trials.control(Verdict.KEPT, ended({}), EXAMPLES) == (Outcome.CAUGHT, [])
    broken = trials.control(Verdict.KEPT, ended({"golden-01a": Verdict.BROKEN}), EXAMPLES)
    assert broken == (Outcome.OTHER, ["golden-01a was broken"])
    nothing = ended(dict.fromkeys(IDS, Verdict.COULD_NOT_TELL))
    assert trials.control(None, nothing, EXAMPLES) == (Outcome.CAUGHT, [])
    vacuous = replace(nothing, verdicts={**nothing.verdicts, "golden-01a": Verdict.KEPT})
    assert trials.control(None, vacuous, EXAMPLES) == (Outcome.OTHER, ["golden-01a was kept"])
    excused = replace(nothing, verdicts={**nothing.verdicts, "golden-01a": Verdict.NOT_ASKED})
    assert trials.control(None, excused, EXAMPLES) == (Outcome.OTHER, ["golden-01a was not asked"])
    silent = replace(nothing, verdicts={id: nothing.verdicts[id] for id in IDS if id != "golden-01a"})
    assert trials.control(None, silent, EXAMPLES) == (Outcome.OTHER, ["golden-01a was not asked"])


def test_only_roots_that_were_caught_prove_an_example() -> None:
    caught = trials.judged(FAULT, How.EVERYTHING, ended(AS_DECLARED), EXAMPLES)
    survived = trials.judged(replace(FAULT, name="survivor"), How.EVERYTHING, ended({}), EXAMPLES)
    by = {
        id: names for each in trials.proven([caught, survived], EXAMPLES, TEXTS) for id, names in each.examples.items()
    }
    assert set(by) == set(IDS)
    assert {id: names for id, names in by.items() if names} == {"golden-01a": ["made-up"]}


def test_a_proof_speaks_of_a_wording_only() -> None:
    proof = a_proof()
    text = TEXTS["golden-01"]
    assert proof.is_proven
    assert proof.noticed("golden-01", text) == ["whatever golden-01a is about is gone.", *(
        f"whatever {id} is about is gone." for id in IDS if id.startswith("golden-01b")
    )]  # fmt: skip
    assert proof.noticed_by("golden-01a", "golden-01", text) == ["whatever golden-01a is about is gone."]
    assert proof.noticed("golden-01", "sha256:another") == []


def test_a_proof_with_an_example_that_nothing_breaks_proves_nothing() -> None:
    proof = a_proof(without="golden-02a")
    assert proof.unbroken == ["golden-02a"]
    assert not proof.is_proven


def test_the_schema_is_published() -> None:
    schema = (REPOSITORY / "docs" / "proof.schema.json").read_text(encoding="utf-8")
    done = say("schema", "proof")
    assert done.stdout == schema
    jsonschema.validate(a_proof().model_dump(mode="json"), Proof.model_json_schema())


@pytest.mark.parametrize(("content", "says"), [("{}", "is no proof of this version (made: "), ("no", "is no proof of")])
def test_what_is_no_proof_is_refused(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / proofs.FILE_NAME
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        proofs.read(file)
    assert says in str(refused.value)


def say(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "acceptance", *arguments]
    env = clean_environment()
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fault", "second-manger"], "there is no fault “second-manger”: did you mean “second-manager”?"),
        (["--promise", "golden-1"], "there is no promise “golden-1”: did you mean “golden-01”?"),
    ],
)
def test_what_is_not_there_is_refused(arguments: list[str], says: str) -> None:
    done = say("prove", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


# By the real command


def test_a_few_faults_are_proven_each_in_its_own_way(tmp_path: Path) -> None:
    """One is asked of its tree alone, one of the platform alone; a part is told, and is no proof."""
    done = say("prove", "--fault", "second-manager", "--fault", "unreadable-ignored", "--reports", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("2 faults: survivors 0, undeclared 0, vacuous 0 (")
    assert [each.name for each in tmp_path.iterdir()] == [".proof.lock"]


def test_a_fault_that_does_not_do_what_it_declares_is_not_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its header says another example; and one more example is broken by nothing."""
    known = known_faults()
    wrong = replace(known["second-manager"], roots=frozenset({"imports-02a"}))
    monkeypatch.setattr(trials, "known_faults", lambda: {wrong.name: wrong})
    monkeypatch.setattr(prove, "stop_in_order_on_signals", lambda: None)
    assert prove.prove(Asked([], [], None, tmp_path, whole=False)) == 1
    proof = proofs.read(tmp_path / proofs.FILE_NAME)
    (trial,) = proof.faults
    assert trial.outcome is Outcome.OTHER
    assert trial.told == [
        "imports-01a[manager] is not declared, and was broken",
        "imports-02a is declared under Breaks, and was kept",
        "ssot-01a is not declared, and was broken",
    ]
    assert all(control.outcome is Outcome.CAUGHT for control in proof.controls)
    assert len(proof.unbroken) == len(IDS)
    assert (tmp_path / "proof" / "second-manager" / "results.json").is_file()
    assert "imports-01a" in (tmp_path / "proof" / "second-manager" / "output.txt").read_text(encoding="utf-8")


def test_a_fault_that_does_not_fit_is_named_and_the_others_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what it alone would break, of the promise that is asked for, is seen by nobody."""
    patch = tmp_path / "misfit.patch"
    patch.write_text("--- a/nowhere.py\n+++ b/nowhere.py\n@@ -1 +1 @@\n-a\n+b\n", encoding="utf-8")
    fits = known_faults()["emitter-on-offer-elsewhere"]
    misfit = replace(fits, name="misfit", roots=frozenset({"imports-03a"}), patch=patch)
    monkeypatch.setattr(trials, "known_faults", lambda: {"misfit": misfit, fits.name: fits})
    monkeypatch.setattr(prove, "stop_in_order_on_signals", lambda: None)
    assert prove.prove(Asked([], ["imports-03"], None, tmp_path, whole=False)) == 1
    said = capsys.readouterr().out
    assert said.startswith("misfit: could not be tried\n  the fault misfit.patch does not apply (nowhere.py: ")
    assert "\nNo fault is seen to break imports-03a\n" in said
    assert said.splitlines()[-1].startswith("2 faults: survivors 0, undeclared 0, vacuous 1, not tried 1 (")


def test_ctrl_c_ends_everything_and_leaves_an_earlier_proof(tmp_path: Path) -> None:
    earlier = tmp_path / proofs.FILE_NAME
    earlier.write_text(a_proof().model_dump_json(), encoding="utf-8")
    folders = tmp_path / "folders"
    folders.mkdir()
    command = [sys.executable, "-m", "acceptance", "prove", "--reports", str(tmp_path), "--jobs", "2"]
    env = clean_environment({"TMPDIR": str(folders)})
    with subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        eventually(lambda: len(list(folders.glob("netra-acceptance-*"))) >= 1, "a platform was started")
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert (
        said.decode().strip() == "Interrupted: nothing is proven, and an earlier proof, if there is one, is as it was."
    )
    assert proofs.read(earlier).is_proven
    assert list(folders.iterdir()) == [], "each run has tidied up behind itself"
