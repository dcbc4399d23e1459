"""A revision is read from git's own store: the audit of it is the audit of what a checkout of it would hold."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from repositories import checkout, committed, git
from trees import HERE, TOY, plant, read_trap, told

from acceptance.source import Audit, Cache, CannotJudge, audit, load_manifest, reading
from acceptance.source.extract import extract as real_extract
from acceptance.source.revision import Revision, last, merge_base, renames, resolved

MANIFEST = load_manifest(TOY)
HOME = {"shop/core/ledger.py": "class Ledger: ...\n"}
BROKEN = {**HOME, "shop/orders.py": "class Ledger: x = 0\n"}
PAGES = sorted([*(HERE / "traps").glob("*.txt"), *(HERE / "rules").glob("*.txt")])


def of_revision(repository: Path, revision: str, cache: Cache | None = None) -> Audit:
    with Revision(repository, revision) as place:
        return audit(place, MANIFEST, workers=1, cache=cache)


def of_folder(folder: Path) -> Audit:
    return audit(folder, MANIFEST, workers=1)


def refusal(repository: Path, revision: str) -> str:
    with pytest.raises(CannotJudge) as refused:
        of_revision(repository, revision)
    return str(refused.value)


def test_the_audit_of_a_revision_is_that_of_its_checkout(tmp_path: Path) -> None:
    """Every page of traps and rules is a commit of one repository; one cache for all, and none."""
    repository = tmp_path / "repository"
    commits: dict[str, tuple[str, Path]] = {}
    for page in PAGES:
        for which, files in read_trap(page).trees.items():
            if repository.is_dir():
                git(repository, "rm", "--quiet", "-r", "--ignore-unmatch", ".")
            folder = plant(tmp_path / page.stem / which, files)
            commits[f"{page.stem}, {which}"] = committed(repository, files), folder
    with Cache() as cache:
        for name, (commit, folder) in commits.items():
            expected = replace(of_folder(folder), revision=commit)
            assert of_revision(repository, commit) == expected, name
            assert of_revision(repository, commit, cache) == expected, name


def test_a_content_that_several_revisions_have_is_taken_apart_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def extract(text: bytes, python: tuple[int, int]) -> object:
        read.append(text)
        return real_extract(text, python)

    monkeypatch.setattr(reading, "extract", extract)
    first = committed(tmp_path, BROKEN)
    second = committed(tmp_path, {"shop/orders.py": None, "shop/moved.py": BROKEN["shop/orders.py"]})
    third = committed(tmp_path, {"shop/moved.py": "class Ledger: x = 1\n"})
    with Cache() as cache:
        found = [of_revision(tmp_path, commit, cache) for commit in (first, second, third)]
    assert [told(each) for each in found] == [
        ["CG101 ledger Ledger shop/orders.py:1 kind=class"],
        ["CG101 ledger Ledger shop/moved.py:1 kind=class"],
        ["CG101 ledger Ledger shop/moved.py:1 kind=class"],
    ]
    assert sorted(read) == [b"class Ledger: ...\n", b"class Ledger: x = 0\n", b"class Ledger: x = 1\n"]
    del read[:]  # and what is checked out is known by the same digests
    with Cache() as cache:
        of_revision(tmp_path, third, cache)
        assert told(audit(tmp_path, MANIFEST, workers=1, cache=cache)) == told(found[2])
    assert len(read) == 2


def test_nothing_is_checked_out(tmp_path: Path) -> None:
    first = committed(tmp_path, BROKEN)
    committed(tmp_path, {"shop/orders.py": "x = 1\n"})
    plant(tmp_path, {"shop/orders.py": "x = 2\n"})
    before = {place: place.stat().st_mtime_ns for place in tmp_path.rglob("*")}
    assert told(of_revision(tmp_path, first)) == ["CG101 ledger Ledger shop/orders.py:1 kind=class"]
    assert {place: place.stat().st_mtime_ns for place in tmp_path.rglob("*")} == before


def test_a_bare_repository_and_a_folder_in_one_will_do(tmp_path: Path) -> None:
    inside = {f"sources/{path}": text for path, text in BROKEN.items()}
    commit = committed(tmp_path / "one", inside)
    git(tmp_path, "clone", "--quiet", "--bare", "one", "bare")
    expected = told(of_folder(tmp_path / "one" / "sources"))
    assert told(of_revision(tmp_path / "one" / "sources", commit)) == expected != []
    assert "holds no Python in shop" in refusal(tmp_path / "one", commit)
    assert "holds no Python in shop" in refusal(tmp_path / "bare", "main")
    committed(tmp_path / "two", BROKEN)
    git(tmp_path, "clone", "--quiet", "--bare", "two", "two.git")
    assert told(of_revision(tmp_path / "two.git", "main")) == expected


def test_a_folder_that_the_revision_has_not_is_told(tmp_path: Path) -> None:
    first = committed(tmp_path, HOME)
    committed(tmp_path, {f"later/{path}": text for path, text in HOME.items()})
    assert refusal(tmp_path / "later", first) == (
        f"{first} has no folder later; name the repository, or another revision"
    )


@pytest.mark.parametrize("name", ["shop/a b.py", "shop/über.py", "shop/new\nline.py", 'shop/"quoted".py', "shop/-x.py"])
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    commit = committed(tmp_path, {**HOME, name: "class Ledger: x = 0\n"})
    assert told(of_revision(tmp_path, commit)) == told(of_folder(tmp_path)) != []


def test_a_name_that_is_no_text_is_told_as_it_can_be_printed(tmp_path: Path) -> None:
    commit = committed(tmp_path, HOME)
    (tmp_path / os.fsdecode(b"shop/\xff.py")).write_text("class Ledger: x = 0\n", encoding="utf-8")
    commit = committed(tmp_path, {})
    assert told(of_revision(tmp_path, commit)) == told(of_folder(tmp_path)) != []


def test_links_are_followed_to_files_and_not_to_folders(tmp_path: Path) -> None:
    """As in a checkout, except for what lies outside, which is in no revision."""
    plant(tmp_path, {**HOME, "shop/orders.py": "class Ledger: x = 0\n", "shop/made/till.py": "class Ledger: x = 1\n"})
    (tmp_path / "shop" / "again.py").symlink_to("orders.py")
    (tmp_path / "shop" / "core" / "up.py").symlink_to("../orders.py")
    (tmp_path / "shop" / "folder").symlink_to("made")
    (tmp_path / "shop" / "gone.py").symlink_to("nowhere.py")
    commit = committed(tmp_path, {})
    here, there = told(of_folder(tmp_path)), told(of_revision(tmp_path, commit))
    assert there == [line for line in here if "gone.py" not in line]
    assert {path for line in there for path in line.split() if path.endswith(".py:1")} == {
        "shop/again.py:1",
        "shop/core/up.py:1",
        "shop/made/till.py:1",
        "shop/orders.py:1",
    }


def test_a_partial_clone_is_told_with_the_remedy_and_fetches_nothing(tmp_path: Path) -> None:
    committed(tmp_path / "whole", BROKEN)
    git(tmp_path / "whole", "config", "uploadpack.allowFilter", "true")
    url = (tmp_path / "whole").as_uri()
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", url, "partial")
    before = git(tmp_path / "partial", "count-objects", "-v")
    assert f"{tmp_path / 'partial'} lacks a part of main (object " in refusal(tmp_path / "partial", "main")
    assert git(tmp_path / "partial", "count-objects", "-v") == before


def test_a_clone_that_lacks_a_folder_or_a_link_is_told_with_the_remedy(tmp_path: Path) -> None:
    plant(tmp_path, {**HOME, "shop/more/orders.py": ""})
    (tmp_path / "shop" / "again.py").symlink_to("more/orders.py")
    commit = committed(tmp_path, {})
    for part in ("shop/again.py", "shop/more"):
        lost = git(tmp_path, "rev-parse", f"{commit}:{part}")
        (tmp_path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
        said = refusal(tmp_path, commit)
        assert said.startswith(f"{tmp_path} lacks a part of {commit} (object ")
        assert "git fetch --refetch" in said


@pytest.mark.parametrize("revision", ["nonsense", "--all", "-x", "", "HEAD~99", "main:shop", "@{5 years ago}"])
def test_what_is_no_revision_is_told(revision: str, tmp_path: Path) -> None:
    committed(tmp_path, HOME)
    if revision == "@{5 years ago}":  # git takes the oldest that it knows of
        assert resolved(tmp_path, revision) == git(tmp_path, "rev-parse", "HEAD")
    else:
        said = refusal(tmp_path, revision)
        assert said == f"{tmp_path} has no revision {revision}; fetch it, or name another (git log --oneline)"


def test_what_is_no_repository_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path, "main") == f"{tmp_path} is no git repository; name a clone of the platform's"
    assert refusal(tmp_path / "gone", "main") == f"{tmp_path / 'gone'} is no folder; name a git repository"


def test_a_repository_that_git_refuses_is_told_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one of another user's, in a container."""
    committed(tmp_path, HOME)
    plant(tmp_path, {".git/config": "[core]\nrepositoryformatversion = 99\n"})
    assert refusal(tmp_path, "main").startswith(f"git does not read {tmp_path}: Expected git repo version <= ")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(tmp_path, "main").startswith(f"git cannot be asked about {tmp_path}: ")


