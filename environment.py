"""Hooks of the run, and nothing but hooks: what they do is in the `acceptance` package."""

from __future__ import annotations

from typing import Any

from behave.formatter._registry import register_as

from acceptance import console
from acceptance.evidence import attachments
from acceptance.promises import example_of
from acceptance.reporting import allure_formatter
from acceptance.reporting import outcome as outcomes
from acceptance.reporting.refusal import refuse
from acceptance.reporting.results_reporter import ResultsReporter
from acceptance.session import Session
from acceptance.signals import ignore_signals, signals_held, stop_in_order_on_signals
from acceptance.verdicts import ConfigurationError, Verdict


def before_all(context: Any) -> None:
    """Open the run: its target, its one event loop, its results."""
    stop_in_order_on_signals()
    try:
        with signals_held():  # either the last run's results are as they were, or this one tells how it ended
            context.session = session = Session.open(context.config.userdata)
            context.add_cleanup(session.close)
            results = ResultsReporter(context.config, context._runner, session, console.tell)
            context.config.reporters.append(results)
            context.on_cleanup_error = results.remember_cleanup_error
            console.hide_secrets(session.redactor.text)
            outcomes.known_gaps = session.known_gaps
    except ConfigurationError as error:
        refuse(context, error)
        return
    except OSError as error:
        refuse(context, ConfigurationError(f"the results cannot be written ({error}): use -D reports=DIR"))
        return
    console.announce(session)


def before_scenario(context: Any, scenario: Any) -> None:
    """Begin an example with a fresh world, or say why this target is not asked."""
    session: Session = context.session
    example = example_of(scenario)
    if reason := session.not_asked(example):
        scenario.skip(reason)
        return
    context.world = session.begin(example)
    context.add_cleanup(session.end, context.world)


def after_scenario(context: Any, scenario: Any) -> None:
    """Tidy up, check the invariants, attach the evidence: compact where the promise is kept, whole where it is not."""
    world = getattr(context, "world", None)
    if world is None:
        return
    session: Session = context.session
    failure = session.end(world)
    outcomes.remember_runs(scenario, world.all_runs)
    result = outcomes.outcome(scenario)
    if failure is None and result is not None and result.verdict is Verdict.KEPT:
        attachments.compact(world.recorder)
    else:
        logs = session.platform_logs() if world.drivers else []
        attachments.whole(world.recorder, logs, session.command(world.example))
    if failure is not None:
        outcomes.remember_failure(scenario, failure)


def after_all(context: Any) -> None:
    """From here on only tidying up is left, which a second Ctrl-C must not cut short."""
    ignore_signals()


# behave.ini can only name stock formatters, since this folder is not yet importable when it is read; this file is
# loaded before any formatter is made, so the names can still be given to ours
allure_formatter.install(globals())
register_as(console.ConsoleFormatter.name, console.ConsoleFormatter)
