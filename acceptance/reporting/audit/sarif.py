"""An audit as SARIF 2.1.0, the format of code scanning.

Paths are relative to the root of the tree, ``SRCROOT``. A result keeps its fingerprint when lines move. Waived findings
are suppressed results; findings in tests are notes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from acceptance import __version__
from acceptance.reporting.audit import SCALE
from acceptance.reporting.audit.rules_page import body, explained
from acceptance.reporting.terminal import visible
from acceptance.source import RULES, Audit, Finding, RuleDoc, Waived

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_INDEX = {rule: index for index, rule in enumerate(RULES)}


def document(audit: Audit) -> str:
    """The SARIF log, as JSON."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(audit)]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(audit: Audit) -> dict[str, Any]:
    driver = {
        "name": "Source audit of the Phase 2 acceptance specification",
        "version": __version__,
        "rules": [_rule(rule.doc) for rule in RULES.values()],
    }
    found: list[Finding | Waived] = [*audit.findings, *audit.waived]
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": "source-audit/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the audited tree."}}},
        "columnKind": "unicodeCodePoints",
        "results": list(map(_result, found, _fingerprints(found))),
        "properties": {
            "manifestVersion": audit.manifest_version,
            "revision": audit.revision,
            "asked": list(audit.asked),
            "ssotWarnings": len(audit.warnings.modules),
            "ssotWarningsScale": SCALE,
        },
    }


def _rule(doc: RuleDoc) -> dict[str, Any]:
    return {
        "id": doc.id,
        "name": "".join(map(str.capitalize, re.findall("[A-Za-z]+", doc.title))),
        "shortDescription": {"text": doc.title},
        "fullDescription": {"text": doc.what},
        "help": {"text": explained(doc), "markdown": body(doc)},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(found: Finding | Waived, fingerprint: str) -> dict[str, Any]:
    finding = _finding(found)
    result = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": "note" if finding.in_tests else "warning",
        "message": {"text": visible(f"{finding.what.rstrip('.')}. {finding.closes}")},
        "locations": [{"physicalLocation": _place(finding)}],
        "partialFingerprints": {"finding/v1": fingerprint},
        "properties": {
            "concept": finding.concept,
            "name": finding.name,
            "service": finding.service,
            "in_tests": finding.in_tests,
            "closes": visible(finding.closes),
        },
    }
    if isinstance(found, Waived):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(found.reason)}]
    return result


def _place(finding: Finding) -> dict[str, Any]:
    """File and line; a path that is not UTF-8 is encoded as the bytes that it is."""
    uri = quote(finding.path, errors="surrogateescape")
    return {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}, "region": {"startLine": finding.line}}


def _fingerprints(found: list[Finding | Waived]) -> list[str]:
    """For each what stays when lines move; of those that are alike in one file, which one it is."""
    seen: Counter[str] = Counter()
    fingerprints = []
    for finding in map(_finding, found):
        facts = "\0".join(finding.identity)
        digest = sha256(facts.encode(errors="surrogateescape")).hexdigest()[:32]
        seen[digest] += 1
        fingerprints.append(f"{digest}:{seen[digest]}")
    return fingerprints


def _finding(found: Finding | Waived) -> Finding:
    return found.finding if isinstance(found, Waived) else found
