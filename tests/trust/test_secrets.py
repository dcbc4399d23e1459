"""Nothing that looks like a secret, or that the target calls one, is ever read in what a run leaves or says."""

from __future__ import annotations

import json

import pytest
from canaries import Canary, canaries, found_in
from telling import Told, monitor_of, run_that_tells

from acceptance.evidence.redaction import Redactor

PLANTED = canaries(seed=4711)


@pytest.mark.parametrize("canary", PLANTED, ids=lambda canary: canary.shape)
@pytest.mark.parametrize("around", ["{}", "ValueError: {} is not valid", '{{"debug": "{}"}}', "line 1\n{}\nline 3"])
def test_every_shape_of_a_secret_is_hidden_in_any_text(canary: Canary, around: str) -> None:
    told = Redactor().text(around.format(canary.text))
    assert found_in(told.encode(), [canary]) == [], told


EVERY_VERDICT = {"kept", "broken", "could not tell", "suite fault", "not asked", "known gap"}


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A whole run of a specification whose platform and steps tell all of it, in the environment too."""
    texts = [canary.text for canary in PLANTED]
    as_file_name = next(canary.secret for canary in PLANTED if canary.shape == "token of GitHub")
    return run_that_tells(texts, as_file_name, tmp_path_factory.mktemp("leaky"))


def test_a_run_that_is_told_secrets_ends_in_every_verdict(leaky: Told) -> None:
    """Otherwise the trial would prove less than it says."""
    results = json.loads((leaky.reports / "results.json").read_text(encoding="utf-8"))
    ended = {example["verdict"] for promise in results["promises"] for example in promise["examples"]}
    assert ended == EVERY_VERDICT, leaky.said["behave"]
    left = {file.relative_to(leaky.reports).as_posix() for file in leaky.files}
    assert {"report.html", "signoff.html", "signoff.md", "junit.xml", "proposed.toml", "compare.md"} <= left, leaky.said
    assert {"logs/chat.log", "logs/sign-in.log"} <= left


def test_nothing_under_reports_holds_a_secret(leaky: Told) -> None:
    leaks = {
        file.relative_to(leaky.reports).as_posix(): shapes
        for file in leaky.files
        if (shapes := found_in(file.name.encode() + b"\n" + file.read_bytes(), PLANTED))
    }
    assert leaks == {}


def test_nothing_on_the_terminal_is_secret(leaky: Told) -> None:
    leaks = {who: shapes for who, told in leaky.said.items() if (shapes := found_in(told.encode(), PLANTED))}
    assert leaks == {}


@pytest.fixture(scope="module")
def watched(leaky: Told) -> dict[str, bytes]:
    """What a monitor of the same copy says and leaves."""
    return monitor_of(leaky)


def test_a_monitor_that_is_told_secrets_tells_of_every_verdict(watched: dict[str, bytes]) -> None:
    """Otherwise the trial would prove less than it says: each place tells reasons, with something hidden in them."""
    (told,) = json.loads(watched["the webhook"])
    assert [(each["promise"], each["before"], each["now"]) for each in told["changes"]] == [
        ("leak-02", "broken", "could not tell"),
        ("leak-03", "could not tell", "broken"),
        ("leak-04", "known gap", "suite fault"),
    ]
    status = json.loads(watched["/status.json"])
    not_asked = next(each for f in status["features"] for each in f["promises"] if each["id"] == "leak-05")
    assert "[hidden]" in not_asked["why_not"]
    assert b"its run left no results: it used [" in watched["the terminal, third"]
    reasons = {place for place, said in watched.items() if b"it used [" in said and b"[hidden]" in said}
    assert reasons == {place for place in watched if not place.startswith((".monitor.lock", "metrics", "/metrics"))}


def test_nothing_that_a_monitor_says_or_keeps_is_secret(watched: dict[str, bytes]) -> None:
    assert {place: shapes for place, said in watched.items() if (shapes := found_in(said, PLANTED))} == {}
