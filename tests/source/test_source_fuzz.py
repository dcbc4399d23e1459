"""Texts and trees that nobody wrote: whatever they hold, the audit ends, answers, and answers the same again.

``HYPOTHESIS_PROFILE=long pytest tests/source/test_source_fuzz.py`` looks at a hundred times as many.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import msgpack
from msgspec.structs import replace
from trees import HERE, TOY, plant, read_trap

from acceptance.source import RULES, Audit, Cache, audit, load_manifest, reading
from acceptance.source.extract import extract
from acceptance.source.facts import Facts
from acceptance.source.parsing import Unreadable, check
from acceptance.source.sketch import mentions

ROOT = HERE.parent.parent
PYTHON = (3, 11)
MANIFEST = load_manifest(TOY)
LONG = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1


def tries(number: int) -> settings:
    return settings(
        max_examples=number * LONG,
        deadline=None,
        derandomize=LONG == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


# Texts: of any kind; and Python that somebody has been at


def _snippets() -> list[str]:
    pages = sorted((HERE / "traps").glob("*.txt")) + sorted((HERE / "rules").glob("*.txt"))
    trees = [tree for page in pages for tree in read_trap(page).trees.values()]
    return sorted({text for tree in trees for path, text in tree.items() if path.endswith(".py") and text})


SNIPPETS = _snippets()
TOKENS = [
    *(
        "import",
        "from",
        "as",
        "*",
        ".",
        "..",
        ",",
        "(",
        ")",
        "[",
        "]",
        ":",
        ";",
        "\\\n",
        "\n",
        "\n    ",
        "\t",
        "\f",
        "\r",
    ),
    *("class", "def", "async", "await", "lambda", "return", "yield", "raise", "del", "global", "nonlocal", "with"),
    *("try:", "except:", "except* E:", "finally:", "else:", "elif x:", "if x:", "if TYPE_CHECKING:", "for x in y:"),
    *(
        "Ledger",
        "Till",
        "_",
        "__all__",
        "__getattr__",
        "type",
        "=",
        "+=",
        ":=",
        "->",
        "@",
        "|",
        "None",
        "'",
        '"""',
        "#",
    ),
    *(
        "shop.core.ledger",
        "shop",
        "é",
        "\x00",
        "🜁",
        "\ufeff",
        "0x",
        "1_000",
        "f'{",
        "match x:",
        "case _:",
        "type X = int",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(SNIPPETS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 6))):
        if not lines:
            break
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw(st.sampled_from(["delete", "repeat", "swap", "token", "indent", "cut", "bring"])):
            case "delete":
                del lines[at]
            case "repeat":
                lines.insert(other, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "token":
                words = lines[at].split(" ")
                words.insert(draw(st.integers(0, len(words))), draw(st.sampled_from(TOKENS)))
                lines[at] = " ".join(words)
            case "indent":
                lines[at] = (
                    draw(st.sampled_from(["    ", "\t", " ", "if x:\n    ", "def f():\n    ", "class C:\n  "]))
                    + lines[at]
                )
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case _:
                lines.insert(at, draw(st.sampled_from(draw(st.sampled_from(SNIPPETS)).splitlines(keepends=True))))
    return "".join(lines)


TEXTS = st.one_of(
    mutated().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(TOKENS), max_size=30).map(lambda words: " ".join(words).encode()),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=200),
)


def _facts(text: bytes) -> Facts | None:
    try:
        return extract(text, PYTHON)
    except Unreadable as reason:
        assert str(reason)
        return None


@given(TEXTS)
@tries(1_000)
def test_any_text_gives_facts_or_a_reason(text: bytes) -> None:
    facts = _facts(text)
    assert facts == _facts(text)
    if facts is not None:
        assert msgpack.decode(msgpack.encode(facts), type=Facts) == facts


