"""Of a run that has ended: ``verdict``, ``report``, ``junit``, ``compare``, ``schema``, and the lists of known gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acceptance.cli import schema as schemas
from acceptance.cli.app import DAYS, Reports, Told, app, of_known_gaps
from acceptance.files import DEFAULT_REPORTS


@app.command(short_help="Say in one sentence what the last run amounts to.")
def verdict(
    reports: Reports = DEFAULT_REPORTS,
    ratchet: Annotated[
        bool, typer.Option("--ratchet", help="Exit with 0 when nothing is worse than is known.", show_default=False)
    ] = False,
    lists: Annotated[
        list[Path] | None,
        typer.Option(
            "--known-gaps", metavar="FILE", help="Judge by this list instead of the run's own. May be given again."
        ),
    ] = None,
) -> None:
    """Say in one sentence what the last run amounts to, with the counts, and name each break and each known gap.

    Exit codes: 0 ready, or a rehearsal that worked, or with --ratchet nothing worse than is known; 1 broken; 2 the
    environment or the specification failed, or there are no usable results; 3 a list of known gaps is stale, or the run
    did not ask everything. The worst decides.
    """
    from acceptance.cli import verdict

    raise typer.Exit(verdict.verdict(reports, lists, ratchet))


@app.command(short_help="Render the last run as one page, and the sign-off sheet.")
def report(reports: Reports = DEFAULT_REPORTS) -> None:
    """Render what the last run found as one self-contained page, report.html, that opens anywhere.

    The first time this installs the report tool from the npm registry (about 20 s); afterwards no network is needed.
    """
    from acceptance.cli import report

    report.report(reports)


@app.command(short_help="Write the last run as JUnit XML.")
def junit(
    reports: Reports = DEFAULT_REPORTS,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file.", show_default="junit.xml of the run")
    ] = None,
) -> None:
    """Write what the last run found as JUnit XML, for the pages of a pipeline."""
    from acceptance.cli import junit

    junit.junit(reports, output)


@app.command("compare", short_help="Say what changed from one run to another.")
def compare_runs(
    a: Annotated[Path, typer.Argument(metavar="A", help="The one run: its folder, or its results.json.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The run that is seen beside it.")],
    slower: Annotated[
        float, typer.Option(metavar="FACTOR", help="How many times as long as in A counts as slower.")
    ] = 2.0,
    form: Annotated[Told, typer.Option("--format", help="How it is told.")] = Told.TEXT,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file.", show_default="the terminal")
    ] = None,
) -> None:
    """Say what changed from run A to run B: before and after, blue and green, yesterday and today.

    Newly broken is a promise that no example broke in A and one breaks in B, also where A had not asked it, and where B
    lists it as a known gap. Broken further is one that was broken in A, and in B by another example or in more places.
    What a run did not ask is never gone: what B does not answer any more is told, and is not counted as broken. Slower
    is what is kept in both, took more than --slower times as long and at least 0.25 s more; single timings are noisy.

    Exit codes: 0 nothing is newly broken or broken further, which says nothing of what was broken before (`verdict`
    does); 1 something is; 2 A or B cannot be used.
    """
    from acceptance.cli import compare

    raise typer.Exit(compare.tell(compare.Asked(a, b, slower, form, output)))


@of_known_gaps.command()
def update(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list, such as known-gaps/staging.toml.")],
    reports: Reports = DEFAULT_REPORTS,
    owner: Annotated[str | None, typer.Option(help="The team that closes what is new.")] = None,
    issue: Annotated[str | None, typer.Option(help="Where the work on what is new is tracked.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why what is new is still open.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DAY", help="Until when what is new may stay.", show_default=f"in {DAYS} days")
    ] = None,
) -> None:
    """Propose a list of known gaps from the last run, to be completed, reviewed and merged.

    What is broken and not listed is added; what is listed and now kept is taken out; a count that went down is lowered.
    What people have written is never changed, and what got worse is named and left as it is.
    """
    from acceptance.cli import known_gaps

    known_gaps.update(file, reports, owner, issue, reason, expires)


@app.command(short_help="Print the JSON schema of a file that a command writes.")
def schema(
    of: Annotated[
        schemas.Published, typer.Argument(metavar="[results|audit|signoff|compare|proof|trend|status|load|doctor]")
    ] = schemas.Published.RESULTS,
) -> None:
    """Print a JSON schema: of a .json that a run or command leaves, or of what audit, compare and doctor write."""
    schemas.schema(of)
