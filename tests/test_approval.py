"""Approvals by the real commands: what is refused, what must be accepted, what is written, and what changed since.

The platform of the first half is the reference, started by hand and declared as an ordinary target, beside a git
checkout of its source. The refusals of the second half are of made-up results.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from command import BEHAVE, clean_environment
from made_up_runs import EXAMPLES, a_proof, a_run, embedded, kept_in, no_platform, staging, tree
from reference_services import REFERENCE, Starter, by_hand
from repositories import checkout, git
from test_targets import SERVICE_SECRET, target_file, variables

from acceptance.files import REPOSITORY
from acceptance.known_gaps import KnownGap
from acceptance.promises import phase2
from acceptance.reporting.results import Results
from acceptance.verdicts import Verdict

OLGA = "Olga Owner <olga@example.com>"
ACCEPT_LINE = re.compile(r"^  --accept (?P<quote>'?)(?P<id>.+)=REASON(?P=quote)$", re.M)
UNASKED = {example.id for example in EXAMPLES if example.effect == "disruptive"}  # the target does not declare it
PROMISES = ["golden-03", "staging-04"]  # theirs
SOURCE = {example.promise.id for example in EXAMPLES if "source-tree" in example.needs}
PLATFORM = {example.promise.id for example in EXAMPLES if "platform" in example.needs}
ALL = SOURCE | PLATFORM
COUNT = len(ALL)


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    exit_code: int
    output: str

    @property
    def to_accept(self) -> list[str]:
        """What is printed as a line to copy, in its order."""
        return [found["id"] for found in ACCEPT_LINE.finditer(self.output)]

    def of(self, reason: str) -> set[str]:
        """The promises that are listed below a reason."""
        below = re.search(rf"^  [A-Z][a-z ]+: [^\n]*{re.escape(reason)}[^\n]*\n((?:    .*\n)*)", self.output, re.M)
        assert below, f"{reason!r} is not said: {self.output}"
        return {line.split()[0] for line in below[1].splitlines()}


@dataclass(frozen=True)
class Desk:
    """Where somebody sits who approves and verifies: a folder with reports/ and approvals/, and a specification."""

    folder: Path
    specification: Path = REPOSITORY

    def say(self, *arguments: str, **variables: str) -> Said:
        env = clean_environment({"PYTHONPATH": str(self.specification), **variables})
        command = [sys.executable, "-m", "acceptance", "signoff", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        output = done.stdout + done.stderr
        assert "Traceback" not in output, output
        return Said(done.returncode, output)

    def approve(self, *arguments: str, by: str = OLGA, **variables: str) -> Said:
        reports = [part for name in ("source", "staging") for part in ("--reports", f"reports/{name}")]
        return self.say("approve", *reports, "--by", by, "--role", "product owner", *arguments, **variables)

    def verify(self, *arguments: str, **variables: str) -> Said:
        return self.say("verify", *arguments, **variables)

    @property
    def approvals(self) -> list[Path]:
        return sorted((self.folder / "approvals").glob("*.toml"))

    @property
    def approval(self) -> Path:
        (file,) = self.approvals
        return file

    def results(self, name: str) -> Path:
        return self.folder / "reports" / name / "results.json"

    def change(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the results of a run as they are on the disk."""
        file = self.results(name)
        results = json.loads(file.read_text(encoding="utf-8"))
        change(results)
        file.write_text(json.dumps(results), encoding="utf-8")


def copy_of(folder: Path, into: Path) -> Path:
    return shutil.copytree(folder, into, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".*"))


def a_specification(into: Path) -> Path:
    """A copy of what asks and what it asks, to be edited."""
    for name in ("acceptance", "features", "steps"):
        copy_of(REPOSITORY / name, into / name)
    for name in ("environment.py", "behave.ini", "ssot.toml"):
        shutil.copy(REPOSITORY / name, into / name)
    return into


def accepting(ids: Sequence[str], reason: str = "It is asked by hand before each release.") -> list[str]:
    return [part for id in ids for part in ("--accept", f"{id}={reason}")]


