"""Approvals (`approvals/*.toml`): what somebody has signed, and what stands in the way of signing.

An approval joins a run that judged the platform's source tree and a run that asked staging. Each promise of the
specification must be kept by them, and what is not asked, or is a known gap, must be accepted one by one with a reason.
The file is written for people who review it, and holds the digests by which `signoff verify` tells what changed since.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import count, groupby
from pathlib import Path
from typing import Annotated, Any, Literal

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from acceptance.known_gaps import TO_BE_WRITTEN, KnownGap
from acceptance.reporting.results import ExampleResult, PromiseResult
from acceptance.signoff.joined import Asked, Joined, JoinedExample, JoinedPromise, JudgedRun
from acceptance.signoff.verdict import State, counts, judge
from acceptance.target import REFERENCE
from acceptance.verdicts import ConfigurationError, Verdict, nearest, worst

FOLDER = Path("approvals")  # the commands begin in the root of the repository
PLACEHOLDER = "REASON"  # what is printed where the owner's own words belong
PLATFORM, SOURCE = "platform", "source-tree"  # what a promise can be about, as examples say that they need it
ASK_SOURCE = "behave --tags=@phase2 -D target=source -D source=PATH -D reports=reports/source"
ASK_STAGING = "behave --tags=@phase2 -D target=staging -D reports=reports/staging"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
_SIGNER = re.compile(r"(?P<name>[^<>\n]*[^<>\s])(?:\s*<(?P<mail>[^<>@\s,\"*?!]+@[^<>@\s,\"*?!]+)>)?")


class What(StrEnum):
    """What is accepted although nobody saw it kept; the value is what people read."""

    KNOWN_GAP = "known gap"
    NOT_TOLD = "could not tell, as is known"
    NOT_ASKED = "not asked"
    ELSEWHERE = "not asked in staging"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceTree(_Document):
    """The platform's source tree, at a revision without changes."""

    tree: _Text
    revision: _Text
    manifest: str | None = Field(default=None, description="the version of the manifest that it was judged by")


class Platform(_Document):
    """The platform that was asked."""

    name: _Text
    staging: bool
    addresses: dict[str, str]
    versions: dict[str, str] = Field(default={}, description="what each service said of its own version")


class Run(_Document):
    """One run that is approved, and the digest by which its results are known again."""

    judged: _Text
    folder: _Text
    results: _Digest
    started: datetime
    counts: _Text
    specification: _Text = Field(description="the revision of the specification that asked")
    specification_changed: bool = Field(description="whether it had changes; the wording is known by its own digests")
    source: SourceTree | None = None
    platform: Platform | None = None


class Proof(_Document):
    """The proof that the specification would have noticed; only known by its digest."""

    file: _Text
    digest: _Digest


class Accepted(_Document):
    """One example that is approved although nobody saw it kept, and why."""

    example: _Text
    what: What
    because: str = Field(description="what happened, or why it was not asked")
    reason: _Text = Field(description="why it is accepted, in the words of who approves")
    gap: str | None = Field(default=None, description="the reason in the list of known gaps")
    owner: str | None = None
    issue: str | None = None
    expires: date | None = None


class Approved(_Document):
    """One promise: its wording by its digest, how it ended, and which runs decided."""

    id: _Text
    sentence: _Text
    verdict: Verdict
    asked: str = Field(default="", description="how many of its examples, where not all")
    text: _Digest
    needs: list[Literal["platform", "source-tree"]] = Field(description="what it is about")
    decided_by: list[str] = Field(description="the folders of the runs")


class Approval(_Document):
    """One approval, as its file has it."""

    format: Literal[1] = 1
    statement: _Text
    by: _Text = Field(description="who approves, with an e-mail address where it is signed", pattern=_SIGNER.pattern)
    role: _Text
    approved: datetime
    expires: date = Field(description="the last day on which it stands")
    run: list[Run] = Field(min_length=1)
    proof: Proof | None = None
    accepted: list[Accepted] = []
    promise: list[Approved] = Field(min_length=1)

    @property
    def source(self) -> SourceTree | None:
        """The source tree that was judged."""
        return next((run.source for run in self.run if run.source), None)

    @property
    def mail(self) -> str | None:
        """The address of who approves, by which the key is known."""
        return mail_of(self.by)


@dataclass(frozen=True)
class Wording:
    """What the specification says today: each promise's sentence, and the digest of its whole text."""

    sentences: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Pending:
    """One example that must be accepted: what it is, what happened, and the entry that lists it, if any."""

    promise: PromiseResult
    example: ExampleResult
    what: What
    gap: KnownGap | None

    @property
    def because(self) -> str:
        """What happened, or why it was not asked, in one line."""
        return _first_line(self.example.reason)

    @property
    def told(self) -> str:
        """All that there is to weigh."""
        return f"{self.because}. {self.example.listing}" if self.gap else self.because


