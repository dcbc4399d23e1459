"""The manifest: which names of a platform are governed, where each has its home, and what counts as what.

It lives outside the tree that is judged, and its version is part of every result: a tree cannot turn green by editing
its own rules. Paths are posix paths relative to the tree, modules are dotted names.
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from acceptance.source.errors import CannotJudge
from acceptance.source.variants import core_of


def _identifier(text: str) -> str:
    if not text.isidentifier():
        raise ValueError(f'"{text}" is not a name; write one Python name, such as "Ledger"')
    return text


def _dotted(text: str) -> str:
    if not text or not all(part.isidentifier() for part in text.split(".")):
        raise ValueError(f'"{text}" is not a module; write its dotted name, such as "shop.core.ledger"')
    return text


def _folder(text: str) -> str:
    if not text or text.startswith(("/", "~")) or "\\" in text or ".." in text.split("/"):
        raise ValueError(f'"{text}" is not a path inside the tree; write it relative to the tree with "/"')
    return text.rstrip("/")


def _python(text: str) -> str:
    parts = text.split(".")
    if len(parts) != 2 or parts[0] != "3" or not parts[1].isdigit():
        raise ValueError(f'"{text}" is not a version of Python; write for example "3.11"')
    if int(parts[1]) > sys.version_info.minor:
        running = f"3.{sys.version_info.minor}"
        raise ValueError(f"it names Python {text}, but this is Python {running}; run the audit with Python {text}")
    return text


Name = Annotated[str, AfterValidator(_identifier)]
Module = Annotated[str, AfterValidator(_dotted)]
Folder = Annotated[str, AfterValidator(_folder)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Concept(_Table):
    """One building block: the module that is its home, and the names that belong there.

    ``deprecated`` are governed names on their way out; ``tolerated`` are further names its object may have for now.
    ``core``: the SSOT warnings count this one. ``only_from``: patterns of the modules from which an import of one of
    the names is about this concept even if it gives another object than the home's.
    """

    home: Module
    names: Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]
    deprecated: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    tolerated: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    core: bool = True
    only_from: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = ("*",)

    @property
    def governed(self) -> tuple[str, ...]:
        """Every name that only its home may give a meaning to."""
        return self.names + self.deprecated


class Tests(_Table):
    """What counts as tests, to be reported apart: whole folders, and patterns (``*`` crosses ``/``)."""

    folders: Annotated[tuple[Folder, ...], Field(strict=False)] = ()
    patterns: Annotated[tuple[str, ...], Field(strict=False)] = ()


class Variants(_Table):
    """What turns a name into a variant of it: words put in front or behind, and words that mark a test double."""

    prefixes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    suffixes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    test_doubles: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LookAlike(_Table):
    """What carries a governed name or a variant of one, yet is another concept: never counted, always told."""

    module: Module
    name: Module  # dotted for what stands inside a class or function
    reason: Annotated[str, Field(min_length=1)]


class Collaborator(_Table):
    """What factories receive, and the one parameter name for it.

    ``also_called`` are other names that a parameter for it has. A factory is a public function or method whose name
    matches one of the patterns ``factories``.
    """

    concepts: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    parameter: Name
    also_called: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    factories: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class UserContext(_Table):
    """Whom a product is made for: the names of the parameters that say so."""

    parameters: Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]


class Product(_Table):
    """What factories make; a factory is a public function or method whose name matches one of the patterns.

    A pattern with a dot is matched with what the function stands in as well: ``*LedgerFactory.make``.
    """

    concepts: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    factories: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Retired(_Table):
    """A former path that is meant to work for a while: it gives the home's object and says that it is retired."""

    module: Module
    name: Name
    since: date
    until: date


class OwnCheck(_Table):
    """How a check of the platform's own finds what it lists: words in the names of modules, and of classes there.

    ``canonical`` is the concept whose names in their home are not listed.
    """

    canonical: str | None = None
    modules: Annotated[str, Field(min_length=1)]
    names: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Baseline(_Table):
    """Where the platform started, for promises that speak of a reduction."""

    ssot_warnings: Annotated[int, Field(ge=0)]


