"""The report for people: one HTML file that opens anywhere, made by Allure 3 from the results of a run.

What is shown, and how, is configuration, in the folder ``allure`` beside this file: ``allurerc.mjs`` (grouping,
verdicts, charts, history), ``words.json`` (Allure's words replaced by ours), ``head.html`` (what the page may not do),
``package-lock.json`` (exactly which tool). This module has that tool installed once, runs it, and checks the page.
"""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Any

from acceptance.files import passing_folder
from acceptance.reporting import allure_history, node
from acceptance.signals import signals_held

RESULTS = "allure-results"
REPORT = "report.html"

CONFIGURATION = Path(__file__).parent / "allure"
INSTALLED = CONFIGURATION / "node_modules"
GENERATE_SECONDS = 120

AGAIN = "the results are kept: run `python -m acceptance report`"


class CannotRender(Exception):
    """There is no report: one sentence that says why (``reason``) and what to do (``remedy``)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"the report could not be rendered: {reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy


def render(
    reports: Path,
    *,
    title: str,
    facts: Mapping[str, str],
    sheet: str = "",
    noticed: Mapping[str, Sequence[str]] = MappingProxyType({}),
    progress: Callable[[str], None] = lambda message: None,
) -> Path:
    """Write ``report.html`` in the folder ``reports`` from its ``allure-results``, and return its path.

    ``title`` is the verdict in one sentence, shown as the report's name; ``facts`` is what was judged (target,
    addresses, revision, versions), shown below it in the given order. ``sheet`` names the sign-off sheet beside it, to
    link to. ``noticed`` has, by example, what it would have noticed, which is told with it. ``progress`` hears what
    takes a while.

    An older ``report.html`` is removed first, so that it never passes for the report of these results; the new one
    appears whole or not at all. ``history.jsonl`` gains this run only when the report is made, and rendering the same
    results again still counts as one run. Nothing else is written but the installed tool beside this module and
    npm's own cache.

    Raises :class:`CannotRender`, whatever the cause; a ``KeyboardInterrupt`` stops the tool and leaves nothing behind.
    """
    reports = reports.resolve()
    try:
        (reports / REPORT).unlink(missing_ok=True)
        uuids = _result_uuids(reports / RESULTS)
        tool = installed_tool(progress)
        progress("rendering the report")
        with passing_folder(".rendering-", reports) as work:
            run = {"name": title, "variables": dict(facts)}
            (work / "run.json").write_text(json.dumps(run), encoding="utf-8")
            allure_history.copy_without(uuids, reports / allure_history.HISTORY, work / allure_history.HISTORY)
            _with_proof(reports / RESULTS, work / RESULTS, noticed)
            page = _generate(tool, work, shown=len(uuids))
            (work / REPORT).write_text(_self_contained(page, sheet), encoding="utf-8")
            with signals_held():
                (work / allure_history.HISTORY).replace(reports / allure_history.HISTORY)
                return (work / REPORT).replace(reports / REPORT)
    except allure_history.Damaged as error:
        raise CannotRender(str(error), f"remove that line; {AGAIN}") from error
    except OSError as error:
        cause = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        raise CannotRender(cause, f"{AGAIN} when that is mended") from error


def _result_uuids(results: Path) -> list[str]:
    """The uuid of each result; Allure would leave out an unreadable one, and the report would be too good."""
    uuids = []
    for file in sorted(results.glob("*-result.json")):
        try:
            uuids.append(str(json.loads(file.read_bytes())["uuid"]))
        except (ValueError, KeyError, TypeError) as error:
            raise CannotRender(f"{file.name} in {RESULTS} is cut short or damaged", "run `behave` again") from error
    if not uuids:
        raise CannotRender(f"there are no results in {results}", "run `behave` first")
    return uuids


def _with_proof(results: Path, copy: Path, noticed: Mapping[str, Sequence[str]]) -> None:
    """The results as Allure reads them: each with what its example would have noticed, told before the feature."""
    copy.mkdir()
    for file in results.iterdir():
        told = []
        if noticed and file.name.endswith("-result.json"):
            result = json.loads(file.read_bytes())
            told = list(noticed.get(result.get("testCaseId"), ()))
        if told:
            result["description"] = _and_noticed(result.get("description") or "", told)
            (copy / file.name).write_text(json.dumps(result), encoding="utf-8")
        else:
            _link(file, copy / file.name)


def _link(file: Path, copy: Path) -> None:
    """The same file in another folder, without a copy of its content where that can be; Allure follows no symlinks."""
    try:
        copy.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, copy)


def _and_noticed(description: str, told: Sequence[str]) -> str:
    listed = "".join(f"\n- {each}" for each in told)
    said = f"**Would have noticed** (each was planted, and broke this):\n{listed}\n\n"
    own, rule, feature = description.partition("---\n")
    return f"{own}{said}{rule}{feature}"


def installed_tool(progress: Callable[[str], None]) -> Path:
    """Where the report tool is, installed when it is missing; raises :class:`CannotRender`."""
    try:
        return node.installed(CONFIGURATION, INSTALLED, "the report tool (once, about 20 s)", progress)
    except node.CannotInstall as error:
        raise CannotRender(str(error), f"{AGAIN} when the npm registry can be reached") from None


def _generate(tool: Path, work: Path, shown: int) -> str:
    """Run Allure in ``work`` and return its page, which must show as many results as there are."""
    cli = tool / "node_modules" / "allure" / "cli.js"
    # The results are named from the working directory: Allure takes the argument for a pattern, and an absolute path
    # may hold brackets.
    command = (node.NODE, cli, "generate", "--config", CONFIGURATION / "allurerc.mjs", RESULTS)
    # A bare environment: no CI job in the report's name, no option of the user's node, no git on the path to be asked.
    environment = {"NO_COLOR": "1", "PATH": str(node.NODE.parent), "TMPDIR": str(work)}
    try:
        status, output = node.run(command, work, environment, GENERATE_SECONDS)
    except subprocess.TimeoutExpired:
        raise CannotRender(f"Allure did not finish within {GENERATE_SECONDS} s", AGAIN) from None
    page = work / "output" / "index.html"
    if status != 0 or not page.exists():
        raise CannotRender(f"Allure failed ({node.telling_line(output)})", AGAIN)
    total = json.loads((work / "output" / "summary.json").read_bytes())["stats"]["total"]
    if total != shown:
        raise CannotRender(
            f"Allure shows {total} of {shown} results, as when two examples have one id", "give each example its own id"
        )
    return page.read_text(encoding="utf-8")


def _self_contained(page: str, sheet: str) -> str:
    """The page in our words, without Allure's visitor counter, and fetching nothing: checked."""
    page = _replace_once(
        r"<script async src=\"https://www\.googletagmanager\.com/.*?gtag\('config'.*?</script>", "", page
    )
    page = _replace_once(r"<head>", "<head>" + (CONFIGURATION / "head.html").read_text(encoding="utf-8"), page)
    page = _in_our_words(page)
    if sheet:
        link = f'<a class="signoff-sheet" href="{html.escape(sheet)}">Sign-off sheet: what follows from this report</a>'
        page = _replace_once(r"<body[^>]*>", "<body>" + link, page)
    outside = _outside_references(page)
    if outside:
        raise CannotRender(
            f"the report would fetch {', '.join(outside)}", "report this as a fault of the specification"
        )
    return page


