"""The results of a run as JUnit XML, for the pages of a pipeline.

behave's own would lose the Rules and the errors outside examples. A suite is a promise, a case is an example. Nothing
that was not kept looks as if it had been: broken and known gaps are failures, what could not be told and faults of the
specification are errors, and what was not asked is skipped with the reason.
"""

# mypy: allow-untyped-calls
# (junitparser says that it is typed, and is not everywhere)

from __future__ import annotations

import re
from collections.abc import Iterator

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from acceptance.reporting.results import ExampleResult, PromiseResult, Results
from acceptance.verdicts import Verdict

FILE_NAME = "junit.xml"

#: What XML 1.0 cannot hold, however it is written.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Told = Failure | Error | Skipped
_KINDS: dict[Verdict, type[_Told]] = {
    Verdict.SUITE_FAULT: Error,
    Verdict.BROKEN: Failure,
    Verdict.COULD_NOT_TELL: Error,
    Verdict.KNOWN_GAP: Failure,
    Verdict.NOT_ASKED: Skipped,
}


def document(results: Results) -> str:
    """The whole run as JUnit XML."""
    xml = JUnitXml(f"Phase 2 acceptance, {_plain(results.target.name)}")
    for promise in results.promises:
        xml.add_testsuite(_suite(results, promise))
    for suite in _of_the_run(results):
        xml.add_testsuite(suite)
    xml.update_statistics()
    told: bytes = xml.tostring()
    return told.decode("utf-8") + "\n"


def _suite(results: Results, promise: PromiseResult) -> TestSuite:
    suite = TestSuite(_plain(f"{promise.id}: {promise.sentence}"))
    suite.timestamp = results.run.started.isoformat(timespec="seconds")
    for example in promise.examples:
        suite.add_testcase(_case(promise, example))
    return suite


def _case(promise: PromiseResult, example: ExampleResult) -> TestCase:
    case = TestCase(
        _plain(f"{example.id}: {example.title}"), _plain(f"{promise.feature}.{promise.id}"), example.seconds
    )
    kind = _KINDS.get(example.verdict)
    if kind is not None:
        case.result = [_result(kind, example.reason, str(example.verdict), example.failure)]
    return case


def _of_the_run(results: Results) -> Iterator[TestSuite]:
    """What belongs to no example that was asked: faults of the run, and examples that it has left out."""
    cases = []
    for fault in results.run.faults:
        case = TestCase("the run", "the run")
        case.result = [_result(Error, fault, str(Verdict.SUITE_FAULT), fault)]
        cases.append(case)
    asked = {example.id for example in results.examples}
    for name in results.run.missing:
        if name not in asked:
            case = TestCase(_plain(name), "the run")
            case.result = [_result(Skipped, "this run did not ask it", "missing", "")]
            cases.append(case)
    if results.run.finished is None:
        case = TestCase("the end of the run", "the run")
        case.result = [_result(Error, "the run did not come to its end", str(Verdict.SUITE_FAULT), "")]
        cases.append(case)
    if cases:
        suite = TestSuite("the run")
        suite.add_testcases(cases)
        yield suite


def _result(kind: type[_Told], message: str, type_: str, text: str) -> _Told:
    result = kind(_plain(message.partition("\n")[0]), type_)
    if text:
        result.text = _plain(text)
    return result


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