class Manifest(_Table):
    """What an audit judges by; :func:`load_manifest` reads one."""

    version: Annotated[str, Field(min_length=1)]
    python: Annotated[str, AfterValidator(_python)]
    package: Module
    import_roots: Annotated[tuple[Folder, ...], Field(min_length=1, strict=False)] = (".",)
    services: Annotated[dict[str, Folder], Field(min_length=1)]
    concepts: Annotated[dict[Name, Concept], Field(min_length=1)]
    tests: Tests = Tests()
    variants: Variants = Variants()
    look_alikes: Annotated[tuple[LookAlike, ...], Field(strict=False)] = ()
    collaborator: Collaborator | None = None
    user_context: UserContext | None = None
    products: dict[Name, Product] = {}
    retired: Annotated[tuple[Retired, ...], Field(strict=False)] = ()
    baseline: Baseline | None = None
    own_check: OwnCheck | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Manifest:
        owner: dict[str, str] = {}
        for concept, entry in self.concepts.items():
            for name in entry.governed:
                if name in owner:
                    raise ValueError(f"{name} belongs to both {owner[name]} and {concept}; leave it in one of them")
                owner[name] = concept
        speaking: list[tuple[str, Collaborator | Product]] = [
            *((f"products.{product}", entry) for product, entry in self.products.items()),
            *((("collaborator", self.collaborator),) if self.collaborator else ()),
        ]
        if self.own_check and self.own_check.canonical is not None and self.own_check.canonical not in self.concepts:
            concept = self.own_check.canonical
            raise ValueError(f"own_check: no concept is called {concept}{_nearest(concept, self.concepts)}")
        for where, speaker in speaking:
            for concept in speaker.concepts:
                if concept not in self.concepts:
                    raise ValueError(f"{where}: no concept is called {concept}{_nearest(concept, self.concepts)}")
        return self

    @property
    def python_version(self) -> tuple[int, int]:
        """The Python that the platform runs on, as ``(3, 11)``."""
        major, minor = self.python.split(".")
        return int(major), int(minor)

    def home(self, concept: str) -> str:
        """The dotted name of the concept's home module."""
        return f"{self.package}.{self.concepts[concept].home}"

    def is_test(self, path: str) -> bool:
        """Whether the file at ``path`` is reported as a test."""
        return any(path.startswith(f"{folder}/") for folder in self.tests.folders) or any(
            fnmatchcase(path, pattern) for pattern in self.tests.patterns
        )

    def core(self, name: str) -> str:
        """``name`` without the words that make a variant of it."""
        variants = self.variants
        doubles = variants.test_doubles
        return core_of(name, (*variants.prefixes, *doubles), (*variants.suffixes, *doubles))

    def is_double(self, name: str) -> bool:
        """Whether ``name`` says that it stands in for the real thing in a test."""
        return core_of(name, self.variants.prefixes, self.variants.suffixes) != self.core(name)

    def service(self, path: str) -> str:
        """The service that the file at ``path`` belongs to, the one with the longest folder; empty for none."""
        holding = [(len(folder), name) for name, folder in self.services.items() if path.startswith(f"{folder}/")]
        return max(holding)[1] if holding else ""

    def look_alike(self, module: str, name: str) -> LookAlike | None:
        """The entry that declares ``name`` of ``module`` another concept, if there is one."""
        return next((entry for entry in self.look_alikes if (entry.module, entry.name) == (module, name)), None)


def load_manifest(path: Path) -> Manifest:
    """Read the manifest at ``path``, a TOML file such as ``ssot.toml``.

    Raises :class:`CannotJudge` with one sentence: the file, the line or key, and the remedy.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise CannotJudge(f"{path}: cannot be read ({error.strerror}); name an existing manifest") from error
    except UnicodeDecodeError as error:
        raise CannotJudge(f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8") from error
    try:
        return Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CannotJudge(f"{path}: not valid TOML: {error}; correct that line") from error
    except ValidationError as error:
        raise CannotJudge(f"{path}: {_sentence(error)}") from error


def _sentence(error: ValidationError) -> str:
    """The first problem with its key and remedy, and how many more there are."""
    first, *more = error.errors()
    key = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "extra_forbidden":
            *around, unknown = first["loc"]
            problem = f"unknown key {key}{_nearest(str(unknown), _keys(around))}; correct or remove it"
        case "missing":
            problem = f"{key} is missing; add it"
        case "value_error":
            problem = f"{key}: {first['ctx']['error']}" if key else str(first["ctx"]["error"])
        case _:
            problem = f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}; it is {first['input']!r}"
    return problem + (f" (and {len(more)} more)" if more else "")


def _nearest(unknown: str, known: Any) -> str:
    near = difflib.get_close_matches(unknown, sorted(known), n=1, cutoff=0.5)
    return f', did you mean "{near[0]}"?' if near else f"; known are {', '.join(sorted(known))}" if known else ""


def _keys(around: list[Any]) -> list[str]:
    """The keys that the table at this place may have."""
    table: Any = Manifest
    for part in around:
        if isinstance(part, int) or table is None:
            continue
        field = table.model_fields.get(part)
        table = next(_tables(field.annotation), None) if field else table
    return list(table.model_fields) if table else []


def _tables(annotation: Any) -> Iterator[Any]:
    """The table types inside ``dict[str, T]``, ``tuple[T, ...]`` or ``T | None``."""
    if isinstance(annotation, type) and issubclass(annotation, _Table):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _tables(argument)
