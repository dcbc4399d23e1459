"""Of a platform and what it is asked: ``doctor``, ``explain``, ``load``, ``monitor`` and ``prove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from acceptance.cli.app import app
from acceptance.doctor.checks import Form
from acceptance.files import DEFAULT_REPORTS
from acceptance.load.crowd_plan import PATIENCE, THINK


@app.command("doctor", short_help="Say what this machine or a target lacks for a run.")
def look_over(
    options: Annotated[
        list[str] | None,
        typer.Option("-D", metavar="NAME=VALUE", help="As behave takes it: target=staging. May be given again."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How it is told.")] = Form.TEXT,
    reports: Annotated[
        Path, typer.Option("--reports", metavar="DIR", help="Where a run would leave its results.")
    ] = DEFAULT_REPORTS,
) -> None:
    """Say what this machine and a target lack for a run, and how to mend it. Nothing is changed.

    Each line is fine, missing, could not tell, or a note: what a run can do without. The line below it is a command to
    type. The target's addresses are asked for their health, as a run asks; the reference platform, where none is named,
    is started and stopped again. Of secrets it is only said whether they are set. For example:
    python -m acceptance doctor -D target=staging -D source=../netra

    Exit codes: 0 all that is needed is there; 2 something needed is missing, or could not be told; 130 interrupted.
    """
    from acceptance.cli import doctor

    raise typer.Exit(doctor.doctor(doctor.Asked(options or [], form, reports)))


@app.command(short_help="Say what a promise, rule or fault is, before a run.")
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
    from acceptance.cli import explain

    explain.explain(what)


@app.command("load", short_help="Send a crowd, and check what each of them is told.")
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
    think: Annotated[str, typer.Option(metavar="TIME", help="Between two questions, and two visits.")] = f"{THINK:g}s",
    patience: Annotated[
        str, typer.Option(metavar="TIME", help="What has not come by then is lost.")
    ] = f"{PATIENCE:g}s",
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
        options=options or [],
        users=users,
        spawn_rate=spawn_rate,
        run_time=seconds(run_time, "--run-time"),
        think=seconds(think, "--think"),
        patience=seconds(patience, "--patience"),
        master=master,
        expect_workers=expect_workers,
        worker=worker,
        master_host=master_host,
        master_port=master_port,
        yes=yes,
        reports=reports,
        more=more or [],
    )
    raise typer.Exit(load.load(asked))


@app.command("monitor", short_help="Ask again and again: a status page and metrics.")
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

    asked = monitor.Asked(
        options=options or [],
        every=every,
        every_creating=every_creating,
        give_up_after=give_up_after,
        keep=keep,
        listen=listen,
        reports=reports,
        once=once,
        rounds=rounds,
    )
    raise typer.Exit(monitor.monitor(asked))


@app.command("prove", short_help="Plant every fault, and see that each is noticed.")
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
