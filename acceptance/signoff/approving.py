"""Deciding on an approval: what stands against it, what must be accepted, and what is then approved.

An approval joins a run that judged the platform's source tree and a run that asked staging. Each promise of the
specification must be kept by them, and what was not asked, or is a known gap, must be accepted with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

from acceptance.files import REFERENCE
from acceptance.known_gaps import TO_BE_WRITTEN, KnownGap
from acceptance.reporting.results import ExampleResult, PromiseResult
from acceptance.signoff.approval import (
    NEEDS,
    Accepted,
    Approval,
    Approved,
    Platform,
    Proof,
    Run,
    SourceTree,
    What,
    Wording,
    as_named,
    is_signer,
    name_of,
)
from acceptance.signoff.several_runs import Joined, JoinedExample, JoinedPromise, JudgedRun, RequiredRun
from acceptance.signoff.verdict import Judgement, State, counts, judge
from acceptance.tags import PLATFORM
from acceptance.verdicts import ConfigurationError, Verdict, nearest, worst

_SIGNABLE = (State.READY, State.NO_WORSE)
PLACEHOLDER = "REASON"  # what is printed where the owner's own words belong


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
        return self.example.headline

    @property
    def told(self) -> str:
        """All that there is to weigh."""
        return f"{self.because}. {self.example.listing}" if self.gap else self.because


@dataclass(frozen=True)
class Signing:
    """Who approves, in which role, when, and until when at most; ``until`` is None for the usual time.

    ``signed`` is whether a signature will belong to it.
    """

    by: str
    role: str
    at: datetime
    until: date | None
    usual_end: date
    signed: bool = False


def check_signer(by: str, role: str) -> None:
    """Refuse a name or a role that nobody can read; raises :class:`ConfigurationError`."""
    if not is_signer(by):
        raise ConfigurationError(f"--by {by!r} is no name: write it as “Olga Owner” or “Olga Owner <olga@example.com>”")
    if not role.strip() or not role.isprintable():
        raise ConfigurationError("--role is empty or not one line: say as what you approve, such as “product owner”")


def obstacles(joined: Joined) -> list[str]:
    """Why these runs cannot be approved whatever is accepted, each in a sentence with the remedy; none when they can.

    What the specification says now is for :func:`other_wording`.
    """
    rehearsals = [run for run in joined.runs if run.results.target.embedded]
    if rehearsals:
        return [
            f"the run in {run.folder} asked the embedded reference platform: this says nothing about Netra; leave it "
            f"out, and judge the platform by {' and '.join(run.command for run in RequiredRun)}"
            for run in rehearsals
        ]
    return [
        *(f"no run {run}: make it by {run.command} and add --reports {run.folder}" for run in joined.missing_runs),
        *(told for run in joined.runs for told in _of_run(run)),
        *_of_revisions(joined),
    ]


def is_signable(run: JudgedRun) -> bool:
    """Whether nothing in a run is worse than its lists of known gaps have it."""
    return _against_its_lists(run).state in _SIGNABLE


def _against_its_lists(run: JudgedRun) -> Judgement:
    return judge(run.results, run.on, ratchet=True)


def _of_run(run: JudgedRun) -> Iterator[str]:
    judgement = _against_its_lists(run)
    if judgement.state not in _SIGNABLE:
        more = f"(all of it: `python -m acceptance verdict --reports {run.folder}`)"
        yield f"the run in {run.folder} cannot be approved. {judgement.sentence} {more}"
    if run.results.specification.revision is None:
        yield f"nobody could say later which specification asked in {run.folder}: run it from a git checkout"
    source = run.results.source
    if source is None:
        return
    again = f"then judge it again by {RequiredRun.SOURCE.command}"
    if source.is_reference or _is_reference(source.tree):
        yield f"{run.folder} judged the reference platform's source, which says nothing about Netra: name Netra's"
    elif source.revision is None:
        why = "is no git checkout, so nobody could say later what was signed: take one"
        yield f"{source.in_words} {why}, {again}"
    elif source.changed is not False:
        why = "had changes that are in no revision: commit them or take them back"
        yield f"{source.in_words} {why}, {again}"


def _is_reference(tree: str) -> bool:
    """Whether this is the reference platform's tree, by whatever path; a tree that is gone cannot be told."""
    with suppress(OSError, ValueError):
        return Path(tree).samefile(REFERENCE)
    return False


def _of_revisions(joined: Joined) -> Iterator[str]:
    sources = [source for run in joined.runs if (source := run.results.source)]
    if len({source.revision for source in sources}) > 1:
        named = ", ".join(f"{source.tree} at {(source.revision or 'none')[:12]}" for source in sources)
        yield f"the runs judged different revisions of the source ({named}): run again what judged an older one"


def other_wording(joined: Joined, wording: Wording) -> Iterator[str]:
    """What was not asked, or otherwise, than the specification says now, each in a sentence with the remedy."""
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
        signed=signing.signed,
        run=[_run(run) for run in joined.runs],
        proof=proof,
        accepted=[_accepted(each, accepted[each.example.id]) for each in pending],
        promise=promises,
    )


def _statement(joined: Joined, promises: Sequence[Approved], pending: Sequence[Pending], signing: Signing) -> str:
    sources = dict.fromkeys(source.at_revision for run in joined.runs if (source := run.results.source))
    platforms = dict.fromkeys(run.results.target.in_words for run in joined.runs if run.results.target.addresses)
    whole = sum(promise.verdict is Verdict.KEPT and not promise.asked for promise in promises)
    kept = f"all {len(promises)} promises" if whole == len(promises) else f"{whole} of {len(promises)} promises in full"
    said = (
        f"{name_of(signing.by)} approves as {signing.role.strip()}: {' and '.join([*sources, *platforms])} keep {kept}"
    )
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
    asked = promise.asked
    needs = {need for example in promise.examples for need in example.result.needs}
    everything = len(asked) == len(promise.examples)
    return Approved(
        id=promise.promise.id,
        sentence=promise.promise.sentence,
        verdict=worst(example.result.verdict for example in asked) if asked else Verdict.NOT_ASKED,
        asked="" if everything else f"{len(asked)} of {len(promise.examples)} examples",
        text=wording.texts[promise.promise.id],
        needs=[need for need in NEEDS if need in needs],
        decided_by=list(dict.fromkeys(as_named(example.run.folder) for example in asked)),
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