def _replace_once(pattern: str, replacement: str, text: str) -> str:
    text, count = re.subn(pattern, lambda match: replacement, text, count=1, flags=re.DOTALL)
    if count != 1:
        raise CannotRender(f"Allure's page is not as expected (no {pattern})", "install the tool of the lock file")
    return text


def _in_our_words(page: str) -> str:
    """Allure calls "failed" what we call "broken", and "broken" what we cannot tell: its English becomes ours."""
    program = re.search(r'src="data:text/javascript;base64,([^"]+)"', page)
    script = base64.b64decode(program[1]).decode("utf-8") if program else ""
    english = re.search(r"""JSON\.parse\('(\{"statuses":\{"passed":"passed",(?:[^'\\]|\\.)*)'\)""", script)
    if program is None or english is None:
        raise CannotRender("Allure's English words are not where they were", "install the tool of the lock file")
    words = json.loads(re.sub(r"\\(.)", r"\1", english[1]))
    _override(words, json.loads((CONFIGURATION / "words.json").read_bytes()))
    ours = json.dumps(words, ensure_ascii=False).replace("\\", "\\\\").replace("'", "\\'")
    script = script[: english.start(1)] + ours + script[english.end(1) :]
    return page[: program.start(1)] + base64.b64encode(script.encode("utf-8")).decode("ascii") + page[program.end(1) :]


def _override(words: dict[str, Any], ours: Mapping[str, Any]) -> None:
    for key, word in ours.items():
        if isinstance(word, dict):
            _override(words[key], word)
        else:
            words[key] = word


def _outside_references(page: str) -> list[str]:
    """Every address outside the page that a browser would fetch while showing it; links to click on are no such."""
    finder = _References()
    finder.feed(page)
    finder.close()
    return finder.found


class _References(HTMLParser):
    _ADDRESS = re.compile(r"(?:https?:)?//[^\s\"')]+", re.IGNORECASE)
    _STYLE_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:)?//[^\s\"')]+)", re.IGNORECASE)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attributes:
            clicked = tag in ("a", "area") and name in ("href", "xlink:href")
            if not value or clicked or name.startswith("xmlns") or value.lstrip().startswith("data:"):
                continue
            if name == "style":
                self.found += self._STYLE_ADDRESS.findall(value)
            else:
                self.found += self._ADDRESS.findall(value)

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += self._STYLE_ADDRESS.findall(data)
