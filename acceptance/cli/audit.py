"""What ``audit`` does: ask, tell in the form that is wanted, and say by the exit code whether the limit is kept."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from acceptance.cli.app import Format
from acceptance.cli.output import check_place, put, writing
from acceptance.exit_codes import FINE, INTERRUPTED, WRONG
from acceptance.files import write_whole
from acceptance.reporting.audit import counted, narrowed, rules_page, text
from acceptance.reporting.terminal import Line, console_on, plain, show
from acceptance.source import RULES, Audit, Cache, CannotJudge, Manifest, audit, load_manifest
from acceptance.source.case import Progress
from acceptance.verdicts import ConfigurationError, nearest

ALL = "all"
_REDRAW = 0.05  # seconds: as often as an eye can follow


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    tree: Path
    manifest: Path
    rules: list[str] | None
    form: Format
    output: Path | None
    limit: int
    list_tests: bool
    cache: Path | None
    since: str | None = None


def tell(asked: Asked) -> int:
    """Audit the tree and tell what was found; the exit code."""
    gc.disable()  # to look for garbage among a million facts takes longer than this process has left to live
    for rule in asked.rules or ():
        check_rule(rule)
    if asked.output:
        check_place(asked.output)
    try:
        manifest = load_manifest(asked.manifest)
        with _progress() as progress, remembering(asked.cache) as cache:
            if asked.since is not None:
                return _tell_since(asked, manifest, cache, progress)
            found = audit(asked.tree, manifest, rules=asked.rules, cache=cache, progress=progress)
    except CannotJudge as error:
        raise ConfigurationError(str(error)) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted: nothing was judged.", err=True)
        return INTERRUPTED
    match asked.form:
        case Format.TEXT:
            page = text.page(found, manifest, asked.tree, limit=asked.limit, list_tests=asked.list_tests)
            told: str | list[Line] = list(page)
        case Format.JSON:
            from acceptance.reporting.audit import model

            told = model.document(found, asked.tree)
        case Format.SARIF:
            from acceptance.reporting.audit import sarif

            told = sarif.document(found)
    return _put(asked, told, found)


def _tell_since(asked: Asked, manifest: Manifest, cache: Cache, progress: Progress | None) -> int:
    """Tell what came since a revision, which the limit is then about."""
    from acceptance.source.changes import since

    assert asked.since is not None, "asked for"
    found = since(asked.tree, asked.since, manifest, rules=asked.rules, cache=cache, progress=progress)
    match asked.form:
        case Format.TEXT:
            told: str | list[Line] = list(text.since_page(found, asked.tree, limit=asked.limit))
        case Format.JSON:
            from acceptance.reporting.audit import model

            told = model.since_document(found, asked.tree)
        case Format.SARIF:
            from acceptance.reporting.audit import sarif

            told = sarif.document(narrowed(found))
    return _put(asked, told, narrowed(found))


@contextmanager
def remembering(folder: Path | None) -> Iterator[Cache]:
    """What is known from before, in this folder; why it cannot be used is told, and is no reason not to judge."""
    with Cache(folder) as cache:
        yield cache
    if cache.trouble:
        typer.echo(cache.trouble, err=True)


def explain(rule: str) -> None:
    """Print the documentation of a rule, or the page of all of them."""
    if rule == ALL:
        put(rules_page.page())
    else:
        check_rule(rule)
        put(rules_page.explained(RULES[rule].doc))


def _put(asked: Asked, told: str | list[Line], found: Audit) -> int:
    """Print what is told, or write it to the file that was named; the exit code."""
    if asked.output:
        with writing(asked.output):
            write_whole(asked.output.resolve(), told if isinstance(told, str) else plain(told))
        show([text.conclusion(found, asked.limit)])
    elif isinstance(told, str):
        put(told)
    else:
        show(told)
    return WRONG if len(counted(found)) > asked.limit else FINE


def check_rule(rule: str) -> None:
    """Refuse a rule that does not exist; raises :class:`ConfigurationError`."""
    if rule not in RULES:
        near = nearest(rule, RULES)
        meant = f"did you mean {near}? " if near else ""
        raise ConfigurationError(f"no rule is called {rule}; {meant}There are {', '.join(RULES)}")


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on a terminal, gone when the audit ends; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with progress_bar() as bar:
        yield bar("Reading")


@contextmanager
def progress_bar() -> Iterator[Callable[[str], Progress]]:
    """A bar that is begun again with another text for each thing that is read, and that is gone at the end."""
    from rich import progress as bars

    # It draws when a file is done and never by a thread of its own: the audit starts processes.
    columns = bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn()
    with bars.Progress(*columns, console=console_on(sys.stderr), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None)

        def begin(text: str) -> Progress:
            drawn = 0.0
            bar.reset(task, total=None, description=text)

            def progress(done: int, total: int) -> None:
                nonlocal drawn
                bar.update(task, completed=done, total=total)
                if done == total or time.monotonic() - drawn > _REDRAW:
                    drawn = time.monotonic()
                    bar.refresh()

            return progress

        yield begin
