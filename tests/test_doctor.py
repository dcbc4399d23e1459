"""The doctor: each check seen to fail for the fault that it is for, and the real command with all of them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shlex
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import stand_ins
import trustme
from command import clean_environment
from reference_services import Platform

from acceptance.doctor import machine, packages
from acceptance.doctor import target as of_target
from acceptance.doctor.checks import Check, State
from acceptance.documents import Unusable
from acceptance.drivers.http import client_for
from acceptance.files import REPOSITORY
from acceptance.locks import Work
from acceptance.reporting import node, render
from acceptance.session import chosen
from acceptance.target import Target

SCHEMA = REPOSITORY / "docs" / "doctor.schema.json"
KEY = "the-simulation-key-of-a-test"


def doctor(
    *arguments: str, env: Mapping[str, str] | None = None, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The real command."""
    done = subprocess.run(
        [sys.executable, *python, "-m", "acceptance", *(arguments or ("doctor",))],
        cwd=REPOSITORY,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def found(*arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what was found of each thing; of several about one thing the worst comes last."""
    done = doctor("doctor", "--format", "json", *arguments, env=env)
    document = json.loads(done.stdout)
    assert document["ready"] == (done.returncode == 0)
    checks = [check for section in document["sections"] for check in section["checks"]]
    return done.returncode, {
        check["about"]: check for check in sorted(checks, key=lambda check: (check["state"] != "fine", check["needed"]))
    }


def one(checks: Iterator[Check]) -> Check:
    """The one that is not fine, or the only one."""
    listed = list(checks)
    return next((check for check in listed if check.state is not State.FINE), listed[-1])


# The machine


def test_where_nothing_is_missing_it_says_how_to_begin(tmp_path: Path) -> None:
    done = doctor("doctor", "--reports", str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout
    for about in ("Python", "Environment", "Packages", "Node", "Results folder", "Disk space", "Reference platform"):
        assert f"\n  fine            {about}" in done.stdout
    assert "Ready: all that is needed is here.\nTo begin: " in done.stdout
    assert "--tags=@phase2 -D reports=" in done.stdout
    assert not (tmp_path / "new").exists()  # it looks, and changes nothing
    assert "\x1b" not in done.stdout


def test_it_answers_where_no_package_is_installed() -> None:
    done = doctor("doctor", python=("-S",), env={"FORCE_COLOR": "1"})  # what colours it is missing too
    assert done.returncode == 2
    assert "missing         Packages            what requirements.txt pins is not installed here" in done.stdout
    assert "could not tell  Target" in done.stdout
    document = json.loads(doctor("doctor", "--format=json", "-D", "target=local", python=("-S",)).stdout)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert not document["ready"]


def test_any_other_command_names_the_doctor_where_a_package_is_missing() -> None:
    done = doctor("verdict", python=("-S",))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The package typer is not installed in this Python: ")
    assert done.stderr.endswith("-m acceptance doctor says more.\n")


def test_a_python_that_is_too_old_says_so() -> None:
    as_if = "import sys, runpy; sys.version_info = (3, 9, 1); runpy.run_module('acceptance', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", as_if], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "This is Python 3.9, and 3.11 or later is needed" in done.stderr


def test_a_package_of_another_version_is_named(tmp_path: Path) -> None:
    other = tmp_path / "httpx-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: httpx\nVersion: 0.0.1\n", encoding="utf-8")
    target = ("-D", "target=source", "-D", f"source={REPOSITORY / 'reference'}")
    code, checks = found(*target, env={"PYTHONPATH": str(tmp_path)})
    assert code == 2
    assert "are not as pinned: httpx is 0.0.1 and not 0." in checks["Packages"]["says"]
    assert checks["Packages"]["remedy"].endswith("-m pip install -r requirements.txt")
    assert checks["Packages to test"]["state"] == "fine"


REQUIREMENTS = """\
# a comment
--only-binary :all:
-r more.txt   # and one behind
typer==1.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
Colorama == 0.4 ; sys_platform == "win32" --hash=sha256:cc
tomli==2 ; python_version >= "3.11"
uvicorn[standard]==0.5
"""


def test_requirements_are_read_as_pip_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(REQUIREMENTS, encoding="utf-8")
    (tmp_path / "more.txt").write_bytes(
        b"\xef\xbb\xbfrich==15 --hash=sha256:dd\r\nbehave==1\\\r\n  --hash=sha256:ee\r\n"
    )
    told = [f"{asked.name}{asked.specifier}" for asked in packages.pinned(file)]
    assert told == ["rich==15", "behave==1", "typer==1.2", "tomli==2", "uvicorn==0.5"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("typer=1.2\n", "“typer=1.2” is no requirement"), ("-r requirements.txt\n", "names itself")],
)
def test_what_pip_would_refuse_is_told(text: str, says: str, tmp_path: Path) -> None:
    file = (tmp_path / "requirements.txt").resolve()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable, match=says):
        packages.pinned(file)


def test_requirements_that_cannot_be_read_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "REPOSITORY", tmp_path)
    check = one(machine.pinned_packages())
    assert check.state is State.COULD_NOT_TELL
    assert check.stands_in_the_way


def test_each_package_that_is_missing_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("no-such-one==1\nrich>=1\nhttpx<0\n", encoding="utf-8")
    monkeypatch.setattr(machine, "REPOSITORY", tmp_path)
    says = one(machine.pinned_packages()).says
    assert says.startswith("2 of 3 are not as pinned: no-such-one is not installed; httpx is 0.")
    (tmp_path / "requirements.txt").write_text("rich>=1\n", encoding="utf-8")
    check = one(machine.pinned_packages())
    assert (check.about, check.stands_in_the_way) == ("Packages to test", False)
    assert "only `make test` needs them: no-such-one" in check.says


def test_without_its_node_no_page_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "NODE", tmp_path / "node")
    assert one(machine.page()) == Check(
        "Node",
        State.MISSING,
        f"{tmp_path / 'node'} does not run, so no page can be made: No such file or directory",
        machine._pip() + " install --force-reinstall --no-deps -r requirements.txt",
    )
    (tmp_path / "node").write_text("#!/bin/sh\necho 'cannot run here' >&2; exit 1\n", encoding="utf-8")
    (tmp_path / "node").chmod(0o755)
    assert one(machine.page()).says.endswith("no page can be made: cannot run here")


def test_a_page_needs_the_network_until_allure_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "INSTALLED", tmp_path)
    check = one(machine.page())
    assert (check.about, check.stands_in_the_way) == ("Allure", False)
    assert "from the npm registry" in check.says
    node.folder_of(render.CONFIGURATION, tmp_path).mkdir()
    assert one(machine.page()).state is State.FINE


def test_programs_that_are_not_here_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    checks = [*machine.git(), *machine.programs()]
    assert [(check.about, check.state, check.needed, check.remedy) for check in checks] == [
        ("git", State.MISSING, False, "sudo apt-get install git"),
        ("ssh-keygen", State.MISSING, False, "sudo apt-get install openssh-client"),
        ("Chromium", State.MISSING, False, "sudo apt-get install chromium"),
        ("Prometheus", State.MISSING, False, "sudo apt-get install prometheus"),
    ]
    (tmp_path / "google-chrome").symlink_to(tmp_path / "apt-get")
    assert [check.says for check in machine.programs() if check.state is State.FINE] == [f"{tmp_path}/google-chrome"]
    (tmp_path / "apt-get").rename(tmp_path / "google-chrome-itself")
    assert one(machine.git()).remedy is None  # nobody is known who installs programs


@pytest.mark.parametrize(
    ("version", "state"), [("2.14.9", State.MISSING), ("2.15.0", State.FINE), ("10.0 (Apple Git-1)", State.FINE)]
)
def test_git_must_be_new_enough(version: str, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text(f"#!/bin/sh\necho 'git version {version}'\n", encoding="utf-8")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert one(machine.git()).state is state


def test_results_that_cannot_be_written_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, checks = found("--reports", str(tmp_path / "file" / "reports"))
    assert code == 2
    assert "cannot be written (Not a directory): name another" in checks["Results folder"]["says"]


def test_results_of_a_run_under_way_stand_in_the_way(tmp_path: Path) -> None:
    with (tmp_path / Work.RUN.file).open("w", encoding="utf-8") as held:
        held.write("123 a run\n")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        check = one(machine.results_folder(tmp_path))
    assert check.says.startswith(f"a run (process 123) is under way in {tmp_path}: wait for its end, or name another")
    assert check.remedy == f"behave --tags=@phase2 -D reports={tmp_path}-2"
    assert one(machine.results_folder(tmp_path)).state is State.FINE


def test_a_full_disk_stands_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(machine.room(tmp_path)).state is State.FINE
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 12_000_000}))
    check = one(machine.room(tmp_path))
    assert check.stands_in_the_way
    assert "12 MB free in" in check.says


def test_a_terminal_that_cannot_show_everything_is_noted() -> None:
    done = doctor("doctor", "-D", "target=no„such“one", env={"PYTHONIOENCODING": "ascii"})
    assert "note            Terminal            it is told to take ascii" in done.stdout
    assert "no?such?one" in done.stdout


# The target


@pytest.fixture(autouse=True)
def _no_settings_from_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("STAGING_", "LOCAL_", "EMBEDDED_", "HERE_", "E2E_")):
            monkeypatch.delenv(name)


def here(folder: Path, chat: str, sign_in: str | None = None, more: str = "") -> tuple[str, str]:
    """The option for a target at these addresses."""
    file = folder / "here.toml"
    file.write_text(
        f'about = "a test"\nbase_url = "{chat}"\nauth_url = "{sign_in or chat}"\nfrontend_url = "http://127.0.0.1:3000"\n'
        f'websocket_url = "{chat.replace("http", "ws", 1)}/ws"\npromptly = 20\nservice_discovery_timeout = 20\n'
        f"auth_coordination_timeout = 2\nwebsocket_coordination_timeout = 2\n{more}",
        encoding="utf-8",
    )
    return "-D", f"target={file}"


@contextmanager
def answering(
    status: int = 200,
    body: Mapping[str, object] | None = None,
    ahead: timedelta | None = timedelta(0),
    context: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """A platform that answers everything alike, whose clock is ahead; None is one that does not tell the time."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            usual = "ready" if self.path == "/health/ready" else "healthy"
            content = json.dumps(body or {"status": usual}).encode()
            self.send_response_only(status)
            if ahead is not None:
                self.send_header("Date", self.date_time_string(int((datetime.now(UTC) + ahead).timestamp())))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_platform_that_answers_is_fine(platform: Platform, tmp_path: Path) -> None:
    code, checks = found(*here(tmp_path, platform.backend.url, platform.auth.url))
    assert {
        about: checks[about]["state"] for about in ("Chat", "Sign-in", "Live updates", "Health", "Clocks")
    } == dict.fromkeys(("Chat", "Sign-in", "Live updates", "Health", "Clocks"), "fine")
    assert code == 0
    assert checks["Health"]["says"].startswith("chat, sign-in, live updates: well")


def test_addresses_on_the_command_line_are_the_ones_that_are_asked(platform: Platform) -> None:
    """Of staging, nothing is: its addresses are all replaced."""
    ours = {"base_url": platform.backend.url, "auth_url": platform.auth.url}
    ours["websocket_url"] = platform.backend.url.replace("http", "ws") + "/ws"
    options = [part for name, value in ours.items() for part in ("-D", f"{name}={value}")]
    code, checks = found("-D", "target=staging", *options, env={"E2E_OAUTH_SIMULATION_KEY": KEY})
    assert (code, checks["Chat"]["says"]) == (0, f"{platform.backend.url} answers")
    assert checks["Settings"]["says"] == "all that its promises need is set; secrets: simulation_key"


def test_a_refused_connection_is_told_with_the_command_that_shows_it(tmp_path: Path, platform: Platform) -> None:
    with stand_ins.refusing() as port:
        code, checks = found(*here(tmp_path, platform.backend.url, f"http://127.0.0.1:{port}"))
    assert code == 2
    assert checks["Sign-in"] == {
        "about": "Sign-in",
        "state": "missing",
        "says": f"sign-in at http://127.0.0.1:{port} cannot be reached: the connection was refused "
        "(another address: -D auth_url=… or HERE_AUTH_URL)",
        "remedy": f"curl -v http://127.0.0.1:{port}/health",
        "needed": True,
    }
    assert (checks["Chat"]["state"], checks["Health"]["says"][:18]) == ("fine", "chat, live updates")


def test_a_name_that_does_not_resolve_is_told(tmp_path: Path) -> None:
    checks = looked_at(*here(tmp_path, "http://nowhere.invalid", "http://nowhere-else.invalid"))
    assert "chat at http://nowhere.invalid cannot be reached: " in checks["Chat"].says
    assert checks["Health"].state is State.COULD_NOT_TELL


def test_who_never_answers_is_waited_for_as_long_as_the_target_says(tmp_path: Path) -> None:
    with stand_ins.silent() as port:
        begun = datetime.now(UTC)
        checks = looked_at(*here(tmp_path, f"http://127.0.0.1:{port}"), "-D", "service_discovery_timeout=0.5")
    assert "never answered within the time for service discovery (0.5 s)" in checks["Chat"].says
    assert datetime.now(UTC) - begun < timedelta(seconds=30)


def test_a_certificate_of_nobody_known_is_told(tmp_path: Path) -> None:
    with stand_ins.untrusted() as port:
        checks = looked_at(*here(tmp_path, f"https://127.0.0.1:{port}"))
    assert checks["Chat"].stands_in_the_way
    assert "its certificate is not trusted (" in checks["Chat"].says


@pytest.mark.parametrize(("days", "state"), [(5, State.MISSING), (60, State.FINE)])
def test_a_certificate_that_soon_ends_is_noted(days: int, state: State, tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    end = datetime.now(UTC) + timedelta(days=days, hours=1)
    authority.issue_cert("127.0.0.1", not_after=end).configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with answering(context=context) as url:
        checks = looked_at(*here(tmp_path, url), client=httpx.AsyncClient(verify=trusting, trust_env=False))
    assert [about for about, check in checks.items() if check.stands_in_the_way] == []
    assert checks["Certificates"].state is state
    assert f"good for {days} more days" in checks["Certificates"].says


def looked_at(*arguments: str, client: httpx.AsyncClient | None = None) -> dict[str, Check]:
    """What is found of a target's addresses, without a process of its own."""
    target = targeted(*arguments)
    checks = asyncio.run(of_target.platform(target, client or client_for(target)))
    return {check.about: check for check in checks}


def targeted(*arguments: str) -> Target:
    """The target that ``-D NAME=VALUE …`` name."""
    target, _ = chosen(dict(option.split("=", 1) for option in arguments if option != "-D"))
    return target


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(31, "is 3"), (-3600 * 3, "is 3 h behind this machine"), (600, "is 10 min ahead of this machine")],
)
def test_a_clock_that_is_wrong_is_told(seconds: int, says: str, tmp_path: Path) -> None:
    with answering(ahead=timedelta(seconds=seconds + (1 if seconds > 0 else 0))) as url:
        checks = looked_at(*here(tmp_path, url))
    assert checks["Clocks"].stands_in_the_way
    assert says in checks["Clocks"].says


def test_a_clock_that_is_nearly_right_is_fine_and_one_that_is_not_told_is_no_hindrance(tmp_path: Path) -> None:
    with answering(ahead=timedelta(seconds=25)) as url:
        assert looked_at(*here(tmp_path, url))["Clocks"].state is State.FINE
    with answering(ahead=None) as url:
        clocks = looked_at(*here(tmp_path, url))["Clocks"]
    assert (clocks.state, clocks.stands_in_the_way) == (State.COULD_NOT_TELL, False)


def test_a_service_that_is_not_well_is_told_without_its_secrets(tmp_path: Path) -> None:
    """What it says is repeated: a secret of ours in it, and what a terminal would obey, are not."""
    body = {"status": f"degraded: {KEY} \x1b[2J"}
    more = 'sign_in = "simulation"\n'
    with answering(503, body) as url:
        there = url.replace("//", "//somebody:their-password@")
        done = doctor("doctor", *here(tmp_path, there, more=more), env={"E2E_OAUTH_SIMULATION_KEY": KEY})
    assert done.returncode == 2
    assert "missing         Health              chat is not well: degraded: [hidden] \\x1b[2J (503)" in done.stdout
    for secret in (KEY, "their-password", "\x1b"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("more", "says", "remedy"),
    [
        (
            'sign_in = "simulation"\n',
            "simulation_key: it is needed and not set",
            "read -rs E2E_OAUTH_SIMULATION_KEY && export E2E_OAUTH_SIMULATION_KEY",
        ),
        (
            'capabilities = ["mint-tokens"]\n',
            "jwt_secret, as mint-tokens is declared: it is needed and not set",
            "read -rs HERE_JWT_SECRET && export HERE_JWT_SECRET",
        ),
        ('capabilities = ["outage-control"]\n', "outages.“the database behind chat”, as outage-control", None),
    ],
)
def test_a_setting_that_is_needed_and_not_set_is_named(
    more: str, says: str, remedy: str | None, tmp_path: Path
) -> None:
    checks = list(of_target.settings(targeted(*here(tmp_path, "http://127.0.0.1:9", more=more))))
    assert says in checks[-1].says
    assert checks[-1].remedy == remedy
    assert checks[-1].stands_in_the_way


def test_a_variable_that_nothing_reads_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERE_BASEURL", "http://127.0.0.1:1/private")
    monkeypatch.setenv("HERE_SIMULATION_KEY", KEY)
    monkeypatch.setenv("HERE_PROMPTLY", "3")
    monkeypatch.setenv("HERE_BUCKET", "anything else")
    target = targeted(*here(tmp_path, "http://127.0.0.1:9"))
    checks = list(of_target.settings(target))
    assert [(check.remedy, check.needed) for check in checks[:-1]] == [
        ('export HERE_BASE_URL="$HERE_BASEURL"', False),
        ('export E2E_OAUTH_SIMULATION_KEY="$HERE_SIMULATION_KEY"', False),
    ]
    assert KEY not in str(checks)
    assert "private" not in str(checks)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("target=stagin",), "there is no target “stagin”: did you mean “staging”?"),
        (("target=staging", "base_url=https://api.netra.ai"), "host api.netra.ai looks like production"),
        (("jwt_secret=abc",), "is refused, since a command line can be read by others: set EMBEDDED_JWT_SECRET"),
    ],
)
def test_a_target_that_cannot_be_is_told_as_everywhere(options: tuple[str, ...], says: str) -> None:
    code, checks = found(*(part for option in options for part in ("-D", option)))
    assert code == 2
    assert says in checks["Target"]["says"]
    assert "Chat" not in checks  # and nobody was asked


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("tagret=local", "did you mean -D target=…?"),
        ("reports=there", "-D reports=… is not for this command: name the folder with --reports"),
    ],
)
def test_an_option_that_it_does_not_take_is_refused(option: str, says: str) -> None:
    done = doctor("doctor", "-D", option)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_list_of_known_gaps_that_cannot_be_read_stands_in_the_way(tmp_path: Path) -> None:
    gaps = tmp_path / "gaps.toml"
    gaps.write_text("[[gap]]\n", encoding="utf-8")
    target = targeted(*here(tmp_path, "http://127.0.0.1:9"), "-D", f"known_gaps={gaps}")
    check = one(of_target.lists_of_gaps(target))
    assert check.stands_in_the_way
    assert str(gaps) in check.says


