"""An audit as a page of text: by concept, each finding with its place and what closes it, then the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from acceptance.reporting.audit import SCALE, counted, narrowed
from acceptance.reporting.terminal import Line, Part, visible
from acceptance.source import RULES, Audit, Finding, Home, Manifest, Waived
from acceptance.source.changes import Since
from acceptance.source.result import RetiredPath, Uses

_TITLE, _RULE, _PLACE, _LOUD, _QUIET = "bold underline", "bold", "cyan", "bold red", "dim"


def page(audit: Audit, manifest: Manifest, tree: Path, *, limit: int, list_tests: bool) -> Iterator[Line]:
    """Everything that an audit of ``tree`` says; ``list_tests`` lists the findings in tests, too."""
    in_app = counted(audit)
    in_tests = [finding for finding in audit.findings if finding.in_tests]
    yield from _header(audit, tree)
    for concept, home in audit.homes.items():
        found = [finding for finding in in_app if finding.concept == concept]
        yield from _title(f"{concept}: {_many(len(found), 'finding')}")
        yield from _home(home, audit.uses.get(concept, {}))
        yield from _findings(found)
    found = [finding for finding in in_app if finding.concept not in audit.homes]
    yield from _title(f"The whole tree: {_many(len(found), 'finding')}")
    yield from _findings(found)
    yield from _factories(audit, manifest)
    yield from _migration(audit)
    yield from _retired(audit.retired)
    yield from _warnings(audit)
    if manifest.own_check:
        yield from _own_check(audit.own_check.names)
    yield from _unparsable(audit.unparsable)
    yield from _title("By rule")
    yield from _by_rule(in_app)
    yield from _title("In tests (reported apart, never counted)")
    if list_tests:
        yield from _findings(in_tests)
    else:
        yield from _by_rule(in_tests)
        yield _line(("  --tests lists them.", _QUIET))
    yield from _waived(audit.waived)
    yield _line()
    yield conclusion(audit, limit)


def since_page(since: Since, tree: Path, *, limit: int) -> Iterator[Line]:
    """What came since a revision, each with what closes it; what went; and whether that is within the limit."""
    came = narrowed(since)
    yield from _header(since.now, tree)
    yield _fact("Since", f"{since.revision}, which it left at {since.commit[:12]}")
    yield from _title(f"Came in app code: {_many(len(counted(came)), 'finding')}")
    yield from _findings(counted(came))
    for title, findings in (
        ("Came in tests (never counted)", [finding for finding in came.findings if finding.in_tests]),
        ("Went", since.changes.went),
    ):
        yield from _title(f"{title}: {_many(len(findings), 'finding')}")
        for finding in findings:
            yield from _finding(finding)
    yield _line()
    yield conclusion(came, limit)


def change(sign: str, finding: Finding) -> Line:
    """One finding that came (+) or went (-)."""
    return (sign, _LOUD if sign == "+" else "bold green"), *next(_finding(finding))


def conclusion(audit: Audit, limit: int) -> Line:
    """The last line: how many findings there are, and whether that is within the limit."""
    found = len(counted(audit))
    limited = f"the limit is {limit} (--max-warnings)"
    if found > limit:
        return _line((f"Over the limit: {_many(found, 'finding')} in app code, {limited}.", _LOUD))
    return _line((f"Within the limit: {_many(found, 'finding')} in app code, {limited}.", "bold green"))


def _header(audit: Audit, tree: Path) -> Iterator[Line]:
    files = audit.files
    yield _line((f"Source audit of {tree}", "bold"))
    yield _fact("Revision", audit.revision or "not under version control")
    yield _fact("Manifest", f"version {audit.manifest_version}")
    unparsable = f", {files.unparsable} could not be parsed" if files.unparsable else ""
    yield _fact("Files", f"{files.app} app, {files.tests} tests; {files.read} taken apart{unparsable}")
    if not _is_whole(audit):
        yield _fact("Asked", f"{', '.join(audit.asked)} only")


def _is_whole(audit: Audit) -> bool:
    """Whether no rule was left out."""
    return len(audit.asked) == len(RULES)


def _home(home: Home, uses: Mapping[str, Uses]) -> Iterator[Line]:
    if home.path is None:
        yield _fact("Home", home.module)
        yield _fact("Missing", "the tree has no such module", _LOUD)
    else:
        yield _fact("Home", f"{home.module}, {home.path}")
        held = [
            name if str(thing) == f"{home.module}.{name}" else f"{name} (which is {thing})"
            for name, thing in home.binds.items()
            if thing is not None
        ]
        if held:
            yield _fact("Holds", ", ".join(held))
        if home.missing:
            yield _fact("Missing", f"{', '.join(home.missing)}: the home binds no one object to it", _LOUD)
    if uses:
        told = [
            f"{service} {use.canonical} of {use.imports}" if use.imports else f"{service} none"
            for service, use in sorted(uses.items())
        ]
        yield _fact("Imports", f"from the home: {', '.join(told)}")


def _findings(findings: Iterable[Finding]) -> Iterator[Line]:
    for rule, found in _grouped(findings):
        yield _line((f"  {RULES[rule].doc.title}: {len(found)}", "italic"))
        for finding in found:
            yield from _finding(finding)
            yield _line((f"         closes: {finding.closes}", _QUIET))


def _by_rule(findings: Iterable[Finding]) -> Iterator[Line]:
    total = 0
    for rule, found in _grouped(findings):
        total += len(found)
        yield _line("  ", (rule, _RULE), f"  {len(found):>5}  {RULES[rule].doc.title}")
    yield _line(f"  {'all':<5}  {total:>5}")


def _grouped(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    ordered = sorted(findings, key=lambda finding: (finding.rule, finding.path, finding.line))
    return ((rule, list(found)) for rule, found in groupby(ordered, key=lambda finding: finding.rule))


def _finding(finding: Finding) -> Iterator[Line]:
    place = (f"{finding.path}:{finding.line}", _PLACE)
    yield _line("  ", (finding.rule, _RULE), "  ", place, "  ", finding.what)


def _factories(audit: Audit, manifest: Manifest) -> Iterator[Line]:
    yield from _title("Factories")
    factories, named = audit.factories, manifest.collaborator
    if named is None and not manifest.products:
        yield _line("  The manifest speaks of none.")
    if named is not None:
        votes = sorted(factories.vote.items(), key=lambda vote: (-vote[1], vote[0]))
        called = ", ".join(f"{name} {votes}" for name, votes in votes) or "none"
        told = f"{factories.collaborator}, whose parameters are called {called} (the manifest: {named.parameter})"
        yield _fact("Receive", told)
    for product, number in sorted(factories.products.items()):
        yield _fact("Make", f"{product}: {number}")


def _migration(audit: Audit) -> Iterator[Line]:
    yield from _title("Migration: imports of governed names from their homes, of all")
    for where, uses in (("App", audit.app_uses), ("Tests", audit.test_uses)):
        if uses.share is None:
            yield _fact(where, "no import")
        else:
            files = f"{uses.clean_files} of {_many(uses.files, 'file')} import only so"
            yield _fact(where, f"{uses.canonical} of {_many(uses.imports, 'import')} = {_percent(uses.share)}; {files}")


def _retired(paths: Collection[RetiredPath]) -> Iterator[Line]:
    yield from _title("Retired paths")
    if not paths:
        yield _line("  The manifest lists none.")
    for retired in paths:
        told = (
            f"  {retired.module}.{retired.name}, retired since {retired.since}, meant to work until {retired.until}: "
        )
        state: Part = (retired.problem, _LOUD) if retired.problem else "works, and says that it is retired"
        yield _line(told, state)


def _warnings(audit: Audit) -> Iterator[Line]:
    warnings = audit.warnings
    yield from _title("SSOT warnings")
    modules = (_many(len(warnings.modules), "module"), "bold")
    yield _line("  ", modules, f" of app code, with {_many(warnings.findings, 'finding')} on the core concepts")
    if not _is_whole(audit):
        yield _line("  Of the rules that were asked only: without --rule there may be more.")
    elif warnings.reduction is not None:
        yield _line(f"  At the start there were {warnings.baseline}: {_change(warnings.reduction)}.")
    yield _line((f"  {SCALE}", _QUIET))
    for module in warnings.modules:
        yield _line(f"    {module}")


def _change(reduction: float) -> str:
    if reduction == 0:
        return "as many"
    return f"{_percent(abs(reduction))} {'fewer' if reduction > 0 else 'more'} now"


def _own_check(names: Collection[str]) -> Iterator[Line]:
    yield from _title("The platform's own check (for recognition, never judged)")
    yield _line(f"  It would list {_many(len(names), 'class', 'classes')}.")
    for name in names:
        yield _line(f"    {name}")


def _unparsable(files: Collection[tuple[str, str]]) -> Iterator[Line]:
    if files:
        yield from _title("Files that could not be parsed, in which nothing was judged")
    for path, why in files:
        yield _line("  ", (path, _PLACE), f"  {why}")


def _waived(waivers: Collection[Waived]) -> Iterator[Line]:
    yield from _title("Waived by the manifest (never counted)")
    if not waivers:
        yield _line("  Nothing.")
    for waived in waivers:
        yield from _finding(waived.finding)
        yield _line((f"         waived by {waived.by}: {waived.reason}", _QUIET))


def _title(text: str) -> Iterator[Line]:
    yield _line()
    yield _line((text, _TITLE))


def _fact(label: str, value: str, style: str = "") -> Line:
    return _line((f"  {label:<9}", style or _QUIET), (value, style))


def _many(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _line(*parts: Part) -> Line:
    """One line; what a file's name holds of control characters is shown, and does not reach the terminal."""
    return tuple(visible(part) if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts)
