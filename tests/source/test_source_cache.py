"""The audit's cache: it knows what was found out before, and never says anything else than an audit without it."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from command import clean_environment
from trees import HERE, TOY, plant, read_trap, told

from acceptance.source import Audit, Cache, CannotJudge, audit, judging, load_manifest, reading
from acceptance.source.cache import NAME
from acceptance.source.extract import extract as real_extract
from acceptance.source.folder import Folder

ROOT = HERE.parent.parent
MANIFEST = load_manifest(TOY)
LEDGER, TILL = "shop/core/ledger.py", "shop/core/till.py"
FILES = {
    LEDGER: "class Ledger: ...\n",
    TILL: "class Till: ...\n",
    "shop/orders.py": "class Ledger: x = 0\n",
    "shop/plain.py": "def sum_up(): ...\n",
}
PAGES = sorted([*(HERE / "traps").glob("*.txt"), *(HERE / "rules").glob("*.txt")])
DAY = 24 * 3600


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return plant(tmp_path / "tree", FILES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def audited(tree: Path, folder: Path, **asked: object) -> Audit:
    """With what the folder knows, as a process of its own would do it."""
    with Cache(folder) as cache:
        found = audit(tree, MANIFEST, cache=cache, workers=1, **asked)  # type: ignore[arg-type]
    assert not cache.trouble
    return found


def anew(tree: Path, **asked: object) -> Audit:
    return audit(tree, MANIFEST, workers=1, **asked)  # type: ignore[arg-type]


@contextmanager
def counting() -> Iterator[list[str]]:
    """What is found out in this block: "judged" for a case, and the text of each file that is taken apart."""
    done: list[str] = []

    def judge(*asked: object) -> object:
        done.append("judged")
        return real_judge(*asked)  # type: ignore[arg-type]

    def extract(text: bytes, python: tuple[int, int]) -> object:
        done.append(text.decode())
        return real_extract(text, python)

    real_judge = judging.judge
    with patch.object(judging, "judge", judge), patch.object(reading, "extract", extract):
        yield done


# What it spares


def test_an_unchanged_tree_is_looked_up(tree: Path, folder: Path) -> None:
    with counting() as done:
        first = audited(tree, folder)
    assert done[0] == "judged"
    assert FILES["shop/orders.py"] in done
    with counting() as done:
        assert audited(tree, folder) == first
    assert done == []


def test_of_a_changed_file_alone_it_is_found_out_what_it_says(tree: Path, folder: Path) -> None:
    audited(tree, folder)
    changed = "class Ledger:\n    '''Another one.'''\n"
    plant(tree, {"shop/orders.py": changed})
    with counting() as done:
        found = audited(tree, folder)
    assert done == ["judged", changed]
    assert found == anew(tree)


def test_a_narrower_question_takes_nothing_apart_again(tree: Path, folder: Path) -> None:
    audited(tree, folder)
    with counting() as done:
        found = audited(tree, folder, rules={"CG101"})
    assert done == ["judged"]
    assert found == anew(tree, rules={"CG101"})


# That it is never stale


def test_another_question_has_another_answer(tree: Path, folder: Path) -> None:
    plant(tree, {"shop/orders.py": "class Ledger: ...\nclass Till: ...\n"})
    questions: list[dict[str, object]] = [
        {},
        {"concepts": {"till"}},
        {"rules": {"CG201"}},
        {"concepts": set()},
        {"rules": set()},
    ]
    for asked in questions:
        assert audited(tree, folder, **asked) == anew(tree, **asked), asked
    assert len(_entries(folder)) == 5 + len(FILES)


def test_a_file_that_is_touched_is_no_other_file(tree: Path, folder: Path) -> None:
    first = audited(tree, folder)
    for path in FILES:
        os.utime(tree / path, (1, 1))
    with counting() as done:
        assert audited(tree, folder) == first
    assert done == []


@pytest.mark.parametrize("to", ["shop/returns.py", "shop/tests/books.py", "shop/aaa.py", "shop/music.py"])
def test_a_file_that_is_renamed_is_judged_by_where_it_is(to: str, tree: Path, folder: Path) -> None:
    audited(tree, folder)
    (tree / to).parent.mkdir(exist_ok=True)
    (tree / "shop/orders.py").rename(tree / to)
    with counting() as done:
        found = audited(tree, folder)
    assert done == ["judged"]
    assert to in " ".join(told(found))
    assert found == anew(tree)


def test_another_text_of_the_same_size_and_time_is_another_text(tree: Path, folder: Path) -> None:
    place = tree / "shop/orders.py"
    assert [finding.path for finding in audited(tree, folder).findings] == ["shop/orders.py"]
    before = place.stat()
    with place.open("r+", encoding="utf-8") as file:  # the same inode, too
        file.write(FILES["shop/orders.py"].replace("Ledger", "Lodger"))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = place.stat()
    same = ("st_ino", "st_size", "st_mtime_ns", "st_mode")
    assert [getattr(before, each) for each in same] == [getattr(after, each) for each in same]
    assert audited(tree, folder).findings == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"shop/orders.py": None}, id="gone"),
        pytest.param({"shop/more.py": "class Till: ...\n"}, id="new"),
        pytest.param({"shop/orders/__init__.py": ""}, id="shadowed by a package"),
        pytest.param({"shop/orders.py": "class Ledger(:\n"}, id="no Python any more"),
        pytest.param({"shop/plain.py": "def sum_up(:\n"}, id="no Python any more, without a word of interest"),
        pytest.param({"shop/plain.py": "from shop.orders import Ledger\n"}, id="with a word of interest now"),
        pytest.param({LEDGER: "from shop.orders import Ledger\n"}, id="home"),
        pytest.param({TILL: None}, id="home gone"),
    ],
)
def test_a_changed_tree_is_judged_as_it_is(change: Mapping[str, str | None], tree: Path, folder: Path) -> None:
    first = audited(tree, folder)
    for path, text in change.items():
        plant(tree, {path: text}) if text is not None else (tree / path).unlink()
    assert audited(tree, folder) == anew(tree) != first
    shutil.rmtree(tree)
    plant(tree, FILES)
    with counting() as done:
        assert audited(tree, folder) == first
    assert done == []


def test_a_folder_that_cannot_be_listed_is_told_though_all_files_are_known(tree: Path, folder: Path) -> None:
    """As the system would refuse it; not tried by its rights, which a superuser has not to heed."""
    first = audited(tree, folder)

    class Locked(Folder):
        def python_files(self, folder, refused):  # type: ignore[no-untyped-def]
            refused("shop/locked", "cannot be read: Permission denied")
            yield from super().python_files(folder, refused)

    with Cache(folder) as cache:
        found = audit(Locked(tree), MANIFEST, cache=cache, workers=1)
    assert ("shop/locked", "cannot be read: Permission denied") in found.unparsable
    assert first.unparsable == audited(tree, folder).unparsable == ()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(None, "class Ledger: ...\n", id="new"),
        pytest.param("from shop.core.ledger import Ledger\n", None, id="gone"),
        pytest.param("from shop.core.ledger import Ledger\n", "x = 1\n", id="changed"),
    ],
)
def test_a_module_outside_the_services_counts_where_a_name_leads_to_it(
    start: str | None, end: str | None, tree: Path, folder: Path
) -> None:
    plant(tree, {"shop/orders.py": "from common import Ledger\n", **({"common.py": start} if start else {})})
    first = audited(tree, folder)
    assert first == anew(tree)
    if end is None:
        (tree / "common.py").unlink()
    else:
        plant(tree, {"common.py": end})
    assert audited(tree, folder) == anew(tree) != first


@pytest.mark.parametrize(
    ("part", "by"),
    [
        pytest.param('names = ["Till", "SelfServiceTill"]', 'names = ["Till"]', id="names"),
        pytest.param('names = ["Ledger"]', 'names = ["Ledger", "sum_up"]', id="words"),
        pytest.param('home = "ledger"', 'home = "till"', id="home"),
        pytest.param('shop = "shop"', 'corner = "shop"', id="services"),
        pytest.param('folders = ["shop/tests"]', 'folders = ["shop/core"]', id="tests"),
        pytest.param('patterns = ["*/conftest.py"]', 'patterns = ["*/orders.py"]', id="patterns"),
        pytest.param('module = "shop.music"', 'module = "shop.orders"', id="look-alikes"),
        pytest.param('python = "3.11"', 'python = "3.9"', id="Python"),
        pytest.param("ssot_warnings = 4", "ssot_warnings = 5", id="baseline"),
        pytest.param('version = "7"', 'version = "8"', id="version"),
    ],
)
def test_another_manifest_is_another_question(part: str, by: str, tree: Path, folder: Path, tmp_path: Path) -> None:
    plant(tree, {"shop/matching.py": "match 1:\n    case 1: pass\n"})  # not before Python 3.10
    first = audited(tree, folder)
    text = TOY.read_text(encoding="utf-8")
    assert part in text
    other = tmp_path / "ssot.toml"
    other.write_text(text.replace(part, by), encoding="utf-8")
    manifest = load_manifest(other)
    with Cache(folder) as cache:
        found = audit(tree, manifest, cache=cache, workers=1)
    assert found == audit(tree, manifest, workers=1) != first


def test_another_day_is_another_question(tree: Path, folder: Path) -> None:
    """A retired path is waived until a date."""
    plant(tree, {"shop/old_ledger.py": "from shop.core import ledger\nLedger = ledger.Ledger\n"})
    before, after = date(2098, 12, 31), date(2099, 1, 1)
    for today in (before, after, before, after):
        assert audited(tree, folder, today=today) == anew(tree, today=today)
    assert audited(tree, folder, today=before).waived
    assert not audited(tree, folder, today=after).waived


@pytest.mark.parametrize(
    ("file", "part", "by", "expected"),
    [
        pytest.param("rules/cg101.py", "is written a second time", "is written again", "is written again", id="judges"),
        pytest.param("extract.py", "ast.ClassDef: _Reader.define_class,", "", "0 findings", id="reads"),
    ],
)
def test_another_version_of_the_tool_knows_nothing_of_before(
    file: str, part: str, by: str, expected: str, tree: Path, folder: Path, tmp_path: Path
) -> None:
    """The code itself is edited."""
    upgraded = tmp_path / "upgraded"
    shutil.copytree(ROOT / "acceptance", upgraded / "acceptance", ignore=shutil.ignore_patterns("__pycache__"))
    edited = upgraded / "acceptance" / "source" / file
    before = command(tree, "--cache-dir", folder, where=upgraded)
    assert before == command(tree, "--cache-dir", folder, where=upgraded)
    assert "is written a second time" in before
    text = edited.read_text(encoding="utf-8")
    assert part in text
    edited.write_text(text.replace(part, by), encoding="utf-8")
    after = command(tree, "--cache-dir", folder, where=upgraded)
    assert expected in after
    assert after == command(tree, "--no-cache", where=upgraded)
    edited.write_text(text, encoding="utf-8")
    assert command(tree, "--cache-dir", folder, where=upgraded) == before


def test_what_is_known_of_one_tree_is_true_of_all(tmp_path: Path) -> None:
    """Every page of traps and rules, one after the other into one cache: the same contents at other places."""
    folder = tmp_path / "cache"
    for turn in ("new", "known"):
        for page in PAGES:
            for which, files in read_trap(page).trees.items():
                tree = tmp_path / page.stem / which
                plant(tree, files)
                assert audited(tree, folder) == anew(tree), (turn, page.stem, which)


def test_facts_from_the_cache_are_the_facts(tmp_path: Path) -> None:
    """Not by an answer that is known as a whole: each case is judged anew from what is known of the contents."""
    folder = tmp_path / "cache"
    for page in PAGES:
        for which, files in read_trap(page).trees.items():
            tree = tmp_path / page.stem / which
            plant(tree, files)
            first = audited(tree, folder)
            with patch.object(Cache, "answer", lambda *_: None), counting() as done:
                assert audited(tree, folder) == first, (page.stem, which)
            assert done == ["judged"]


# Several at once


def test_two_processes_at_once_do_one_another_no_harm(tree: Path, folder: Path) -> None:
    """Eight, in fact, and all of them begin with nothing."""
    plant(tree, {f"shop/more{number}.py": f"class Ledger: x = {number}\n" for number in range(60)})
    expected = command(tree, "--no-cache")
    running = [
        subprocess.Popen(
            _audit_of(tree, "--cache-dir", folder),
            cwd=ROOT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in running:
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output, errors) == (1, expected, "")
    with counting() as done:
        audited(tree, folder)
    assert done == []


def test_a_cache_that_another_process_does_not_let_go_of_is_done_without(tree: Path, folder: Path) -> None:
    first = audited(tree, folder)
    plant(tree, {"shop/orders.py": "class Ledger: x = 1\n"})
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with Cache(folder) as cache:
            assert audit(tree, MANIFEST, cache=cache, workers=1) == anew(tree)
        other.execute("rollback")
    assert "cannot be used (database is locked)" in cache.trouble
    plant(tree, FILES)
    assert audited(tree, folder) == first


def test_ctrl_c_leaves_a_cache_that_is_good(tree: Path, folder: Path) -> None:
    plant(tree, {f"shop/more{number}.py": f"class Ledger: x = {number}\n" * 200 for number in range(200)})
    process = subprocess.Popen(
        _audit_of(tree, "--cache-dir", folder),
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (folder / NAME).exists() and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "Interrupted: nothing was judged.\n")
    assert audited(tree, folder) == anew(tree)


# A cache that is damaged, or cannot be used


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda base: base.write_bytes(b"this is no database at all" * 400), id="no database"),
        pytest.param(lambda base: os.truncate(base, base.stat().st_size // 2), id="cut in half"),
        pytest.param(lambda base: os.truncate(base, 0), id="empty"),
        pytest.param(lambda base: base.write_bytes(base.read_bytes()[:100] + b"\0" * 4000), id="nothing but a head"),
    ],
)
def test_a_damaged_cache_is_begun_anew(harm, tree: Path, folder: Path) -> None:  # type: ignore[no-untyped-def]
    audited(tree, folder)
    harm(folder / NAME)
    with Cache(folder) as cache:
        assert audit(tree, MANIFEST, cache=cache, workers=1) == anew(tree)
    assert not cache.trouble or "was damaged" in cache.trouble
    with counting() as done:
        audited(tree, folder)
    assert done == []


def test_whatever_byte_is_wrong_the_answer_is_right(tree: Path, folder: Path) -> None:
    plant(tree, {f"shop/more{number}.py": f"class Ledger: x = {number}\n" for number in range(20)})
    expected = audited(tree, folder)
    whole = (folder / NAME).read_bytes()
    chance = random.Random(int(os.environ.get("SEED", "7")))
    for _ in range(int(os.environ.get("N", "150"))):
        harmed = bytearray(whole)
        for _ in range(chance.choice([1, 1, 8, 64])):
            harmed[chance.randrange(len(harmed))] ^= 1 << chance.randrange(8)
        (folder / NAME).write_bytes(harmed)
        for leave_answers in (True, False):
            with patch.object(Cache, "answer", Cache.answer if leave_answers else lambda *_: None):
                with Cache(folder) as cache:
                    assert audit(tree, MANIFEST, cache=cache, workers=1) == expected
                assert not cache.trouble or "was damaged" in cache.trouble


@pytest.mark.parametrize("value", [b"", b"abc", b"\xc1" * 40, b"\x93\x00\x01\x02"])
def test_an_entry_that_is_none_is_found_out_again(value: bytes, tree: Path, folder: Path) -> None:
    """Also one whose checksum is right."""
    expected = audited(tree, folder)
    for checked in (False, True):
        texts = [
            (zlib.crc32(value, zlib.crc32(key.encode())).to_bytes(4, "big") + value if checked else value, key)
            for key in _entries(folder)
        ]
        with closing(sqlite3.connect(folder / NAME)) as base:
            base.executemany("update entries set value = ? where key = ?", texts)
            base.commit()
        assert audited(tree, folder) == expected
        with counting() as done:
            assert audited(tree, folder) == expected
        assert done == []


def test_an_entry_that_is_kept_under_the_name_of_another_is_found_out_again(tree: Path, folder: Path) -> None:
    """Each is whole, but for its name; as when a page of one database gets into another."""
    expected = audited(tree, folder)
    kept = sorted(_entries(folder))
    with closing(sqlite3.connect(folder / NAME)) as base:
        values = dict(base.execute("select key, value from entries").fetchall())
        moved = [(values[other], key) for key, other in zip(kept, kept[1:] + kept[:1], strict=True)]
        base.executemany("update entries set value = ? where key = ?", moved)
        base.commit()
    with patch.object(Cache, "answer", lambda *_: None):
        assert audited(tree, folder) == expected
    assert audited(tree, folder) == expected


def test_a_folder_that_may_not_even_be_listed_is_told_and_done_without(tree: Path, folder: Path) -> None:
    """As for somebody whose it is not: a superuser lays down the right to look into everything."""
    setpriv = shutil.which("setpriv")
    bound = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    whoever = [setpriv, *bound] if setpriv and os.geteuid() == 0 else []
    if os.geteuid() == 0 and not setpriv:
        pytest.skip("setpriv is not installed")
    folder.mkdir(mode=0)
    try:
        done = _run([*whoever, *_audit_of(tree, "--cache-dir", folder)])
    finally:
        folder.chmod(0o700)
    assert (done.returncode, done.stdout) == (1, command(tree, "--no-cache"))
    assert done.stderr.startswith(f"The cache {folder} cannot be used (Permission denied): ")


def _a_file(tmp_path: Path) -> Path:
    plant(tmp_path, {"file": ""})
    return tmp_path / "file"


def _below_a_file(tmp_path: Path) -> Path:
    return _a_file(tmp_path) / "cache"


def _no_such_device(tmp_path: Path) -> Path:
    return Path("/proc/nothing/here")


def _a_folder_in_its_place(tmp_path: Path) -> Path:
    plant(tmp_path, {f"cache/{NAME}/file": ""})
    return tmp_path / "cache"


@pytest.mark.parametrize("unusable", [_a_file, _below_a_file, _no_such_device, _a_folder_in_its_place])
def test_a_cache_that_cannot_be_used_is_told_and_done_without(unusable, tree: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = unusable(tmp_path)
    done = _run(_audit_of(tree, "--cache-dir", folder))
    assert done.returncode == 1
    assert done.stdout == command(tree, "--no-cache")
    assert done.stderr.startswith(f"The cache {folder} cannot be used (")
    assert done.stderr.endswith("): name another folder with --cache-dir, or do without by --no-cache.\n")
    assert done.stderr.count("\n") == 1


def test_a_cache_that_may_only_be_read_is_read(tree: Path, folder: Path) -> None:
    """By SQLite's own way to say so, since a superuser may write to every file."""
    expected = audited(tree, folder)
    connect = sqlite3.connect

    def only_to_read(base: Path, **options: object) -> sqlite3.Connection:
        return connect(f"file:{base}?mode=ro", uri=True, **options)  # type: ignore[call-overload,no-any-return]

    with patch.object(sqlite3, "connect", only_to_read):
        with counting() as done:
            assert audited(tree, folder) == expected
        assert done == []
        plant(tree, {"shop/orders.py": "class Till: ...\n"})
        with Cache(folder) as cache:
            assert audit(tree, MANIFEST, cache=cache, workers=1) == anew(tree)
    assert "cannot be used (attempt to write a readonly database)" in cache.trouble