@pytest.fixture(scope="module")
def netra(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The platform's source as somebody has checked it out."""
    return checkout(copy_of(REFERENCE, tmp_path_factory.mktemp("platform") / "netra"))


@pytest.fixture(scope="module")
def judged(netra: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a source run and a run that asked two processes started by hand, by a committed specification."""
    folder = tmp_path_factory.mktemp("desk")
    specification = checkout(a_specification(tmp_path_factory.mktemp("specification")))
    starter = Starter(tmp_path_factory.mktemp("by-hand"))
    try:
        platform = by_hand(starter, "staging", SERVICE_SECRET=SERVICE_SECRET)
        settings = {**platform.addresses, "staging": True, "capabilities": ["creates-data", "mint-tokens", "load"]}
        settings |= {"load_users": 3, "load_run_time": 2}
        secrets = {"jwt_secret": platform.variables["JWT_SECRET_KEY"], "service_secret": SERVICE_SECRET}
        for name, options in {
            "source": ["target=source", f"source={netra}"],
            "staging": [f"target={target_file(folder, settings)}"],
        }.items():
            given = [part for option in (*options, f"reports={folder / 'reports' / name}") for part in ("-D", option)]
            done = subprocess.run(
                [BEHAVE, "--tags=@phase2", *given],
                cwd=specification,
                env=clean_environment(variables("mine", secrets)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        starter.close()
    yield Desk(folder, specification)


@pytest.fixture(scope="module")
def approved(judged: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk after an approval, unsigned."""
    desk = Desk(tmp_path_factory.mktemp("approved") / "desk", judged.specification)
    shutil.copytree(judged.folder, desk.folder)
    said = desk.approve(*accepting(PROMISES))
    assert said.exit_code == 0, said.output
    return desk


@pytest.fixture
def desk(approved: Desk, tmp_path: Path) -> Desk:
    """A copy of that desk, to be changed."""
    shutil.copytree(approved.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk", approved.specification)


def test_what_was_not_asked_must_be_accepted_line_by_line(judged: Desk, tmp_path: Path) -> None:
    """The lines that are printed are the ones that are needed; each wants the owner's own words."""
    desk = Desk(shutil.copytree(judged.folder, tmp_path / "desk"), judged.specification)
    said = desk.approve()
    assert said.exit_code == 1
    assert "5 examples were not seen kept" in said.output
    assert "target mine does not declare that it may be disturbed" in said.output
    lines = said.to_accept
    assert lines == ["golden-03a", "staging-04"]
    for incomplete in (lines[:1], lines[1:]):
        again = desk.approve(*accepting(incomplete))
        assert again.exit_code == 1
        assert again.to_accept == [id for id in lines if id not in incomplete]
    for reason in ("REASON", "", "TODO: ask"):
        unwritten = desk.approve(*accepting(lines, reason))
        assert unwritten.exit_code == 2
        assert "has no reason yet" in unwritten.output
    assert not desk.approvals
    assert desk.approve(*accepting(lines)).exit_code == 0
    assert desk.approval


def test_an_approval_says_who_what_and_by_which_digests(approved: Desk, netra: Path) -> None:
    said = tomllib.loads(approved.approval.read_text(encoding="utf-8"))
    today = date.today()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-olga-owner\.toml", approved.approval.name)
    assert (said["by"], said["role"]) == (OLGA, "product owner")
    assert abs(said["approved"].date() - today) <= timedelta(days=1)
    assert abs(said["expires"] - today - timedelta(days=90)) <= timedelta(days=1)
    revision = git(netra, "rev-parse", "HEAD")
    assert said["statement"] == (
        f"Olga Owner approves as product owner: the source tree {netra} at {revision[:12]} and target mine keep "
        f"{COUNT - 2} of {COUNT} promises in full; 5 examples not seen kept are accepted, each with a reason."
    )
    source, platform = said["run"]
    asked = json.loads(approved.results("staging").read_text(encoding="utf-8"))
    for run, name in ((source, "source"), (platform, "staging")):
        assert run["folder"] == f"reports/{name}"
        assert run["results"] == f"sha256:{sha256(approved.results(name).read_bytes()).hexdigest()}"
        assert run["specification"] == git(approved.specification, "rev-parse", "HEAD")
        assert run["specification_changed"] is False
    audited = json.loads(approved.results("source").read_text(encoding="utf-8"))["source"]
    manifest = audited["manifest_version"]
    assert source["source"] == {"tree": str(netra), "revision": revision, "manifest": manifest}
    assert platform["platform"] == {"name": "mine", "staging": True} | {
        key: asked["target"][key] for key in ("addresses", "versions")
    }
    assert set(platform["platform"]["versions"]) == {"chat", "sign-in"}
    assert {promise["id"]: promise["text"] for promise in said["promise"]} == phase2()[1]
    by_run = {promise["id"]: promise.get("decided_by") for promise in said["promise"]}
    assert {id for id, runs in by_run.items() if "reports/source" in runs} == SOURCE
    accepted = {each["example"]: each for each in said["accepted"]}
    assert set(accepted) == UNASKED
    assert accepted["golden-03a"] == {
        "example": "golden-03a",
        "what": "not asked",
        "because": "target mine does not declare that it may be disturbed",
        "reason": "It is asked by hand before each release.",
    }


def test_what_has_not_changed_stands(approved: Desk, netra: Path) -> None:
    said = approved.verify()
    assert said.exit_code == 0, said.output
    assert f"As signed: the source tree {netra}, at {git(netra, 'rev-parse', 'HEAD')[:12]}" in said.output
    for name in ("source", "staging"):
        assert f"As signed: the results in reports/{name}" in said.output
    assert f"It stands: {COUNT} of {COUNT} promises stand as signed." in said.output
    assert "No longer stands" not in said.output


def edited(folder: Path, old: str, new: str) -> Path:
    """A copy of the specification in which one text of the golden path reads otherwise."""
    for name in ("acceptance", "features"):
        copy_of(REPOSITORY / name, folder / name)
    file = folder / "features" / "golden_path.feature"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rule: A person who asks a question watches the work", "Rule: Whoever asks a question watches the work"),
        ("  | a task for the agent   |\n", "  | a task for an agent    |\n"),
    ],
    ids=["sentence", "row"],
)
def test_edited_wording_makes_only_its_own_promise_stale(old: str, new: str, approved: Desk, tmp_path: Path) -> None:
    said = Desk(approved.folder, edited(tmp_path, old, new)).verify()
    assert said.exit_code == 1
    assert said.of("its wording was edited") == {"golden-01"}
    assert f"{COUNT - 1} of {COUNT} promises stand as signed" in said.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Feature: The golden path\n", "Feature: The path of gold\n"),
        ("  @promise.golden-01\n", "  # Nobody is promised anything by this line.\n\n  @promise.golden-01\n"),
        ("  | a task for the agent   |\n", "    |  a task for the agent |\n"),
    ],
    ids=["title", "comment", "layout"],
)
def test_what_promises_nothing_makes_nothing_stale(old: str, new: str, approved: Desk, tmp_path: Path) -> None:
    said = Desk(approved.folder, edited(tmp_path, old, new)).verify()
    assert said.exit_code == 0, said.output
    assert f"{COUNT} of {COUNT} promises stand as signed" in said.output


