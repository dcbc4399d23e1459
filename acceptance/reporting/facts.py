"""What was judged, in short facts for the report and the sign-off sheet."""

from __future__ import annotations

from acceptance import plan
from acceptance.reporting.results import Results
from acceptance.target import ADDRESSES


def facts_of(ran: Results) -> dict[str, str]:
    """What was judged, an owner's facts first: the report's first page shows eight before one asks for more."""
    target, source = ran.target, ran.source
    staging = " (staging, by its own declaration)" if target.staging else ""
    facts = {"Target": f"{target.name}: {target.about}{staging}"}
    if target.as_found:
        but = f" but {', '.join(target.closed)}" if target.closed else ""
        facts["Faults planted"] = f"every gap of the plan{but}, by {len(target.planted_faults)} faults"
    elif target.planted_faults:
        facts["Faults planted"] = ", ".join(target.planted_faults)
    if source:
        revision = f" at {source.revision[:12]}" if source.revision else ""
        facts["Source tree"] = f"{source.tree}{revision}"
    facts["Asked"] = ran.run.selection or "everything"
    facts["Begun"] = f"{ran.run.started:%d %B %Y, %H:%M} UTC"
    waiting = len(ran.specification.plan_tests_without_promise)
    facts["Plan tests"] = f"{len(plan.TESTS) - waiting} of {len(plan.TESTS)} have a promise"
    facts |= {ADDRESSES[setting]: address for setting, address in target.addresses.items()}
    facts |= {f"Version of {name}": version for name, version in target.versions.items()}
    if target.embedded or target.addresses:  # in a source tree nobody waits for anything
        facts |= {f"Time allowed, {name}": f"{seconds:g} s" for name, seconds in target.deadlines.items()}
    facts |= {"Shortened": "; ".join(target.shortened)} if target.shortened else {}
    facts["Specification"] = (ran.specification.revision or "not under version control")[:12]
    if source and source.manifest_version:
        facts["Manifest"] = f"version {source.manifest_version}"
    return facts | ran.tools
