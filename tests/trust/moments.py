"""Commands that are struck at a bad moment: what each needs, what strikes it, and what must hold however it ends."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from command import BEHAVE, clean_environment
from made_up_runs import a_proof, a_run, kept_in, staging, tree

from acceptance import known_gaps
from acceptance.files import REPOSITORY
from acceptance.reporting import proof as proofs
from acceptance.reporting import results
from acceptance.signoff import approval
from acceptance.verdicts import ConfigurationError, Verdict

PATIENCE = 180.0  # seconds: far above any of these, on a machine that has other things to do
SEED = int(os.environ.get("SEED", "9"))
MANY = int(os.environ.get("TRIALS", "200"))
ACCEPTANCE = (sys.executable, "-m", "acceptance")
OLGA = "Olga Owner <olga@example.com>"
#: What a command may leave in its folders beside what it is there for.
_LASTING = {".run.lock", ".proof.lock", ".gitignore"}
_SHEET = ("reports/signoff.",)
TOY = REPOSITORY / "tests" / "source" / "toy.toml"
_PAGED = ("reports/report.html", "reports/history.jsonl", "reports/signoff.")
_PAGES = ("report.html", "signoff.html", "signoff.md", "signoff.json")
_JUNIT = "junit.xml"


@dataclass(frozen=True)
class Place:
    """The folder of one trial: everything that its command reads and writes is below it."""

    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def files(self) -> dict[str, bytes]:
        """Everything that people or commands could read as a result, by its path; nothing that is hidden is one."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in sorted(self.folder.rglob("*"))
            if file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(self.folder).parts)
            and not file.is_relative_to(self.temporary)
            and not file.is_relative_to(self.folder / "cache")
        }

    def unfinished(self) -> list[Path]:
        """What was begun, or passes: it must be gone."""
        hidden = [path for path in self.folder.rglob(".*") if path.name not in _LASTING]
        passing = [path for path in self.temporary.iterdir() if not _is_pythons(path)]
        return sorted([*hidden, *passing, *self.reports.rglob("*.tmp")])


def _is_pythons(path: Path) -> bool:
    """Whether Python's own ``tempfile`` was killed while it tried whether it may write there."""
    return path.is_file() and len(path.name) == 8 and path.read_bytes() in (b"", b"blat")


@dataclass(frozen=True)
class Command:
    """One command: how it is given in a place, and which exit codes it has by itself."""

    name: str
    line: Callable[[Place], list[str]]
    writes: tuple[str, ...]  # the beginnings of the paths that it may change
    ends: frozenset[int] = frozenset({0})


def _behave(place: Place) -> list[str]:
    return [BEHAVE, "--tags=@promise.golden-01", "-D", f"reports={place.reports}"]


def _approve(place: Place) -> list[str]:
    asked = [*ACCEPTANCE, "signoff", "approve", "--reports", str(place.folder / "judged"), "--by", OLGA]
    key = ["--sign", str(place.folder / "key")] if (place.folder / "key").exists() else []
    return [*asked, "--role", "product owner", "--output", str(place.folder / "approvals"), *key]


COMMANDS = {
    each.name: each
    for each in (
        Command("behave", _behave, ("reports/",)),
        Command("report", lambda place: [*ACCEPTANCE, "report", "--reports", str(place.reports)], _PAGED),
        Command("approve", _approve, ("approvals/",)),
        Command(
            "sheet",
            lambda place: [*ACCEPTANCE, "signoff", "sheet", "--reports", str(place.reports)],
            _SHEET,
        ),
        Command(
            "audit",
            lambda place: [
                *(*ACCEPTANCE, "audit", str(place.folder / "tree"), "--manifest", str(TOY), "--format", "json"),
                *("--cache-dir", str(place.folder / "cache"), "--output", str(place.folder / "audit.json")),
            ],
            ("audit.json",),
            ends=frozenset({0, 1}),
        ),
        Command(
            "compare",
            lambda place: [
                *(*ACCEPTANCE, "compare", str(place.folder / "judged"), str(place.folder / "broken")),
                *("--format", "json", "--output", str(place.folder / "compared.json")),
            ],
            ("compared.json",),
            ends=frozenset({1}),
        ),
        Command(
            "known-gaps",
            lambda place: [
                *(*ACCEPTANCE, "known-gaps", "update", str(place.folder / "gaps" / "list.toml")),
                *("--reports", str(place.folder / "broken"), "--owner", "live updates", "--issue", "#7"),
                *("--reason", "The agents still use the former names."),
            ],
            ("gaps/",),
        ),
        Command(
            "prove",
            lambda place: [
                *(*ACCEPTANCE, "prove", "--fault", "silent-chat", "--jobs", "2"),
                *("--reports", str(place.reports)),
            ],
            ("reports/proof/",),
        ),
    )
}
#: How often each is struck, of two hundred times.
WEIGHTS = {
    "behave": 60,
    "report": 30,
    "approve": 30,
    "sheet": 20,
    "audit": 30,
    "compare": 10,
    "known-gaps": 14,
    "prove": 6,
}
SIGNALS = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM, "SIGKILL": signal.SIGKILL}
FULL, FULL_DISK = "no room in a file", "a full disk"