def test_a_promise_that_is_gone_and_one_that_is_new(approved: Desk, tmp_path: Path) -> None:
    said = Desk(approved.folder, edited(tmp_path, "@promise.golden-02\n", "@promise.golden-99\n")).verify()
    assert said.exit_code == 1
    assert said.of("it is no longer in the specification") == {"golden-02"}
    assert said.of("new in the specification") == {"golden-99"}
    assert f"{COUNT - 1} of {COUNT} promises stand as signed" in said.output


def test_another_revision_makes_every_source_promise_stale(approved: Desk, netra: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(netra), str(clone))
    assert approved.verify("--source", str(clone)).exit_code == 0
    (clone / "new.py").write_text("", encoding="utf-8")
    changed = approved.verify("--source", str(clone))
    assert changed.exit_code == 1
    assert changed.of("has changes that are in no revision") == SOURCE
    git(clone, "add", "new.py")
    git(clone, "commit", "--quiet", "--message", "one more")
    moved = approved.verify("--source", str(clone))
    assert moved.exit_code == 1
    assert (
        moved.of(f"is at {git(clone, 'rev-parse', 'HEAD')[:12]}, and was at {git(netra, 'rev-parse', 'HEAD')[:12]}")
        == SOURCE
    )
    assert f"{len(ALL) - len(SOURCE)} of {COUNT} promises stand as signed" in moved.output


def slower_by_half_a_second(results: dict[str, Any]) -> None:
    results["promises"][0]["examples"][0]["seconds"] += 0.5


@pytest.mark.parametrize(("name", "stale"), [("source", SOURCE), ("staging", PLATFORM - set(PROMISES))])
def test_tampered_results_decide_nothing(name: str, stale: set[str], desk: Desk) -> None:
    desk.change(name, slower_by_half_a_second)
    said = desk.verify()
    assert said.exit_code == 1
    assert said.of(f"the results in reports/{name} were changed after they were signed") == stale
    desk.results(name).write_text("{}", encoding="utf-8")
    broken = desk.verify()
    assert broken.exit_code == 1
    assert broken.of(f"the results in reports/{name} were changed") == stale


