"""The manifest: which names of a platform are governed, where each has its home, and what counts as what.

It lives outside the tree that is judged, and its version is part of every result: a tree cannot turn green by editing
its own rules. Paths are posix paths relative to the tree, modules are dotted names.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Meta

from acceptance import documents
from acceptance.documents import Unusable, shortened
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
    if not text or text.startswith(("/", "~")) or not text.isprintable() or "\\" in text or ".." in text.split("/"):
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


#: What a text must be beside a text; the function says what is wrong with one that is not.
Name = Annotated[str, _identifier]
Module = Annotated[str, _dotted]
Folder = Annotated[str, _folder]
Version = Annotated[str, _python]
_SOME = Meta(min_length=1)
_IN_WORDS = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a day",
    "datetime": "a day with a time",
    "time": "a time",
}


class _Table(msgspec.Struct, frozen=True):
    """A table of the file. These are msgspec's, since to load pydantic takes as long as an audit of what is known."""


class Concept(_Table, frozen=True):
    """One building block: the module that is its home, and the names that belong there.

    ``deprecated`` are governed names on their way out; ``tolerated`` are further names its object may have for now.
    ``core``: the SSOT warnings count this one. ``only_from``: patterns of the modules from which an import of one of
    the names is about this concept even if it gives another object than the home's.
    """

    home: Module
    names: Annotated[tuple[Name, ...], _SOME]
    deprecated: tuple[Name, ...] = ()
    tolerated: tuple[Name, ...] = ()
    core: bool = True
    only_from: Annotated[tuple[str, ...], _SOME] = ("*",)

    @property
    def governed(self) -> tuple[str, ...]:
        """Every name that only its home may give a meaning to."""
        return self.names + self.deprecated


class Tests(_Table, frozen=True):
    """What counts as tests, to be reported apart: whole folders, and patterns (``*`` crosses ``/``)."""

    folders: tuple[Folder, ...] = ()
    patterns: tuple[str, ...] = ()


class Variants(_Table, frozen=True):
    """What turns a name into a variant of it: words put in front or behind, and words that mark a test double."""

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    test_doubles: tuple[str, ...] = ()


class LookAlike(_Table, frozen=True):
    """What carries a governed name or a variant of one, yet is another concept: never counted, always told."""

    module: Module
    name: Module  # dotted for what stands inside a class or function
    reason: Annotated[str, _SOME]


class Collaborator(_Table, frozen=True):
    """What factories receive, and the one parameter name for it.

    ``also_called`` are other names that a parameter for it has. A factory is a public function or method whose name
    matches one of the patterns ``factories``.
    """

    concepts: Annotated[tuple[str, ...], _SOME]
    parameter: Name
    factories: Annotated[tuple[str, ...], _SOME]
    also_called: tuple[Name, ...] = ()


class UserContext(_Table, frozen=True):
    """Whom a product is made for: the names of the parameters that say so."""

    parameters: Annotated[tuple[Name, ...], _SOME]


class Product(_Table, frozen=True):
    """What factories make; a factory is a public function or method whose name matches one of the patterns.

    A pattern with a dot is matched with what the function stands in as well: ``*LedgerFactory.make``.
    """

    concepts: Annotated[tuple[str, ...], _SOME]
    factories: Annotated[tuple[str, ...], _SOME]


class Retired(_Table, frozen=True):
    """A former path that is meant to work for a while: it gives the home's object and says that it is retired."""

    module: Module
    name: Name
    since: date
    until: date


class OwnCheck(_Table, frozen=True):
    """How a check of the platform's own finds what it lists: words in the names of modules, and of classes there.

    ``canonical`` is the concept whose names in their home are not listed.
    """

    modules: Annotated[str, _SOME]
    names: Annotated[tuple[str, ...], _SOME]
    canonical: str | None = None


class Baseline(_Table, frozen=True):
    """Where the platform started, for promises that speak of a reduction."""

    ssot_warnings: Annotated[int, Meta(ge=0)]


class Manifest(_Table, frozen=True):
    """What an audit judges by; :func:`load_manifest` reads one."""

    version: Annotated[str, _SOME]
    python: Version
    package: Module
    services: Annotated[dict[str, Folder], _SOME]
    concepts: Annotated[dict[Name, Concept], _SOME]
    import_roots: Annotated[tuple[Folder, ...], _SOME] = (".",)
    tests: Tests = Tests()
    variants: Variants = Variants()
    look_alikes: tuple[LookAlike, ...] = ()
    collaborator: Collaborator | None = None
    user_context: UserContext | None = None
    products: dict[Name, Product] = {}
    retired: tuple[Retired, ...] = ()
    baseline: Baseline | None = None
    own_check: OwnCheck | None = None

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
        return bool(_is_one_of(self.tests.folders, self.tests.patterns)(path))

    def core(self, name: str) -> str:
        """``name`` without the words that make a variant of it."""
        variants = self.variants
        doubles = variants.test_doubles
        return core_of(name, (*variants.prefixes, *doubles), (*variants.suffixes, *doubles))

    def is_double(self, name: str) -> bool:
        """Whether ``name`` says that it stands in for the real thing in a test."""
        return core_of(name, self.variants.prefixes, self.variants.suffixes) != self.core(name)

    def service(self, path: str) -> str:
        """The service that the file or folder at ``path`` belongs to, with the longest folder; empty for none."""
        holding = [(len(folder), name) for name, folder in self.services.items() if f"{path}/".startswith(f"{folder}/")]
        return max(holding)[1] if holding else ""

    def look_alike(self, module: str, name: str) -> LookAlike | None:
        """The entry that declares ``name`` of ``module`` another concept, if there is one."""
        return next((entry for entry in self.look_alikes if (entry.module, entry.name) == (module, name)), None)


