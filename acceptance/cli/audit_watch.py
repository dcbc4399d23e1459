"""What `audit --watch` does: audit again whenever a file is saved, and show what that changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typer
from watchfiles import Change
from watchfiles import watch as saves

from acceptance.cli.audit import Asked, check_rule, remembering
from acceptance.exit_codes import FINE
from acceptance.reporting.audit import counted, text
from acceptance.reporting.terminal import Line, show
from acceptance.source import Audit, Cache, CannotJudge, Manifest, audit, load_manifest
from acceptance.source.changes import changes
from acceptance.source.places import is_ours
from acceptance.verdicts import ConfigurationError

_TOGETHER = 200  # milliseconds: what an editor, or git, writes at a time is one change
_BEGUN = 1000  # milliseconds, after which surely everything is watched


def watch(asked: Asked) -> int:
    """Audit the tree, and again on every save, until Ctrl-C; the exit code."""
    for rule in asked.rules or ():
        check_rule(rule)
    with remembering(asked.cache) as cache:
        try:
            found = _audited(asked, cache)
        except CannotJudge as error:
            raise ConfigurationError(str(error)) from None
        try:
            show([_told("Watching", found, asked), _hint(asked.tree)])
            for saved in _saves(asked):
                found = _again(asked, cache, found, saved)
        except KeyboardInterrupt:
            typer.echo("No longer watching.", err=True)
    return FINE


def _again(asked: Asked, cache: Cache, before: Audit, saved: bool) -> Audit:
    """Audit once more and show what changed; the new answer, or the old one where there is none.

    Where nothing was ``saved`` that is known of, and nothing changed, nothing is shown.
    """
    try:
        found = _audited(asked, cache)
    except CannotJudge as error:
        show([((f"{datetime.now():%H:%M:%S}  {error}", "bold yellow"),)])
        return before
    if not saved and found == before:
        return found
    changed = changes(before, found)
    show([text.change("-", finding) for finding in changed.went])
    show([text.change("+", finding) for finding in changed.came])
    show([_told(f"{datetime.now():%H:%M:%S}", found, asked, before)])
    cache.write()
    return found


def _audited(asked: Asked, cache: Cache) -> Audit:
    return audit(asked.tree, load_manifest(asked.manifest), rules=asked.rules, cache=cache)


def _told(when: str, found: Audit, asked: Asked, before: Audit | None = None) -> Line:
    now, then = len(counted(found)), len(counted(before)) if before else None
    change = "" if then is None else ", as before" if then == now else f", before {then}"
    style = "bold red" if now > asked.limit else "bold green"
    return (f"{when}  ", "dim"), (f"{now} finding{'' if now == 1 else 's'} in app code", style), change


def _hint(tree: Path) -> Line:
    return ((f"{tree} is audited again on each save; Ctrl-C ends it.", "dim"),)


def _saves(asked: Asked) -> Iterator[bool]:
    """Each time something was saved that the audit reads: the manifest, or Python in the folders it names.

    Also once at the beginning, with False: what was saved before anything was watched has been missed.
    """
    manifest = asked.manifest.resolve()

    def matters(_: Change, path: str) -> bool:
        changed = Path(path)
        if changed == manifest:
            return True
        inside = changed.parts[len(tree.parts) :]
        return changed.is_relative_to(tree) and path.endswith(".py") and all(map(is_ours, inside[:-1]))

    tree = asked.tree.resolve()
    places = *_places(tree, load_manifest(manifest)), manifest
    watched = saves(*places, watch_filter=matters, debounce=_TOGETHER, rust_timeout=_BEGUN, yield_on_timeout=True)
    try:
        yield bool(next(watched))
    except (OSError, RuntimeError) as error:  # both are how watchfiles says it
        raise ConfigurationError(
            f"{tree} cannot be watched: {error}; let the system watch more (fs.inotify.max_user_watches and "
            "max_user_instances), or set WATCHFILES_FORCE_POLLING=1"
        ) from None
    yield from (True for changed in watched if changed)


def _places(tree: Path, manifest: Manifest) -> set[Path]:
    """The folders to watch: less than the whole tree, which may hold more folders than the system can watch."""
    tops = {folder.partition("/")[0] for folder in (*manifest.services.values(), *manifest.tests.folders)}
    found = {tree / top for top in tops if (tree / top).is_dir()}
    return {tree} if "." in tops else found