def later(results: dict[str, Any]) -> None:
    results["run"]["started"] = "2026-01-02T03:04:00Z"


def test_another_run_is_compared(desk: Desk) -> None:
    """The same again; on other addresses; of another version; and one that no longer keeps a promise."""
    desk.change("staging", later)
    named = ("--reports", "reports/source", "--reports", "reports/staging")
    same = desk.verify(*named)
    assert same.exit_code == 0, same.output
    assert "Compared: reports/staging holds another run, of 02 January 2026, 03:04 UTC\n" in same.output

    def moved(results: dict[str, Any]) -> None:
        results["target"]["addresses"]["base_url"] = "https://green.example.com"
        results["target"]["versions"]["chat"] = "99"

    desk.change("staging", moved)
    elsewhere = desk.verify()
    assert elsewhere.exit_code == 1
    assert elsewhere.of("the address base_url is https://green.example.com, and was http://127.0.0.1:") == PLATFORM
    assert elsewhere.of("the version chat is 99, and was ") == PLATFORM


def test_a_changed_date_does_not_hide_changed_results(desk: Desk) -> None:
    """Nobody has named it, so it is not the run that was signed, whatever date it bears."""

    def tampered(results: dict[str, Any]) -> None:
        slower_by_half_a_second(results)
        later(results)

    desk.change("staging", tampered)
    said = desk.verify()
    assert said.exit_code == 3
    assert re.search(
        r"Not checked: reports/staging holds another run, of .*: the results of target mine that were signed are not",
        said.output,
    )


def end_as(results: dict[str, Any], example: str, verdict: str, reason: str = "it did nothing") -> None:
    found = {each["id"]: each for promise in results["promises"] for each in promise["examples"]}
    found[example] |= {"verdict": verdict, "reason": reason}


def test_a_later_run_that_keeps_less(desk: Desk) -> None:
    def less(results: dict[str, Any]) -> None:
        later(results)
        end_as(results, "golden-02a", "broken")
        end_as(results, "golden-01a", "not asked", "target mine does not declare that data may be created on it")

    desk.change("staging", less)
    said = desk.verify()
    assert said.exit_code == 1
    assert said.of("golden-02a is broken (it did nothing)") == {"golden-02"}
    assert re.search(
        r"Not checked: reports/staging holds another run, of .*, which did not ask golden-01a\n", said.output
    )
    assert f"{COUNT - 1} of {COUNT} promises stand as signed" in said.output


def test_what_is_not_here_is_not_compared_and_said(desk: Desk, netra: Path) -> None:
    away = desk.folder / "away"
    desk.results("staging").rename(away)
    said = desk.verify()
    assert said.exit_code == 3
    assert "Not checked: the results of target mine (reports/staging) are not here to compare" in said.output
    assert f"It stands as far as could be checked: {COUNT} of {COUNT} promises stand as signed." in said.output
    elsewhere = desk.folder / "elsewhere"
    elsewhere.mkdir()
    away.rename(elsewhere / "results.json")
    found = desk.verify("--reports", "elsewhere", "--reports", "reports/source")
    assert found.exit_code == 0, found.output
    assert "As signed: the results in elsewhere" in found.output


def test_a_rehearsal_in_the_same_folder_is_no_other_run(desk: Desk) -> None:
    kept_in(desk.folder / "reports" / "staging", a_run(embedded(), tree(is_reference=True)))
    said = desk.verify()
    assert said.exit_code == 3
    assert "the results of target mine (reports/staging) are not here to compare" in said.output


def test_a_tree_that_is_not_here(desk: Desk, netra: Path) -> None:
    text = desk.approval.read_text(encoding="utf-8")
    desk.approval.write_text(text.replace(json.dumps(str(netra)), '"../nowhere"'), encoding="utf-8")
    said = desk.verify()
    assert said.exit_code == 3
    assert "the source tree ../nowhere is not here to compare: name it with --source" in said.output
    assert desk.verify("--source", str(netra)).exit_code == 0
    none = desk.verify("--source", str(desk.folder))
    assert none.exit_code == 2
    assert "is no git checkout" in none.output


def test_an_approval_has_an_end(desk: Desk) -> None:
    expires(desk, date(2026, 1, 2))
    said = desk.verify()
    assert said.exit_code == 1
    assert "Nothing of it stands: it expired on 2026-01-02" in said.output
    assert f"0 of {COUNT} promises stand as signed" in said.output