def test_a_tree_is_the_platforms_or_not(tmp_path: Path) -> None:
    reference = REPOSITORY / "reference"
    check = one(of_target.source(targeted("target=source", f"source={reference}")))
    assert check.state is State.FINE
    assert "6 of the 6 homes in netra_backend.app.websocket_core" in check.says

    below = one(of_target.source(targeted("target=source", f"source={reference / 'netra_backend'}")))
    assert "holds no Python in" in below.says
    assert below.remedy == f"python -m acceptance doctor -D target=source -D source={shlex.quote(str(reference))}"

    package = tmp_path / "netra_backend" / "app"
    package.mkdir(parents=True)
    (package / "main.py").write_text("", encoding="utf-8")
    other = one(of_target.source(targeted("target=source", f"source={tmp_path}")))
    assert "it has none of the homes" in other.says

    (package / "websocket_core").mkdir()
    (package / "websocket_core" / "types.py").write_text("", encoding="utf-8")
    part = one(of_target.source(targeted("target=source", f"source={tmp_path}")))
    assert part.says.startswith(f"{tmp_path} has no auth_service and no shared, of which ssot.toml speaks")
    assert [check.stands_in_the_way for check in (below, other, part)] == [True] * 3


def test_how_much_would_be_asked_is_told_by_the_targets_declaration(tmp_path: Path) -> None:
    some_ = one(of_target.asked(targeted(*here(tmp_path, "http://127.0.0.1:9"))))
    assert some_.state is State.FINE
    assert "since no source tree was named" in some_.says
    everything = one(of_target.asked(targeted("target=embedded")))
    assert "not asked" not in everything.says


def test_a_reference_platform_that_does_not_start_stands_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "auth_service").mkdir()
    monkeypatch.setattr("acceptance.embedded.REFERENCE", tmp_path)
    check = one(of_target.embedded(targeted("target=embedded")))
    assert check.stands_in_the_way
    assert check.says.startswith("does not start: ")
    assert "ended at once with exit code 1" in check.says


def test_without_a_free_port_the_reference_platform_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("acceptance.embedded._free_port", refused)
    check = one(of_target.embedded(targeted("target=embedded")))
    assert check.says.endswith("it needs two ports of this machine: Address family not supported by protocol")


# What programs read


def test_the_schema_is_published() -> None:
    assert doctor("schema", "doctor").stdout == SCHEMA.read_text(encoding="utf-8"), (
        "python -m acceptance schema doctor > docs/doctor.schema.json"
    )
    document = json.loads(doctor("doctor", "--format=json", "-D", "target=nowhere").stdout)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
