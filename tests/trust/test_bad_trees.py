"""Trees and repositories that are not what they should be: judged file by file, or refused in one line."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import BEHAVE, clean_environment
from repositories import committed, git

from acceptance.files import REPOSITORY

TOY = REPOSITORY / "tests" / "source" / "toy.toml"
HOMES: dict[str, str | bytes | None] = {
    "shop/core/ledger.py": "class Ledger: ...\n",
    "shop/core/till.py": "class Till: ...\n",
}
SECOND = b"class Ledger: ...\n"
#: root may read everything; without these it is a user like any other.
LIKE_ANYBODY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
PATIENCE = 300  # seconds: far above what any of this takes


def acceptance(*arguments: str | Path | bytes, like_anybody: bool = False) -> subprocess.CompletedProcess[str]:
    """A command with its streams; no traceback, whatever it is asked."""
    done = subprocess.run(
        [*(LIKE_ANYBODY if like_anybody else []), sys.executable, "-m", "acceptance", *arguments],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def audit(tree: str | Path | bytes, *arguments: str, like_anybody: bool = False) -> subprocess.CompletedProcess[str]:
    return acceptance("audit", tree, "--manifest", TOY, "--no-cache", *arguments, like_anybody=like_anybody)


def plant(tree: Path, files: dict[str, str | bytes | None]) -> Path:
    for path, text in files.items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else (text or "").encode())
    return tree


@contextmanager
def locked(*places: Path) -> Iterator[None]:
    """Places that nobody may read, until the test is over."""
    for place in places:
        place.chmod(0)
    try:
        yield
    finally:
        for place in reversed(places):
            place.chmod(0o755)


READ: dict[str, bytes] = {
    "mark.py": b"\xef\xbb\xbf" + SECOND,
    "latin.py": b"# -*- coding: latin-1 -*-\nname = '\xe9'\n" + SECOND,
    "crlf.py": SECOND.replace(b"\n", b"\r\n"),
    "cr.py": SECOND.replace(b"\n", b"\r"),
    "large.py": SECOND + b"# more\n" * 30_000,
    "one_line.py": SECOND + b"x = '" + b"y" * 2_000_000 + b"'\n",
    "two words.py": SECOND,
    "n\u00e4me.py": SECOND,
    "line\nbreak.py": SECOND,
}
UNREAD: dict[str, bytes] = {
    "bytes.py": b"# Ledger\nname = '\xe9'\n",
    "klingon.py": b"# -*- coding: klingon -*-\n" + SECOND,
    "rot13.py": b"# -*- coding: rot13 -*-\n# Ledger\n",
    "nul.py": SECOND + b"\0",
    "syntax.py": b"class Ledger(:\n",
    "nested.py": b"Ledger = " + b"-" * 100_000 + b"1\n",
    "locked.py": SECOND,
}
SPECIAL = ("pipe.py", "socket.py", "device.py", "nowhere.py", "itself.py")
FOLDERS = ("shop/private", "shop/tests/private")


@pytest.fixture
def horrors(tmp_path: Path) -> Iterator[Path]:
    """A tree with everything in it that a folder can hold; what may not be read is locked."""
    tree = plant(tmp_path / "tree", HOMES)
    plant(tree / "shop", {**READ, **UNREAD})
    Path(os.fsdecode(os.fsencode(tree / "shop") + b"/other\xff.py")).write_bytes(SECOND)
    shop = tree / "shop"
    os.mkfifo(shop / "pipe.py")
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(shop)  # the name of a socket must be short
    server.bind("socket.py")
    os.chdir(here)
    (shop / "device.py").symlink_to("/dev/zero")
    (shop / "nowhere.py").symlink_to(tmp_path / "gone.py")
    (shop / "itself.py").symlink_to("itself.py")
    (shop / "circle").symlink_to(shop, target_is_directory=True)
    (shop / "folder.py").mkdir()
    for folder in FOLDERS:
        plant(tree / folder, {"orders.py": SECOND})
    with locked(shop / "locked.py", *(tree / folder for folder in FOLDERS)):
        yield tree
    server.close()


def test_a_tree_of_everything_that_a_folder_can_hold_is_judged_file_by_file(horrors: Path) -> None:
    """What can be read is judged, all else is told one by one, and no form of telling stumbles over a name."""
    done = audit(horrors, "--format", "json", like_anybody=True)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    duplicates = {each["path"] for each in told["findings"] if each["rule"] == "CG101"}
    assert duplicates == {f"shop/{name}" for name in ("other\\udcff.py", *READ)}
    unread = {each["path"] for each in told["unparsable"]}
    assert unread == {*(f"shop/{name}" for name in (*UNREAD, *SPECIAL)), *FOLDERS}
    for form in ("text", "sarif"):
        assert audit(horrors, "--format", form, like_anybody=True).returncode == 1


def test_a_service_behind_what_may_not_be_read_is_not_taken_for_absent(tmp_path: Path) -> None:
    manifest = tmp_path / "two.toml"
    more = '[services]\nsecond = "behind/second"\n'
    manifest.write_text(TOY.read_text(encoding="utf-8").replace("[services]\n", more), encoding="utf-8")
    tree = plant(tmp_path / "tree", {**HOMES, "behind/second/orders.py": SECOND})
    with locked(tree / "behind"):
        done = acceptance("audit", tree, "--manifest", manifest, "--no-cache", like_anybody=True)
    assert done.returncode == 1
    assert "behind/second:1  This folder cannot be read: Permission denied" in done.stdout


NO_TREES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda tree: None, "does not exist"),
    "a file": (lambda tree: tree.touch(), "is a file, not a folder"),
    "a pipe": (os.mkfifo, "is a file, not a folder"),
    "a link to itself": (lambda tree: tree.symlink_to(tree), "cannot be read (Too many levels of symbolic links)"),
    "empty": (lambda tree: tree.mkdir(), "holds no Python in "),
    "another": (lambda tree: plant(tree, {"shop/other.py": SECOND}), "is not the tree that the manifest speaks of"),
    "behind a lock": (lambda tree: tree.parent.chmod(0), "cannot be read (Permission denied)"),
}


@pytest.mark.parametrize("what", NO_TREES)
def test_what_is_no_tree_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    make, says = NO_TREES[what]
    tree = tmp_path / "around" / "tree"
    tree.parent.mkdir()
    make(tree)
    try:
        done = audit(tree, like_anybody=True)
    finally:
        tree.parent.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tree} {says}")
    assert "; name the folder that holds the platform's source" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """Bytes that are no text, a blank, a line's end: as a tree, a repository, and a folder for reports."""
    folder = os.fsencode(tmp_path) + b"/b\xff\n\xe9 c"
    tree = Path(os.fsdecode(folder))
    committed(tree, HOMES)
    for arguments in (["--format", "json"], ["--format", "sarif"], ["--since", "HEAD"]):
        assert audit(tree, *arguments).returncode == 0
    reports = tree / "reports"
    over_time = acceptance("trend", tree, "--manifest", TOY, "--no-cache", "--last", "1", "--output", reports)
    assert over_time.returncode == 0, over_time.stderr
    for source, manifest in ((REPOSITORY / "reference", REPOSITORY / "ssot.toml"), (tree, TOY)):
        options = [f"source={source}", f"manifest={manifest}", "target=source", f"reports={reports}"]
        done = subprocess.run(
            [BEHAVE, "--tags=@promise.imports-01", *(part for option in options for part in ("-D", option))],
            cwd=REPOSITORY,
            env=clean_environment(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert b"Traceback" not in done.stdout + done.stderr
        assert done.returncode in (0, 1), done.stderr
        assert acceptance("verdict", "--reports", reports).returncode in (1, 2, 3)
        assert acceptance("signoff", "sheet", "--reports", reports).returncode == 0


# Trees that change while they are read


@contextmanager
def somebody_works(tree: Path) -> Iterator[None]:
    """Files come, change and go, each whole, and folders with them, as when another branch is checked out."""
    over = threading.Event()

    def work() -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            for number in range(0, 300, 3):
                file = tree / "shop" / f"come_{number % 7}" / f"go_{number}.py"
                if turn % 2:
                    file.parent.mkdir(exist_ok=True)
                    beside = file.with_suffix(".new")
                    beside.write_bytes(SECOND + b"# %d\n" % turn)
                    beside.rename(file)
                else:
                    file.unlink(missing_ok=True)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_tree_that_changes_while_it_is_read_is_judged_as_it_was_or_refused(tmp_path: Path) -> None:
    """A file that is gone in the meantime is no file that cannot be read, and no answer is about half a file."""
    tree = plant(tmp_path / "tree", {**HOMES, **{f"shop/stays_{n}.py": SECOND for n in range(300)}})
    ended = []
    with somebody_works(tree):
        for _ in range(6):
            done = audit(tree, "--format", "json")
            ended.append(done.returncode)
            if done.returncode == 2:
                assert "changes while it is read; audit it again when nothing writes to it" in done.stderr
                continue
            found = json.loads(done.stdout)["findings"]
            assert {each["rule"] for each in found} == {"CG101"}
            assert sum("stays" in each["path"] for each in found) == 300
    assert set(ended) <= {1, 2}
    assert len(json.loads(audit(tree, "--format", "json").stdout)["findings"]) >= 300


@pytest.mark.long
def test_twenty_thousand_files_are_judged_in_bounded_memory(tmp_path: Path) -> None:
    filler = "".join(f"def f{n}(): return {n}\n" for n in range(40))
    tree = plant(tmp_path / "tree", HOMES)
    for number in range(20_000):
        folder = tree / "shop" / f"p{number % 100}"
        folder.mkdir(exist_ok=True)
        text = (
            "from shop.core.ledger import Ledger\n" if number % 10 == 0 else "class Ledger: ...\n" * (number % 10 == 1)
        )
        (folder / f"m{number}.py").write_text(f"{text}{filler}# {number}\n", encoding="utf-8")
    cache = tmp_path / "cache"
    answers = []
    for _ in range(2):
        done = acceptance("audit", tree, "--manifest", TOY, "--cache-dir", cache, "--format", "json")
        assert done.returncode == 1
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1]
    assert sum(each["rule"] == "CG101" for each in answers[0]["findings"]) == 2_000
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # MB: the largest process so far
    assert used < 1_500


# Repositories


def _object(repository: Path, name: str) -> Path:
    id = git(repository, "rev-parse", name)
    file = repository / ".git" / "objects" / id[:2] / id[2:]
    file.chmod(0o644)
    return file


def _lose(name: str) -> Callable[[Path], object]:
    return lambda repository: _object(repository, name).unlink()


def _damage(repository: Path) -> None:
    _object(repository, "HEAD~1:shop/core/ledger.py").write_bytes(b"no zlib at all")


def _cut(repository: Path) -> None:
    file = _object(repository, "HEAD~1:shop/core/ledger.py")
    size = len(zlib.decompress(file.read_bytes()))
    file.write_bytes(file.read_bytes()[: size // 2])


def _date(repository: Path) -> None:
    """A commit of a day that no calendar has."""
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    who = "A <a@example.com> 999999999999999 +0000"
    raw = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n"
    (repository / "raw").write_text(raw, encoding="utf-8")
    id = git(repository, "hash-object", "-t", "commit", "-w", "--literally", "raw")
    (repository / "raw").unlink()
    git(repository, "tag", "base-of-no-day", id)
    git(repository, "update-ref", "refs/heads/main", id)


def _head(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_bytes(b"\0\0\0")


def _elsewhere(repository: Path) -> None:
    (repository / ".git").rename(repository / "was.git")
    (repository / ".git").write_text("gitdir: /nowhere\n", encoding="utf-8")


BROKEN: dict[str, Callable[[Path], object]] = {
    "lacks a file": _lose("HEAD~1:shop/core/ledger.py"),
    "lacks a folder": _lose("HEAD~1:shop/core"),
    "lacks a commit's tree": _lose("HEAD~1^{tree}"),
    "lacks a commit": _lose("HEAD~1"),
    "holds a damaged file": _damage,
    "holds half a file": _cut,
    "has a damaged HEAD": _head,
    "is elsewhere, and not there": _elsewhere,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits, whose second changes every file."""
    made = tmp_path / "repository"
    committed(made, {**HOMES, "shop/orders.py": SECOND})
    later = {path: f"{text!s}# later\n" for path, text in HOMES.items()}
    committed(made, {**later, "shop/orders.py": SECOND + b"# later\n"})
    return made


@pytest.mark.parametrize("how", BROKEN)
def test_a_repository_that_is_not_whole_is_refused_or_told(how: str, repository: Path, tmp_path: Path) -> None:
    """Nothing is judged that git could not give whole, and no earlier result is overwritten."""
    earlier = tmp_path / "out" / "trend.json"
    earlier.parent.mkdir()
    earlier.write_text("earlier", encoding="utf-8")
    BROKEN[how](repository)
    since = audit(repository, "--since", "HEAD~1")
    only = acceptance(
        *("trend", repository, "--manifest", TOY, "--no-cache", "--revisions", "HEAD~1"), "--output", earlier.parent
    )
    last = acceptance(
        "trend", repository, "--manifest", TOY, "--no-cache", "--last", "2", "--output", tmp_path / "last"
    )
    for done in (since, only):
        assert (done.returncode, done.stdout) == (2, "")
        assert str(repository) in done.stderr
        assert ";" in done.stderr.splitlines()[-1]  # the remedy
    assert earlier.read_text(encoding="utf-8") == "earlier"
    if last.returncode == 0:  # the commit that is whole is judged, and the other is told
        first, second = json.loads((tmp_path / "last" / "trend.json").read_text(encoding="utf-8"))["revisions"]
        assert (first["figures"], bool(first["problem"])) == (None, True)
        assert second["figures"]["findings"] == 1
    else:
        assert (last.returncode, last.stdout) == (2, "")


def test_a_commit_of_a_day_that_no_calendar_has_is_told(repository: Path, tmp_path: Path) -> None:
    _date(repository)
    done = acceptance("trend", repository, "--manifest", TOY, "--no-cache", "--revisions", "HEAD", "--output", tmp_path)
    assert done.returncode in (0, 2)
    assert done.returncode == 0 or "name another revision" in done.stderr


def test_what_git_shows_in_the_place_of_a_file_is_not_judged(repository: Path, tmp_path: Path) -> None:
    """A replaced object, and a repository with longer ids: the answer is about what the commit holds."""
    good = git(repository, "rev-parse", "HEAD:shop/core/ledger.py")
    bad = git(repository, "rev-parse", "HEAD:shop/core/till.py")
    git(repository, "replace", good, bad)
    long_ids = tmp_path / "long"
    long_ids.mkdir()
    git(long_ids, "init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    committed(long_ids, {**HOMES, "shop/orders.py": SECOND})
    for each in (repository, long_ids):
        place = tmp_path / f"{each.name}-trend"
        done = acceptance("trend", each, "--manifest", TOY, "--no-cache", "--last", "1", "--output", place)
        assert done.returncode == 0, done.stderr
        (revision,) = json.loads((place / "trend.json").read_text(encoding="utf-8"))["revisions"]
        assert revision["problem"] == ""
        assert revision["figures"]["findings"] == 1
