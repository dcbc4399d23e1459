"""A revision in git as a place of files, and how revisions are found; nothing is checked out."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from errno import ENOENT
from functools import cached_property
from pathlib import Path

from acceptance import git
from acceptance.source.errors import CannotJudge
from acceptance.source.places import Refused, is_ours


def merge_base(tree: Path, revision: str) -> str:
    """The commit at which what is checked out in ``tree`` left ``revision``; :class:`CannotJudge` without one."""
    found = git.answer_of(tree, 30, "merge-base", "HEAD", resolved(tree, revision))
    if not found:
        raise CannotJudge(
            f"{revision} and what is checked out in {tree} have no commit in common; name another, or fetch more of "
            "their history where only a part was cloned (git fetch --unshallow)"
        )
    return found


def resolved(repository: Path, revision: str) -> str:
    """The full id of the commit that ``revision`` names; raises :class:`CannotJudge` where it names none."""
    if not repository.is_dir():
        raise CannotJudge(f"{repository} is no folder; name a git repository")
    if git.answer_of(repository, 30, "rev-parse", "--git-dir") is None:
        raise CannotJudge(_refused(repository))
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = git.answer_of(repository, 30, *asked)
    if not found:
        raise CannotJudge(f"{repository} has no revision {revision}; fetch it, or name another (git log --oneline)")
    return found


def last(repository: Path, count: int, *, first_parent: bool, up_to: str = "HEAD") -> list[str]:
    """The last ``count`` commits up to a revision, oldest first; ``first_parent``: of the main line alone."""
    end = resolved(repository, up_to)
    line = ["--first-parent"] if first_parent else []
    found = git.answer_of(repository, 60, "rev-list", f"--max-count={count}", *line, end, "--")
    if not found:
        raise CannotJudge(f"{repository} lacks a part of its history; {_FETCH}")
    return found.splitlines()[::-1]


def renames(tree: Path, since: str) -> dict[str, str]:
    """For each file that git takes for a renamed one, the path that it had in ``since``; paths relative to ``tree``."""
    arguments = ["--no-ext-diff", "--find-renames", "--diff-filter=R", "--name-status", "--relative", "-z", since]
    fields = (git.answer_of(tree, 60, *git.without_filters(tree), "diff", *arguments, "--", ".") or "").split("\0")
    return {fields[at + 2]: fields[at + 1] for at in range(0, len(fields) - 2, 3)}


_FETCH = "fetch it (git fetch --refetch), or name a whole clone (git fsck tells which is whole)"


class Revision:
    """The files of one commit, read from git's own store; nothing is checked out. A context.

    ``repository`` is a clone, bare or not, or a folder in one: then the tree is what that folder holds. ``commit`` is
    the full id, ``when`` the day of the commit. Raises :class:`CannotJudge` for what is no repository or revision, and,
    when the files are first asked for, where the repository lacks a part of it.
    """

    def __init__(self, repository: Path, revision: str) -> None:
        self.repository = repository
        self.name = revision
        self.commit = resolved(repository, revision)
        self.when = self._day()
        self._process: subprocess.Popen[bytes] | None = None

    def __str__(self) -> str:
        return f"{self.repository} at {self.name}"

    def __enter__(self) -> Revision:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def python_files(self, folder: str, refused: Refused) -> Iterator[str]:
        """See :class:`~acceptance.source.places.Place`."""
        for path in self._blobs:
            if folder == "." or path.startswith(f"{folder}/"):
                below = path if folder == "." else path.removeprefix(f"{folder}/")
                if all(map(is_ours, below.split("/")[:-1])):
                    yield path

    def has(self, path: str) -> bool:
        """See :class:`~acceptance.source.places.Place`."""
        return path in self._blobs

    def read(self, path: str) -> bytes:
        """See :class:`~acceptance.source.places.Place`."""
        if path not in self._blobs:
            raise OSError(ENOENT, os.strerror(ENOENT))
        return self._content(self._blobs[path])

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """Git's own: equal contents have equal ones, in whatever revision."""
        return {path: self._blobs[path] for path in paths if path in self._blobs}

    def revision(self) -> str | None:
        """The commit."""
        return self.commit

    @cached_property
    def _blobs(self) -> dict[str, str]:
        """The blob of each Python file by its path."""
        inside = (git.answer_of(self.repository, 30, "rev-parse", "--show-prefix") or "").rstrip("/")
        tree = f"{self.commit}:{inside}" if inside else self.commit
        listed = git.bytes_of(self.repository, 60, "ls-tree", "--full-tree", "-r", "-z", tree)
        if listed is None:
            if inside and git.bytes_of(self.repository, 60, "ls-tree", "--full-tree", self.commit) is not None:
                raise CannotJudge(f"{self.name} has no folder {inside}; name the repository, or another revision")
            raise CannotJudge(self._lacking(f"{tree}^{{tree}}"))
        found: dict[str, str] = {}
        links: dict[str, str] = {}
        for entry in listed.split(b"\0"):
            if entry.endswith(b".py"):
                facts, _, name = entry.partition(b"\t")
                mode, _, blob = facts.decode().split()
                (links if mode == "120000" else found)[os.fsdecode(name)] = blob
        for path, blob in links.items():
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(self._content(blob))))
            if target in found:  # a link to elsewhere has no content in this commit
                found[path] = found[target]
        return found

    def _lacking(self, part: str) -> str:
        return f"{self.repository} lacks a part of {self.name} (object {part}), or it is damaged; {_FETCH}"

    def _day(self) -> date:
        told = git.answer_of(self.repository, 30, "log", "-1", "--format=%cs", self.commit)
        if not told:
            raise CannotJudge(self._lacking(self.commit))
        try:
            return date.fromisoformat(told)
        except ValueError:
            raise CannotJudge(f"the day of {self.name} in {self.repository} is {told}; name another revision") from None

    def _content(self, blob: str) -> bytes:
        if self._process is None:
            command = [*git.COMMAND, "-C", str(self.repository), "cat-file", "--batch"]
            pipe = subprocess.PIPE
            silent = subprocess.DEVNULL
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=silent, env=git.environment())
        assert self._process.stdin and self._process.stdout, "both are pipes"
        with suppress(BrokenPipeError):  # git has ended, at an object that is damaged
            self._process.stdin.write(f"{blob}\n".encode())
            self._process.stdin.flush()
        told = self._process.stdout.readline().split()
        if len(told) == 3:
            size = int(told[2])
            content = self._process.stdout.read(size + 1)
            if len(content) == size + 1:
                return content[:-1]
        raise CannotJudge(self._lacking(blob))


def _refused(folder: Path) -> str:
    """Why git reads nothing in this folder: there is no repository, or what git itself says, such as whose it is."""
    try:
        asked = ["git", "-C", str(folder), "rev-parse", "--git-dir"]
        answer = subprocess.run(asked, capture_output=True, timeout=30, env=git.environment(), check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"git cannot be asked about {folder}: {error}"
    said = os.fsdecode(answer.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
    if not said or said.startswith("not a git repository"):
        return f"{folder} is no git repository; name a clone of the platform's"
    return f"git does not read {folder}: {said}; `git -C {folder} status` says what helps"
