"""Steps that tell secrets in every way there is; part of a copy of the specification that a trial makes."""

# mypy: allow-untyped-calls, allow-untyped-decorators

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import allure
from behave import given, then
from hamcrest import assert_that, equal_to

from acceptance.verdicts import Broken, CouldNotTell

ALL: list[str] = json.loads(Path("texts.json").read_text(encoding="utf-8"))
TOLD = "\n".join(ALL)
#: A monitor shows the first line; of a private key that is cut, what follows would be hidden with it.
IN_ONE_LINE = f"it used {sorted(ALL, key=lambda text: 'PRIVATE KEY' in text)}"
AGAIN, NO_MORE = Path("asked-again"), Path("asked-no-more")  # there once the trial wants other answers, or none
if NO_MORE.exists():
    sys.exit(IN_ONE_LINE)


@given("a step says all of it")
def says(context: Any) -> None:
    for text in ALL:
        print(text)
        print(text, file=sys.stderr)
        logging.getLogger("leaks").error("it was %s", text)


@then("it is attached")
def attaches(context: Any) -> None:
    for place, text in enumerate(ALL):
        allure.attach(text, f"attachment {place}: {text}", allure.attachment_type.TEXT)
        allure.dynamic.parameter(f"parameter {place}", text)
        allure.dynamic.description(text)
    allure.attach(json.dumps(ALL), "all", allure.attachment_type.JSON)


@then("the promise is broken with all of it")
def breaks(context: Any) -> None:
    raise Broken(f"it said {TOLD}", look_first_at=TOLD, evidence=TOLD)


@then("the promise is broken as is known, with all of it")
def breaks_as_known(context: Any) -> None:
    raise Broken(f"this is known: it said {TOLD}", evidence=TOLD)


@then("an assertion fails with all of it")
def fails(context: Any) -> None:
    assert_that(TOLD, equal_to("nothing"), TOLD)


@then("nobody can tell, because of all of it")
def cannot_tell(context: Any) -> None:
    raise CouldNotTell(TOLD, look_first_at=TOLD)


@then("something else fails with all of it")
def errs(context: Any) -> None:
    secret = TOLD  # what a trace with its variables would show
    try:
        raise ValueError(secret)
    except ValueError as error:
        raise RuntimeError(f"it used {ALL}") from error


@then("it is not asked, because of all of it")
def skips(context: Any) -> None:
    context.scenario.skip(TOLD)


@given("the tidying will fail with all of it")
def tidies_badly(context: Any) -> None:
    def tidy() -> None:
        raise RuntimeError(TOLD)

    context.add_cleanup(tidy)


@then("a command fails that was given all of it")
def runs(context: Any) -> None:
    subprocess.run([sys.executable, "-c", "import sys; sys.exit(3)", *ALL], check=True)


@then("in one line it is {first}, and {then} when it is asked again")
def ends(context: Any, first: str, then: str) -> None:
    raise {
        "broken": Broken(IN_ONE_LINE),
        "unknown": CouldNotTell(IN_ONE_LINE),
        "known": Broken(f"this is known: {IN_ONE_LINE}"),
        "a fault": RuntimeError(IN_ONE_LINE),
    }[then if AGAIN.exists() else first]
