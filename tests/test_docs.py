"""The pages for readers: their links lead somewhere, the paths they name are there, and the drawing is the code's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from acceptance.files import REPOSITORY
from acceptance.locks import Work
from acceptance.targets import known_settings

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
PAGES += [REPOSITORY / folder / "README.md" for folder in ("approvals", "faults", "reports")]
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"


def _prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def _anchors(page: Path) -> set[str]:
    """What a heading of the page is called by GitHub."""
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)]\([^)]*\)|[`*]", r"\1", title).lower() for title in titles)
    kept = ("".join(c for c in title if c in " -_" or unicodedata.category(c)[0] in "LN") for title in plain)
    return {title.replace(" ", "-") for title in kept}


def _broken_links(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if re.match(r"https?:", link):
            continue
        file, _, anchor = link.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(_broken_links(page)) == []


def test_a_link_that_leads_nowhere_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](gone.md) [b](#a-title) [c](#another) [d](page.md#a-title)\n", encoding="utf-8")
    assert list(_broken_links(page)) == ["gone.md", "#another"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_file_of_ours_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:acceptance|docs|features|steps|tests|reference|faults)/[\w./*-]*)`", _prose(page))
    assert [name for name in named if not list(REPOSITORY.glob(name.rstrip("/")))] == []


def test_every_page_can_be_found_from_the_readme() -> None:
    found, waiting = set[Path](), [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        found.add(page)
        for link in re.findall(r"\]\(([^)#\s]+\.md)[^)]*\)", _prose(page)):
            there = (page.parent / link).resolve()
            if there.exists() and there not in found:
                waiting.append(there)
    assert set(PAGES) - found == set()


# The architecture


def test_each_arrow_of_the_drawing_is_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY))
    graph = grimp.build_graph("acceptance", "steps", exclude_type_checking_imports=True)
    drawn = re.findall(r"(\w+)(?:\[[^]]*])? --> (\w+)", ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(drawn) > 15
    arrows = [(_module(a), _module(b)) for a, b in drawn if a != "features"]
    missing = [
        f"{a} --> {b}" for a, b in arrows if not graph.direct_import_exists(importer=a, imported=b, as_packages=a != b)
    ]
    assert missing == []


def test_each_room_is_on_the_drawing() -> None:
    drawn = set(re.findall(r'(\w+)\["', ARCHITECTURE.read_text(encoding="utf-8")))
    rooms = {each.parent.name for each in (REPOSITORY / "acceptance").glob("*/__init__.py")}
    assert rooms - drawn == set()


def _module(node: str) -> str:
    return node if node == "steps" else f"acceptance.{node}"


def test_each_module_that_stands_in_no_room_is_named() -> None:
    page = ARCHITECTURE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page)) | set(re.findall(r'(\w+)\["', page))
    modules = {file.stem for file in (REPOSITORY / "acceptance").glob("[!_]*.py")}
    assert modules - named == set()


def test_each_module_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)`", ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(named) > 20
    places = ("*.py", "steps/*.py", "acceptance/*.py", "acceptance/*/*.py", "acceptance/*/*/*.py")
    there = [f"/{file.relative_to(REPOSITORY)}" for place in places for file in REPOSITORY.glob(place)]
    assert [name for name in named if not any(file.endswith(f"/{name}") for file in there)] == []


# What a page lists


def test_each_setting_of_a_target_is_told() -> None:
    page = (REPOSITORY / "docs" / "targets.md").read_text(encoding="utf-8")
    table = page.partition("| setting |")[2].partition("\n\n")[0]
    told = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    assert told == set(known_settings())


def test_each_test_is_told() -> None:
    page = (REPOSITORY / "docs" / "contributing.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(tests/\w[\w/.]*)`", page))
    tests = [file.relative_to(REPOSITORY) for each in ("", "*/") for file in REPOSITORY.glob(f"tests/{each}test_*.py")]
    assert len(tests) > 40
    assert [str(file) for file in tests if not {str(file), f"{file.parent}/"} & told] == []


def test_each_schema_is_told() -> None:
    page = (REPOSITORY / "docs" / "contributing.md").read_text(encoding="utf-8")
    schemas = [file.name for file in (REPOSITORY / "docs").glob("*.schema.json")]
    assert [name for name in schemas if f"> docs/{name}\n" not in page] == []


def test_the_lock_files_of_the_reports_folder_are_told() -> None:
    told = (REPOSITORY / "reports" / "README.md").read_text(encoding="utf-8")
    assert [work.file for work in Work if f"`{work.file}`" not in told] == []
