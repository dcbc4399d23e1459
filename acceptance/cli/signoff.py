"""What ``signoff approve`` and ``signoff verify`` do: write an approval, and tell what became of one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from behave.parser import ParserError
from rich.text import Text

from acceptance import exit_codes
from acceptance.cli.app import DAYS, last_day
from acceptance.files import write_together
from acceptance.git import is_changed, revision_of
from acceptance.locks import alone_in, no_run_in
from acceptance.promises import phase2
from acceptance.reporting import proof as proofs
from acceptance.reporting.results import FILE_NAME, read_in
from acceptance.reporting.terminal import console_on, visible
from acceptance.signoff import approval, approving, signature, still_stands
from acceptance.signoff.approval import Approval, Proof, Wording
from acceptance.signoff.approving import Pending, Signing
from acceptance.signoff.several_runs import JudgedRun, digest, runs_in
from acceptance.signoff.still_stands import Found, Now, TreeNow, Unreadable
from acceptance.verdicts import ConfigurationError

SIGNERS = "allowed_signers"


@dataclass(frozen=True)
class Approving:
    """What the command line asks to approve; ``accept`` is as written, ``ID=REASON`` each."""

    folders: Sequence[Path]
    by: str
    role: str
    accept: Sequence[str]
    expires: str | None
    key: Path | None
    proof: Path | None
    into: Path


def approve(asked: Approving) -> int:
    """Write an approval of these runs, or say why there can be none; the exit code."""
    with ExitStack() as working:
        for folder in dict.fromkeys(asked.folders):
            working.enter_context(no_run_in(folder, "an approval"))
        return _approve(asked)


def _approve(asked: Approving) -> int:
    now, today = datetime.now(UTC), date.today()
    _check_person(asked)
    until = last_day(asked.expires) if asked.expires else None
    usual_end = today + timedelta(days=DAYS)
    signing = Signing(asked.by.strip(), asked.role, now, until, usual_end, signed=asked.key is not None)
    wording, joined = _wording(), runs_in(asked.folders, today)
    if against := [*approving.obstacles(joined), *approving.other_wording(joined, wording)]:
        _say("Not approved:", "bold red")
        for told in against:
            _say(f"  {told}")
        return exit_codes.WRONG
    pending = approving.to_accept(joined)
    reasons = approving.reasons(pending, asked.accept)
    if left := [each for each in pending if each.example.id not in reasons]:
        _tell_what_is_to_be_accepted(left)
        return exit_codes.WRONG
    made = approving.approve(joined, wording, pending, reasons, signing, _proof_in(asked))
    file = _write(made, asked)
    _tell_approval(made, file, asked)
    return exit_codes.FINE


def _check_person(asked: Approving) -> None:
    approving.check_signer(asked.by.strip(), asked.role)
    if asked.key and approval.mail_of(asked.by.strip()) is None:
        raise ConfigurationError(
            f"--by {asked.by} has no e-mail address, by which the key would be known: add one, as in "
            f"“{asked.by} <olga@example.com>”"
        )


def _wording() -> Wording:
    """What the specification says now."""
    try:
        examples, said = phase2()
    except ParserError as error:
        raise ConfigurationError(f"the specification cannot be read: {error}; mend it first") from None
    sentences = {example.promise.id: example.promise.sentence for example in examples}
    return Wording(sentences, {id: said[id] for id in sentences if id in said})


def _proof_in(asked: Approving) -> Proof | None:
    """The proof that was named, or else the first that is beside the results."""
    if asked.proof and not asked.proof.is_file():
        raise ConfigurationError(f"--proof {asked.proof}: there is no such file; name one, or leave --proof out")
    file = asked.proof or proofs.beside(asked.folders)
    if file is None:
        return None
    if not proofs.read(file).is_proven:
        raise ConfigurationError(f"the proof {file} failed: `make prove` says what would not have been noticed")
    return Proof(file=approval.as_named(file), digest=digest(file))


def _write(made: Approval, asked: Approving) -> Path:
    """Write the approval, signed first where it is to be signed: one that should be and is not must never be there."""
    content = approval.written(made)
    signed = signature.sign(content, asked.key) if asked.key else None
    try:
        with alone_in(asked.into):  # whoever approves at the same time gets a file of their own
            file = approval.file_for(asked.into, made.by, made.approved.date())
            write_together(({signature.signature_of(file): signed} if signed else {}) | {file: content})
    except OSError as error:
        raise ConfigurationError(
            f"the approval cannot be written in {asked.into}: {error.strerror}; name a folder of yours with --output"
        ) from None
    return file


def _tell_what_is_to_be_accepted(pending: Sequence[Pending]) -> None:
    examples = "1 example was" if len(pending) == 1 else f"{len(pending)} examples were"
    _say(f"Not approved yet: {examples} not seen kept, and must each be accepted with a reason, or closed.", "bold red")
    _say("To accept, repeat the command with these, each with your reason; one for a promise is for all its examples.")
    for id, of_promise in groupby(pending, key=lambda each: each.promise.id):
        found = list(of_promise)
        _say()
        _say(f"“{found[0].promise.sentence}” ({id})", "bold")
        for (what, told), alike in groupby(found, key=lambda each: (each.what, each.told)):
            _say(f"  {what}: {', '.join(each.example.id for each in alike)}")
            _say(f"    {told}", "dim")
        one_reason = len({(each.what, each.told) for each in found}) == 1
        for name in [id] if one_reason and len(found) > 1 else [each.example.id for each in found]:
            _say(f"  --accept {shlex.quote(f'{name}={approving.PLACEHOLDER}')}")


def _tell_approval(made: Approval, file: Path, asked: Approving) -> None:
    _say(made.statement, "bold")
    _say(f"It stands until {made.expires:%d %B %Y}, and is in {file}: have it reviewed, and merge it.")
    others = [other for other in _files(asked.into) if other != file and _by(other) == made.by]
    if others:
        named = ", ".join(map(str, others))
        _say(f"If it replaces {named}, remove that in the same change: git keeps it.")
    if asked.key is None:
        _say("It is not signed: --sign KEY signs it with an SSH key of yours.", "dim")
    elif signature.check(file, made.mail, asked.into / SIGNERS) is not signature.Signed.GOOD:
        _say(f"This key is not known yet: have this line reviewed and merged in {asked.into / SIGNERS}:")
        _say(f'{made.mail} namespaces="{signature.NAMESPACE}" {_public(asked.key)}')


def _by(file: Path) -> str | None:
    try:
        return approval.read(file).by
    except ConfigurationError:
        return None  # whoever verifies it is told


def _public(key: Path) -> str:
    """The public half of a key, where it is beside it."""
    beside = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    try:
        return " ".join(beside.read_text(encoding="utf-8").split()[:2])
    except (OSError, UnicodeDecodeError):
        return "<the public key>"


@dataclass(frozen=True)
class Verifying:
    """What the command line asks to verify."""

    files: Sequence[Path]
    folders: Sequence[Path]
    source: Path | None
    signers: Path
    must_be_signed: bool


def verify(asked: Verifying) -> int:
    """Tell of each approval what has changed since; the exit code of the worst."""
    if asked.source and revision_of(asked.source) is None:
        raise ConfigurationError(f"--source {asked.source} is no git checkout: name one of the platform's source")
    files = list(asked.files) or _files(approval.FOLDER)
    if not files:
        _say(f"There is no approval in {approval.FOLDER}/: nothing is signed.")
        return exit_codes.PARTIAL
    approvals = {file: approval.read(file) for file in files}
    wording, today = _wording(), date.today()
    codes = []
    for number, (file, each) in enumerate(approvals.items()):
        found = still_stands.verify(each, _now(file, each, wording, today, asked))
        if number:
            _say()
        _tell(file, found)
        codes.append(found.exit_code)
    order = (exit_codes.WRONG, exit_codes.PARTIAL, exit_codes.FINE)
    return min(codes, key=order.index)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _now(file: Path, each: Approval, wording: Wording, on: date, asked: Verifying) -> Now:
    runs, unreadable = _runs(each, on, asked)
    proof = Path(each.proof.file) if each.proof else None
    return Now(
        on=on,
        wording=wording,
        runs=runs,
        named=bool(asked.folders),
        unreadable=unreadable,
        tree=_tree(each, asked.source),
        proof=digest(proof) if proof and proof.is_file() else None,
        signed=signature.check(file, each.mail, asked.signers),
        must_be_signed=asked.must_be_signed,
    )


def _runs(each: Approval, on: date, asked: Verifying) -> tuple[list[JudgedRun], list[Unreadable]]:
    """The runs to compare with: those that are named must be usable, those of the approval need not be there."""
    if asked.folders:
        return list(runs_in(asked.folders, on).runs), []
    runs: list[JudgedRun] = []
    unreadable: list[Unreadable] = []
    for folder in dict.fromkeys(Path(run.folder) for run in each.run):
        if not (folder / FILE_NAME).exists():
            continue
        try:
            read_in(folder)
        except ConfigurationError as error:
            unreadable.append(Unreadable(folder, str(error)))
        else:
            runs += runs_in([folder], on).runs
    return runs, unreadable


def _tree(each: Approval, named: Path | None) -> TreeNow | None:
    recorded = Path(each.source.tree) if each.source else None
    tree = named or recorded
    return TreeNow(tree, revision_of(tree), is_changed(tree)) if tree and tree.is_dir() else None


def _tell(file: Path, found: Found) -> None:
    signed = found.approval
    _say(f"{file}: {signed.by}, {signed.role}, on {signed.approved:%d %B %Y}, until {signed.expires:%d %B %Y}", "bold")
    for told in found.void:
        _say(f"  Nothing of it stands: {told}", "bold red")
    for reason, promises in found.stale.items():
        _say(f"  No longer stands: {reason}", "red")
        for line in _lines(promises):
            _say(f"    {line}")
    if found.new:
        _say("  Not covered: new in the specification", "red")
        for line in _lines(found.new):
            _say(f"    {line}")
    for told in found.unchecked:
        _say(f"  Not checked: {told}", "yellow")
    for told in found.compared:
        _say(f"  Compared: {told}", "dim")
    for told in found.as_signed:
        _say(f"  As signed: {told}", "dim")
    _say(f"  {_conclusion(found)}", "bold")


def _lines(promises: dict[str, str]) -> Iterator[str]:
    width = max(map(len, promises))
    return (f"{id:<{width}}  {sentence}" for id, sentence in promises.items())


def _conclusion(found: Found) -> str:
    many = f"{found.standing} of {len(found.approval.promise)} promises stand as signed"
    match found.exit_code:
        case exit_codes.FINE:
            return f"It stands: {many}."
        case exit_codes.PARTIAL:
            return f"It stands as far as could be checked: {many}."
    return f"{many}: judge the platform again, and approve again."


def _say(said: str = "", style: str = "") -> None:
    console_on().print(Text(visible(said), style=style))
