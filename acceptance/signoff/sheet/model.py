"""The sign-off sheet as data: `signoff.json`, from which the page and the Markdown are made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from acceptance.reporting.audit.trend import Trend as SourceTrend
from acceptance.signoff.criteria import Answer
from acceptance.signoff.verdict import State
from acceptance.verdicts import Verdict

#: What is good, bad, known, unsure, or says nothing of Netra.
Tone = Literal["good", "bad", "known", "unsure", "none"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conclusion(_Part):
    """The verdict: one sentence over all runs, and one for each run, the worst first."""

    state: State
    answer: str = Field(description="whether the four gaps are closed, and what was judged; empty for a rehearsal")
    sentences: list[str] = Field(description="what was judged is named in each")
    counts: str
    to_sign: str = Field(description="whether this can be signed, and by which command or after what")


class Run(_Part):
    """One run that the sheet is made from."""

    name: str
    folder: str
    report: str = Field(description="the address of its Allure report, relative to the sheet; empty without one")
    started: datetime
    counts: str
    facts: dict[str, str] = Field(description="the environment: addresses, versions, revisions, deadlines, tools")


class Step(_Part):
    """What must be done next, by whom, and what it costs not to."""

    area: str = Field(description="the gap or value that it belongs to")
    what: str
    why: str = Field(description="what is not kept, in a sentence")
    begin: str = Field(description="where to look first")
    owner: str
    until: date | None
    cost: str = Field(description="what people, and the business in the plan's own terms, lose meanwhile")
    promises: list[str]


class PromiseLine(_Part):
    """One promise, and how it ended over all runs."""

    id: str
    sentence: str
    verdict: Verdict
    part: str = Field(description="how much of it was asked, where that is not everything")
    judged: str = Field(description="what was really asked, or that it was only rehearsed")
    evidence: str = Field(description="the address of the telling example in the report; empty without one")
    would_have_noticed: list[str] = Field(description="faults that it was seen to catch, as people notice them")


class CriterionLine(_Part):
    """One success criterion of the plan."""

    kind: str
    name: str
    text: str
    answer: Answer
    why: str
    promises: list[str]


class MetricLine(_Part):
    """One integration metric of the plan."""

    name: str
    baseline: str
    target: str
    measured: str
    unit: str
    of: str
    reached: bool | None
    rehearsed: bool


class GapCard(_Part):
    """One coordination gap, or the business values: its state, what closes it, what it protects."""

    name: str
    state: str = Field(description="where it stands, in words")
    tone: Tone = Field(description="where it stands, in a word")
    found: str
    closes: str
    protects: list[str]
    promises: list[PromiseLine]


class RiskLine(_Part):
    """One row of the plan's risk table."""

    change: str
    danger: str
    mitigation: str
    evidence: str
    rollback: str
    promises: list[str]


class TraceLine(_Part):
    """One test of the plan, the promise that answers it, and how it ended."""

    test: str
    name: str
    promises: list[str]
    verdict: Verdict
    part: str
    judged: str
    evidence: str


class GapLine(_Part):
    """One known gap."""

    example: str
    standing: str
    happened: str
    reason: str
    owner: str
    issue: str
    since: date
    expires: date
    file: str


class Unasked(_Part):
    """What was not asked, and why."""

    reason: str
    examples: list[str]


class Point(_Part):
    """One past run in the trend."""

    started: datetime
    promises: dict[Verdict, int]
    ssot_warnings: int | None


class Trend(_Part):
    """The past runs of the same target and tree that came to their end, oldest first."""

    run: str
    points: list[Point]


class Sheet(_Part):
    """The sign-off sheet."""

    format: Literal[1] = 1
    made: datetime
    conclusion: Conclusion
    at_stake: str
    runs: list[Run]
    next_steps: list[Step]
    criteria: list[CriterionLine]
    metrics: list[MetricLine]
    gaps: list[GapCard]
    risks: list[RiskLine]
    traceability: list[TraceLine]
    known_gaps: list[GapLine]
    not_asked: list[Unasked]
    proof: str = Field(description="how far it is proven that the specification would have noticed")
    trends: list[Trend]
    source_trend: SourceTrend | None = Field(default=None, description="the audit of the platform's past revisions")