def expires(desk: Desk, day: date) -> None:
    text = desk.approval.read_text(encoding="utf-8")
    changed, times = re.subn(r"^expires = .*$", f"expires = {day}", text, count=1, flags=re.M)
    assert times == 1
    desk.approval.write_text(changed, encoding="utf-8")


def test_a_proof_is_named_and_compared(judged: Desk, tmp_path: Path) -> None:
    desk = Desk(shutil.copytree(judged.folder, tmp_path / "desk"), judged.specification)
    proof = desk.folder / "reports" / "source" / "proof.json"
    content = a_proof().model_dump_json()
    proof.write_text(content, encoding="utf-8")
    accept = accepting(PROMISES)
    assert desk.approve(*accept).exit_code == 0
    said = tomllib.loads(desk.approval.read_text(encoding="utf-8"))["proof"]
    assert said == {"file": "reports/source/proof.json", "digest": f"sha256:{sha256(content.encode()).hexdigest()}"}
    assert "As signed: the proof reports/source/proof.json" in desk.verify().output
    proof.write_text("[]", encoding="utf-8")
    other = desk.verify()
    assert other.exit_code == 3
    assert "reports/source/proof.json is another proof than the one that was signed" in other.output
    proof.unlink()
    assert "the proof reports/source/proof.json is not here to compare" in desk.verify().output
    proof.write_text(a_proof(without="golden-01a").model_dump_json(), encoding="utf-8")
    failed = desk.approve(*accept)
    assert failed.exit_code == 2
    assert "the proof reports/source/proof.json failed: `make prove` says what" in failed.output
    missing = desk.approve(*accept, "--proof", "nowhere.json")
    assert missing.exit_code == 2
    assert "--proof nowhere.json: there is no such file" in missing.output


def test_an_approval_never_overwrites_another(desk: Desk) -> None:
    first = desk.approval
    before = first.read_bytes()
    said = desk.approve(*accepting(PROMISES))
    assert said.exit_code == 0
    assert [file.name for file in desk.approvals] == [f"{first.stem}-2.toml", first.name]
    assert f"If it replaces approvals/{first.name}, remove that in the same change" in said.output
    assert first.read_bytes() == before
    both = desk.verify()
    assert both.exit_code == 0
    assert both.output.count(f"It stands: {COUNT} of {COUNT} promises stand as signed.") == 2


# Signatures

signing = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="signatures need ssh-keygen, which is not here")
NAMESPACE = "netra-phase2-approval"


def a_key(folder: Path, name: str, passphrase: str = "") -> Path:
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", str(key)], check=True)
    return key


def allow(desk: Desk, person: str, key: Path) -> None:
    public = key.with_name(f"{key.name}.pub").read_text(encoding="utf-8")
    signers = desk.folder / "approvals" / "allowed_signers"
    signers.write_text(f'{person} namespaces="{NAMESPACE}" {public}', encoding="utf-8")


@pytest.fixture
def signed(judged: Desk, tmp_path: Path) -> Desk:
    """A desk with a signed approval whose key is known."""
    desk = Desk(shutil.copytree(judged.folder, tmp_path / "desk"), judged.specification)
    key = a_key(tmp_path, "olga")
    said = desk.approve(*accepting(PROMISES), "--sign", str(key))
    assert said.exit_code == 0, said.output
    line = next(line for line in said.output.splitlines() if line.startswith("olga@example.com "))
    (desk.folder / "approvals" / "allowed_signers").write_text(f"{line}\n", encoding="utf-8")
    return desk


@signing
def test_a_signature_by_a_known_key_stands(signed: Desk) -> None:
    assert signed.approval.with_name(f"{signed.approval.name}.sig").is_file()
    said = signed.verify("--require-signature")
    assert said.exit_code == 0, said.output
    assert "As signed: the signature was made by a key that is known for this person" in said.output


@signing
def test_what_was_changed_after_it_was_signed_is_void(signed: Desk) -> None:
    """Its end put off, which nobody could see without the signature."""
    expires(signed, date.today() + timedelta(days=300))
    said = signed.verify()
    assert said.exit_code == 1
    assert "Nothing of it stands: the approval was changed after it was signed" in said.output
    assert f"0 of {COUNT} promises stand as signed" in said.output


