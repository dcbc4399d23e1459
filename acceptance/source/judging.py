"""How a case is answered: the files are read, names are followed, the rules decide."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import partial

from acceptance.source.cache import Cache
from acceptance.source.case import Case, Progress, known
from acceptance.source.evidence import Evidence, Use
from acceptance.source.headlines import factories_of, own_check, retired_paths, uses_of, warnings_of
from acceptance.source.link import Program
from acceptance.source.manifest import Manifest
from acceptance.source.reading import Reader, without_garbage_collection
from acceptance.source.result import Audit, FileCounts, Finding, Uses, Waived
from acceptance.source.rules import RULES, Hit
from acceptance.source.tree import SourceFile, SourceTree, is_within


def judge(case: Case, cache: Cache, workers: int | None, progress: Progress | None) -> Audit:
    """Answer the case; see :func:`~acceptance.source.audit.audit`."""
    rules = known("rule", case.rules, RULES)
    source, manifest = case.source, case.source.manifest
    reader = Reader(
        source.loadable,
        case.contents,
        _words(manifest),
        manifest.python_version,
        cache,
        wanted=partial(_wanted, manifest),
        workers=workers,
        progress=progress,
    )
    with without_garbage_collection(), reader:
        # Where none of the rules asks for it, that files of no interest are Python at all is not found out.
        readings = reader.read(check=any(RULES[rule].late for rule in rules))
        program = Program(source, readings, reader)
        evidence = Evidence(program, readings, today=case.today)
        findings, waived = _ask(evidence, rules, case.concepts)
        unparsable = tuple(sorted({**program.unparsable, **source.unreadable}.items()))
        in_tests = {file.path for file in source.files if file.in_tests}
        app_uses = [use for use in evidence.uses if not use.file.in_tests]
        test_uses = [use for use in evidence.uses if use.file.in_tests]
        return Audit(
            asked=tuple(rules),
            findings=findings,
            waived=waived,
            homes={concept: evidence.home(concept) for concept in case.concepts},
            uses=_by_concept_and_service(evidence, app_uses),
            app_uses=uses_of(app_uses),
            test_uses=uses_of(test_uses),
            warnings=warnings_of(findings, manifest),
            retired=retired_paths(evidence),
            factories=factories_of(evidence),
            own_check=own_check(evidence),
            manifest_version=manifest.version,
            revision=None,
            files=FileCounts(
                app=len(source.files) - len(in_tests),
                tests=len(in_tests),
                read=program.files_read,
                unparsable=len(unparsable),
                services=_files_of_services(source),
            ),
            unparsable=unparsable,
            unparsable_app=tuple((path, why) for path, why in unparsable if path not in in_tests),
            never_loaded=tuple(source.shadowed),
        )


def _words(manifest: Manifest) -> set[str]:
    """What a file must mention to have a finding: the core of a governed name is part of the name and its variants.

    Files without these words are read as well once a name leads to them.
    """
    names = {name for entry in manifest.concepts.values() for name in (*entry.governed, *entry.tolerated)}
    words = {manifest.core(name) for name in names}
    words.add(manifest.package.rpartition(".")[2])
    if manifest.collaborator:
        words.update(manifest.collaborator.also_called)
    for product in manifest.products.values():
        words.update(_word(pattern) for pattern in product.factories)
    return words


def _wanted(manifest: Manifest, file: SourceFile) -> bool:
    """Whether a file that mentions no word is needed all the same, sooner or later: then it is best read at once.

    That is so for the governed package, and for what the platform's own check looks at.
    """
    if file.in_tests:
        return False
    own = manifest.own_check
    return is_within(file.module, manifest.package) or bool(own and own.modules.lower() in file.module.lower())


def _word(pattern: str) -> str:
    """What a file must mention to hold a function of this pattern: the last of its longest plain parts.

    Of ``*TillFactory.make`` that is ``TillFactory``: what stands around a function says more than its name.
    """
    parts = re.split(r"[*?\[\].]+", pattern.partition(".")[0])
    return max(reversed(parts), key=len)


def _ask(
    evidence: Evidence, rules: Collection[str], concepts: list[str]
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    findings: list[Finding] = []
    waived: list[Waived] = []
    retired = evidence.manifest.retired
    allowed = {(path.module, path.name): path.until for path in retired if evidence.today <= path.until}
    for rule in sorted(rules, key=lambda rule: RULES[rule].late):
        for hit in RULES[rule].hits(evidence, concepts):
            finding = _told(rule, hit, evidence.manifest)
            excuse = _excuse(finding, hit, evidence.manifest, allowed)
            if excuse:
                waived.append(excuse)
            else:
                findings.append(finding)
    return tuple(sorted(findings, key=_order)), tuple(sorted(waived, key=lambda one: _order(one.finding)))


def _told(rule: str, hit: Hit, manifest: Manifest) -> Finding:
    told = RULES[rule].tell(hit, manifest)
    return Finding(
        rule=rule,
        concept=hit.concept,
        name=hit.name,
        path=hit.file.path,
        line=hit.line,
        what=told.what,
        closes=told.closes,
        in_tests=hit.file.in_tests,
        service=manifest.service(hit.file.path),
        detail=hit.detail,
    )


def _excuse(finding: Finding, hit: Hit, manifest: Manifest, allowed: Mapping[tuple[str, str], date]) -> Waived | None:
    """What in the manifest excuses the finding."""
    if other := manifest.look_alike(hit.about.module, hit.about.name):
        return Waived(finding, "look_alikes", other.reason)
    entry = manifest.concepts.get(finding.concept)
    if entry and finding.rule == "CG202" and finding.name in entry.tolerated:
        return Waived(finding, "tolerated", "a name that is tolerated for now")
    until = allowed.get((hit.file.module, finding.name))
    if until and finding.rule in ("CG202", "CG301"):
        return Waived(finding, "retired", f"a retired path that is meant to work until {until}")
    return None


def _order(finding: Finding) -> tuple[str, str, str, int, str]:
    return finding.concept, finding.rule, finding.path, finding.line, finding.name


def _files_of_services(source: SourceTree) -> dict[str, int]:
    counted = Counter(source.manifest.service(file.path) for file in source.files if not file.in_tests)
    return {service: counted[service] for service in source.manifest.services}


def _by_concept_and_service(evidence: Evidence, uses: Iterable[Use]) -> dict[str, dict[str, Uses]]:
    manifest = evidence.manifest
    sorted_out: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in uses:
        sorted_out[use.concept, manifest.service(use.file.path)].append(use)
    return {
        concept: {service: uses_of(sorted_out.get((concept, service), ())) for service in manifest.services}
        for concept in manifest.concepts
    }