def test_a_full_disk_costs_the_cache_and_nothing_else(tree: Path, folder: Path) -> None:
    plant(tree, {f"shop/more{number}.py": f"class Ledger: x = {number}\n" for number in range(200)})

    def small_files_only() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = _run(_audit_of(tree, "--cache-dir", folder), preexec_fn=small_files_only)
    assert (done.returncode, done.stdout) == (1, command(tree, "--no-cache"))
    assert "cannot be used (" in done.stderr
    assert audited(tree, folder) == anew(tree)


# What it keeps, and where


def test_what_was_of_no_use_for_a_month_is_forgotten(tree: Path, folder: Path) -> None:
    day, now = 0, time.time()
    with patch.object(time, "time", lambda: now + day * DAY):
        first = audited(tree, folder)
        changed = {"shop/orders.py": "class Ledger: x = 1\n"}
        plant(tree, changed)
        audited(tree, folder)
        for day in (25, 50, 75):  # noqa: B007  by it the clock goes on
            with counting() as done:
                audited(tree, folder)
            assert done == ["judged"]  # the day is a part of the question; what the files say was of use
        plant(tree, FILES)
        with counting() as done:
            assert audited(tree, folder) == first
        assert done == ["judged", FILES["shop/orders.py"]]
        assert len(_entries(folder)) == len(FILES) + 1 + 3  # those of days 50 and 75