@signing
def test_a_signature_by_another_key_or_for_another_person_is_void(signed: Desk, tmp_path: Path) -> None:
    signers = signed.folder / "approvals" / "allowed_signers"
    known = signers.read_text(encoding="utf-8")
    allow(signed, "olga@example.com", a_key(tmp_path, "another"))
    void = "Nothing of it stands: the signature was made by a key that is not known for this person (olga@example.com)"
    assert void in signed.verify().output
    signers.write_text(known.replace("olga@", "quentin@"), encoding="utf-8")
    assert void in signed.verify().output
    signers.write_text(known.replace(NAMESPACE, "git"), encoding="utf-8")
    assert void in signed.verify().output
    signers.unlink()
    assert void in signed.verify().output
    elsewhere = signed.folder / "signers"
    elsewhere.write_text(known, encoding="utf-8")
    assert signed.verify("--allowed-signers", "signers").exit_code == 0
    assert signed.verify().exit_code == 1


@signing
def test_a_signature_that_was_taken_away_is_missed(signed: Desk) -> None:
    signed.approval.with_name(f"{signed.approval.name}.sig").unlink()
    said = signed.verify()
    assert said.exit_code == 1
    assert "Nothing of it stands: it says that it is signed, and its signature is not there" in said.output


@signing
def test_a_signature_that_is_needed_and_missing(desk: Desk) -> None:
    assert "it is not signed: only the history of git says who wrote it" in desk.verify().output
    said = desk.verify("--require-signature")
    assert said.exit_code == 1
    assert "Nothing of it stands: it is not signed, and a signature is required" in said.output


