"""Approvals (`approvals/*.toml`): what somebody has signed, as a file that people review and merge.

It holds the digests by which `signoff verify` tells what changed since. How one is come by: :mod:`.approving`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

import tomlkit
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.tags import PLATFORM, SOURCE_TREE
from acceptance.verdicts import ConfigurationError, Verdict

FOLDER = Path("approvals")  # the commands begin in the root of the repository
Need = Literal["platform", "source-tree"]
NEEDS: tuple[Need, ...] = (PLATFORM, SOURCE_TREE)

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
_SIGNER = re.compile(r"(?P<name>[^<>\n]*[^<>\s])(?:\s*<(?P<mail>[^<>@\s,\"*?!]+@[^<>@\s,\"*?!]+)>)?")


def is_signer(by: str) -> bool:
    """Whether this is a name, as in ``Olga Owner``, or one with an address, ``Olga Owner <olga@example.com>``."""
    return by.isprintable() and _SIGNER.fullmatch(by) is not None


def _signer(by: str) -> str:
    if not is_signer(by):
        raise ValueError("is no name, as “Olga Owner” or “Olga Owner <olga@example.com>”")
    return by


_Signer = Annotated[str, AfterValidator(_signer)]


class What(StrEnum):
    """What is accepted although nobody saw it kept; the value is what people read."""

    KNOWN_GAP = "known gap"
    NOT_TOLD = "could not tell, as is known"
    NOT_ASKED = "not asked"
    ELSEWHERE = "not asked in staging"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceTree(_Document):
    """The platform's source tree, at a revision without changes."""

    tree: _Text
    revision: _Text
    manifest: str | None = Field(default=None, description="the version of the manifest that it was judged by")


class Platform(_Document):
    """The platform that was asked."""

    name: _Text
    staging: bool
    addresses: dict[str, str]
    versions: dict[str, str] = Field(default={}, description="what each service said of its own version")


class Run(_Document):
    """One run that is approved, and the digest by which its results are known again."""

    judged: _Text
    folder: _Text
    results: _Digest
    started: datetime
    counts: _Text
    specification: _Text = Field(description="the revision of the specification that asked")
    specification_changed: bool = Field(description="whether it had changes; the wording is known by its own digests")
    source: SourceTree | None = None
    platform: Platform | None = None


class Proof(_Document):
    """The proof that the specification would have noticed; only known by its digest."""

    file: _Text
    digest: _Digest


class Accepted(_Document):
    """One example that is approved although nobody saw it kept, and why."""

    example: _Text
    what: What
    because: str = Field(description="what happened, or why it was not asked")
    reason: _Text = Field(description="why it is accepted, in the words of who approves")
    gap: str | None = Field(default=None, description="the reason in the list of known gaps")
    owner: str | None = None
    issue: str | None = None
    expires: date | None = None


class Approved(_Document):
    """One promise: its wording by its digest, how it ended, and which runs decided."""

    id: _Text
    sentence: _Text
    verdict: Verdict
    asked: str = Field(default="", description="how many of its examples, where not all")
    text: _Digest
    needs: list[Need] = Field(description="what it is about")
    decided_by: list[str] = Field(description="the folders of the runs")


class Approval(_Document):
    """One approval, as its file has it."""

    format: Literal[1] = 1
    statement: _Text
    by: _Signer = Field(description="who approves, with an e-mail address where it is signed")
    role: _Text
    approved: datetime
    expires: date = Field(description="the last day on which it stands")
    signed: bool = Field(default=False, description="whether it stands only with its signature")
    run: list[Run] = Field(min_length=1)
    proof: Proof | None = None
    accepted: list[Accepted] = []
    promise: list[Approved] = Field(min_length=1)

    @property
    def source(self) -> SourceTree | None:
        """The source tree that was judged."""
        return next((run.source for run in self.run if run.source), None)

    @property
    def mail(self) -> str | None:
        """The address of who approves, by which the key is known."""
        return mail_of(self.by)


@dataclass(frozen=True)
class Wording:
    """What the specification says today: each promise's sentence, and the digest of its whole text."""

    sentences: Mapping[str, str]
    texts: Mapping[str, str]


def mail_of(by: str) -> str | None:
    """The address in ``Olga Owner <olga@example.com>``; None where there is none."""
    matched = _SIGNER.fullmatch(by)
    return matched["mail"] if matched else None


def as_named(path: Path) -> str:
    """A path as it is written into an approval: from here, where it is below."""
    return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)


def name_of(by: str) -> str:
    """The name in ``Olga Owner <olga@example.com>``, or all that is there."""
    matched = _SIGNER.fullmatch(by)
    return matched["name"].strip() if matched else by


_HEADER = (
    "An approval of Phase 2, to be reviewed and merged. How to read it, and what makes it void: docs/signoff.md",
    "Change nothing in here: approve again instead.",
)
_SECTIONS = {
    "run": "What was judged. The digests are of results.json in each folder.",
    "proof": "The proof that the specification would have noticed.",
    "accepted": "What was not seen kept, and is accepted.",
    "promise": "Every promise of the specification. The text is the digest of its wording, examples and steps.",
}


def written(approval: Approval) -> str:
    """The approval as the file that is reviewed and merged."""
    document = tomlkit.document()
    for line in _HEADER:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    for key, value in approval.model_dump(exclude_none=True).items():
        if key not in _SECTIONS:
            document.add(key, _plain(value))
            continue
        if not value:
            continue
        document.add(tomlkit.nl())
        document.add(tomlkit.comment(_SECTIONS[key]))
        document.add(tomlkit.nl())
        if isinstance(value, list):
            tables = tomlkit.aot()
            for each in value:
                tables.append(_table(each))
            document.add(key, tables)
        else:
            document.add(key, _table(value))
    return tomlkit.dumps(document)


def _table(values: Mapping[str, Any]) -> tomlkit.items.Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value != "" and value != {}:
            table.add(key, _table(value) if isinstance(value, dict) else _plain(value))
    return table


def _plain(value: Any) -> Any:
    """The plain string of a word of ours; anything else as it is."""
    return str(value) if isinstance(value, StrEnum) else value


def read(file: Path) -> Approval:
    """The approval in a file; raises :class:`ConfigurationError` that names the file and what is wrong with it."""
    try:
        return Approval.model_validate(documents.read_toml(file))
    except (OSError, Unusable) as error:
        raise ConfigurationError(f"the approval {file} cannot be read ({why(error)}): restore it from git") from None
    except ValidationError as error:
        told = documents.problem(error)
        raise ConfigurationError(
            f"{file} is no approval of this version ({told}): restore it from git, or approve again"
        ) from None


def file_for(folder: Path, by: str, on: date) -> Path:
    """A file in ``folder`` for an approval of this day by this person that is not there yet."""
    plain = unicodedata.normalize("NFKD", name_of(by)).encode("ascii", "ignore").decode().lower()
    stem = f"{on}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'approval'}"
    names = (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml" for number in count(1))
    return next(
        path for name in names if not (path := folder / name).exists() and not path.with_name(f"{name}.sig").exists()
    )