@dataclass(frozen=True)
class Signing:
    """Who approves, in which role, when, and until when at most; ``until`` is None for the usual time."""

    by: str
    role: str
    at: datetime
    until: date | None
    usual_end: date


def mail_of(by: str) -> str | None:
    """The address in ``Olga Owner <olga@example.com>``; None where there is none."""
    matched = _SIGNER.fullmatch(by)
    return matched["mail"] if matched else None


def check_signer(by: str, role: str) -> None:
    """Refuse a name or a role that nobody can read; raises :class:`ConfigurationError`."""
    if not _SIGNER.fullmatch(by):
        raise ConfigurationError(f"--by {by!r} is no name: write it as “Olga Owner” or “Olga Owner <olga@example.com>”")
    if not role.strip() or not role.isprintable():
        raise ConfigurationError("--role is empty or not one line: say as what you approve, such as “product owner”")


def obstacles(joined: Joined, wording: Wording, on: date) -> list[str]:
    """Why these runs cannot be approved whatever is accepted, each in a sentence with the remedy; none when they can.

    ``on`` is the day of judging.
    """
    rehearsals = [run for run in joined.runs if run.results.target.embedded]
    if rehearsals:
        return [
            f"the run in {run.folder} asked the embedded reference platform: this says nothing about Netra; leave it "
            f"out, and judge the platform by `{ASK_SOURCE}` and `{ASK_STAGING}`"
            for run in rehearsals
        ]
    return [
        *_missing_runs(joined),
        *(told for run in joined.runs for told in _of_run(run, on)),
        *_of_revisions(joined),
        *_of_wording(joined, wording),
    ]


def _missing_runs(joined: Joined) -> Iterator[str]:
    if not any(run.judges_source for run in joined.runs):
        made = f"make it by `{ASK_SOURCE}` and add --reports reports/source"
        yield f"no run has judged the platform's source tree: {made}"
    if not any(run.judges_staging for run in joined.runs):
        yield f"no run has asked staging: make it by `{ASK_STAGING}` and add --reports reports/staging"


def _of_run(run: JudgedRun, on: date) -> Iterator[str]:
    judgement = judge(run.results, ratchet=True, on=on)
    if judgement.state not in (State.READY, State.NO_WORSE):
        more = f"(all of it: `python -m acceptance verdict --reports {run.folder}`)"
        yield f"the run in {run.folder} cannot be approved. {judgement.sentence} {more}"
    if run.results.specification.revision is None:
        yield f"nobody could say later which specification asked in {run.folder}: run it from a git checkout"
    source = run.results.source
    if source is None:
        return
    again = f"then judge it again by `{ASK_SOURCE}`"
    if source.is_reference or Path(source.tree).resolve() == REFERENCE:
        yield f"{run.folder} judged the reference platform's source, which says nothing about Netra: name the platform's"
    elif source.revision is None:
        yield f"the source tree {source.tree} is no git checkout, so nobody could say later what was signed: take one, {again}"
    elif source.changed is not False:
        yield f"the source tree {source.tree} had changes that are in no revision: commit them or take them back, {again}"


def _of_revisions(joined: Joined) -> Iterator[str]:
    sources = [source for run in joined.runs if (source := run.results.source)]
    if len({source.revision for source in sources}) > 1:
        named = ", ".join(f"{source.tree} at {(source.revision or 'none')[:12]}" for source in sources)
        yield f"the runs judged different revisions of the source ({named}): run again what judged an older one"


def _of_wording(joined: Joined, wording: Wording) -> Iterator[str]:
    asked = {promise.promise.id for promise in joined.promises}
    if unasked := [id for id in wording.texts if id not in asked]:
        yield f"no run asked {', '.join(unasked)}: run again with the specification as it is now"
    for run in joined.runs:
        found = run.results.promises
        if other := [promise.id for promise in found if wording.texts.get(promise.id) != promise.text]:
            yield f"the wording of {', '.join(other)} is not what was asked in {run.folder}: run it again"


def to_accept(joined: Joined) -> list[Pending]:
    """What was not seen to be kept, example by example, in the order of the promises."""
    return [
        Pending(promise.promise, example.result, what, example.result.known_gap)
        for promise in joined.promises
        for example in promise.examples
        if (what := _what(example))
    ]


