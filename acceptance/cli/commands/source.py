"""Of a source tree, without anything of it being run: ``audit`` and ``trend``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acceptance.cli.app import CacheFolder, FirstParent, Format, Last, Manifest, NoCache, app, leave
from acceptance.files import DEFAULT_CACHE, DEFAULT_MANIFEST, DEFAULT_REPORTS


@app.command(short_help="Audit a source tree, without running any of it.")
def audit(
    tree: Annotated[
        Path | None, typer.Argument(metavar="TREE", help="The folder that holds the source.", show_default=False)
    ] = None,
    manifest: Manifest = DEFAULT_MANIFEST,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Ask this rule only, such as CG101. May be given again.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How it is told.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file.", show_default="the terminal")
    ] = None,
    max_warnings: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many findings are allowed: those in app code, not waived.")
    ] = 0,
    tests: Annotated[
        bool, typer.Option("--tests", help="List the findings in tests one by one, in text.", show_default=False)
    ] = False,
    cache_dir: CacheFolder = DEFAULT_CACHE,
    no_cache: NoCache = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Judge what came since TREE left this revision, such as origin/main."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Audit again on each save; show what changed.", show_default=False)
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="RULE", help="Explain a rule, such as CG201, and exit. all: every rule, as docs/rules.md."
        ),
    ] = None,
) -> None:
    """Audit a source tree: is there one truth for each governed concept? Nothing of the tree is imported or executed.

    Exit codes: 0 within the limit; 1 more findings than --max-warnings allows, where those in tests and those that the
    manifest waives never count; 2 the tree or the manifest cannot be judged. With --since the limit is about what came
    since. --watch ends with 0, by Ctrl-C.
    """
    from acceptance.cli import audit

    if explain is not None:
        audit.explain(explain)
    elif tree is None:
        raise typer.BadParameter("name the folder that holds the source", param_hint="TREE")
    else:
        asked = audit.Asked(
            tree=tree,
            manifest=manifest,
            rules=rule,
            form=form,
            output=output,
            limit=max_warnings,
            list_tests=tests,
            cache=None if no_cache else cache_dir,
            since=since,
        )
        if not watch:
            leave(audit.tell(asked))
        if since is not None or output is not None or form is not Format.TEXT:
            raise typer.BadParameter(
                "it speaks to a terminal: leave out --since, --output and --format", param_hint="--watch"
            )
        from acceptance.cli import audit_watch

        raise typer.Exit(audit_watch.watch(asked))


@app.command("trend", short_help="Audit one revision after the other, with a chart.")
def over_time(
    repository: Annotated[Path, typer.Argument(metavar="REPO", help="A clone of the platform's repository.")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[REV]...", help="See --revisions.")] = None,
    revisions: Annotated[
        list[str] | None,
        typer.Option("--revisions", metavar="REV...", help="Tags, branches or commits, in the order of the table."),
    ] = None,
    last: Last = None,
    first_parent: FirstParent = False,
    manifest: Manifest = DEFAULT_MANIFEST,
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="Where to write trend.json and trend.svg.")
    ] = DEFAULT_REPORTS,
    cache_dir: CacheFolder = DEFAULT_CACHE,
    no_cache: NoCache = False,
) -> None:
    """Audit one revision after the other: SSOT warnings, findings by rule, migration, and the paths of each name.

    The files are read from git's own store; nothing is checked out, and none is read twice. Example:
    python -m acceptance trend ../netra --revisions beta-9 beta-12 beta-14

    Exit codes: 0; 2 the repository, a revision or the manifest cannot be judged.
    """
    from acceptance.cli import trend

    named = [*(revisions or ()), *(more or ())]
    asked = trend.Asked(repository, named, last, first_parent, manifest, None if no_cache else cache_dir)
    raise typer.Exit(trend.tell(asked, output))
