"""Small source trees for the tests, written as text.

A file of ``traps/`` or ``rules/`` is one page to read: what the trap or rule is, a tree that keeps the rule, a tree
that breaks it, and what the audit finds in each, line by line::

    === kept
    --- shop/orders.py
    from shop.core.ledger import Ledger
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acceptance.source import Audit, Finding, Manifest, audit, load_manifest

HERE = Path(__file__).parent
TOY = HERE / "toy.toml"


@dataclass(frozen=True)
class Trap:
    """One page of ``traps/``: each tree as path to text, and the lines expected of it."""

    trees: Mapping[str, Mapping[str, str]]
    found: Mapping[str, list[str]]


def read_trap(page: Path) -> Trap:
    """Read a page; a tree without a "found in" section is one in which nothing is found."""
    trees: dict[str, dict[str, str]] = {}
    found: dict[str, list[str]] = {}
    for section in page.read_text(encoding="utf-8").split("\n=== ")[1:]:
        title, _, body = section.partition("\n")
        if title.startswith("found in "):
            found[title.removeprefix("found in ")] = body.split("\n")[:-1] if body.endswith("\n") else body.split("\n")
        else:
            files = body.split("--- ")[1:]
            trees[title] = {path: text for path, _, text in (file.partition("\n") for file in files)}
    return Trap(trees, {title: [line for line in found.get(title, []) if line] for title in trees})


def plant(tree: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files below ``tree``."""
    for path, text in files.items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
    return tree


def audit_toy(tree: Path, files: Mapping[str, str | bytes], manifest: Manifest | None = None) -> Audit:
    """Plant the files and audit them by the manifest of the toy shop."""
    return audit(plant(tree, files), manifest or load_manifest(TOY))


def told(result: Audit) -> list[str]:
    """Everything an audit says, a line each: findings, those in tests, waived ones, files it could not judge."""
    return [
        *(line(finding) for finding in result.findings if not finding.in_tests),
        *(f"in tests {line(finding)}" for finding in result.findings if finding.in_tests),
        *(f"waived by {waived.by}: {line(waived.finding)} ({waived.reason})" for waived in result.waived),
        *(f"cannot be read {path}" for path, _ in result.unparsable),
        *(f"never loaded {path}" for path in result.never_loaded),
    ]


def line(finding: Finding) -> str:
    """A finding with its raw facts, but for the words in which this Python complains and the vote, which repeats."""
    told = (item for item in sorted(finding.detail.items()) if item[0] not in ("problem", "vote"))
    facts = " ".join(f"{key}={value}" for key, value in told)
    return f"{finding.rule} {finding.concept} {finding.name} {finding.path}:{finding.line} {facts}".rstrip()
