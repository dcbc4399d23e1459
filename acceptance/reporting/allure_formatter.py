"""behave's run, told to Allure as a whole: allure-behave with everything it loses put back.

environment.py calls ``allure_formatter.install(globals())`` as it is loaded. behave.ini says ``format = allure`` with
an outfile, or ``-D reports=DIR`` names another place (``DIR/allure-results``). Each run that begins starts clean; one
that is refused before it begins loses nothing of the last.

Two things cannot be mended here. ``@allure.step`` on an ``async def`` ends before the coroutine starts and stays green
whatever happens: write ``with allure.step(...)`` around the awaits, one at a time. Steps called by
``context.execute_steps`` are not shown: no step calls a step.
"""

# mypy: allow-untyped-calls
# (allure-commons says that it is typed, and is not)

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import allure
import allure_commons
from allure_behave import formatter as stock_formatter
from allure_behave import listener as stock_listener
from allure_behave.utils import step_table
from allure_commons.model2 import Label, StatusDetails, TestResult, TestStepResult
from allure_commons.types import ALLURE_UNIQUE_LABELS, AttachmentType
from allure_commons.utils import md5, now, uuid4
from behave.exception import ConfigError
from behave.formatter import _registry
from behave.formatter.base import Formatter
from behave.model_type import Status
from behave.reporter.base import Reporter

from acceptance.promises import example_of
from acceptance.reporting import allure_details as details
from acceptance.reporting import outcome as outcomes
from acceptance.reporting.allure_results import RedactedResults, discard, hookimpl, results_in
from acceptance.reporting.refusal import refuse_at_once
from acceptance.signals import aborting_afterwards, signals_held
from acceptance.verdicts import Verdict

STEP_STATUSES = {
    Status.passed: "passed",
    Status.xfailed: "passed",
    Status.xpassed: "passed",
    Status.failed: "failed",
    Status.error: "broken",
    Status.hook_error: "broken",
    Status.cleanup_error: "broken",
    Status.undefined: "broken",
    Status.pending: "broken",
    Status.pending_warn: "broken",
    Status.skipped: "skipped",
    Status.untested: "skipped",
    Status.untested_pending: "skipped",
    Status.untested_undefined: "skipped",
    Status.executing: "skipped",
    Status.unknown: "skipped",
}
_OUTSIDE_SCENARIOS = ("before_all", "after_all", "after_feature", "after_rule", "after_tag")


def install(hooks: dict[str, Any]) -> None:
    """Make ``allure`` mean :class:`AllureFormatter`; ``hooks`` are the globals of environment.py.

    Their errors outside every scenario, of which behave keeps nothing, become errors of the whole run.
    """
    _registry.register_as("allure", AllureFormatter)
    for name in _OUTSIDE_SCENARIOS:
        if name in hooks:
            hooks[name] = _telling(hooks[name])


