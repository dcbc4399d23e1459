"""An audit as JSON. The models here are the published schema (`docs/audit.schema.json`).

The same tree and manifest give the same bytes, on any machine.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from acceptance.reporting.audit import SCALE, counted, narrowed
from acceptance.source import RULES, Audit
from acceptance.source.changes import Since


def _encodable(text: Any) -> Any:
    """``text`` with an escape sequence in place of what is no Unicode: a file may have any name."""
    return text.encode(errors="backslashreplace").decode() if isinstance(text, str) else text


Said = Annotated[str, BeforeValidator(_encodable)]
Name = str
Service = str


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class FileFacts(_Document):
    """How many files were looked at."""

    app: int = Field(ge=0, description="files of the platform itself")
    tests: int = Field(ge=0)
    read: int = Field(ge=0, description="files that were taken apart")
    unparsable: int = Field(ge=0)


class UseFacts(_Document):
    """Imports of governed names and objects."""

    canonical: int = Field(ge=0, description="import statements that take them from their homes")
    imports: int = Field(ge=0, description="all import statements of them")
    share: float | None = Field(description="canonical of imports, from 0 to 1; null where nothing is imported")
    clean_files: int = Field(ge=0, description="files in which every such import is canonical")
    files: int = Field(ge=0, description="files with such an import")


class ConceptFacts(_Document):
    """One governed concept and its home."""

    name: str
    home: str = Field(description="the home's dotted name")
    path: str | None = Field(description="null when the tree has no such module")
    holds: dict[Name, str | None] = Field(description="each governed name, and the object that the home binds to it")
    missing: list[Name]
    uses: dict[Service, UseFacts] = Field(description="imports in app code, by service")


class FindingFacts(_Document):
    """One thing that is not as the manifest has it."""

    rule: str
    concept: str = Field(description="empty for what belongs to no single concept")
    name: str
    path: Said = Field(description='relative to the tree, with "/"')
    line: int = Field(ge=1)
    service: str = Field(description="empty outside every service")
    in_tests: bool = Field(description="reported apart, never counted")
    what: Said
    closes: Said
    detail: dict[str, Said | int | bool] = Field(description="the raw facts behind the words")


class SinceFacts(_Document):
    """What the tree is compared with."""

    revision: str = Field(description="as it was named")
    commit: str = Field(description="where the tree left it: the last commit that both have")
    went: list[FindingFacts] = Field(description="the findings that are gone since")


class WaivedFacts(_Document):
    """A finding that the manifest excuses; never counted."""

    by: Literal["look_alikes", "tolerated", "retired"]
    reason: str
    finding: FindingFacts


class MigrationFacts(_Document):
    """How far imports have moved to the homes."""

    app: UseFacts
    tests: UseFacts


class WarningFacts(_Document):
    """The SSOT warnings: modules of app code with a finding on the core concepts."""

    scale: str = Field(description="where this scale comes from")
    warnings: int = Field(ge=0, description="the number of the modules")
    modules: list[str]
    findings: int = Field(ge=0)
    baseline: int | None = Field(description="the manifest's record of the start")
    reduction: float | None = Field(description="how much less there is than at the start: 1 is all, negative is more")


class RetiredFacts(_Document):
    """A former path that is meant to work for a while."""

    module: str
    name: str
    since: date
    until: date
    path: str
    problem: str = Field(description="empty when it works and says that it is retired")


class FactoryFacts(_Document):
    """The factories that the manifest's patterns recognise."""

    collaborator: int = Field(ge=0, description="factories that receive the collaborator")
    vote: dict[Name, int] = Field(description="what its parameter is called, and by how many")
    products: dict[str, int] = Field(description="factories by product")


class OwnCheckFacts(_Document):
    """What the platform's own check would list: for recognition, never judged."""

    names: list[str]


class UnparsableFacts(_Document):
    """A file that had to be read and could not be; nothing was judged in it."""

    path: Said
    problem: Said
    in_tests: bool


class AuditResults(_Document):
    """One audit of a source tree."""

    format: Literal[1] = 1
    tree: Said = Field(description="the name of the folder")
    revision: str | None
    manifest_version: str
    asked: list[str] = Field(description="the rules that were asked; the SSOT warnings count no other")
    counted: int = Field(ge=0, description="findings in app code that are not waived: what --max-warnings is about")
    files: FileFacts
    concepts: list[ConceptFacts]
    findings: list[FindingFacts]
    waived: list[WaivedFacts]
    migration: MigrationFacts
    ssot_warnings: WarningFacts
    retired: list[RetiredFacts]
    factories: FactoryFacts
    own_check: OwnCheckFacts
    unparsable: list[UnparsableFacts]
    never_loaded: list[Said] = Field(description="files beside a package of the same name, in which nothing was judged")
    rules: dict[str, str] = Field(description="every rule's title")
    since: SinceFacts | None = Field(default=None, description="with --since; then findings are those that came since")


def document(audit: Audit, tree: Path) -> str:
    """The audit of ``tree`` as JSON."""
    return _results(audit, tree).model_dump_json(indent=2) + "\n"


def since_document(since: Since, tree: Path) -> str:
    """What came to ``tree`` since a revision, as JSON; all figures are those of now."""
    told = _results(narrowed(since), tree)
    went = [FindingFacts.model_validate(finding) for finding in since.changes.went]
    facts = SinceFacts(revision=since.revision, commit=since.commit, went=went)
    return told.model_copy(update={"since": facts}).model_dump_json(indent=2) + "\n"


def _results(audit: Audit, tree: Path) -> AuditResults:
    broken_app = set(audit.unparsable_app)
    return AuditResults(
        tree=tree.resolve().name,
        revision=audit.revision,
        manifest_version=audit.manifest_version,
        asked=list(audit.asked),
        counted=len(counted(audit)),
        files=FileFacts.model_validate(audit.files),
        concepts=[_concept(audit, concept) for concept in audit.homes],
        findings=[FindingFacts.model_validate(finding) for finding in audit.findings],
        waived=[WaivedFacts.model_validate(waived) for waived in audit.waived],
        migration=MigrationFacts(
            app=UseFacts.model_validate(audit.app_uses), tests=UseFacts.model_validate(audit.test_uses)
        ),
        ssot_warnings=WarningFacts(
            scale=SCALE,
            warnings=len(audit.warnings.modules),
            modules=list(audit.warnings.modules),
            findings=audit.warnings.findings,
            baseline=audit.warnings.baseline,
            reduction=audit.warnings.reduction,
        ),
        retired=[RetiredFacts.model_validate(retired) for retired in audit.retired],
        factories=FactoryFacts(
            collaborator=audit.factories.collaborator,
            vote=dict(sorted(audit.factories.vote.items())),
            products=dict(sorted(audit.factories.products.items())),
        ),
        own_check=OwnCheckFacts.model_validate(audit.own_check),
        unparsable=[
            UnparsableFacts(path=path, problem=why, in_tests=(path, why) not in broken_app)
            for path, why in audit.unparsable
        ],
        never_loaded=list(audit.never_loaded),
        rules={rule: known.doc.title for rule, known in RULES.items()},
    )


def _concept(audit: Audit, concept: str) -> ConceptFacts:
    home = audit.homes[concept]
    return ConceptFacts(
        name=concept,
        home=home.module,
        path=home.path,
        holds={name: str(thing) if thing else None for name, thing in home.binds.items()},
        missing=list(home.missing),
        uses={service: UseFacts.model_validate(uses) for service, uses in sorted(audit.uses.get(concept, {}).items())},
    )
