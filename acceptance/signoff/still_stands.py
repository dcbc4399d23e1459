"""What has changed since an approval was given, and which of its promises still stand.

Only what is here is compared: the wording always, the source tree and the results where they are. What is not here is
said, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from acceptance import exit_codes
from acceptance.reporting.results import ExampleResult
from acceptance.signoff.approval import Approval, Approved, Run, Wording
from acceptance.signoff.several_runs import JudgedRun, Put
from acceptance.signoff.signature import Signed
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.verdicts import Verdict


@dataclass(frozen=True)
class TreeNow:
    """The source tree as it is: None where git could not tell."""

    tree: Path
    revision: str | None
    changed: bool | None


@dataclass(frozen=True)
class Unreadable:
    """A results file that is there and is none any more; ``why`` says what is wrong with it."""

    folder: Path
    why: str


@dataclass(frozen=True)
class Now:
    """What there is to compare with: ``runs`` are those that were named, or else those in the approval's folders.

    ``named`` says which of the two, ``proof`` is the digest of the approval's proof, None where it is not here.
    """

    on: date
    wording: Wording
    runs: Sequence[JudgedRun]
    named: bool
    unreadable: Sequence[Unreadable]
    tree: TreeNow | None
    proof: str | None
    signed: Signed
    must_be_signed: bool


@dataclass
class Found:
    """What became of an approval.

    ``void``: why nothing of it stands. ``stale``: promises that no longer stand, by the reason; ``new``: promises that
    it does not cover, id and sentence. ``unchecked``: what was not here to compare. ``compared``: other runs that were
    named and compared. ``as_signed``: what is unchanged.
    """

    approval: Approval
    void: list[str] = field(default_factory=list)
    stale: dict[str, dict[str, str]] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    as_signed: list[str] = field(default_factory=list)

    @property
    def standing(self) -> int:
        """How many of its promises stand."""
        gone = {id for promises in self.stale.values() for id in promises}
        return 0 if self.void else len(self.approval.promise) - len(gone)

    @property
    def exit_code(self) -> int:
        """0 it stands; 1 something of it does not; 3 it stands as far as could be checked."""
        if self.void or self.stale or self.new:
            return exit_codes.WRONG
        return exit_codes.PARTIAL if self.unchecked else exit_codes.FINE


def verify(approval: Approval, now: Now) -> Found:
    """Compare an approval with what there is now."""
    found = Found(approval)
    _signature(found, now)
    if now.on > approval.expires:
        found.void.append(f"it expired on {approval.expires}: judge the platform again, and approve again")
    _wording(found, now.wording)
    _tree(found, now.tree)
    _results(found, now)
    _proof(found, now.proof)
    return found


def _signature(found: Found, now: Now) -> None:
    match now.signed:
        case Signed.GOOD:
            found.as_signed.append(f"the signature was {now.signed}")
        case Signed.NONE if found.approval.signed:
            found.void.append("it says that it is signed, and its signature is not there: restore it from git")
        case Signed.NONE if now.must_be_signed:
            found.void.append("it is not signed, and a signature is required")
        case Signed.NONE:
            found.as_signed.append("it is not signed: only the history of git says who wrote it")
        case Signed.UNCHECKED:
            found.unchecked.append(f"the signature was {now.signed}")
        case Signed.CHANGED:
            found.void.append(f"{now.signed}: restore both from git")
        case Signed.UNKNOWN_KEY if found.approval.mail is None:
            found.void.append("it is signed, and names no e-mail address by which a key could be known")
        case Signed.UNKNOWN_KEY:
            found.void.append(f"the signature was {now.signed} ({found.approval.mail})")


def _wording(found: Found, wording: Wording) -> None:
    for promise in found.approval.promise:
        text = wording.texts.get(promise.id)
        if text is None:
            _stale(found, "it is no longer in the specification", [promise])
        elif text != promise.text:
            _stale(found, "its wording was edited", [promise])
    signed = {promise.id for promise in found.approval.promise}
    found.new |= {id: wording.sentences[id] for id in wording.texts if id not in signed}


def _tree(found: Found, tree: TreeNow | None) -> None:
    source = found.approval.source
    if source is None:
        return
    if tree is None:
        found.unchecked.append(f"the source tree {source.tree} is not here to compare: name it with --source")
    elif tree.revision is None:
        found.unchecked.append(f"{tree.tree} is no git checkout, so its revision cannot be compared: name one")
    elif tree.revision != source.revision:
        reason = f"the source tree {tree.tree} is at {tree.revision[:12]}, and was at {source.revision[:12]}"
        _stale(found, reason, _about(found, SOURCE_TREE))
    elif tree.changed:
        reason = f"the source tree {tree.tree} has changes that are in no revision"
        _stale(found, reason, _about(found, SOURCE_TREE))
    elif tree.changed is None:
        found.unchecked.append(f"git did not say in time whether {tree.tree} was changed")
    else:
        found.as_signed.append(f"the source tree {tree.tree}, at {source.revision[:12]}")


def _results(found: Found, now: Now) -> None:
    for run in found.approval.run:
        broken = [each for each in now.unreadable if str(each.folder) == run.folder]
        here = _the_one(run, found.approval, now.runs)
        if broken:
            _stale(found, f"the results in {run.folder} were changed: {broken[0].why}", _decided(found, run))
        elif here is None:
            found.unchecked.append(f"the results of {run.judged} ({run.folder}) are not here to compare")
        elif here.digest == run.results:
            found.as_signed.append(f"the results in {here.folder}")
            _kept(found, run, here)
        elif here.results.run.started == run.started:
            _stale(found, f"the results in {here.folder} were changed after they were signed", _decided(found, run))
        else:
            _another(found, run, here, now)


def _the_one(signed: Run, approval: Approval, runs: Iterable[JudgedRun]) -> JudgedRun | None:
    """The run that was signed; or else that one, tampered with; or else another one of the same things."""
    runs = [run for run in runs if not run.results.target.embedded]
    known = {run.results for run in approval.run} | {run.started for run in approval.run}
    by_digest = (run for run in runs if run.digest == signed.results)
    by_start = (run for run in runs if run.results.run.started == signed.started)
    others = [run for run in runs if not known & {run.digest, run.results.run.started} and _is_alike(signed, run)]
    others.sort(key=lambda run: str(run.folder) != signed.folder)
    return next(by_digest, None) or next(by_start, None) or next(iter(others), None)


def _is_alike(signed: Run, run: JudgedRun) -> bool:
    source, platform = run.results.source is not None, bool(run.results.target.addresses)
    same = platform and signed.platform is not None and run.results.target.staging == signed.platform.staging
    return (signed.source is None or source) and (signed.platform is None or same)


def _another(found: Found, signed: Run, run: JudgedRun, now: Now) -> None:
    """Another run of the same things: what it judged otherwise, what it no longer saw kept, and what it left out.

    It stands in for the one that was signed only when somebody named it: anybody can write a later date into results.
    """
    results, told = run.results, f"{run.folder} holds another run, of {run.results.run.started:%d %B %Y, %H:%M} UTC"
    tree = now.tree
    if now.named:
        found.compared.append(told)
    else:
        found.unchecked.append(f"{told}: the results of {signed.judged} that were signed are not here to compare")
    source, target = results.source, results.target
    if signed.source and source:
        here = source.revision
        if here != signed.source.revision and (tree is None or tree.revision != here):
            was = f"at {(here or 'no revision')[:12]}, where {signed.source.revision[:12]} was signed"
            _stale(found, f"{told}: the source was {was}", _about(found, SOURCE_TREE))
        if source.manifest_version != signed.source.manifest:
            version = f"version {source.manifest_version}, where {signed.source.manifest} was signed"
            _stale(found, f"{told}: judged by the manifest of {version}", _about(found, SOURCE_TREE))
    if signed.platform:
        for what, before, after in (
            ("address", signed.platform.addresses, target.addresses),
            ("version", signed.platform.versions, target.versions),
        ):
            for name in before.keys() & after.keys() if what == "version" else before.keys() | after.keys():
                was, is_now = before.get(name, "none"), after.get(name, "none")
                if was != is_now:
                    _stale(found, f"{told}: the {what} {name} is {is_now}, and was {was}", _about(found, PLATFORM))
    if unasked := list(_unasked(found, signed, run)):
        found.unchecked.append(f"{told}, which did not ask {', '.join(unasked)}")
    elif not results.run.complete:
        found.unchecked.append(f"{told}, which did not ask everything")
    _kept(found, signed, run)


def _unasked(found: Found, signed: Run, run: JudgedRun) -> Iterator[str]:
    """What was asked when it was signed, and not in this run: whole promises, or examples of one."""
    accepted = {each.example for each in found.approval.accepted}
    here = {promise.id: promise for promise in run.results.promises}
    for promise in _decided(found, signed):
        if promise.id not in here:
            yield promise.id
            continue
        for example in here[promise.id].examples:
            if _is_about(example, signed) and run.put(example) is Put.NOT and example.id not in accepted:
                yield example.id


def _kept(found: Found, signed: Run, run: JudgedRun) -> None:
    """What a run saw, as its lists have it today, that is neither kept nor accepted."""
    approved = {promise.id: promise for promise in found.approval.promise}
    accepted = {each.example for each in found.approval.accepted}
    for promise in run.results.promises:
        for example in promise.examples:
            told = _no_longer(example, accepted) if _is_about(example, signed) else ""
            if told and promise.id in approved:
                _stale(found, f"in {run.folder}: {told}", [approved[promise.id]])


def _is_about(example: ExampleResult, signed: Run) -> bool:
    """Whether an example is about what the signed run judged: the platform, its source, or both."""
    return (signed.platform is not None or PLATFORM not in example.needs) and (
        signed.source is not None or SOURCE_TREE not in example.needs
    )


def _no_longer(example: ExampleResult, accepted: Container[str]) -> str:
    """What is to be said of an example that is neither kept nor accepted; empty for any other."""
    if example.verdict in (Verdict.KEPT, Verdict.NOT_ASKED):
        return ""
    listed = example.known_gap is not None
    if listed and example.id in accepted:
        return ""
    how = f"{example.verdict}, which is listed and not accepted" if listed else str(example.verdict)
    return f"{example.id} is {how} ({example.headline})" if example.headline else f"{example.id} is {how}"


def _proof(found: Found, digest: str | None) -> None:
    proof = found.approval.proof
    if proof is None:
        return
    if digest is None:
        found.unchecked.append(f"the proof {proof.file} is not here to compare")
    elif digest == proof.digest:
        found.as_signed.append(f"the proof {proof.file}")
    else:
        found.unchecked.append(f"{proof.file} is another proof than the one that was signed")


def _about(found: Found, need: str) -> list[Approved]:
    return [promise for promise in found.approval.promise if need in promise.needs]


def _decided(found: Found, run: Run) -> list[Approved]:
    return [promise for promise in found.approval.promise if run.folder in promise.decided_by]


def _stale(found: Found, reason: str, promises: Iterable[Approved]) -> None:
    for promise in promises:
        found.stale.setdefault(reason, {})[promise.id] = promise.sentence
