"""What an audit found, for people (text), for programs (JSON) and for code scanning (SARIF)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from acceptance.source import Audit, Finding

if TYPE_CHECKING:
    from acceptance.source.changes import Since

#: Goes with the SSOT warnings wherever they are shown.
SCALE = "This scale is the specification's own: the plan's figure for the start has no recorded method."


def counted(audit: Audit) -> list[Finding]:
    """The findings that the limit is about: those in app code. Waived ones are none."""
    return [finding for finding in audit.findings if not finding.in_tests]


def narrowed(since: Since) -> Audit:
    """The audit with those findings alone that came since; what the manifest excuses is not told again."""
    return replace(since.now, findings=since.changes.came, waived=())