def _what(example: JoinedExample) -> What | None:
    """What must be accepted of an example; None for one that is kept, or that no reason can excuse."""
    match example.result.verdict:
        case Verdict.KNOWN_GAP:
            return What.KNOWN_GAP
        case Verdict.COULD_NOT_TELL:
            return What.NOT_TOLD
        case Verdict.NOT_ASKED:
            return What.NOT_ASKED
        case Verdict.KEPT if PLATFORM in example.result.needs and not example.run.judges_staging:
            return What.ELSEWHERE
    return None


def reasons(pending: Sequence[Pending], given: Sequence[str]) -> dict[str, str]:
    """The reason by example, from ``ID=REASON``: of an example, or of a promise for all of its examples without one.

    Raises :class:`ConfigurationError` for what is written otherwise, said twice, or accepts nothing.
    """
    by_example = {each.example.id: each for each in pending}
    by_promise = {id: list(group) for id, group in groupby(pending, lambda each: each.promise.id)}
    known = {*by_example, *by_promise}
    said: dict[str, str] = {}
    for each in given:
        id, reason = _split(each, known)
        if id in said:
            raise ConfigurationError(f"--accept {id}=… is given twice: leave one reason")
        said[id] = reason
    found = {id: reason for id, reason in said.items() if id in by_example}
    for id, reason in said.items():
        if id in by_example:
            continue
        open_ones = [each.example.id for each in by_promise[id] if each.example.id not in said]
        if not open_ones:
            raise ConfigurationError(f"--accept {id}=… accepts nothing: each example of it has a reason; leave it out")
        found |= dict.fromkeys(open_ones, reason)
    return found


def _split(given: str, known: Iterable[str]) -> tuple[str, str]:
    """The id and the reason; an id may hold a sign of equality itself."""
    known = sorted(known)
    id = max((id for id in known if given.startswith(f"{id}=")), key=len, default="")
    if not id:
        named = given.partition("=")[0]
        if named in known:
            raise ConfigurationError(f"--accept {given} has no reason: write it as --accept '{named}={PLACEHOLDER}'")
        near = nearest(named, known)
        meant = f"did you mean {near}?" if near else "leave it out" if not known else f"there are {', '.join(known)}"
        raise ConfigurationError(f"--accept {named}: nothing of that name is to be accepted; {meant}")
    reason = given[len(id) + 1 :].strip()
    if not reason or reason == PLACEHOLDER or reason.startswith(TO_BE_WRITTEN) or not reason.isprintable():
        raise ConfigurationError(f"--accept {id}=… has no reason yet: say in one line why it is accepted")
    return id, reason


def last_day(pending: Sequence[Pending], signing: Signing) -> date:
    """Until when an approval stands: never longer than a known gap that it accepts may stay.

    Raises :class:`ConfigurationError` for a day that is over, or too late.
    """
    gaps = sorted((each.gap for each in pending if each.gap), key=lambda gap: gap.expires)
    first = gaps[0] if gaps else None
    if signing.until is None:
        return min(signing.usual_end, first.expires) if first else signing.usual_end
    if signing.until < signing.at.date():
        raise ConfigurationError(f"--expires {signing.until} is over: name a day to come")
    if first and signing.until > first.expires:
        raise ConfigurationError(
            f"--expires {signing.until} is later than {first.expires}, when the known gap {first.example} ends: name "
            f"that day or an earlier one"
        )
    return signing.until


def approve(
    joined: Joined,
    wording: Wording,
    pending: Sequence[Pending],
    accepted: Mapping[str, str],
    signing: Signing,
    proof: Proof | None,
) -> Approval:
    """The approval of runs against which there are no :func:`obstacles`, with a reason for each that is pending."""
    promises = [_approved(promise, wording) for promise in joined.promises]
    return Approval(
        statement=_statement(joined, promises, pending, signing),
        by=signing.by,
        role=signing.role.strip(),
        approved=signing.at.astimezone(UTC).replace(microsecond=0),
        expires=last_day(pending, signing),
        run=[_run(run) for run in joined.runs],
        proof=proof,
        accepted=[_accepted(each, accepted[each.example.id]) for each in pending],
        promise=promises,
    )


def _statement(joined: Joined, promises: Sequence[Approved], pending: Sequence[Pending], signing: Signing) -> str:
    sources = dict.fromkeys(
        f"the source tree {source.tree} at {(source.revision or '')[:12]}"
        for run in joined.runs
        if (source := run.results.source)
    )
    platforms = dict.fromkeys(f"target {run.results.target.name}" for run in joined.runs if run.results.target.addresses)
    whole = sum(promise.verdict is Verdict.KEPT and not promise.asked for promise in promises)
    kept = f"all {len(promises)} promises" if whole == len(promises) else f"{whole} of {len(promises)} promises in full"
    said = f"{_name(signing.by)} approves as {signing.role.strip()}: {' and '.join([*sources, *platforms])} keep {kept}"
    if not pending:
        return f"{said}."
    are = "1 example that was not seen kept is" if len(pending) == 1 else f"{len(pending)} examples not seen kept are"
    return f"{said}; {are} accepted, each with a reason."


