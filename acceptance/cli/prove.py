"""What ``prove`` does: try every fault, and say whether the specification would have noticed."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.text import Text

from acceptance.cores import usable_cores
from acceptance.exit_codes import FINE, INTERRUPTED, WRONG
from acceptance.files import REPOSITORY, write_whole
from acceptance.git import is_changed, revision_of
from acceptance.locks import Work, claim
from acceptance.promises import Example, phase2
from acceptance.proof.runs import Proving, try_all
from acceptance.proof.trials import chosen, proven
from acceptance.reporting.proof import FILE_NAME, Outcome, Proof, Trial
from acceptance.reporting.terminal import console_on
from acceptance.signals import stop_in_order_on_signals
from acceptance.verdicts import ConfigurationError

_A_LINE_EVERY = 25  # trials: a pipeline that hears nothing for long takes a command for dead
KEPT = "proof"  # where the evidence of trials is that did not end as they should, below the reports


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    faults: Sequence[str]
    promises: Sequence[str]
    jobs: int | None
    reports: Path
    whole: bool


def prove(asked: Asked) -> int:
    """Try the faults that are asked for, tell what came of it, and keep a whole proof; the exit code."""
    examples, said = phase2()
    faults = chosen(asked.faults, asked.promises, examples)
    if not faults:
        raise ConfigurationError(
            f"no fault breaks {', '.join(asked.promises)}: write one, as docs/contributing.md says"
        )
    claim(asked.reports, Work.PROOF)
    jobs = asked.jobs or usable_cores()
    begun, made = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    proving = Proving(examples, asked.reports / KEPT, asked.whole)
    stop_in_order_on_signals()
    try:
        with _progress(len(faults) + 2) as heard:
            tried = try_all(proving, faults, jobs, heard)
    except KeyboardInterrupt:
        typer.echo("Interrupted: nothing is proven, and an earlier proof, if there is one, is as it was.", err=True)
        return INTERRUPTED
    except OSError as error:
        why = error.strerror or "a copy of the reference platform cannot be made"
        raise ConfigurationError(
            f"the faults cannot be tried ({why}): make room in {tempfile.gettempdir()}, or set TMPDIR"
        ) from None
    proof = Proof(
        made=made,
        seconds=round(time.monotonic() - begun, 1),
        jobs=jobs,
        revision=revision_of(REPOSITORY),
        changed=is_changed(REPOSITORY),
        controls=tried.controls,
        faults=tried.faults,
        promises=proven(tried.faults, examples, said),
    )
    is_whole = not asked.faults and not asked.promises
    if is_whole:
        _write(proof, asked.reports / FILE_NAME)
    return _tell(proof, examples, asked, is_whole)


def _write(proof: Proof, file: Path) -> None:
    try:
        write_whole(file, proof.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}; name another folder") from None


def _tell(proof: Proof, examples: Sequence[Example], asked: Asked, is_whole: bool) -> int:
    """Say what did not end as it should, then the sum; the exit code."""
    wrong = [trial for trial in (*proof.controls, *proof.faults) if trial.outcome is not Outcome.CAUGHT]
    for trial in wrong:
        _say(f"{trial.name}: {trial.outcome}", "bold red")
        for told in trial.told:
            _say(f"  {told}")
    unbroken = _unbroken(proof, asked, is_whole)
    if unbroken:
        _say(f"No fault is seen to break {', '.join(unbroken)}", "bold red")
    if wrong:
        _say(f"The runs that ended otherwise are in {asked.reports / KEPT}/.", "dim")
    _say(_sum(proof, examples, unbroken, is_whole), "bold")
    return WRONG if wrong or unbroken else FINE


def _unbroken(proof: Proof, asked: Asked, is_whole: bool) -> list[str]:
    """The examples that no fault breaks, of the promises all of whose faults were tried."""
    tried = {id for each in proof.promises if is_whole or each.id in asked.promises for id in each.examples}
    return [example for example in proof.unbroken if example in tried]


def _sum(proof: Proof, examples: Sequence[Example], unbroken: Sequence[str], is_whole: bool) -> str:
    ended = [fault.outcome for fault in proof.faults]
    survivors, undeclared = ended.count(Outcome.SURVIVED), ended.count(Outcome.OTHER)
    vacuous = sum(len(control.told) for control in proof.controls) + len(unbroken)
    not_tried = ended.count(Outcome.NOT_TRIED)
    missing = f", not tried {not_tried}" if not_tried else ""
    promises = len({example.promise.id for example in examples})
    of = f", {promises} promises, {len(examples)} examples" if is_whole else ""
    faults = "1 fault" if len(ended) == 1 else f"{len(ended)} faults"
    return (
        f"{faults}{of}: survivors {survivors}, undeclared {undeclared}, vacuous {vacuous}{missing} "
        f"({_minutes(proof.seconds)}, {proof.jobs} at once)"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Trial], None]]:
    """A progress bar on a terminal, a line now and then in a pipe; what did not end as it should is told at once."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = console_on(sys.stderr)
    columns = (TextColumn("trying the faults"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)

        done = 0

        def heard(trial: Trial) -> None:
            nonlocal done
            done += 1
            bar.advance(task)
            if not console.is_terminal and done % _A_LINE_EVERY == 0:
                console.print(Text(f"{done} of {total} tried"))
            if trial.outcome is not Outcome.CAUGHT:
                bar.console.print(Text(f"{trial.name}: {trial.outcome}"))

        yield heard


def _say(said: str, style: str = "") -> None:
    console_on().print(Text(said, style=style))
