"""Where files are unless somebody says otherwise; files written whole or not at all, and folders that pass."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from acceptance.signals import signals_held

DEFAULT_REPORTS = Path("reports")
REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = REPOSITORY / "reference"
DEFAULT_MANIFEST = REPOSITORY / "ssot.toml"
DEFAULT_CACHE = REPOSITORY / ".audit_cache"


def first_in(folders: Iterable[Path], name: str) -> Path | None:
    """The file of this name in the first of the folders that has one; None without one."""
    return next((file for folder in folders if (file := folder / name).is_file()), None)


def write_whole(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 so that a reader sees the old file or the new one, never a half."""
    write_together({path: content})


def write_together(contents: Mapping[Path, str], before: Callable[[], object] = lambda: None) -> None:
    """Write several files, all of them or, where one has no room, none; each appears whole, in this order.

    ``before`` is called once all are on disk and only have to be given their names: what they supersede may go. A
    signal that comes meanwhile ends the command afterwards. What a killed process had begun to write is removed.
    """
    with signals_held():
        begun: dict[Path, Path] = {}
        try:
            for path, content in contents.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                sweep(path.parent, f".{path.name}.")
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}-")
                begun[path] = Path(name)
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    stream.write(content)
                begun[path].chmod(0o644)
            before()
            for path, unfinished in begun.items():
                unfinished.replace(path)
        except BaseException:
            for unfinished in begun.values():
                unfinished.unlink(missing_ok=True)
            raise


@contextmanager
def passing_folder(prefix: str, within: Path | None = None) -> Iterator[Path]:
    """A folder of this process, gone afterwards; those that killed processes have left there are removed first."""
    place = within or Path(tempfile.gettempdir())
    sweep(place, prefix)
    folder = None
    try:
        with signals_held():
            folder = new_folder(prefix, place)
        yield folder
    finally:
        with signals_held():
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def new_folder(prefix: str, within: Path) -> Path:
    """An empty folder that :func:`sweep` removes when this process is no more."""
    return Path(tempfile.mkdtemp(dir=within, prefix=f"{prefix}{os.getpid()}-")).resolve()


def sweep(within: Path, prefix: str) -> None:
    """Remove what processes have left ``within`` under this prefix that were killed before they could."""
    for left in within.iterdir():
        owner, made, _ = left.name.removeprefix(prefix).partition("-")
        if left.name.startswith(prefix) and made and owner.isdigit() and not _is_alive(int(owner)):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with suppress(OSError):  # somebody else's
                    left.unlink(missing_ok=True)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True  # somebody else's
    return True
