"""``audit --watch`` at somebody's desk: files are saved, and what that changes is shown."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command import clean_environment
from running import PATIENCE, ROOT, audit
from trees import TOY, plant

from acceptance.cli import audit_watch
from acceptance.cli.app import Format
from acceptance.cli.audit import Asked
from acceptance.verdicts import ConfigurationError

HOMES = {"shop/core/ledger.py": "class Ledger: ...\n", "shop/core/till.py": "class Till: ...\n"}
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
QUIET = 1.5  # seconds in which something that is noticed would have been shown


class Watching:
    """A running ``audit --watch`` on a terminal, and what it has shown so far."""

    def __init__(self, tree: Path, *arguments: str | Path) -> None:
        self._screen, inside = pty.openpty()
        command = [sys.executable, "-m", "acceptance", "audit", str(tree), "--watch", *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=inside,
            stderr=inside,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.close(inside)
        os.set_blocking(self._screen, False)
        self.shown = ""

    def reads(self, pattern: str) -> str:
        """Wait until the pattern is shown; what was shown up to it, which is then forgotten."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < end, f"{pattern!r} is not in {self.shown!r}"
            assert self._more() or self.process.poll() is None, self.shown
        told, self.shown = self.shown[: found.end()], self.shown[found.end() :]
        return told

    def quiet(self) -> str:
        """What is shown in a while in which nothing should be."""
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            self._more()
        return self.shown

    def end(self) -> int:
        """The exit code after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        while self._more():
            pass
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def _more(self) -> bool:
        try:
            part = _STYLE.sub("", os.read(self._screen, 65536).decode().replace("\r\n", "\n"))
        except BlockingIOError:
            time.sleep(0.02)
            return False
        except OSError:  # nobody is left on the other side
            return False
        self.shown += part
        return bool(part)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return plant(tmp_path / "tree", {**HOMES, "shop/orders.py": "class Ledger: x = 0\n"})


@pytest.fixture
def watch() -> Iterator[Callable[..., Watching]]:
    begun: list[Watching] = []

    def begin(tree: Path, *arguments: str | Path) -> Watching:
        begun.append(Watching(tree, "--manifest", TOY, *arguments))
        begun[-1].reads(r"is audited again on each save; Ctrl-C ends it\.\n")
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def test_a_save_shows_what_it_changed_and_nothing_else(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree)
    plant(tree, {"shop/returns.py": "class Till: ...\n"})
    told = desk.reads(r"\d\d:\d\d:\d\d  2 findings in app code, before 1\n")
    assert re.search(r"^\+ .*CG101.*shop/returns\.py:1", told, re.MULTILINE)
    assert "shop/orders.py" not in told
    plant(tree, {"shop/orders.py": "x = 1\n"})
    told = desk.reads(r"1 finding in app code, before 2\n")
    assert re.search(r"^- .*CG101.*shop/orders\.py:1", told, re.MULTILINE)
    plant(tree, {"shop/orders.py": "x = 2\n"})
    assert re.fullmatch(r"\S+  1 finding in app code, as before\n", desk.reads(r"as before\n"))
    (tree / "shop/returns.py").unlink()
    desk.reads(r"0 findings in app code, before 1\n")
    assert desk.quiet() == ""


def test_ctrl_c_ends_it_well(tree: Path, watch: Callable[..., Watching], tmp_path: Path) -> None:
    desk = watch(tree)
    plant(tree, {"shop/returns.py": "class Till: ...\n"})
    desk.reads("before 1\n")
    assert desk.end() == 0
    assert desk.shown.replace("^C", "").strip() == "No longer watching."
    assert audit(tree).output.count("CG101") >= 2


def test_what_an_audit_does_not_read_is_not_waited_for(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree)
    plant(
        tree,
        {
            "shop/notes.txt": "class Ledger",
            "shop/__pycache__/orders.py": "class Ledger: ...\n",
            "shop/.hidden/orders.py": "class Ledger: ...\n",
            "elsewhere/orders.py": "class Ledger: ...\n",
        },
    )
    assert desk.quiet() == ""


def test_files_that_are_saved_together_are_one_change(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree)
    plant(tree, {f"shop/more{number}.py": "class Till: ...\n" for number in range(20)})
    told = desk.reads(r"21 findings in app code, before \d+\n")
    assert told.count("findings in app code") <= 3


def test_an_editor_that_replaces_the_file_is_noticed(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree)
    plant(tree, {"shop/.orders.py.swp": "x = 1\n"})
    (tree / "shop/.orders.py.swp").replace(tree / "shop/orders.py")
    desk.reads(r"0 findings in app code, before 1\n")


def test_a_manifest_that_is_saved_counts_and_a_broken_one_is_told(
    tree: Path, watch: Callable[..., Watching], tmp_path: Path
) -> None:
    manifest = tmp_path / "ssot.toml"
    text = TOY.read_text(encoding="utf-8")
    manifest.write_text(text, encoding="utf-8")
    desk = watch(tree, "--manifest", manifest)
    manifest.write_text(text.replace('names = ["Ledger"]', "names = ["), encoding="utf-8")
    assert "ssot.toml" in desk.reads(r"\d\d:\d\d:\d\d  .*ssot\.toml.*\n")
    manifest.write_text(text.replace('module = "shop.music"', 'module = "shop.orders"'), encoding="utf-8")
    told = desk.reads(r"0 findings in app code, before 1\n")
    assert re.search(r"^- .*shop/orders\.py:1", told, re.MULTILINE)


def test_a_tree_that_cannot_be_judged_for_a_while_is_told(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree)
    for path in HOMES:
        (tree / path).rename(tree / f"{path}.away")
    desk.reads(r"is not the tree that the manifest speaks of")
    for path in HOMES:
        (tree / f"{path}.away").rename(tree / path)
    desk.reads(r"1 finding in app code, as before\n")


def test_only_the_rules_that_are_asked_are_shown(tree: Path, watch: Callable[..., Watching]) -> None:
    desk = watch(tree, "--rule", "CG102")
    plant(tree, {"shop/orders.py": "class Ledger: ...\nclass Till: ...\nclass LegacyLedger: ...\n"})
    told = desk.reads(r"1 finding in app code, before 0\n")
    assert "CG102" in told
    assert "CG101" not in told


def test_what_is_saved_while_the_first_audit_runs_is_not_missed(tree: Path, watch: Callable[..., Watching]) -> None:
    """The system is told what to watch only then, and some time after."""
    desk = watch(tree)
    plant(tree, {"shop/returns.py": "class Till: ...\n"})
    desk.reads(r"2 findings in app code, before 1\n")
    plant(tree, {"shop/more.py": "class Till: ...\n"})
    desk.reads(r"3 findings in app code, before 2\n")
    assert desk.quiet() == ""


@pytest.mark.parametrize("other", [["--since", "main"], ["--output", "page.txt"], ["--format", "json"]])
def test_what_is_not_for_a_terminal_is_refused(other: list[str], tree: Path) -> None:
    done = audit(tree, "--watch", *other)
    assert done.exit_code == 2
    assert "leave out --since, --output and --format" in " ".join(done.errors.replace("│", " ").split())


def test_a_system_that_does_not_watch_as_much_is_told_with_the_remedy(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*places: object, **options: object) -> Iterator[object]:
        raise OSError("OS file watch limit reached.")
        yield  # as watchfiles has it

    monkeypatch.setattr(audit_watch, "saves", refuse)
    asked = Asked(tree, TOY, None, Format.TEXT, None, 0, False, None)
    with pytest.raises(ConfigurationError, match=r"tree cannot be watched: OS file watch limit .*max_user_watches"):
        audit_watch.watch(asked)


def test_a_tree_that_cannot_be_judged_at_first_is_refused(tmp_path: Path) -> None:
    done = audit(tmp_path / "gone", "--watch")
    assert (done.exit_code, done.output) == (2, "")
    assert "gone does not exist; name the folder" in done.errors
