"""What `trend` does: audit one revision after the other, print the table, and write the figures and the chart."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from acceptance.cli.audit import progress_bar, remembering
from acceptance.exit_codes import FINE, INTERRUPTED
from acceptance.files import write_together
from acceptance.plan import WARNINGS_ALLOWED
from acceptance.reporting.audit import chart, trend_text
from acceptance.reporting.audit.trend import CHART_NAME, FILE_NAME, Trend, short, trend_of
from acceptance.reporting.terminal import show
from acceptance.source import CannotJudge, load_manifest
from acceptance.source.revision import last
from acceptance.source.trend import trend
from acceptance.verdicts import ConfigurationError

FEW = 10  # commits of the main line, where nobody says which


@dataclass(frozen=True)
class Asked:
    """Which revisions of which repository; without any, the last ones, and with ``last`` those up to the one named."""

    repository: Path
    revisions: Sequence[str]
    last: int | None
    first_parent: bool
    manifest: Path
    cache: Path | None


def tell(asked: Asked, output: Path) -> int:
    """Print the trend and write it into a folder; the exit code."""
    try:
        found = made(asked)
    except KeyboardInterrupt:
        typer.echo("Interrupted: nothing was written.", err=True)
        return INTERRUPTED
    show(list(trend_text.page(found)))
    for file in write(found, output):
        typer.echo(f"Written: {file}")
    return FINE


def made(asked: Asked) -> Trend:
    """Audit the revisions. Raises :class:`ConfigurationError` for what cannot be judged at all."""
    if len(asked.revisions) > 1 and asked.last is not None:
        raise ConfigurationError("name the revisions, or by --last how many there are up to a single one, not both")
    try:
        manifest = load_manifest(asked.manifest)
        revisions = asked.revisions
        if asked.last is not None or not revisions:
            first_parent = asked.first_parent or asked.last is None
            up_to = revisions[0] if revisions else "HEAD"
            revisions = last(asked.repository, asked.last or FEW, first_parent=first_parent, up_to=up_to)
        with remembering(asked.cache) as cache, _told(len(revisions)) as begun:
            points = list(trend(asked.repository, revisions, manifest, cache=cache, begun=begun))
    except CannotJudge as error:
        raise ConfigurationError(str(error)) from None
    if all(point.problem for point in points):
        raise ConfigurationError(f"none of these revisions can be judged; the first: {points[0].problem}")
    return trend_of(asked.repository, manifest.version, points)


def write(found: Trend, folder: Path) -> list[Path]:
    """Write the figures and, where there are enough of them, the chart; the files."""
    contents = {
        FILE_NAME: found.model_dump_json(indent=2) + "\n",
        CHART_NAME: chart.svg(found, allowed=WARNINGS_ALLOWED),
    }
    written = {folder / name: content for name, content in contents.items() if content}
    of_another_trend = [folder / name for name, content in contents.items() if not content]

    def forget() -> None:
        for file in of_another_trend:
            file.unlink(missing_ok=True)

    try:
        write_together(written, before=forget)
    except OSError as error:
        problem = f"{folder / FILE_NAME} cannot be written: {error.strerror}"
        raise ConfigurationError(f"{problem}; name another folder with --output") from None
    return list(written)


@contextmanager
def _told(revisions: int) -> Iterator[Callable[[str, int], Callable[[int, int], None] | None]]:
    """A progress bar on a terminal, one line a revision in a pipe."""
    if not sys.stderr.isatty():

        def told(name: str, number: int) -> None:
            typer.echo(f"Auditing {short(name)} ({number + 1} of {revisions})", err=True)

        yield told
        return
    with progress_bar() as bar:
        yield lambda name, number: bar(f"{short(name)} ({number + 1} of {revisions})")