def _run(run: JudgedRun) -> Run:
    results = run.results
    source, target, specification = results.source, results.target, results.specification
    return Run(
        judged=run.name,
        folder=as_named(run.folder),
        results=run.digest,
        started=results.run.started,
        counts=counts(results),
        specification=specification.revision or "",
        specification_changed=bool(specification.changed),
        source=SourceTree(tree=source.tree, revision=source.revision or "", manifest=source.manifest_version)
        if source
        else None,
        platform=Platform(
            name=target.name, staging=target.staging, addresses=target.addresses, versions=target.versions
        )
        if target.addresses
        else None,
    )


def _approved(promise: JoinedPromise, wording: Wording) -> Approved:
    put = [example for example in promise.examples if example.asked is not Asked.NOT]
    needs = {need for example in promise.examples for need in example.result.needs}
    everything = len(put) == len(promise.examples)
    return Approved(
        id=promise.promise.id,
        sentence=promise.promise.sentence,
        verdict=worst(example.result.verdict for example in put) if put else Verdict.NOT_ASKED,
        asked="" if everything else f"{len(put)} of {len(promise.examples)} examples",
        text=wording.texts[promise.promise.id],
        needs=[need for need in (PLATFORM, SOURCE) if need in needs],
        decided_by=list(dict.fromkeys(as_named(example.run.folder) for example in put)),
    )


def _accepted(pending: Pending, reason: str) -> Accepted:
    gap = pending.gap
    return Accepted(
        example=pending.example.id,
        what=pending.what,
        because=pending.because,
        reason=reason,
        gap=gap.reason if gap else None,
        owner=gap.owner if gap else None,
        issue=gap.issue if gap else None,
        expires=gap.expires if gap else None,
    )


def as_named(path: Path) -> str:
    """A path as it is written into an approval: from here, where it is below."""
    return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)


def _name(by: str) -> str:
    matched = _SIGNER.fullmatch(by)
    return matched["name"].strip() if matched else by


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip().rstrip(":.")


_HEADER = (
    "An approval of Phase 2, to be reviewed and merged. How to read it, and what makes it void: docs/signoff.md",
    "Change nothing in here: approve again instead.",
)
_SECTIONS = {
    "run": "What was judged. The digests are of results.json in each folder.",
    "proof": "The proof that the specification would have noticed.",
    "accepted": "What was not seen kept, and is accepted.",
    "promise": "Every promise of the specification. The text is the digest of its wording, examples and steps.",
}


def written(approval: Approval) -> str:
    """The approval as the file that is reviewed and merged."""
    document = tomlkit.document()
    for line in _HEADER:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    for key, value in approval.model_dump(exclude_none=True).items():
        if key not in _SECTIONS:
            document.add(key, _plain(value))
            continue
        if not value:
            continue
        document.add(tomlkit.nl())
        document.add(tomlkit.comment(_SECTIONS[key]))
        document.add(tomlkit.nl())
        if isinstance(value, list):
            tables = tomlkit.aot()
            for each in value:
                tables.append(_table(each))
            document.add(key, tables)
        else:
            document.add(key, _table(value))
    return tomlkit.dumps(document)


def _table(values: Mapping[str, Any]) -> tomlkit.items.Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value != "" and value != {}:
            table.add(key, _table(value) if isinstance(value, dict) else _plain(value))
    return table


def _plain(value: Any) -> Any:
    """The plain string of a word of ours; anything else as it is."""
    return str(value) if isinstance(value, StrEnum) else value


def read(file: Path) -> Approval:
    """The approval in a file; raises :class:`ConfigurationError` that names the file and what is wrong with it."""
    try:
        return Approval.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"the approval {file} cannot be read ({why}): restore it from git") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigurationError(
            f"{file} is not an approval of this version ({where}: {first['msg']}): restore it from git, or approve again"
        ) from None


def file_for(folder: Path, by: str, on: date) -> Path:
    """A file in ``folder`` for an approval of this day by this person that is not there yet."""
    plain = unicodedata.normalize("NFKD", _name(by)).encode("ascii", "ignore").decode().lower()
    stem = f"{on}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'approval'}"
    names = (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists() and not path.with_name(f"{name}.sig").exists())