@signing
def test_without_ssh_keygen_a_signature_is_not_checked(signed: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bin"
    path.mkdir()
    (path / "git").symlink_to(shutil.which("git") or "")
    said = signed.verify("--require-signature", PATH=str(path))
    assert said.exit_code == 3
    assert "Not checked: the signature was not checked, since ssh-keygen is not here" in said.output
    key = a_key(tmp_path, "again")
    refused = signed.approve(*accepting(PROMISES), "--sign", str(key), PATH=str(path))
    assert refused.exit_code == 2
    assert "ssh-keygen is needed for signatures and is not here: install OpenSSH" in refused.output


@signing
@pytest.mark.parametrize("why", ["no key", "no such key", "a passphrase", "no address"])
def test_what_cannot_be_signed_is_not_approved(why: str, judged: Desk, tmp_path: Path) -> None:
    desk = Desk(shutil.copytree(judged.folder, tmp_path / "desk"), judged.specification)
    key, says, by = tmp_path / "key", "nothing was signed (", OLGA
    match why:
        case "no key":
            key.write_text("this is no key\n", encoding="utf-8")
        case "no such key":
            says = f"--sign {key}: there is no such key"
        case "a passphrase":
            a_key(tmp_path, "key", "correct horse battery staple")
        case "no address":
            a_key(tmp_path, "key")
            by, says = "Olga Owner", "--by Olga Owner has no e-mail address, by which the key would be known"
    said = desk.approve(*accepting(PROMISES), "--sign", str(key), by=by)
    assert said.exit_code == 2
    assert says in said.output
    assert not list(desk.folder.glob("approvals/*"))


# Refusals, of made-up results

GAP = KnownGap(
    example="imports-03b",
    says="other names and paths",
    owner="the team of live updates",
    issue="#1176",
    reason="The agents still import the former names.",
    since=date.today() - timedelta(days=1),
    expires=date.today() + timedelta(days=30),
    file="known-gaps/there-is-no-such.toml",
)


def at(tmp_path: Path, source: Results | None = None, platform: Results | None = None) -> Desk:
    """A desk with these runs in the place of ones that keep everything."""
    kept_in(tmp_path / "reports" / "source", source or a_run(no_platform(), tree()))
    kept_in(tmp_path / "reports" / "staging", platform or a_run(staging()))
    return Desk(tmp_path)


def test_runs_that_keep_everything_need_no_more(tmp_path: Path) -> None:
    desk = at(tmp_path)
    said = desk.approve(by="Zoë Ärmel")
    assert said.exit_code == 0, said.output
    assert f"target blue keep all {COUNT} promises." in said.output
    assert desk.approval.name.endswith("-zoe-armel.toml")


BROKEN, UNKNOWN, FAULT = Verdict.BROKEN, Verdict.COULD_NOT_TELL, Verdict.SUITE_FAULT
REFUSED: dict[str, tuple[Results | None, Results | None, str]] = {
    "broken": (
        a_run(no_platform(), tree(), {"imports-03b": (BROKEN, "11 other names and paths")}),
        None,
        "the run in reports/source cannot be approved. Broken: the source tree ../netra",
    ),
    "could not tell": (
        None,
        a_run(staging(), None, {"golden-01a": (UNKNOWN, "sign-in cannot be reached")}),
        "the run in reports/staging cannot be approved. Could not tell:",
    ),
    "suite fault": (None, a_run(staging(), None, {"golden-01a": (FAULT, "a bug")}), "No verdict: the specification"),
    "partial": (None, a_run(staging(), complete=False, missing=["golden-01a"]), "Partial, no verdict: "),
    "killed": (None, a_run(staging(), complete=False, finished=None), "Partial, no verdict: the run did not come"),
    "stale list": (
        a_run(no_platform(), tree(), known_gaps=[GAP]),
        None,
        "The list of known gaps is stale: imports-03b is listed, and now kept",
    ),
    "expired gap": (
        a_run(
            no_platform(),
            tree(),
            {"imports-03b": (BROKEN, "11 other names and paths")},
            known_gaps=[GAP.model_copy(update={"since": date(2026, 1, 1), "expires": date(2026, 1, 2)})],
        ),
        None,
        "The list of known gaps is stale: imports-03b is listed, and its time is over",
    ),
    "no source": (a_run(staging()), None, "no run judges the platform's source tree: make it by `behave"),
    "no staging": (None, a_run(staging(staging=False)), "no run asks staging: make it by `behave --tags=@phase2"),
    "the reference's tree": (
        a_run(no_platform(), tree(tree=str(REPOSITORY / "reference"))),
        None,
        "reports/source judged the reference platform's source, which says nothing about Netra",
    ),
    "no checkout": (a_run(no_platform(), tree(revision=None)), None, "the source tree ../netra is no git checkout"),
    "changed checkout": (a_run(no_platform(), tree(changed=True)), None, "the source tree ../netra had changes that"),
    "two revisions": (None, a_run(staging(), tree(revision="f" * 40)), "the runs judged different revisions of"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_ready_is_refused_whatever_is_accepted(what: str, tmp_path: Path) -> None:
    source, platform, says = REFUSED[what]
    desk = at(tmp_path, source, platform)
    said = desk.approve(*accepting(["imports-03b"]))
    assert said.exit_code == 1
    assert said.output.startswith("Not approved:")
    assert says in said.output
    assert not desk.approvals


def test_the_embedded_platform_is_refused_by_its_name(tmp_path: Path) -> None:
    """Also with a tree of Netra's, and beside runs that could be approved."""
    desk = at(tmp_path, a_run(embedded(), tree()))
    said = desk.approve()
    assert said.exit_code == 1
    refused = "the run in reports/source asked the embedded reference platform: this says nothing about Netra"
    assert refused in said.output
    assert not desk.approvals


def test_other_wording_than_was_asked_is_refused(tmp_path: Path) -> None:
    desk = at(tmp_path)

    def another(results: dict[str, Any]) -> None:
        promise = next(promise for promise in results["promises"] if promise["id"] == "golden-01")
        promise["text"] = f"sha256:{'0' * 64}"

    desk.change("staging", another)
    said = desk.approve()
    assert said.exit_code == 1
    assert "the wording of golden-01 is not what was asked in reports/staging: run it again" in said.output


def test_a_promise_that_no_run_asked_is_refused(tmp_path: Path) -> None:
    def less(results: dict[str, Any]) -> None:
        results["promises"] = [promise for promise in results["promises"] if promise["id"] != "golden-01"]

    desk = at(tmp_path)
    for name in ("source", "staging"):
        desk.change(name, less)
    said = desk.approve()
    assert said.exit_code == 1
    assert "no run asked golden-01: run again with the specification as it is now" in said.output


def with_gap() -> Results:
    return a_run(no_platform(), tree(), {"imports-03b": (BROKEN, "11 other names and paths")}, known_gaps=[GAP])


def test_a_known_gap_is_accepted_with_a_reason_and_no_longer_than_it_may_stay(tmp_path: Path) -> None:
    desk = at(tmp_path, with_gap())
    listed = desk.approve()
    assert listed.exit_code == 1
    for told in ("known gap: imports-03b", GAP.reason, f"Owner: {GAP.owner}", f"until {GAP.expires}"):
        assert told in listed.output
    accept = accepting(["imports-03b"], "No customer = no harm.")
    late = desk.approve(*accept, "--expires", str(GAP.expires + timedelta(days=1)))
    assert late.exit_code == 2
    assert f"later than {GAP.expires}, when the known gap imports-03b ends" in late.output
    assert not desk.approvals
    assert desk.approve(*accept).exit_code == 0
    said = tomllib.loads(desk.approval.read_text(encoding="utf-8"))
    assert said["expires"] == GAP.expires
    assert said["accepted"] == [
        {
            "example": "imports-03b",
            "what": "known gap",
            "because": "11 other names and paths",
            "reason": "No customer = no harm.",
            "gap": GAP.reason,
            "owner": GAP.owner,
            "issue": GAP.issue,
            "expires": GAP.expires,
        }
    ]
    promise = next(promise for promise in said["promise"] if promise["id"] == "imports-03")
    assert promise["verdict"] == "known gap"
    assert desk.verify().exit_code == 3  # the made-up tree is not here


def test_a_gap_that_is_no_longer_listed_makes_its_promise_stale(tmp_path: Path) -> None:
    lists = tmp_path / "known-gaps.toml"
    entry = "\n".join(f"{key} = {json.dumps(str(value))}" for key, value in GAP.model_dump().items() if key in LISTED)
    lists.write_text(f"[[gap]]\n{entry}\nsince = {GAP.since}\nexpires = {GAP.expires}\n", encoding="utf-8")
    results = with_gap().model_copy(update={"lists": [str(lists)], "known_gaps": []})
    desk = at(tmp_path, results)
    assert desk.approve(*accepting(["imports-03"])).exit_code == 0
    assert desk.verify().exit_code == 3
    lists.write_text("", encoding="utf-8")
    said = desk.verify()
    assert said.exit_code == 1
    assert said.of("imports-03b is broken (11 other names and paths)") == {"imports-03"}


LISTED = ("example", "says", "owner", "issue", "reason")


def test_what_was_kept_elsewhere_than_in_staging_must_be_accepted(tmp_path: Path) -> None:
    """A run of another environment fills what staging was not asked, and that is said."""
    excused = {"golden-01a": (Verdict.NOT_ASKED, "target blue does not declare that data may be created on it")}
    desk = at(tmp_path, platform=a_run(staging(), None, excused))
    kept_in(tmp_path / "reports" / "green", a_run(staging("green", staging=False)))
    said = desk.approve("--reports", "reports/green")
    assert said.exit_code == 1
    assert "  not asked in staging: golden-01a\n" in said.output
    assert said.to_accept == ["golden-01a"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["imports-03c=why"], "nothing of that name is to be accepted; did you mean imports-03"),
        (["golden-01a=why"], "--accept golden-01a: nothing of that name is to be accepted"),
        (["imports-03b"], "--accept imports-03b has no reason: write it as --accept 'imports-03b=REASON'"),
        (["imports-03b=a", "imports-03b=b"], "--accept imports-03b=… is given twice"),
        (["imports-03b=a", "imports-03=b"], "--accept imports-03=… accepts nothing"),
    ],
)
def test_what_accepts_nothing_is_refused(given: list[str], says: str, tmp_path: Path) -> None:
    desk = at(tmp_path, with_gap())
    said = desk.approve(*(part for each in given for part in ("--accept", each)))
    assert said.exit_code == 2
    assert says in said.output
    assert not desk.approvals


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--expires", "2026-01-02"], "--expires 2026-01-02 is over: name a day to come"),
        (["--expires", "soon"], "--expires soon is not a day"),
        (["--role", " "], "--role is empty"),
        (["--by", "<olga@example.com>"], "is no name"),
        (["--reports", "nowhere"], "there are no results at nowhere/results.json"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(arguments: list[str], says: str, tmp_path: Path) -> None:
    desk = at(tmp_path)
    said = desk.approve(*arguments)
    assert said.exit_code == 2
    assert says in said.output
    assert not desk.approvals


def test_no_approval_and_one_that_is_none(tmp_path: Path) -> None:
    desk = at(tmp_path)
    nothing = desk.verify()
    assert nothing.exit_code == 3
    assert "There is no approval in approvals/" in nothing.output
    assert desk.approve().exit_code == 0
    desk.approval.write_text(desk.approval.read_text(encoding="utf-8").replace("format = 1", "format = 7"), "utf-8")
    other = desk.verify()
    assert other.exit_code == 2
    assert "is no approval of this version (format: " in other.output
    desk.approval.write_text("this is = = no TOML", encoding="utf-8")
    unreadable = desk.verify()
    assert unreadable.exit_code == 2
    assert "cannot be read (" in unreadable.output
    missing = desk.verify("approvals/nowhere.toml")
    assert missing.exit_code == 2
    assert "approvals/nowhere.toml cannot be read (No such file or directory)" in missing.output
