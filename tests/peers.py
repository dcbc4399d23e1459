"""Other tools that can be made to look for imports of governed names: ruff's TID251 and tach's interfaces.

Both are told by name what may not be imported from where, which is a part of what CG302 finds out by itself. So each
import that one of them tells and CG302 does not, or the other way round, must have a reason that is known.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from acceptance.source import Audit, Manifest
from acceptance.source.folder import Folder
from acceptance.source.tree import SourceTree

BIN = Path(sys.executable).parent
RUFF_RULES, TACH_RULES = "ruff-tid251.toml", "tach.toml"
RUFF = [str(BIN / "ruff"), "check", "--config", RUFF_RULES, "--no-cache", "--ignore-noqa", "--output-format=json", "."]
TACH = [str(BIN / "tach"), "check", "--interfaces", "--output", "json"]

_ANYTHING_BELOW = r"(\..*)?"


class Import(NamedTuple):
    """What one file imports: the path of the file, the module and the name."""

    path: str
    module: str
    name: str


def write_rules(tree: Path, manifest: Manifest) -> None:
    """Write what both are to look for: each governed name, from every module that mentions it but its homes."""
    source = SourceTree(Folder(tree), manifest)
    texts = {file.module: file.read() for file in source.loadable}
    homes: dict[str, set[str]] = defaultdict(set)
    for concept, entry in manifest.concepts.items():
        for name in entry.governed:
            homes[name].add(manifest.home(concept))
    banned = {
        module: {name for name in homes if name.encode() in text and module not in homes[name]}
        for module, text in texts.items()
        if module
    }
    banned = {module: names for module, names in sorted(banned.items()) if names}
    (tree / RUFF_RULES).write_text(_for_ruff(banned), encoding="utf-8")
    (tree / TACH_RULES).write_text(_for_tach(banned, _members(source)), encoding="utf-8")


def _for_ruff(banned: Mapping[str, set[str]]) -> str:
    entries = [f'"{module}.{name}".msg = "not from here"' for module, names in banned.items() for name in sorted(names)]
    head = ["[lint]", 'select = ["TID251"]', "[lint.flake8-tidy-imports.banned-api]"]
    return "\n".join([*head, *entries, ""])


def _for_tach(banned: Mapping[str, set[str]], members: Mapping[str, set[str]]) -> str:
    lines = ['source_roots = ["."]', "exclude = []", 'root_module = "ignore"', "respect_gitignore = false"]
    lines.append("ignore_type_checking_imports = false")
    for module in banned:
        lines += ["[[modules]]", f"path = {json.dumps(module)}"]
    for module, names in banned.items():
        allowed = [f"{name}{_ANYTHING_BELOW}" for name in sorted(members[module] - names)]
        lines += ["[[interfaces]]", f"from = [{json.dumps(module)}]", f"expose = {json.dumps(allowed or ['nothing'])}"]
    return "\n".join([*lines, ""])


def _members(source: SourceTree) -> Mapping[str, set[str]]:
    """All that is imported from each module anywhere, and the modules in it: what an interface may expose."""
    members: dict[str, set[str]] = defaultdict(set)

    def inside(module: str) -> None:
        *above, last = module.split(".")
        while above:
            members[".".join(above)].add(last)
            *above, last = above

    for file in source.loadable:
        inside(file.module)
        for node in ast.walk(_parsed(file.read())):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    inside(alias.name)
            elif isinstance(node, ast.ImportFrom) and (module := file.absolute(node.module or "", node.level)):
                members[module].update(alias.name for alias in node.names)
    for names in members.values():
        names.discard("*")
    return members


def _parsed(text: bytes) -> ast.AST:
    with warnings.catch_warnings(), suppress(SyntaxError, ValueError):
        warnings.simplefilter("ignore")
        return ast.parse(text)
    return ast.Module([], [])


def told_by_ruff(tree: Path) -> set[Import]:
    """What ruff tells; :func:`write_rules` comes first."""
    done = subprocess.run(RUFF, cwd=tree, capture_output=True, text=True, check=False)
    told = [(each["filename"], each["message"].split("`")[1]) for each in json.loads(done.stdout)]
    return {Import(str(Path(file).relative_to(tree)), *_apart(what)) for file, what in told}


def told_by_tach(tree: Path) -> set[Import]:
    """What tach tells; :func:`write_rules` comes first."""
    done = subprocess.run(TACH, cwd=tree, capture_output=True, text=True, check=False)
    told = [each["Located"] for each in json.loads(done.stdout)]
    return {
        Import(each["file_path"], *_apart(each["details"]["Code"]["PrivateDependency"]["dependency"])) for each in told
    }


def _apart(what: str) -> tuple[str, str]:
    module, _, name = what.rpartition(".")
    return module, name


class Difference(NamedTuple):
    """An import that only one of the two tells, and the reason for it; empty where none is known."""

    by: str
    what: Import
    reason: str


def differences(found: Audit, told: set[Import], peer: str, tree: Path, manifest: Manifest) -> Iterator[Difference]:
    """What CG302 and a peer tell each alone."""
    source = SourceTree(Folder(tree), manifest)
    waived = [one.finding for one in found.waived]
    ours = {
        Import(finding.path, str(finding.detail["module"]), finding.name)
        for finding in [*found.findings, *waived]
        if finding.rule == "CG302"
    }
    governed = {name for entry in manifest.concepts.values() for name in entry.governed}
    for what in sorted(ours - told):
        yield Difference("CG302", what, _why_only_ours(what, governed, source))
    for what in sorted(told - ours):
        yield Difference(peer, what, _why_only_theirs(what, manifest, source))


def _why_only_ours(what: Import, governed: set[str], source: SourceTree) -> str:
    if what.name not in governed:
        return "a governed object under another name"
    module = source.module(what.module)
    if module is None:
        return "from a module that is not there"
    if what.name.encode() not in module.read():
        return "from a module that has no such name"
    return ""


def _why_only_theirs(what: Import, manifest: Manifest, source: SourceTree) -> str:
    if what.name == "*":
        return "a star, which names nothing: CG303 follows what it brings"
    patterns = [entry.only_from for entry in manifest.concepts.values() if what.name in entry.governed]
    if all(some and not any(fnmatchcase(what.module, pattern) for pattern in some) for some in patterns):
        return "a common word, which elsewhere is something else, says the manifest's only_from"
    if what not in _statements(source, what.path):
        return "no import: it is taken from the module where it is used"
    return ""


def _statements(source: SourceTree, path: str) -> Iterator[Import]:
    """What one file imports by name."""
    file = next(file for file in source.files if file.path == path)
    for node in ast.walk(_parsed(file.read())):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(path, file.absolute(node.module or "", node.level) or "", alias.name)
