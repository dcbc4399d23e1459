"""The documentation of the rules: of one for the terminal, of all as the page ``docs/rules.md``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import indent

from acceptance.reporting.audit import SCALE
from acceptance.source import RULES, RuleDoc

COMMAND = "python -m acceptance audit --explain all > docs/rules.md"

_KINDS = {
    "CG0": "Files",
    "CG1": "Definitions",
    "CG2": "Bindings: what a name stands for",
    "CG3": "Imports and exports: the ways to a name",
    "CG4": "Factories",
    "CG5": "Cycles",
}

_INTRODUCTION = f"""\
# The rules of the source audit

Written by `{COMMAND}`; the text of each rule is in its
module, in `acceptance/source/rules/`.

The audit reads a Python source tree against a manifest of governed concepts ([governing.md](governing.md)). Nothing of
the tree is imported or executed. A *governed name* is a name that the manifest lists for a concept; its *home* is the
one module that gives it a meaning. App code is what belongs to a service and is no test; findings in tests are reported
apart and never count. What the manifest waives is never counted and always printed.
"""

_HEADLINES = f"""\
## The figures beside the findings

**SSOT warnings.** The number of app modules with at least one finding of CG101, CG102, CG103, CG201, CG202, CG301 or
CG304 on a concept of the core (`core` in the manifest). Each fact counts under one rule: a module
that merely passes on a duplicate adds nothing to its CG101, one that makes an alias of it is CG201. Names that the
manifest tolerates and paths that it lists as retired are left out. {SCALE}
What says something is the change on this scale, from the `baseline` in the manifest.

**Migration.** Of all import statements of governed names and objects, those that take them from their home; and of all
files that have such an import, those in which every one does. App code and tests apart.

**The platform's own check.** What a check such as the platform's own would list: classes whose names hold certain
words, in modules whose paths do (`own_check` in the manifest), but for those of the canonical concept in its home. So
it also lists names in their rightful homes, as the platform's check does; that one runs the code, and depends on the
order of imports. It is shown for recognition and never judged.
"""


def page() -> str:
    """All rules, and the figures beside the findings, as Markdown."""
    return "\n".join([_INTRODUCTION, *_overview(), *_rules(), _HEADLINES])


def body(doc: RuleDoc) -> str:
    """A rule without its title, as Markdown."""
    return (
        f"{doc.what}\n\nWhy it hurts: {doc.why}\n\n"
        f"Broken:\n\n```python\n{doc.broken}\n```\n\nFixed:\n\n```python\n{doc.fixed}\n```\n"
    )


def explained(doc: RuleDoc) -> str:
    """A rule for a terminal."""
    return (
        f"{doc.id}: {doc.title}\n\n{doc.what}\n\nWhy it hurts: {doc.why}\n\n"
        f"Broken:\n{indent(doc.broken, '    ')}\n\nFixed:\n{indent(doc.fixed, '    ')}\n"
    )


def _overview() -> Iterator[str]:
    yield "| rule | finding |\n|---|---|"
    for rule in RULES.values():
        yield f"| [{rule.doc.id}](#{_anchor(rule.doc)}) | {rule.doc.title} |"
    yield ""


def _rules() -> Iterator[str]:
    for kind, rules in groupby(RULES.values(), key=lambda rule: rule.doc.id[:3]):
        yield f"## {_KINDS[kind]}\n"
        for rule in rules:
            yield f"### {rule.doc.id}: {rule.doc.title}\n\n{body(rule.doc)}"


def _anchor(doc: RuleDoc) -> str:
    """How GitHub and its like name the heading of a rule."""
    kept = (character for character in f"{doc.id}: {doc.title}".lower() if character.isalnum() or character in " -_")
    return "".join(kept).replace(" ", "-")
