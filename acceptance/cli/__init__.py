"""The command line: ``python -m acceptance``.

What the commands are called and take is here. What they do is in modules that are only loaded when the command is
given, since loading all of them takes a third of the time that an audit has.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.models import CommandInfo

from acceptance import __version__
from acceptance.files import DEFAULT_CACHE, DEFAULT_MANIFEST, DEFAULT_REPORTS
from acceptance.signals import stop_in_order_on_signals
from acceptance.verdicts import ConfigurationError

UNUSABLE = 2  # what was named cannot be used; a verdict uses the same code for a failed environment
INTERRUPTED = 130  # as shells have it: 128 and the signal's number

app = typer.Typer(
    name="acceptance",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: to load what draws boxes takes as long as all the rest
    help="Read, judge and show what a run of the specification (`behave --tags=@phase2`) has found, and audit a source "
    "tree by itself.",
)
of_known_gaps = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The lists of what is known broken.")
app.add_typer(of_known_gaps, name="known-gaps")
of_signoff = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the owner reads, decides and signs.")
app.add_typer(of_signoff, name="signoff")
Reports = Annotated[Path, typer.Option("--reports", help="The folder that the run wrote to (its -D reports=…).")]
CacheFolder = Annotated[
    Path,
    typer.Option(
        "--cache-dir",
        metavar="DIR",
        envvar="ACCEPTANCE_CACHE_DIR",
        help="Where what is known of files is kept, by their contents.",
        readable=False,  # one that cannot be used is done without
        show_default=".audit_cache here",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Find out everything anew.", show_default=False)]

Manifest = Annotated[
    Path,
    typer.Option(metavar="FILE", help="Which concepts are governed.", show_default="ssot.toml of this repository"),
]
Last = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="The last N commits, up to the revision named.", show_default="10"),
]
FirstParent = Annotated[
    bool, typer.Option("--first-parent", help="Of the main line alone, as without --last.", show_default=False)
]


class Format(StrEnum):
    """How an audit is told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Told(StrEnum):
    """How a comparison is told."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class Published(StrEnum):
    """What has a published schema."""

    RESULTS = "results"
    AUDIT = "audit"
    SIGNOFF = "signoff"
    COMPARE = "compare"
    PROOF = "proof"
    TREND = "trend"
    LOAD = "load"
    STATUS = "status"


@app.callback(invoke_without_command=True)
def version(
    shown: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    """Handle the options that belong to no command."""
    if shown:
        typer.echo(f"acceptance {__version__}")
        raise typer.Exit


@app.command()
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
    from acceptance.cli import run

    raise typer.Exit(run.verdict(reports, lists, ratchet))


@app.command()
def report(reports: Reports = DEFAULT_REPORTS) -> None:
    """Render what the last run found as one self-contained page, report.html, that opens anywhere.

    The first time this installs the report tool from the npm registry (about 20 s); afterwards no network is needed.
    """
    from acceptance.cli import run

    run.report(reports)


@app.command()
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
    from acceptance.cli import source

    if explain is not None:
        source.explain(explain)
    elif tree is None:
        raise typer.BadParameter("name the folder that holds the source", param_hint="TREE")
    else:
        asked = source.Asked(
            tree, manifest, rule, form, output, max_warnings, tests, None if no_cache else cache_dir, since
        )
        if not watch:
            leave(source.tell(asked))
        if since is not None or output is not None or form is not Format.TEXT:
            raise typer.BadParameter(
                "it speaks to a terminal: leave out --since, --output and --format", param_hint="--watch"
            )
        from acceptance.cli import watching

        raise typer.Exit(watching.watch(asked))


@app.command("trend")
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


@app.command("compare")
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


@app.command("prove")
def prove_it(
    faults: Annotated[
        list[str] | None, typer.Option("--fault", metavar="NAME", help="Try this fault only. May be given again.")
    ] = None,
    promises: Annotated[
        list[str] | None,
        typer.Option("--promise", metavar="ID", help="Try the faults that break this promise. May be given again."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many runs at once.", show_default="one a core")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Ask everything of every fault, and not only what it can change.")
    ] = False,
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Where to write proof.json.")] = DEFAULT_REPORTS,
) -> None:
    """Prove that the specification notices: plant every fault, run behave on it, and compare exactly.

    A fault that nobody notices, or that breaks anything else than its header declares; an example that no fault breaks,
    or that a platform keeps which does nothing: each fails. A part (--fault, --promise) is told and not written.

    Exit codes: 0 proven; 1 not proven, each reason named, its run kept in reports/proof/; 2 there is no such fault or
    promise; 130 interrupted.
    """
    from acceptance.cli import prove

    raise typer.Exit(prove.prove(prove.Asked(faults or [], promises or [], jobs, reports, whole)))


@app.command("monitor")
def keep_asking(
    options: Annotated[
        list[str] | None,
        typer.Option("-D", metavar="NAME=VALUE", help="As behave takes it: target=staging. May be given again."),
    ] = None,
    every: Annotated[str, typer.Option(metavar="TIME", help="From one round to the next: 30s, 5m, 1h.")] = "60s",
    every_creating: Annotated[
        str, typer.Option(metavar="TIME", help="How often the golden path, the events and isolation are asked.")
    ] = "10m",
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where /, /metrics and /status.json are served.")
    ] = "127.0.0.1:9464",
    reports: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the history is kept.", show_default="reports/monitor/TARGET"),
    ] = None,
    keep: Annotated[str, typer.Option(metavar="TIME", help="For how long the history is kept.")] = "30d",
    give_up_after: Annotated[
        str, typer.Option(metavar="TIME", help="How long one asking may take before it is ended.")
    ] = "5m",
    once: Annotated[
        bool, typer.Option("--once", help="One round of what is due, for cron; nothing is served.", show_default=False)
    ] = False,
    rounds: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="End after so many rounds.", show_default="on a signal")
    ] = None,
) -> None:
    """Ask the promises again and again: a status page, Prometheus metrics and a history of what came of it.

    Examples that only read are asked every round. Those of the golden path, the events and isolation create data, and
    are asked every --every-creating where the target declares a synthetic person. Source promises are asked at the
    start, and again when the tree (-D source=../netra) has changed. Nothing is ever disrupted. What is not asked is
    shown as not measured, with the reason. For example:
    python -m acceptance monitor -D target=staging -D source=../netra --every 2m

    Changes are sent as JSON by POST to the address in ACCEPTANCE_WEBHOOK. Metrics, alerts and a dashboard:
    docs/monitoring.md.

    Exit codes: 0 ended by a signal or after --rounds; 2 it cannot begin. With --once: 0 all that was asked is kept;
    1 something is broken, known or not; 2 it could not be told, or the specification failed; 130 interrupted.
    """
    from acceptance.cli import monitor

    asked = monitor.Asked(options or [], every, every_creating, give_up_after, keep, listen, reports, once, rounds)
    raise typer.Exit(monitor.monitor(asked))


@app.command("load")
def send_a_crowd(
    options: Annotated[
        list[str] | None,
        typer.Option("-D", metavar="NAME=VALUE", help="As behave takes it: target=staging. May be given again."),
    ] = None,
    users: Annotated[
        int | None,
        typer.Option("-u", "--users", metavar="N", min=1, help="People at once.", show_default="the target's own"),
    ] = None,
    spawn_rate: Annotated[
        float | None,
        typer.Option(
            "-r", "--spawn-rate", metavar="N", min=0.1, help="How many come a second.", show_default="a tenth"
        ),
    ] = None,
    run_time: Annotated[str, typer.Option("-t", "--run-time", metavar="TIME", help="For how long: 60s, 5m.")] = "60s",
    think: Annotated[str, typer.Option(metavar="TIME", help="Between two questions, and two visits.")] = "1s",
    patience: Annotated[
        str, typer.Option(metavar="TIME", help="What has not come by then is lost.", show_default="30s")
    ] = "30s",
    master: Annotated[bool, typer.Option("--master", help="Have workers be the people.", show_default=False)] = False,
    expect_workers: Annotated[int, typer.Option(metavar="N", min=1, help="Begin when so many workers are there.")] = 1,
    worker: Annotated[
        bool, typer.Option("--worker", help="Be people for a master, on this or another machine.", show_default=False)
    ] = False,
    master_host: Annotated[str, typer.Option(metavar="HOST", help="Where the master is.")] = "127.0.0.1",
    master_port: Annotated[int, typer.Option(metavar="PORT", help="Where it listens.")] = 5557,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, to a staging environment.", show_default=False)] = False,
    reports: Annotated[Path, typer.Option(metavar="DIR", help="Where to leave load.json and locust.html.")] = (
        DEFAULT_REPORTS / "load"
    ),
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[-- LOCUST OPTIONS]", help="Passed on to Locust.")
    ] = None,
) -> None:
    """Send a crowd to a platform: does everybody, at once, see all of their own work and nothing of anybody else's?

    Each simulated person signs in, connects, asks two questions, checks every message as the promises do, leaves, and
    comes back. The target must declare that it may be asked so (capabilities load and creates-data). For example:
    python -m acceptance load --users 300 --spawn-rate 30 --run-time 60s

    Over several machines, as Locust's users know it: --master --expect-workers 2 on one, --worker --master-host HOST on
    the others, each with the same -D. It runs on Locust; see docs/load.md.

    Exit codes: 0 kept; 1 somebody was told something else than they should, or was kept waiting for longer than the
    target allows; 2 it could not be told, or cannot begin; 130 interrupted.
    """
    from acceptance.cli import load
    from acceptance.cli.options import seconds

    asked = load.Asked(
        options or [],
        users,
        spawn_rate,
        seconds(run_time, "--run-time"),
        seconds(think, "--think"),
        seconds(patience, "--patience"),
        master,
        expect_workers,
        worker,
        master_host,
        master_port,
        yes,
        reports,
        more or [],
    )
    raise typer.Exit(load.load(asked))


@app.command()
def explain(
    what: Annotated[
        str, typer.Argument(metavar="ID", help="A promise, example, test of the plan, rule or fault; or all.")
    ],
) -> None:
    """Say what a promise is before anything is run: who is affected, what it touches and makes, what proves it.

    ID is such as imports-01, imports-01a, 1.1a (of the plan), CG201 (a rule of the audit), broadcast (a fault). all is
    every promise, as docs/promises.md.

    Exit codes: 0; 2 there is nothing of that name.
    """
    from acceptance.cli import explaining

    explaining.explain(what)


@app.command()
def junit(
    reports: Reports = DEFAULT_REPORTS,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to this file.", show_default="junit.xml of the run")
    ] = None,
) -> None:
    """Write what the last run found as JUnit XML, for the pages of a pipeline."""
    from acceptance.cli import run

    run.junit(reports, output)


@of_signoff.command("sheet")
def write_sheet(
    reports: Annotated[
        list[Path] | None,
        typer.Option("--reports", metavar="DIR", help="A run's folder. May be given again.", show_default="reports"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="the first run's folder")
    ] = None,
    repository: Annotated[
        Path | None,
        typer.Option(metavar="REPO", help="Show the audit of this repository's past revisions: see trend --help."),
    ] = None,
    revisions: Annotated[
        list[str] | None, typer.Option("--revision", metavar="REV", help="One of these. May be given again.")
    ] = None,
    last: Last = None,
    first_parent: FirstParent = False,
    manifest: Manifest = DEFAULT_MANIFEST,
    cache_dir: CacheFolder = DEFAULT_CACHE,
    no_cache: NoCache = False,
) -> None:
    """Write the sign-off sheet of one run, or of several read together: signoff.html, signoff.md and signoff.json.

    A source run beside a staging run answers all of the plan's criteria; each of them alone answers its part.
    """
    from acceptance.cli import sheet, trend

    cache = None if no_cache else cache_dir
    over = trend.Asked(repository, revisions or [], last, first_parent, manifest, cache) if repository else None
    sheet.sheet(reports or [DEFAULT_REPORTS], output, over)


@of_signoff.command()
def approve(
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves: “Olga Owner <olga@example.com>”.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="As what, such as “product owner”.")],
    reports: Annotated[
        list[Path] | None,
        typer.Option("--reports", metavar="DIR", help="A run's folder. May be given again.", show_default="reports"),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", metavar="ID=REASON", help="Accept what was not seen kept, and why. May be given again."
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="Until when it stands; never longer than a known gap that it accepts.",
            show_default="in 90 days",
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="Sign it with this SSH key.", show_default=False)
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The proof to name in it.", show_default="proof.json beside the results"),
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where to write it.")] = Path("approvals"),
) -> None:
    """Approve what a source run and a staging run have found, as a file to be reviewed and merged.

    Each promise must be kept. What was not asked, and each known gap, is listed, and must be accepted with a reason.
    The embedded reference platform is refused, and so is all that is broken, unknown or asked in part.

    Exit codes: 0 approved; 1 not approved, and nothing is written; 2 what was named cannot be used.
    """
    from acceptance.cli import signoff

    asked = signoff.Approving(reports or [DEFAULT_REPORTS], by, role, accept or [], expires, key, proof, output)
    raise typer.Exit(signoff.approve(asked))


@of_signoff.command("verify")
def verify_approvals(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="The approvals.", show_default="approvals/*.toml")
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option(
            "--reports",
            metavar="DIR",
            help="A run to compare with. May be given again.",
            show_default="the folders that the approval names",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            metavar="TREE", help="The platform's source tree as it is now.", show_default="the one that was approved"
        ),
    ] = None,
    signers: Annotated[Path, typer.Option("--allowed-signers", metavar="FILE", help="Whose key is whose.")] = Path(
        "approvals/allowed_signers"
    ),
    require_signature: Annotated[
        bool, typer.Option("--require-signature", help="What is not signed does not stand.", show_default=False)
    ] = False,
) -> None:
    """Say of each approval, promise by promise, what changed since: wording, source, results, signature, time.

    Exit codes: 0 it stands; 1 something of it no longer stands, or the specification has a promise that it does not
    cover; 2 an approval cannot be read; 3 it stands as far as could be checked, or there is none. The worst of several
    decides: 1, then 3.
    """
    from acceptance.cli import signoff

    asked = signoff.Verifying(files or [], reports or [], source, signers, require_signature)
    raise typer.Exit(signoff.verify(asked))


@of_known_gaps.command()
def update(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list, such as known-gaps/staging.toml.")],
    reports: Reports = DEFAULT_REPORTS,
    owner: Annotated[str | None, typer.Option(help="The team that closes what is new.")] = None,
    issue: Annotated[str | None, typer.Option(help="Where the work on what is new is tracked.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why what is new is still open.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DAY", help="Until when what is new may stay.", show_default="in 90 days")
    ] = None,
) -> None:
    """Propose a list of known gaps from the last run, to be completed, reviewed and merged.

    What is broken and not listed is added; what is listed and now kept is taken out; a count that went down is lowered.
    What people have written is never changed, and what got worse is named and left as it is.
    """
    from acceptance.cli import gaps

    gaps.update(file, reports, owner, issue, reason, expires)


@app.command()
def schema(
    of: Annotated[
        Published, typer.Argument(metavar="[results|audit|signoff|compare|proof|trend|status|load]")
    ] = Published.RESULTS,
) -> None:
    """Print a JSON schema: of results, signoff, proof, trend, status, load.json, or of what audit and compare write."""
    if of is Published.AUDIT:
        from acceptance.cli import source

        source.schema()
    elif of is Published.SIGNOFF:
        from acceptance.cli import sheet

        sheet.schema()
    elif of is Published.COMPARE:
        from acceptance.cli import compare

        compare.schema()
    elif of is Published.PROOF:
        from acceptance.cli import prove

        prove.schema()
    elif of is Published.TREND:
        from acceptance.cli import trend

        trend.schema()
    elif of is Published.LOAD:
        from acceptance.cli import load

        load.schema()
    elif of is Published.STATUS:
        from acceptance.cli import monitor

        monitor.schema()
    else:
        from acceptance.cli import run

        run.schema()


def leave(code: int) -> NoReturn:
    """End at once: to take a million facts out of memory, one by one, takes as long as to look up an audit."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads on: typer knows what to do
        raise typer.Exit(code) from None
    os._exit(code)


def _name(command: CommandInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", ""))


def main() -> None:
    """Run the command line; what cannot be used is told in one sentence, never by a traceback."""
    named = [command for command in app.registered_commands if _name(command) == next(iter(sys.argv[1:]), "")]
    if named:  # to describe all the others to typer takes longer than to look up an audit that is known
        app.registered_commands, app.registered_groups = named, []
    stop_in_order_on_signals()
    try:
        app()
    except ConfigurationError as error:
        _refuse(str(error))
    except OSError as error:  # of a file that was named, or is named by one of them
        if error.errno in (ENOSPC, EDQUOT, EFBIG):
            _refuse(f"{error.filename or 'what is said'} cannot be written: {error.strerror}; make room")
        if not error.filename:
            raise
        _refuse(f"{error.filename} cannot be used: {error.strerror}; name another, or let yourself use this one")


def _refuse(told: str) -> NoReturn:
    """Say in one line, which may repeat what a file holds or is called, why there is no answer."""
    from acceptance.reporting.audit import visible

    typer.echo(visible(told), err=True)
    raise SystemExit(UNUSABLE) from None
