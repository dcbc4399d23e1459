"""What the command ``schema`` does: print the JSON schema of a file that a run or a command writes."""

from __future__ import annotations

import json
from enum import StrEnum
from importlib import import_module

from acceptance.cli.output import put


class Published(StrEnum):
    """What has a published schema."""

    RESULTS = "results"
    AUDIT = "audit"
    SIGNOFF = "signoff"
    COMPARE = "compare"
    PROOF = "proof"
    TREND = "trend"
    LOAD = "load"
    STATUS = "status"
    DOCTOR = "doctor"


#: The module and the class of each; loaded when it is asked for.
_MODELS = {
    Published.RESULTS: ("acceptance.reporting.results", "Results"),
    Published.AUDIT: ("acceptance.reporting.audit.model", "AuditResults"),
    Published.SIGNOFF: ("acceptance.signoff.sheet.model", "Sheet"),
    Published.COMPARE: ("acceptance.signoff.compare.model", "Comparison"),
    Published.PROOF: ("acceptance.reporting.proof", "Proof"),
    Published.TREND: ("acceptance.reporting.audit.trend", "Trend"),
    Published.LOAD: ("acceptance.load.result", "LoadResult"),
    Published.STATUS: ("acceptance.monitor.status", "Status"),
    Published.DOCTOR: ("acceptance.doctor.telling", "Diagnosis"),
}


def schema(of: Published) -> None:
    """Print it."""
    from pydantic import TypeAdapter

    module, name = _MODELS[of]
    put(
        json.dumps(TypeAdapter(getattr(import_module(module), name)).json_schema(), indent=2, ensure_ascii=False) + "\n"
    )
