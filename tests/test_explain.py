"""What a promise is, told before anything is run: by the command, and as the page that it writes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from command import clean_environment

from acceptance import plan
from acceptance.faults import known_faults
from acceptance.files import REPOSITORY
from acceptance.promises import phase2
from acceptance.reporting.promises_page import COMMAND, Catalogue

EXAMPLES, _ = phase2()
CATALOGUE = Catalogue()


def explain(what: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "acceptance", "explain", what]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_page_is_as_its_command_writes_it() -> None:
    code, printed, _ = explain("all")
    assert code == 0
    assert (REPOSITORY / "docs" / "promises.md").read_text(encoding="utf-8") == printed, COMMAND


def test_the_page_names_every_example_and_what_proves_it() -> None:
    assert [told.example.id for told in CATALOGUE.examples] == [example.id for example in EXAMPLES]
    assert [told.example.id for told in CATALOGUE.examples if not told.proven_by] == []


def test_whatever_has_an_id_can_be_explained() -> None:
    ids = {example.id for example in EXAMPLES} | {example.promise.id for example in EXAMPLES}
    for each in [*ids, *plan.TESTS, *plan.REQUIRED, *known_faults()]:
        assert each in CATALOGUE.explained(each)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("golden-01", "waits      promptly (2 s here, 10 s on staging)"),
        ("imports-02a", "touches    the source tree, which is only read"),
        ("imports-02a", "waits      for nothing"),
        ("staging-04a", "makes      an outage of a part, which is given back afterwards"),
        ("1.1a", "websocket_manager_ssot_import_consolidation of the plan"),
        ("3.2", "staging_test_config of the plan"),
        ("cg201", "Why it hurts"),
        ("broadcast", "every step of anybody's work is shown to everybody"),
    ],
)
def test_an_explanation_says_what_its_reader_needs(what: str, says: str) -> None:
    code, said, errors = explain(what)
    assert (code, errors) == (0, "")
    assert says in said


def test_what_there_is_not_is_refused_with_the_nearest() -> None:
    assert explain("golden-1") == (2, "", "there is nothing called “golden-1”: did you mean “golden-01”?\n")