def test_a_repository_without_a_commit_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(CannotJudge, match="has no revision HEAD"):
        last(tmp_path, 3, first_parent=True)


def test_what_a_hook_sets_for_another_repository_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = committed(tmp_path / "one", BROKEN), committed(tmp_path / "other", HOME)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    assert resolved(tmp_path / "one", "HEAD") == one != other
    assert told(of_revision(tmp_path / "one", "HEAD")) == ["CG101 ledger Ledger shop/orders.py:1 kind=class"]


def test_the_day_is_that_of_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-09-13T23:30:00+0200")
    committed(tmp_path, HOME)
    with Revision(tmp_path, "main") as revision:
        assert revision.when == date(2025, 9, 13)


def test_of_the_main_line_a_merged_branch_is_one_commit(tmp_path: Path) -> None:
    start = committed(tmp_path, HOME)
    git(tmp_path, "switch", "--quiet", "--create", "side")
    side = committed(tmp_path, {"shop/a.py": ""})
    git(tmp_path, "switch", "--quiet", "main")
    main = committed(tmp_path, {"shop/b.py": ""})
    git(tmp_path, "merge", "--quiet", "--no-edit", "side")
    merge = git(tmp_path, "rev-parse", "HEAD")
    assert last(tmp_path, 9, first_parent=True) == [start, main, merge]
    assert last(tmp_path, 2, first_parent=True) == [main, merge]
    assert set(last(tmp_path, 9, first_parent=False)) == {start, side, main, merge}
    git(tmp_path, "switch", "--quiet", "side")
    assert merge_base(tmp_path, "main") == side
    later = committed(tmp_path, {"shop/c.py": ""})
    assert merge_base(tmp_path, "main") == side != later
    git(tmp_path, "switch", "--quiet", "--orphan", "island")
    committed(tmp_path, HOME, "the first one here")
    with pytest.raises(CannotJudge, match=r"main and what is checked out in .* have no commit in common"):
        merge_base(tmp_path, "main")


def test_renames_are_those_that_git_sees(tmp_path: Path) -> None:
    text = "".join(f"line_{number} = {number}\n" for number in range(30))
    other = text.replace("line", "row")
    tree = checkout(plant(tmp_path, {"in/shop/a b.py": text, "in/shop/same.py": text[:200], "other.py": other}))
    (tree / "in/shop/a b.py").rename(tree / "in/shop/über.py")
    (tree / "other.py").rename(tree / "in/other.py")  # from outside it is a new one
    git(tree, "add", "--all")
    plant(tree, {"in/shop/über.py": text + "more = 1\n"})
    assert renames(tree / "in", "HEAD") == {"shop/über.py": "shop/a b.py"}