@dataclass(frozen=True)
class Trial:
    """One command and what strikes it: a signal after this part of its usual time, or so much room and no more."""

    number: int
    command: str
    strike: str
    part: float

    @property
    def room(self) -> int:
        """Bytes: from what holds nothing to what holds nearly all."""
        return int(40 * 10_000**self.part)

    def __str__(self) -> str:
        return f"{self.number}: {self.command}, {self.strike} at {self.part:.0%}"


def trials(seed: int, many: int) -> list[Trial]:
    """The same for the same seed."""
    chance = random.Random(seed)
    commands = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=many)
    strikes = [*SIGNALS, *SIGNALS, FULL, FULL_DISK]  # signals twice as often
    # a third of the time goes by before a command has begun, so the later moments are tried more often
    return [
        Trial(number, command, chance.choice(strikes), chance.triangular(0.05, 1.1, 0.8))
        for number, command in enumerate(commands)
    ]


@dataclass(frozen=True)
class Base:
    """What every trial begins with a copy of, and how long the commands take here by themselves."""

    place: Place
    seconds: Mapping[str, float]


def prepared(folder: Path) -> Base:
    """An earlier run with its pages, runs that can be approved, a tree, a list."""
    place = Place(folder)
    place.temporary.mkdir(parents=True)
    for name, ends in (("judged", {}), ("broken", {"imports-03a": (Verdict.BROKEN, "it did not do it")})):
        kept_in(folder / name, a_run(staging(), tree(), ends))
    (folder / "gaps").mkdir()
    (folder / "gaps" / "list.toml").write_text("# what is known to be broken\n", encoding="utf-8")
    files = {
        f"shop/more{number}.py": f"class Ledger: x = {number}\n" + f"class Order: x = {number}\n" * 60
        for number in range(400)
    }
    homes = {"shop/core/ledger.py": "class Ledger: ...\n", "shop/core/till.py": "class Till: ...\n"}
    _plant(folder / "tree", homes | files)
    if shutil.which("ssh-keygen"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    measured = {name: run(COMMANDS[name], place) for name in ("behave", "report", "approve", "audit")}
    (place.reports / _JUNIT).write_text("<testsuites/>", encoding="utf-8")
    (place.reports / proofs.FILE_NAME).write_text(a_proof().model_dump_json(), encoding="utf-8")
    assert place.unfinished() == []
    like_an_approval = dict.fromkeys(("sheet", "compare", "known-gaps"), measured["approve"])
    return Base(place, {**measured, **like_an_approval, "prove": 20.0})


def change_the_tree(place: Place) -> None:
    """Something new for the cache to keep."""
    _plant(place.folder / "tree", {f"shop/more{number}.py": _text("Till", number) for number in range(300)})


def _text(concept: str, number: int) -> str:
    return f"class {concept}: x = {number}\n" + f"class Order: x = {number}\n" * 60


def _plant(tree: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")


def copy_of(place: Place, into: Path) -> Place:
    """The same, as if it had been made there."""
    return Place(shutil.copytree(place.folder, into, dirs_exist_ok=True))


def environment(place: Place) -> dict[str, str]:
    return clean_environment({"TMPDIR": str(place.temporary)})


def begin(command: Command, place: Place, room: int | None = None, *, heard: bool = False) -> subprocess.Popen[str]:
    """Begin it, in a group of its own as a terminal does; ``room`` is how many bytes a file may have."""

    def little_room() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # whatever these tests were begun by
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    with (place.folder / "said").open("w", encoding="utf-8") as said:
        return subprocess.Popen(
            command.line(place),
            cwd=REPOSITORY,
            env=environment(place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard or room is not None else said,  # what is said is no file that has no room
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=little_room,
        )


def ended(process: subprocess.Popen[str], place: Place) -> str:
    """Wait for its end; what it said."""
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError(f"it does not end; it said {(place.folder / 'said').read_text()!r}") from None
    return output if output is not None else (place.folder / "said").read_text(encoding="utf-8")


def run(command: Command, place: Place) -> float:
    """Run it to its end without anything happening; the seconds that it took."""
    begun = time.monotonic()
    process = begin(command, place)
    said = ended(process, place)
    assert process.returncode in command.ends, said
    (place.folder / "said").unlink()
    return time.monotonic() - begun


@dataclass(frozen=True)
class Struck:
    """What came of a trial: how its command ended, what it said, and which ports were listened on before."""

    exit_code: int
    said: str
    ports: frozenset[int] = frozenset()


def the_checkout() -> dict[Path, int]:
    """What no trial may touch: the reports of whoever uses this checkout, and the lock of its git, which would stay."""
    lock = REPOSITORY / ".git" / "index.lock"
    until = time.monotonic() + 10.0  # seconds: somebody may be at work here
    while lock.exists() and time.monotonic() < until:
        time.sleep(0.1)
    return {path: path.stat().st_mtime_ns for path in [*(REPOSITORY / "reports").rglob("*"), lock] if path.is_file()}


def strike(trial: Trial, place: Place, usual: float) -> Struck:
    """Carry the trial out; ``usual`` is how long its command takes by itself."""
    command = COMMANDS[trial.command]
    if trial.strike == FULL_DISK:
        return _to_its_end(begin(command, place, heard=True), place)
    if trial.strike == FULL:
        return _to_its_end(begin(command, place, trial.room), place)
    process = begin(command, place)
    with suppress(subprocess.TimeoutExpired):
        process.wait(min(usual, 20.0) * trial.part)
    ports = frozenset(port for each in processes_of(place) for port in _listening(each))
    if process.poll() is None:
        if trial.strike == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        else:
            process.send_signal(SIGNALS[trial.strike])
    return _to_its_end(process, place, ports)


def _to_its_end(process: subprocess.Popen[str], place: Place, ports: frozenset[int] = frozenset()) -> Struck:
    said = ended(process, place)
    (place.folder / "said").unlink(missing_ok=True)
    return Struck(process.returncode, said, ports)


@contextmanager
def on_a_small_disk(base: Place, folder: Path, room: int) -> Iterator[Place | None]:
    """The place on a disk of its own with so many bytes left; None where this user may mount none."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        place = copy_of(base, folder)
        disk = os.statvfs(folder)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        subprocess.run(["mount", "-o", f"remount,size={used + room}", str(folder)], check=True)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_room(place: Place) -> None:
    subprocess.run(["mount", "-o", "remount,size=256m", str(place.folder)], check=True)


def processes_of(place: Place) -> list[psutil.Process]:
    """Whatever runs and was told of this place by its command line or its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            told = [*process.cmdline(), *process.environ().values()]
            if process.status() != psutil.STATUS_ZOMBIE and any(str(place.folder) in each for each in told):
                found.append(process)
    return found


def _listening(process: psutil.Process) -> set[int]:
    with suppress(psutil.Error):
        return {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
    return set()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wrong(trial: Trial, place: Place, before: Mapping[str, bytes], struck: Struck) -> Iterator[str]:
    """Whatever must not be, after a trial."""
    yield from _left(place, struck, tidied=trial.strike != "SIGKILL")
    after = place.files()
    writes = COMMANDS[trial.command].writes
    for path in before.keys() | after.keys():
        if not path.startswith(writes) and before.get(path) != after.get(path):
            yield f"{path} is none of its business, and is changed"
    for path, content in after.items():
        if problem := _damage(path, content):
            yield f"{path} is damaged: {problem}"
    yield from _WHAT_MUST_HOLD.get(trial.command, _nothing_more)(place, before, after, struck)
    began = trial.command != "behave" or before["reports/results.json"] != after.get("reports/results.json")
    if "Traceback" in struck.said and f'"{REPOSITORY}/acceptance/' in struck.said and began:
        yield "it ends by a traceback"


def _left(place: Place, struck: Struck, *, tidied: bool) -> Iterator[str]:
    until = time.monotonic() + PATIENCE
    while (left := processes_of(place)) and time.monotonic() < until:
        time.sleep(0.05)
    if left:
        yield f"processes are left: {[each.cmdline() for each in left]}"
    held = set(struck.ports)  # for a moment by a killed process's last thread, or by a trial beside this one
    while (held := {port for port in held if not _is_free(port)}) and time.monotonic() < until:
        time.sleep(0.05)
    if held:
        yield f"ports are held: {held}"
    if tidied and (unfinished := place.unfinished()):
        yield f"it has not tidied up: {unfinished}"


def _damage(path: str, content: bytes) -> str:
    """What is wrong with a file as a whole; empty for nothing."""
    try:
        match path.rpartition(".")[2]:
            case "json":
                json.loads(content)
            case "jsonl":
                for line in content.splitlines():
                    json.loads(line)
            case "html":
                return "" if content.rstrip().endswith(b"</html>") else "it has no end"
            case "toml":
                tomllib.loads(content.decode())
    except ValueError as error:
        return str(error)
    return ""


_Held = Callable[[Place, Mapping[str, bytes], Mapping[str, bytes], Struck], Iterator[str]]


def _nothing_more(*_: object) -> Iterator[str]:
    return iter(())


def _of_a_run(place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck) -> Iterator[str]:
    if before["reports/results.json"] == after.get("reports/results.json"):
        if before != after:
            changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
            yield f"a run that did not begin has changed {sorted(changed)}"
        if struck.exit_code == 0:
            yield "it says that it is well, and has left nothing"
        return
    run = results.read(place.reports / results.FILE_NAME)
    if lost := set(before["reports/runs.jsonl"].splitlines()) - set(after["reports/runs.jsonl"].splitlines()):
        yield f"the history has lost {lost}"
    if pages := [name for name in (*_PAGES, _JUNIT) if f"reports/{name}" in after]:
        yield f"pages of the earlier run are there as if they were of this one: {pages}"
    if not run.run.finished:
        if struck.exit_code == 0:
            yield "it says that it is well, and has not come to its end"
        return
    told = [path for path in after if path.endswith("-result.json")]
    if old := [path for path in told if path in before]:
        yield f"results of the earlier run are told as this one's: {old}"
    if not run.run.interrupted and not run.run.faults and len(told) != len(run.examples):
        yield f"{len(told)} results are told of {len(run.examples)}, and nobody says so"
    if (run.run.interrupted or run.run.faults) and struck.exit_code == 0:
        yield "it says that it is well, and is not"


def _of_a_report(
    place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck
) -> Iterator[str]:
    if struck.exit_code == 0 and not {f"reports/{name}" for name in _PAGES} <= after.keys():
        yield "it says that it is well, and a page is missing"
    if len(after["reports/history.jsonl"].splitlines()) != len(before["reports/history.jsonl"].splitlines()):
        yield "the same results count as another run, or an earlier one is lost"


def _of_a_sheet(place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck) -> Iterator[str]:
    if lost := {path for path in before if path.startswith("reports/signoff.")} - after.keys():
        yield f"the earlier sheet is lost: {lost}"


def _of_an_approval(
    place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck
) -> Iterator[str]:
    for path in before:
        if path.startswith("approvals/") and before[path] != after.get(path):
            yield f"the earlier approval {path} is changed"
    made = [path for path in after if path.startswith("approvals/") and path not in before]
    approvals = [path for path in made if path.endswith(".toml")]
    if struck.exit_code == 0 and len(approvals) != 1:
        yield f"it says that it has approved, and there is {approvals}"
    for path in approvals:
        try:
            read = approval.read(place.folder / path)
        except ConfigurationError as error:
            yield str(error)
        else:
            if read.signed and f"{path}.sig" not in made:
                yield f"{path} has no signature"


def _of_an_audit(
    place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck
) -> Iterator[str]:
    try:
        with closing(sqlite3.connect(place.folder / "cache" / "audit.sqlite")) as base:
            if (said := base.execute("pragma integrity_check").fetchone()[0]) != "ok":
                yield f"the cache is damaged: {said}"
    except sqlite3.Error as error:
        yield f"the cache is damaged: {error}"
    command = COMMANDS["audit"].line(place)
    with_cache, without = (
        subprocess.run([*command[:-2], *more], cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout
        for more in ([], ["--no-cache"])
    )
    if with_cache != without:
        yield "with what the cache knows the audit says something else"


def _of_a_list(place: Place, before: Mapping[str, bytes], after: Mapping[str, bytes], struck: Struck) -> Iterator[str]:
    try:
        listed = known_gaps.read([place.folder / "gaps" / "list.toml"])
    except ConfigurationError as error:
        yield str(error)
    else:
        if struck.exit_code == 0 and not listed.entries:
            yield "it says that it has proposed something, and has not"
    if b"# what is known to be broken" not in after.get("gaps/list.toml", b""):
        yield "what people have written is lost"


_WHAT_MUST_HOLD: dict[str, _Held] = {
    "behave": _of_a_run,
    "report": _of_a_report,
    "sheet": _of_a_sheet,
    "approve": _of_an_approval,
    "audit": _of_an_audit,
    "known-gaps": _of_a_list,
}


def swept(trial: Trial, place: Place) -> Iterator[str]:
    """What must not be after the next run of the same, to which nothing happens."""
    if trial.command == "prove":  # a whole one takes minutes: it is ended as soon as it has begun
        process = begin(COMMANDS["prove"], place)
        until = time.monotonic() + PATIENCE
        while not list(place.temporary.glob(f"*-{process.pid}-*")) and time.monotonic() < until:
            time.sleep(0.05)
        process.terminate()
        struck = _to_its_end(process, place)
        if struck.exit_code != 130:
            yield f"the next one ends with {struck.exit_code}: {struck.said}"
    else:
        process = begin(COMMANDS[trial.command], place)
        struck = _to_its_end(process, place)
        if struck.exit_code not in COMMANDS[trial.command].ends:
            yield f"the next one ends with {struck.exit_code}: {struck.said}"
    yield from _left(place, struck, tidied=True)