@given(TEXTS)
@tries(700)
@example(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n")
@example(b"# -*- coding: rot13 -*-\n")
@example(b"\xff\xfei\x00m\x00")
@example(b"\xef\xbb\xbf# coding: latin-1\n")
@example(b"return\n")
@example(b"nonlocal x\n")
@example(b"def f(x, x): ...\n")
@example(b"x: int = 1\nglobal x\n")
@example(b"from a import *\ndef f():\n    from a import *\n")
@example(b"class C:\n    def f(): yield\n    await x\n")
@example(b"from __future__ import braces\n")
@example(b"break\n")
@example(b"f'{x!z}'\n")
@example(b"\x00")
@example(b"x = 1\n\x0c\n  y = 2\n")
def test_what_cannot_be_read_is_the_same_for_checking_and_for_taking_apart(text: bytes) -> None:
    refusals = []
    for read in (check, extract):
        try:
            read(text, PYTHON)
            refusals.append("")
        except Unreadable as reason:
            refusals.append(str(reason))
    assert refusals[0] == refusals[1]


# The sketch never misses an import


def _imports(node: ast.AST, in_function: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, in_function
        yield from _imports(child, in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


def _wanted(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, int, set[str]]]:
    if isinstance(statement, ast.Import):
        yield from ((alias.name, 0, set()) for alias in statement.names)
    else:
        yield statement.module or "", statement.level, {alias.name for alias in statement.names}


def _never_misses(text: bytes) -> None:
    try:
        tree = ast.parse(text, feature_version=PYTHON)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        mentions(text)  # any answer will do
        return
    found = mentions(text)
    for statement, in_function in _imports(tree):
        for module, level, names in _wanted(statement):
            assert any(
                (mention.module, mention.level) == (module, level)
                and names <= set(mention.names)
                and bool(names) == bool(mention.names)
                and (mention.on_load or in_function)
                for mention in found
            ), (ast.unparse(statement), found)


IMPORTS = [
    *(
        "import a",
        "import a.b.c",
        "import a as b, c.d",
        "import\ta",
        "import \\\n a , \\\n b",
        "import a . b",
        "import\\\n a",
    ),
    *(
        "from a import b",
        "from a.b import c as d, e",
        "from . import a",
        "from .import a",
        "from .a import b",
        "from... a import b",
    ),
    *(
        "from .. a . b import c",
        "from a import*",
        "from a import(b)",
        "from a import (b, # of (c)\n  d as e,\n)",
        "from a import (\n# x\n b)",
    ),
    *(
        "from a \\\n import b",
        "from \\\n a import b",
        "from a \\\n .b \\\n import \\\n c",
        "from a import b \\\n , c",
        "from\fa import\fb",
    ),
    *(
        "import é.ﬁ",
        "from ﬁ import é as x, ﬂ",
        "from.a import b",
        "from . . import a",
        "import a; from b import c;import d",
    ),
]
AROUND = [
    *(
        "{}",
        "if x: {}",
        "class C: {}",
        "try: {}\nexcept E: pass",
        "with x:{}",
        "x = 1;{}",
        "def f(): {}",
        "async  def f(): {}",
    ),
    *(
        "if x:\n\t{}",
        "class C:\n  x = 1\n  {}",
        "try:\n    {}\nfinally:\n    pass",
        "if x:\n  if y:\n   {}",
        "\f{}",
        "if x:\n \f  {}",
    ),
    *(
        "def f():\n    {}",
        "class C:\n  def f(self):\n    {}",
        "def f():\n  class C:\n    {}",
        "def f(\n  a,\n): \n    {}",
    ),
    *(
        "def f(): pass\nif x:\n    {}",
        "def f():\n    pass\n# done\nclass C:\n    {}",
        "if x:\n    def f(): pass\n    {}",
    ),
    *(
        'if x:\n    y = """\ndef f():\n"""\n    {}',
        "if x:\n    y = '''\n  def f(): '''\n    {}",
        "if x:\n    y = (1,\n2)\n    {}",
    ),
    *(
        'def f():\n    """Text."""\n    {}',
        "if x:\n    # def\n# def f():\n    {}",
        "match x:\n  case 1:\n    {}",
        "async def f():\n    {}",
    ),
    *(
        "if x: \\\n  {}",
        "# a comment \\\n{}",
        "'''\nimport nothing\n'''\n{}",
        "x = 'from y' ; {}",
        "for x in y: {}\nelse: {}",
    ),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("around", AROUND)
def test_the_sketch_finds_an_import_however_it_is_written(around: str, end: str) -> None:
    for statement in IMPORTS:
        text = around.replace("{}", statement) + "\n"
        if "*" in statement and "def " in around.partition("{}")[0]:
            continue  # not Python
        for start in ("", "\ufeff", "x = 1\n"):
            _never_misses((start + text).replace("\n", end).encode())


@given(mutated().map(lambda text: text.encode("utf-8", "surrogatepass")))
@tries(700)
def test_the_sketch_misses_no_import_of_mutated_python(text: bytes) -> None:
    _never_misses(text)


def test_the_sketch_misses_no_import_of_this_project() -> None:
    for path in sorted((ROOT / "acceptance").rglob("*.py")) + sorted(HERE.glob("*.py")):
        _never_misses(path.read_bytes())


# Trees: modules that import one another without any plan

MODULES = [
    "shop.core.ledger",
    "shop.core.till",
    "shop.core",
    "shop.a",
    "shop.b",
    "shop.b.c",
    "shop.old_ledger",
    "shop.gone",
]
NAMES = [
    "Ledger",
    "Till",
    "Book",
    "LegacyLedger",
    "_Page",
    "open_till",
    "create_till",
    "a",
    "c",
    "TillAdapter",
    "Receipt",
]
modules, names = st.sampled_from(MODULES), st.sampled_from(NAMES)
sources = st.one_of(modules, st.sampled_from([".", "..", ".ledger", "..core.till", ".c", "outside", "...", ".b"]))


def _written(pattern: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(pattern.format, **parts)


SIMPLE = st.one_of(
    _written("from {m} import {n}", m=sources, n=names),
    _written("from {m} import {n} as {o}", m=sources, n=names, o=names),
    _written("from {m} import *", m=sources),
    _written("import {m}", m=modules),
    _written("import {m} as {n}", m=modules, n=names),
    _written("{n} = {o}", n=names, o=names),
    _written("{n} = {m}.{o}", m=modules, n=names, o=names),
    _written("{n} = {o} or {p}.{n}", n=names, o=names, p=names),
    _written("{n}, {o} = {o}, {n}", n=names, o=names),
    _written("{n} = type('{o}', (), {{}})", n=names, o=names),
    _written("{n} = wrapped({o})", n=names, o=names),
    _written("{n} = None", n=names),
    _written("del {n}", n=names),
    _written("class {n}({o}): ...", n=names, o=names),
    _written("class {n}: ...", n=names),
    _written("__all__ = ['{n}', '{o}']", n=names, o=names),
    _written("__all__ = [*{m}.__all__, '{n}']", m=modules, n=names),
    _written("__all__ += {n}.__all__", n=names),
    _written("{m}.{n} = {o}", m=modules, n=names, o=names),
    _written("def {n}(the_ledger: {o} = None, customer=None): ...", n=names, o=names),
    _written("async def {n}(ledger: '{o}'): assert ledger", n=names, o=names),
    _written("warnings.warn('', DeprecationWarning)"),
    st.just("raise ImportError"),
)
BLOCKS = [
    *(
        "try:\n{0}\nexcept ImportError:\n{1}",
        "try:\n{0}\nfinally:\n{1}",
        "try:\n{0}\nexcept A: ...\nexcept B:\n{1}\nelse:\n{0}",
    ),
    *("if TYPE_CHECKING:\n{0}\nelse:\n{1}", "if x:\n{0}\nelif y:\n{1}", "with suppress(ImportError):\n{0}\n{1}"),
    *(
        "for Ledger in x:\n{0}\nelse:\n{1}",
        "while x:\n{0}\n{1}",
        "class Desk:\n{0}\n{1}",
        "match x:\n    case 1:\n    {0}\n    case _: ...",
    ),
    *(
        "def create_till(ledger):\n{0}\n{1}",
        "def f():\n    global Ledger\n{0}\n{1}",
        "def __getattr__(name):\n    if name == 'Ledger':\n    {0}\n        return Ledger",
    ),
    "def __getattr__(name):\n{0}\n    if name in ('Till', 'Book'):\n        return Till\n    raise KeyError",
]


def _block(pattern: str, parts: list[str]) -> str:
    indented = ["\n".join(f"    {line}" for line in part.split("\n")) for part in parts]
    if pattern.startswith("match") or "    {0}\n        return" in pattern:
        indented[0] = indented[0].replace("\n", "\n    ")
    return pattern.format(*indented)


STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.builds(_block, st.sampled_from(BLOCKS), st.lists(inner, min_size=2, max_size=2)),
    max_leaves=6,
)
TEXT_OF_A_MODULE = st.lists(STATEMENTS, max_size=6).map(lambda statements: "\n".join([*statements, ""]))
PATHS = [
    *(
        "shop/core/ledger.py",
        "shop/core/till.py",
        "shop/core/slips.py",
        "shop/core/__init__.py",
        "shop/a.py",
        "shop/b.py",
    ),
    *("shop/b/__init__.py", "shop/b/c.py", "shop/old_ledger.py", "shop/tests/books.py", "shop/__init__.py"),
]
WEBS = st.dictionaries(st.sampled_from(PATHS), TEXT_OF_A_MODULE, min_size=2, max_size=6).map(
    lambda files: {"shop/core/ledger.py": "class Ledger: ...\n", **files}
)


def _audit(files: Mapping[str, str | bytes], **asked: object) -> Audit:
    with tempfile.TemporaryDirectory() as folder:
        return audit(plant(Path(folder), files), MANIFEST, **asked)  # type: ignore[arg-type]


def _figures(result: Audit) -> Audit:
    """Without what tells how much was read on the way."""
    return replace(result, files=replace(result.files, read=0))


@given(WEBS)
@tries(100)
def test_a_web_of_imports_is_judged_and_judged_the_same_again(files: dict[str, str]) -> None:
    result = _audit(files, workers=1)
    assert result == _audit(dict(reversed(files.items())), workers=1)
    for finding in result.findings:
        assert finding.line >= 1
        assert finding.what
        assert finding.path in files


@given(WEBS)
@tries(20)
def test_a_rule_finds_the_same_whether_asked_alone_or_among_all(files: dict[str, str]) -> None:
    whole = _audit(files, workers=1)
    for rule in RULES:
        alone = _audit(files, workers=1, rules={rule})
        assert alone.findings == tuple(finding for finding in whole.findings if finding.rule == rule)
        assert alone.waived == tuple(waived for waived in whole.waived if waived.finding.rule == rule)
        assert (alone.app_uses, alone.retired, alone.own_check) == (whole.app_uses, whole.retired, whole.own_check)


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS, min_size=1, max_size=4))
@tries(100)
def test_a_tree_of_any_texts_is_judged(files: dict[str, bytes]) -> None:
    result = _audit({"shop/core/ledger.py": b"class Ledger: ...\n", **files}, workers=1)
    assert result.files.unparsable == len(result.unparsable)


# Processes, seeds


def _many() -> dict[str, str | bytes]:
    """All the pages in one tree, each in a folder of its own, and things that cannot be read."""
    files: dict[str, str | bytes] = {
        "shop/nul.py": b"\x00",
        "shop/latin.py": b"# Ledger \xe9\n",
        "shop/core/ledger.py": "class Ledger: ...\n",
    }
    for number, text in enumerate(SNIPPETS):
        files[f"shop/part{number % 7}/file{number}.py"] = text
    return files


@pytest.mark.parametrize("workers", [2, 3, None])
def test_the_number_of_processes_makes_no_difference(
    workers: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, _many())
    alone = audit(tmp_path, MANIFEST, workers=1)
    for constant in ("_PORTION", "_WORTH_A_PROCESS"):
        monkeypatch.setattr(reading, constant, 2)
    assert audit(tmp_path, MANIFEST, workers=workers) == alone
    assert len(alone.findings) > 100


def test_the_whole_answer_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    plant(tmp_path, _many())
    program = (
        "import sys, pathlib; from acceptance.source import audit, load_manifest\n"
        "print(audit(pathlib.Path(sys.argv[1]), load_manifest(pathlib.Path(sys.argv[2]))))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path), str(TOY)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert all(rule.encode() in answers[0] for rule in ("CG001", "CG201", "CG302", "CG404"))


@given(st.lists(WEBS, min_size=2, max_size=5), st.booleans())
@tries(30)
def test_a_tree_that_is_edited_again_and_again_is_judged_as_if_for_the_first_time(
    trees: list[dict[str, str]], by_answers: bool
) -> None:
    """With a cache on disk that is opened anew each time; by whole answers, or by what is known of contents alone."""
    with tempfile.TemporaryDirectory() as folder:
        for files in [*trees, *trees]:
            tree = Path(folder) / "tree"
            shutil.rmtree(tree, ignore_errors=True)
            plant(tree, files)
            with Cache(Path(folder) / "cache") as cache:
                if not by_answers:
                    cache.answer = lambda question: None  # type: ignore[method-assign]
                assert audit(tree, MANIFEST, cache=cache, workers=1) == _audit(files, workers=1)
            assert not cache.trouble