def _telling(hook: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(hook)
    def told(context: Any, *args: Any) -> Any:
        try:
            return hook(context, *args)
        except BaseException as error:
            if "scenario" not in context:
                allure.global_error(f"{hook.__name__}: {outcomes.sentence(error)}", outcomes.trace(error))
            raise

    return told


class AllureFormatter(stock_formatter.AllureFormatter):  # type: ignore[misc]
    """Hears of behave's run; :class:`AllureListener` keeps what is to be told."""

    def __init__(self, stream_opener: Any, config: Any) -> None:
        Formatter.__init__(self, stream_opener, config)  # not allure-behave's own, which writes at once
        classes = [_registry.select_formatter_class(name) for name in config.format]
        if sum(issubclass(known, stock_formatter.AllureFormatter) for known in classes) > 1:
            raise ConfigError(
                "Allure's formatter is named twice: behave.ini has it already, so leave its `-f` out of the command, "
                "and redirect the results with `-D reports=DIR`."
            )
        self.listener = AllureListener(config)
        self._runner: Any = None
        self._has_begun = False
        if config.dry_run:
            return
        redirected = config.userdata.get("reports")
        if redirected == "":
            refuse_at_once("-D reports= is empty: name a folder or leave it out")
        if not (redirected or stream_opener.name):
            raise ConfigError("Allure's formatter writes a folder: name it with `-o DIR` or `-D reports=DIR`.")
        self._folder = folder = Path(redirected, "allure-results") if redirected else Path(stream_opener.name)
        try:
            self.file_logger = RedactedResults(folder, lambda text: outcomes.redact(text))
        except OSError as error:  # the one setting that is used before the run can refuse it
            refuse_at_once(f"{folder} cannot be written ({error.strerror}): name another folder with -D reports=DIR")
        allure_commons.plugin_manager.register(self.listener)
        allure_commons.plugin_manager.register(self.file_logger)
        config.reporters.append(_AtEndOfFeature(config, self.listener, lambda: self._runner))

    def uri(self, uri: str) -> None:
        """A file begins, and with the first one the run: from here on the last run's results are not this one's."""
        self._discard_old()

    def feature(self, feature: Any) -> None:
        """A feature begins, before its hooks."""
        outcomes.remember_selection(feature, self.config)
        for scenario in feature.walk_scenarios():
            scenario.run = self._stopping_afterwards(scenario.run)

    def scenario(self, scenario: Any) -> None:
        """A scenario begins, before its hooks; behave also names those that it will not run."""
        if not self.config.dry_run:
            outcomes.remember_selection(scenario.feature, self.config)
            self.listener.stop_scenario()  # nothing is left open unless a hook rebuilt an outline
            if scenario.is_selected:
                with signals_held():  # a result that is half begun can be neither ended nor left out
                    self.listener.start_scenario(scenario)

    def match(self, match: Any) -> None:
        """The next step begins, before its hooks."""
        log = self._runner and self._runner.capture_controller.capture_log
        if log is not None and log not in logging.getLogger().handlers:
            logging.getLogger().addHandler(log)  # behave 1.3.3 forgets it when it captures a hook's own log
        self.listener.match_step(match)

    def result(self, step: Any) -> None:
        """The step has ended, its hooks included."""
        self.listener.stop_behave_step(step)

    def embedding(self, mime_type: str, data: bytes | str) -> None:
        """What ``context.attach`` hands over."""
        allure.attach(data, "Attachment", mime_type)

    def eof(self) -> None:
        """A feature has ended; :class:`_AtEndOfFeature` also hears of those that never began."""

    def close(self) -> None:
        """The run has ended or was interrupted."""
        if not self.config.dry_run:
            self.listener.stop_scenario(interrupted=True)
            if self.file_logger.written:  # though no file began: errors of before_all
                self._discard_old()
            super().close()

    @property
    def trouble(self) -> str:
        """Why something is missing in the results, in one sentence; empty where nothing is."""
        return "" if self.config.dry_run else self.file_logger.trouble

    def _discard_old(self) -> None:
        """Only now, when the folder is this run's alone: another may have ended since this formatter was made."""
        if not self.config.dry_run and not self._has_begun:
            self._has_begun = True
            discard(old for old in results_in(self._folder) if old.name not in self.file_logger.written)

    def _stopping_afterwards(self, run: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Only after ``run`` are the results of ``after_scenario`` and of the clean-ups known."""

        def run_and_stop(runner: Any) -> bool:
            self._runner, interrupted = runner, True
            try:
                failed = run(runner)
                interrupted = False
                return failed
            finally:
                self.listener.stop_scenario(interrupted=interrupted)

        return run_and_stop


class _AtEndOfFeature(Reporter):  # type: ignore[misc]
    """Tells of the scenarios that the run selected and never began: a hook failed before them, or the run ended."""

    def __init__(self, config: Any, listener: AllureListener, runner: Callable[[], Any]) -> None:
        super().__init__(config)
        self.listener = listener
        self._runner = runner

    def feature(self, feature: Any) -> None:
        with aborting_afterwards(self._runner()):
            self._feature(feature)

    def _feature(self, feature: Any) -> None:
        self.listener.stop_scenario()
        outcomes.remember_selection(feature, self.config)
        for scenario in feature.walk_scenarios():
            if scenario.is_selected and not self.listener.knows(scenario):
                self.listener.start_scenario(scenario, began=False)
                self.listener.stop_scenario()


class _OneStack(dict[str, Any]):
    """What is open, innermost last, for all threads: allure-commons keeps one a thread, stale after its first use."""

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def cleanup(self) -> None:
        """There is nothing to forget."""


class AllureListener(stock_listener.AllureListener):  # type: ignore[misc]
    """Builds each scenario's result, and hears what hooks and steps say through ``allure``."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.logger._items = _OneStack()
        self.group_context = stock_listener.GroupContext(self.logger)
        self.group_context.enter()
        self.scenario: Any = None
        self._known: set[int] = set()
        self._identities: Counter[str] = Counter()

    def knows(self, scenario: Any) -> bool:
        """Whether the scenario has a result."""
        return id(scenario) in self._known

    def start_scenario(self, scenario: Any, began: bool = True) -> None:
        """Open the result; one that never ``began`` shows the output of the hooks around it."""
        self._known.add(id(scenario))
        self.scenario, self._began = scenario, began
        self.current_scenario_uuid = uuid4()
        self._steps_are_named = False
        example = example_of(scenario)
        self._identities[example.id] += 1
        again = self._identities[example.id]  # Allure would hide the first of two results of one identity as a retry
        identity = example.id if again == 1 else f"{example.id} ({again})"
        row = getattr(scenario, "_row", None)
        labels, links = details.labels_and_links(scenario, example, self.issue_pattern, self.link_pattern)
        result = TestResult(
            uuid=self.current_scenario_uuid,
            name=example.title,
            fullName=identity,
            testCaseId=identity,
            historyId=md5(identity),
            titlePath=list(dict.fromkeys([example.promise.feature, example.promise.sentence])),
            description=details.description(scenario),
            parameters=[details.parameter(name, cell) for name, cell in row.items()] if row else [],
            labels=labels,
            links=links,
            start=now(),
        )
        self.logger.schedule_test(self.current_scenario_uuid, result)

    def stop_scenario(self, interrupted: bool = False) -> None:
        """Write the open result, if there is one, with whatever is still open inside it."""
        if self.scenario is None:
            return
        scenario = self.scenario
        scenario.was_interrupted = interrupted
        self._stop_open_steps()
        if not self._steps_are_named:
            self.steps.extend(scenario.all_steps)
        self.flush_steps()
        result: TestResult = self.logger.get_test(self.current_scenario_uuid)
        told = outcomes.outcome(scenario) or outcomes.Outcome(Verdict.NOT_ASKED, "the run did not select it")
        for name, text in details.captured([scenario] if self._began else list(details.around(scenario))):
            self.logger.attach_data(uuid4(), text, name=name, attachment_type=AttachmentType.TEXT)
        self.scenario = None  # only now: were this interrupted, close() would finish it
        result.labels.append(Label("verdict", told.verdict.value))
        result.status = told.verdict.allure_status
        if told.verdict is not Verdict.KEPT:
            result.statusDetails = StatusDetails(message=outcomes.four_lines(scenario, told), trace=told.evidence)
        result.stop = now()
        self.logger.close_test(self.current_scenario_uuid)
        self.group_context.append_test(self.current_scenario_uuid)

    def schedule_step(self, step: Any) -> None:
        """behave names all steps of a scenario before it runs the first, or none when a hook skipped them."""
        if self.scenario is not None:
            self._steps_are_named = True
            self.steps.append(step)

    def match_step(self, match: Any) -> None:
        """The next step begins, before its hooks."""
        if self.steps:
            self.start_behave_step(self.steps.popleft())

    def start_behave_step(self, step: Any) -> None:
        """Open the step, with its doc string and its table."""
        self.current_step_uuid = uuid4()
        told = TestStepResult(name=f"{step.keyword} {step.name}", start=now())
        self.logger.start_step(self.current_scenario_uuid, self.current_step_uuid, told)
        if step.text:
            self.attach_data(str(step.text), "Text", AttachmentType.TEXT, None)
        if step.table:
            self.attach_data(step_table(step), "Table", AttachmentType.CSV, None)

    def stop_behave_step(self, step: Any) -> None:
        """Close the step with its status, and why it is not passed."""
        if self.current_step_uuid is None:
            return
        uuid, self.current_step_uuid = self.current_step_uuid, None
        why = None
        if step.status.has_failed():
            told = outcomes.step_outcome(step)
            why = StatusDetails(message=told.reason, trace=told.evidence)
        elif step.status is Status.pending_warn:
            why = StatusDetails(message="the step is still to be written")
        self.logger.stop_step(uuid, stop=now(), status=STEP_STATUSES[step.status], statusDetails=why)

    def _stop_open_steps(self) -> None:
        """Only an interrupt leaves a step open."""
        self.current_step_uuid = None
        for uuid in reversed(self.logger._items):
            if isinstance(self.logger.get_item(uuid), TestStepResult):
                why = StatusDetails(message=outcomes.INTERRUPTED)
                self.logger.stop_step(uuid, stop=now(), status="broken", statusDetails=why)

    @hookimpl
    def stop_step(self, uuid: str, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """The end of ``with allure.step``; of one that outlived its scenario, nothing is left to tell."""
        why, status = None, "passed"
        if exc_val is not None:
            status = "failed" if isinstance(exc_val, AssertionError) else "broken"
            why = StatusDetails(message=outcomes.sentence(exc_val), trace=outcomes.trace(exc_val))
        if self.logger.get_item(uuid):
            self.logger.stop_step(uuid, stop=now(), status=status, statusDetails=why)

    @hookimpl
    def attach_data(self, body: Any, name: str | None, attachment_type: Any, extension: str | None) -> None:
        """``allure.attach``; outside every scenario the whole run has the attachment."""
        inside = self.logger._last_executable() is not None
        attach = self.logger.attach_data if inside else self.logger.global_attach_data
        attach(uuid4(), body, name=name, attachment_type=attachment_type, extension=extension)

    @hookimpl
    def attach_file(self, source: str, name: str | None, attachment_type: Any, extension: str | None) -> None:
        """``allure.attach.file``, as :meth:`attach_data`."""
        inside = self.logger._last_executable() is not None
        attach = self.logger.attach_file if inside else self.logger.global_attach_file
        attach(uuid4(), source, name=name, attachment_type=attachment_type, extension=extension)

    @hookimpl
    def add_title(self, test_title: str) -> None:
        """``allure.dynamic.title``."""
        if self.scenario is not None:
            self.logger.get_test(None).name = test_title

    @hookimpl
    def add_label(self, label_type: str, labels: tuple[Any, ...]) -> None:
        """``allure.dynamic.label``, and severity, tag, epic, feature, story, … with it."""
        if self.scenario is not None:
            told = self.logger.get_test(None).labels
            if label_type in ALLURE_UNIQUE_LABELS:
                told[:] = [label for label in told if label.name != label_type]
            told.extend(Label(label_type, str(getattr(value, "value", value))) for value in labels)

    @hookimpl
    def add_parameter(self, name: str, value: Any, excluded: bool | None, mode: Any) -> None:
        """``allure.dynamic.parameter``; a second one of the same name replaces the first."""
        if self.scenario is not None:
            told = self.logger.get_test(None).parameters
            told[:] = [parameter for parameter in told if parameter.name != name]
            told.append(details.parameter(name, value, mode.value if mode else None))
