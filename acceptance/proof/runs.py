"""Carries trials out: the real behave command for each, several at once, each with a copy and a folder of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from acceptance.behave_process import Asking
from acceptance.faults import Fault, faulty_copy
from acceptance.files import DEFAULT_MANIFEST, REFERENCE, passing_folder
from acceptance.promises import Example
from acceptance.proof import nothing, trials
from acceptance.proof.trials import Ended
from acceptance.reporting.proof import Control, FaultTrial, How, Outcome, Trial
from acceptance.source import Audit, Manifest, load_manifest
from acceptance.verdicts import ConfigurationError, Verdict

PATIENCE = 300.0  # seconds for one run: far above any, so that one that hangs is told and does not block
CONFORMING = "the reference platform as it is"
NOTHING = "a platform that does nothing, and a source tree with nothing in it"
OUTPUT = "output.txt"  # what behave said, beside its results
_TAGS = {How.SOURCE: "@phase2", How.PLATFORM: "@phase2 and @needs.platform", How.EVERYTHING: "@phase2"}
_OF_TARGETS = ("EMBEDDED_", "SOURCE_", f"{nothing.NAME.upper()}_")  # settings of the targets that are asked here


@dataclass
class Proving:
    """One proof under way: what it knows, and the processes that it has started.

    ``whole`` asks everything of every fault. What did not end as declared leaves its results and output in ``keep``.
    """

    examples: Sequence[Example]
    keep: Path
    whole: bool = False
    manifest: Manifest = field(default_factory=lambda: load_manifest(DEFAULT_MANIFEST))
    _asking: Asking = field(default_factory=lambda: Asking(PATIENCE))

    def __post_init__(self) -> None:
        self._sound: Audit = trials.reference_facts(self.manifest)

    def fault(self, fault: Fault) -> FaultTrial:
        """Plant a fault, ask as much as it can change, and compare."""
        with _folder() as folder:
            how = How.EVERYTHING
            try:
                tree = faulty_copy(REFERENCE, [fault], folder)
            except ConfigurationError as misfit:
                return trials.judged(fault, how, Ended({}, 0.0, str(misfit)), self.examples)
            if not self.whole:
                how = trials.how_to_ask(fault, tree, self.examples, self._sound, self.manifest)
            planted = ["target=source", f"source={tree}"] if how is How.SOURCE else [f"faults={fault.name}"]
            crowd = "" if trials.needs_a_crowd(fault, self.examples) else f" and not @{trials.CROWD}"
            ended, output = self._behave(folder, planted, _TAGS[how] + crowd)
            trial = trials.judged(fault, how, ended, self.examples)
            self._keep(fault.name, trial.outcome, folder, output)
            return trial

    def conforming(self) -> Control:
        """Without a fault everything is kept; otherwise no trial would say anything."""
        with _folder() as folder:
            ended, output = self._behave(folder, [], "@phase2")
            return self._control("reference", CONFORMING, Verdict.KEPT, ended, folder, output)

    def nothing(self) -> Control:
        """Where nothing is done everything is asked and nothing may be kept: an example that is, asserts nothing."""
        with _folder() as folder, nothing.doing_nothing() as port:
            options = [f"target={nothing.target_of(port, folder)}", f"source={nothing.tree_in(folder)}"]
            ended, output = self._behave(folder, options, "@phase2", nothing.secrets())
            return self._control("nothing", NOTHING, None, ended, folder, output)

    def stop(self) -> None:
        """Begin no further run, and end those under way in order: each tidies up behind itself."""
        self._asking.stop()

    def _control(
        self, name: str, what: str, expected: Verdict | None, ended: Ended, folder: Path, output: str
    ) -> Control:
        outcome, told = trials.control(expected, ended, self.examples)
        self._keep(name, outcome, folder, output)
        wanted = "every example is kept" if expected else "every example is asked, and none is kept"
        return Control(name=what, expected=wanted, outcome=outcome, told=told, seconds=round(ended.seconds, 2))

    def _behave(
        self, folder: Path, options: Sequence[str], tags: str, variables: Mapping[str, str] | None = None
    ) -> tuple[Ended, str]:
        """How a run of the real command ended, its results in ``folder``, and what it said."""
        given = [part for option in options for part in ("-D", option)]
        ran = self._asking.ask(folder, [f"--tags={tags}", *given], _environment(variables or {}))
        if ran.problem:
            return Ended({}, ran.seconds, ran.problem), ran.output
        if ran.results is None:
            return Ended({}, ran.seconds, f"its run left no results: {ran.last_words}"), ran.output
        results = ran.results
        own = [example.reason for example in results.examples if example.verdict is Verdict.SUITE_FAULT]
        faults = [*results.run.faults, *own]
        failed = f"the specification itself failed: {faults[0]}" if faults else ""
        return Ended({example.id: example.verdict for example in results.examples}, ran.seconds, failed), ran.output

    def _keep(self, name: str, outcome: Outcome, folder: Path, output: str) -> None:
        """Keep the evidence of a trial that did not end as it should."""
        if outcome is Outcome.CAUGHT or self._asking.is_over:
            return
        self.keep.mkdir(parents=True, exist_ok=True)
        with passing_folder(f".{name}.", self.keep) as unfinished:
            whole = unfinished / name
            if (folder / "reports").is_dir():
                shutil.copytree(folder / "reports", whole)
            whole.mkdir(exist_ok=True)
            (whole / OUTPUT).write_text(output, encoding="utf-8")
            shutil.rmtree(self.keep / name, ignore_errors=True)
            whole.rename(self.keep / name)


@dataclass(frozen=True)
class Tried:
    """What came of all trials."""

    controls: list[Control]
    faults: list[FaultTrial]


def try_all(proving: Proving, faults: Sequence[Fault], jobs: int, heard: Callable[[Trial], None]) -> Tried:
    """Carry out the controls and the trial of every fault, ``jobs`` at once; ``heard`` is told of each that ends.

    A ``KeyboardInterrupt`` stops every run under way, waits until it has tidied up, and goes on its way.
    """
    with ThreadPoolExecutor(jobs) as pool:
        # what takes longest begins first
        controls = [pool.submit(proving.nothing), pool.submit(proving.conforming)]
        planted = [pool.submit(proving.fault, fault) for fault in faults]
        everything: list[Future[Control] | Future[FaultTrial]] = [*controls, *planted]
        try:
            for done in as_completed(everything):
                heard(done.result())
        except BaseException:
            for each in everything:
                each.cancel()
            proving.stop()
            raise
    return Tried([each.result() for each in controls], [each.result() for each in planted])


def _folder() -> AbstractContextManager[Path]:
    return passing_folder("acceptance-proof-")


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This machine's, without settings of the targets that are asked."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_TARGETS)}
    return {**kept, **variables}