@cache
def _is_one_of(folders: tuple[str, ...], patterns: tuple[str, ...]) -> Callable[[str], object]:
    """Whether a path is in one of the folders, or matches one of the patterns."""
    return re.compile(
        "|".join([*(f"{re.escape(folder)}/" for folder in folders), *map(translate, patterns), r"(?!)"])
    ).match


def load_manifest(path: Path) -> Manifest:
    """Read the manifest at ``path``, a TOML file such as ``ssot.toml``.

    Raises :class:`CannotJudge` with one sentence: the file, the line or key, and the remedy.
    """
    try:
        tables = documents.read_toml(path)
    except OSError as error:
        raise CannotJudge(f"{path}: cannot be read ({error.strerror}); name an existing manifest") from error
    except Unusable as error:
        remedy = "save it as UTF-8" if "UTF-8" in str(error) else "correct that"
        raise CannotJudge(f"{path}: {error}; {remedy}") from error
    problems: list[str] = []
    manifest = _filled_table(Manifest, tables, "", problems)
    if isinstance(manifest, Manifest):
        problems += _contradictions(manifest)
        if not problems:
            return manifest
    first, *more = problems
    raise CannotJudge(f"{path}: {first}" + (f" (and {len(more)} more)" if more else ""))


def _contradictions(manifest: Manifest) -> Iterator[str]:
    """What is wrong between the tables of a manifest that are right by themselves."""
    owner: dict[str, str] = {}
    for concept, entry in manifest.concepts.items():
        for name in entry.governed:
            if name in owner:
                yield f"{name} belongs to both {owner[name]} and {concept}; leave it in one of them"
            owner[name] = concept
    speaking = {f"products.{product}": entry.concepts for product, entry in manifest.products.items()}
    if manifest.collaborator:
        speaking["collaborator"] = manifest.collaborator.concepts
    if manifest.own_check and manifest.own_check.canonical is not None:
        speaking["own_check"] = (manifest.own_check.canonical,)
    for where, concepts in speaking.items():
        for concept in concepts:
            if concept not in manifest.concepts:
                yield f"{where}: no concept is called {concept}{_nearest(concept, manifest.concepts)}"


def _filled(kind: Any, given: Any, place: str, problems: list[str]) -> Any:
    """``given`` as a ``kind``. What is wrong goes to ``problems`` with its place, which msgspec only hints at."""
    kind, *marks = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    inner, many = get_args(kind), get_origin(kind)
    table = next((each for each in (kind, *inner) if isinstance(each, type) and issubclass(each, _Table)), None)
    shape = {tuple: list[Any], dict: dict[str, Any]}.get(many, dict[str, Any] if table else kind)
    try:
        limits = [mark for mark in marks if isinstance(mark, Meta)]
        value = msgspec.convert(given, Annotated[shape, *limits] if limits else shape, builtin_types=(date,))
        for mark in marks:
            value = value if isinstance(mark, Meta) else mark(value)
    except msgspec.ValidationError as error:
        said = re.sub("`(\\w+)`", lambda kind: _IN_WORDS.get(kind[1], kind[1]), str(error))
        problems.append(f"{place}: {said[0].lower()}{said[1:]}; it is {shortened(repr(given))}")
        return None
    except ValueError as error:
        problems.append(f"{place}: {error}")
        return None
    around = f"{place}." if place else ""
    if many is tuple:
        return tuple(_filled(inner[0], each, f"{around}{number}", problems) for number, each in enumerate(value))
    if many is dict:
        return {
            _filled(inner[0], name, around + name, problems): _filled(inner[1], each, around + name, problems)
            for name, each in value.items()
        }
    return _filled_table(table, value, around, problems) if table else value


def _filled_table(kind: type[_Table], given: dict[str, Any], around: str, problems: list[str]) -> _Table | None:
    """The table, where nothing of it is wrong."""
    before = len(problems)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    filled = {}
    for name, field in fields.items():
        if name in given:
            filled[name] = _filled(field.type, given[name], around + name, problems)
        elif field.required:
            problems.append(f"{around}{name} is missing; add it")
    for name in (name for name in given if name not in fields):
        problems.append(f"unknown key {around}{shortened(name)}{_nearest(name, fields)}; correct or remove it")
    return kind(**filled) if len(problems) == before else None


def _nearest(unknown: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(unknown, known, n=1, cutoff=0.5)
    return f', did you mean "{near[0]}"?' if near else f"; known are {', '.join(known)}" if known else ""
