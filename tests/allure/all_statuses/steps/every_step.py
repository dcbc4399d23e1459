"""Steps that end in every way there is."""

# mypy: allow-untyped-calls, allow-untyped-decorators

import asyncio
import logging
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import allure
from behave import step
from behave.api.pending_step import StepNotImplementedError
from hamcrest import assert_that, equal_to

from acceptance.verdicts import Broken, CouldNotTell


@step("a step that passes")
@step("a step passes again")
@step("a table of people")
def passes(context: Any) -> None:
    pass


@step("a step asserts that 1 is 2")
def fails(context: Any) -> None:
    assert sum([1]) == 2, "1 is not 2"


@step("the library finds a difference")
def differs(context: Any) -> None:
    assert_that("left", equal_to("right"))


@step("the platform breaks its promise")
def breaks(context: Any) -> None:
    raise Broken("nothing was answered", look_first_at="the queue", evidence="GET /answer 500")


@step("the address does not answer")
def cannot_tell(context: Any) -> None:
    raise CouldNotTell("the address does not answer")


@step("a step raises an error with a cause")
def raises(context: Any) -> None:
    try:
        raise ValueError("the cause")
    except ValueError as error:
        raise TimeoutError("no answer in time") from error


@step("a step that is still to be written")
def pending(context: Any) -> None:
    raise StepNotImplementedError("later")


@step('a step skips because "{reason}"')
def skips(context: Any, reason: str) -> None:
    context.scenario.skip(reason)


@step("a step skips silently")
def skips_silently(context: Any) -> None:
    context.scenario.skip()


@step("a long text is read")
def reads(context: Any) -> None:
    assert context.text == "A long\ntext"


@step("something is attached")
def attaches(context: Any) -> None:
    allure.attach("a note", "Note", allure.attachment_type.TEXT)
    with allure.step("inside"):
        allure.attach(b"\x89PNG", "Picture", allure.attachment_type.PNG)
    context.attach("text/plain", b"behave's own way")


@step('{who} asks for "{what}"')
def asks(context: Any, who: str, what: str) -> None:
    assert context.active_outline["what"] == what


@step("a step says everything dynamically")
def says(context: Any) -> None:
    allure.dynamic.title("A title of its own")
    allure.dynamic.description("A description of its own")
    allure.dynamic.severity(allure.severity_level.BLOCKER)
    allure.dynamic.tag("one", "two")
    allure.dynamic.label("owner", "Pat")
    allure.dynamic.parameter("waited", 3)
    allure.dynamic.parameter("waited", 4)
    allure.dynamic.link("https://example.org/page", name="Page")
    allure.dynamic.issue("https://example.org/issue", "Issue")


@step('a step prints, warns and logs "{text}"')
def prints(context: Any, text: str) -> None:
    print("printed", text)
    print("warned", text, file=sys.stderr)
    logging.getLogger("netra").warning("logged %s", text)


@step('a file with "{text}" is attached')
def attaches_file(context: Any, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.json")
        path.write_text(f'{{"password": "{text}"}}')
        allure.attach.file(str(path), "File", allure.attachment_type.JSON)
    allure.attach(f"{text} in bytes".encode(), f"Named {text}")
    allure.dynamic.parameter("secret", text)


@step("a background thread attaches")
def attaches_elsewhere(context: Any) -> None:
    thread = threading.Thread(target=allure.attach, args=("from the thread", "Thread"))
    thread.start()
    thread.join()


left_open = allure.step("left open")


@step("a step leaves a step of Allure open")
def leaves_open(context: Any) -> None:
    left_open.__enter__()


@step("a step closes what an earlier scenario left open")
def closes(context: Any) -> None:
    left_open.__exit__(None, None, None)


@step("a step calls other steps")
def calls(context: Any) -> None:
    context.execute_steps("Given a step that passes")


@step("an async step passes")
async def passes_async(context: Any) -> None:
    with allure.step("await"):
        await asyncio.sleep(0)
        allure.attach("awaited", "Awaited")


@step("an async step fails")
async def fails_async(context: Any) -> None:
    with allure.step("outer"), allure.step("inner"):
        await asyncio.sleep(0)
        raise Broken("nothing was awaited")


@step("the run is interrupted inside a step of Allure")
def interrupts(context: Any) -> None:
    how = context.config.userdata.get("interrupt")
    with allure.step("under way"):
        if how == "step":
            raise KeyboardInterrupt
        if how == "exit":
            sys.exit(9)