def _entries(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / NAME)) as base:
        return {key for (key,) in base.execute("select key from entries")}


def test_a_cache_in_a_repository_is_nothing_to_commit(tree: Path, folder: Path) -> None:
    audited(tree, folder)
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_in_a_folder_of_somebodys_nothing_else_is_hidden_from_git(tree: Path, folder: Path) -> None:
    plant(folder, {"notes.txt": ""})
    audited(tree, folder)
    assert sorted(place.name for place in folder.iterdir()) == [NAME, "notes.txt"]


def test_nothing_is_written_without_a_cache(tree: Path, folder: Path) -> None:
    before = set(tree.parent.rglob("*"))
    command(tree, "--no-cache")
    assert set(tree.parent.rglob("*")) == before
    command(tree, "--cache-dir", folder)
    assert {place.name for place in folder.iterdir()} == {NAME, ".gitignore"}


# A tree that changes while it is read


class Busy(Folder):
    """A folder in which somebody saves a file each time it is read, so many times."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(root)
        self.times = times

    def read(self, path: str) -> bytes:
        text = super().read(path)
        if path == "shop/orders.py" and self.times:
            self.times -= 1
            plant(self.root, {path: f"class Ledger: x = {self.times}\n"})
        return text


def test_a_tree_that_changes_while_it_is_read_is_read_again(tree: Path, folder: Path) -> None:
    with Cache(folder) as cache:
        found = audit(Busy(tree, 2), MANIFEST, cache=cache, workers=1)
    assert found == anew(tree) == audited(tree, folder)


def test_a_tree_that_does_not_come_to_rest_is_refused(tree: Path) -> None:
    with pytest.raises(CannotJudge, match=r"tree: shop/orders.py changes while it is read; audit it again when"):
        audit(Busy(tree, 1000), MANIFEST, workers=1)


# Means


def _audit_of(tree: Path, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "acceptance", "audit", str(tree), "--manifest", str(TOY), *map(str, arguments)]


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    given: dict[str, Any] = {"cwd": ROOT, "env": clean_environment(), "timeout": 60, **options}
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)


def command(tree: Path, *arguments: str | Path, where: Path = ROOT) -> str:
    """What the real command prints; it has no complaint."""
    done = _run(_audit_of(tree, *arguments), cwd=where)
    assert done.returncode in (0, 1)
    assert done.stderr == ""
    return done.stdout
