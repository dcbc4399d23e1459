"""The figures beside the findings: SSOT warnings, migration, retired paths, the platform's own check."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from acceptance.source.evidence import Evidence, Use
from acceptance.source.manifest import Manifest, Retired
from acceptance.source.result import SSOT_RULES, Factories, Finding, OwnCheck, RetiredPath, Uses, Warnings


def warnings_of(findings: Iterable[Finding], manifest: Manifest) -> Warnings:
    """The modules of the app with a finding on a core concept."""
    core = tuple(concept for concept, entry in manifest.concepts.items() if entry.core)
    counted = [
        finding
        for finding in findings
        if finding.rule in SSOT_RULES and finding.concept in core and not finding.in_tests
    ]
    return Warnings(
        modules=tuple(sorted({finding.path for finding in counted})),
        findings=len(counted),
        baseline=manifest.baseline.ssot_warnings if manifest.baseline else None,
        core=core,
    )


def uses_of(uses: Sequence[Use] | Collection[Use]) -> Uses:
    """How many of these imports, and of the files that have them, are canonical."""
    files = {use.file.path for use in uses}
    stray = {use.file.path for use in uses if not use.canonical}
    return Uses(
        canonical=sum(use.canonical for use in uses),
        imports=len(uses),
        clean_files=len(files - stray),
        files=len(files),
    )


def retired_paths(evidence: Evidence) -> tuple[RetiredPath, ...]:
    """What the manifest says is retired, and whether each still works and says so."""
    return tuple(_retired(evidence, entry) for entry in evidence.manifest.retired)


def _retired(evidence: Evidence, entry: Retired) -> RetiredPath:
    file = evidence.program.tree.module(entry.module)
    return RetiredPath(
        module=entry.module,
        name=entry.name,
        since=entry.since,
        until=entry.until,
        path=file.path if file else "",
        problem=_problem(evidence, entry),
    )


def _problem(evidence: Evidence, entry: Retired) -> str:
    """What is wrong with a retired path: it is gone, gives another thing, says nothing, or is past its date."""
    program, manifest = evidence.program, evidence.manifest
    file = program.tree.module(entry.module)
    facts = program.facts(file) if file else None
    if file is None or facts is None:
        return "there is no such module" if file is None else "the module cannot be read"
    if why := evidence.loading.dead.get(file.module):
        return f"the module cannot be loaded: {why}"
    concept = evidence.governed.get(entry.name, "")
    held = evidence.objects(concept, entry.name) if concept else frozenset(evidence.behind)
    given = {thing for thing in program.member(entry.module, entry.name) if thing.kind != "missing"}
    if not held or not given or not given <= held:
        home = manifest.home(concept) if concept else manifest.package
        return f"it does not give the `{entry.name}` of `{home}`"
    lazily = entry.name in facts.lazily and entry.name not in facts.final
    if "" not in facts.deprecates and not (lazily and "__getattr__" in facts.deprecates):
        return "it does not say that it is retired (no DeprecationWarning when it is imported)"
    if evidence.today > entry.until:
        return f"its time ended on {entry.until}"
    return ""


def own_check(evidence: Evidence) -> OwnCheck:
    """What the platform's own check would list, all modules loaded: classes with certain words in their names.

    The names of the canonical concept in their home are left out, as the platform does; those of others are listed.
    """
    entry, program = evidence.manifest.own_check, evidence.program
    if entry is None:
        return OwnCheck(())
    canonical = {
        (evidence.manifest.home(concept), name)
        for name, concept in evidence.governed.items()
        if concept == entry.canonical
    }
    word = entry.modules.lower()
    files = [file for file in program.tree.loadable if not file.in_tests and word in file.module.lower()]
    program.read(files)
    names = []
    for file in files:
        facts = program.facts(file)
        for name in sorted(facts.final) if facts else ():
            fits = not name.startswith("_") and all(word.lower() in name.lower() for word in entry.names)
            if fits and (file.module, name) not in canonical and _is_class(evidence, file.module, name):
                names.append(f"{file.module}.{name}")
    return OwnCheck(tuple(names))


def _is_class(evidence: Evidence, module: str, name: str) -> bool:
    things = evidence.program.member(module, name)
    return any(thing.kind in ("class", "type()") for thing in things)


def factories_of(evidence: Evidence) -> Factories:
    """How many factories of the platform itself there are, of each kind."""
    found = evidence.factories
    receiving = {received.factory for received in found.received if not received.factory.file.in_tests}
    return Factories(
        collaborator=len(receiving),
        vote=found.vote,
        products={
            product: sum(not each.file.in_tests for each in factories) for product, factories in found.products.items()
        },
    )
