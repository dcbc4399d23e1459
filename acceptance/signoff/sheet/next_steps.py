"""What must be done next, by whom, and what it costs not to; and whether the runs can be signed."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from acceptance import plan, tags
from acceptance.signoff import approving
from acceptance.signoff.approving import Pending
from acceptance.signoff.several_runs import Joined, JoinedExample, JoinedPromise, RequiredRun
from acceptance.signoff.sheet import model
from acceptance.verdicts import Verdict

NOBODY = "nobody yet"
_ORDER = (Verdict.BROKEN, Verdict.KNOWN_GAP, Verdict.SUITE_FAULT, Verdict.COULD_NOT_TELL)  # certainty first
_LOOK = "Look first at: "
#: Of a run that is missing: what is to be done, why, by whom, and what it costs not to.
_MISSING = {
    RequiredRun.SOURCE: (
        "Audit the platform's own source tree.",
        "No source tree of Netra was judged.",
        "engineering",
        "Gaps 1, 2 and 4 stay unanswered: nobody knows whether they are closed.",
    ),
    RequiredRun.STAGING: (
        "Ask the staging environment.",
        "Staging was not asked.",
        "QA",
        "Gap 3 and each criterion that says “in staging” stay unanswered: no deployment can be trusted.",
    ),
}


@dataclass(frozen=True)
class ToSign:
    """Whether runs can be signed: ``told`` is by which command, or what stands in the way.

    ``pending`` is what must be accepted; empty where the runs cannot be signed.
    """

    told: str
    pending: Sequence[Pending] = ()


def next_steps(joined: Joined, signing: ToSign) -> Iterator[model.Step]:
    """First what is not kept, by gap and by the team that owns it; then the missing runs, or what the owner decides."""
    unkept = [
        (promise, example)
        for promise in joined.promises
        for example in promise.asked
        if example.result.verdict in _ORDER
    ]
    groups: dict[tuple[str, str], list[tuple[JoinedPromise, JoinedExample]]] = {}
    for promise, example in unkept:
        owner = example.result.known_gap.owner if example.result.known_gap else NOBODY
        groups.setdefault((promise.promise.epic or promise.promise.feature, owner), []).append((promise, example))
    shared = Counter(epic for epic, _ in groups)
    steps = [_step(epic, owner, found, shared[epic] > 1) for (epic, owner), found in groups.items()]
    steps.sort(key=lambda step: (step.owner != NOBODY, step.until or date.max, step.area))
    yield from steps
    yield from map(_missing, joined.missing_runs)
    yield from _decision(signing)


def _step(epic: str, owner: str, found: Sequence[tuple[JoinedPromise, JoinedExample]], is_shared: bool) -> model.Step:
    """What one owner has to do for one gap; ``is_shared``: others have to do something for it, too."""
    found = sorted(found, key=lambda pair: _ORDER.index(pair[1].result.verdict))
    promise, first = found[0]
    promises = list(dict.fromkeys(each.promise.id for each, _ in found))
    gap = next((gap for gap in plan.GAPS if tags.EPICS[gap.number] == epic), None)
    gaps = [example.result.known_gap for _, example in found if example.result.known_gap]
    what = gap.closes if gap and not is_shared else f"Restore {_sentences([each for each, _ in found])}."
    if all(example.result.verdict is Verdict.COULD_NOT_TELL for _, example in found):
        what = "Make it possible to tell: " + first.result.headline + "."
    more = f" and {len(promises) - 1} more" if len(promises) > 1 else ""
    return model.Step(
        area=epic,
        what=what,
        why=f"“{promise.promise.sentence}” ({promise.promise.id}){more}: {first.result.headline}.",
        begin=_begin(first) or promise.promise.look_first_at,
        owner=owner,
        until=min((entry.expires for entry in gaps), default=None),
        cost=" ".join(filter(None, (_harm(promise), _in_the_plans_words(gap)))),
        promises=promises,
    )


def _sentences(promises: Sequence[JoinedPromise]) -> str:
    """The first two promises in their own words, and how many more there are."""
    said = list(dict.fromkeys(f"“{each.promise.sentence}”" for each in promises))
    told = f"the promise {said[0]}" if len(said) == 1 else f"the promises {said[0]} and {said[1]}"
    return f"{told}, and {len(said) - 2} more" if len(said) > 2 else told


def _harm(promise: JoinedPromise) -> str:
    """What it does to people: what the promise says, or else its feature."""
    told = promise.promise
    return f"It affects {told.affected}" if told.affected else told.when_it_breaks


def _in_the_plans_words(gap: plan.Gap | None) -> str:
    return f"The plan: {gap.value}; {gap.strategy}." if gap else f"The plan: {plan.AT_STAKE}"


def _begin(example: JoinedExample) -> str:
    """Where the failure itself says to begin."""
    lines = example.result.failure.splitlines()
    return next((line.removeprefix(_LOOK) for line in lines if line.startswith(_LOOK)), "")


def _missing(run: RequiredRun) -> model.Step:
    what, why, owner, cost = _MISSING[run]
    return model.Step(
        area="What was judged", what=what, why=why, begin=run.command, owner=owner, until=None, cost=cost, promises=[]
    )


def _decision(signing: ToSign) -> Iterator[model.Step]:
    """What only who signs can do about what nobody saw kept, where nothing else stands in the way."""
    pending = signing.pending
    if not pending:
        return
    kinds = Counter(each.what for each in pending)
    ends = [each.gap.expires for each in pending if each.gap]
    yield model.Step(
        area="Decision",
        what=f"Decide on {_examples(len(pending))}: accept each with a reason, or have it closed or asked first.",
        why=f"Nobody saw them kept: {'; '.join(f'{number} {what}' for what, number in kinds.items())}.",
        begin=signing.told,
        owner="product owner",
        until=min(ends, default=None),
        cost="Nothing is approved, and nobody has decided whether the platform may be used as it is.",
        promises=list(dict.fromkeys(each.promise.id for each in pending)),
    )


def _examples(number: int) -> str:
    return "1 example" if number == 1 else f"{number} examples"


def to_sign(joined: Joined) -> ToSign:
    """Whether these runs can be signed, on the day on which they are judged."""
    if any(run.results.target.embedded for run in joined.runs):
        return ToSign("This cannot be signed: the reference platform was asked, which says nothing about Netra.")
    if missing := [f"a run that {run}" for run in joined.missing_runs]:
        return ToSign(f"This cannot be signed yet: {' and '.join(missing)} must be joined with it.")
    if not all(approving.is_signable(run) for run in joined.runs):
        return ToSign("This cannot be signed: first close what is open, or decide on it in a list of known gaps.")
    if against := approving.obstacles(joined):
        return ToSign(f"This cannot be signed yet: {against[0]}.")
    folders = " ".join(f"--reports {shlex.quote(str(run.folder))}" for run in joined.runs)
    pending = approving.to_accept(joined)
    accept = f", accept {_examples(len(pending))} that nobody saw kept, each with a reason" if pending else ""
    told = f"To sign it{accept}: `python -m acceptance signoff approve {folders} --by NAME --role ROLE`"
    return ToSign(told, pending)
