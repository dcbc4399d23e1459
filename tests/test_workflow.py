"""The workflow for GitHub Actions: what actionlint and zizmor find in it, and its scripts, run as a runner does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from command import clean_environment
from made_up_runs import a_run, kept_in, no_platform, tree

from acceptance.files import REPOSITORY
from acceptance.verdicts import Verdict

GITHUB = REPOSITORY / ".github"
WORKFLOW = GITHUB / "workflows" / "acceptance.yml"
KEEP = GITHUB / "actions" / "keep" / "action.yml"
BIN = Path(sys.executable).parent


def checked(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a checker says; it finds shellcheck beside itself."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    command = [BIN / tool, *arguments]
    return subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)


def planted(folder: Path, right: str, wrong: str) -> Path:
    """A copy of the workflows and actions with a mistake in the workflow."""
    shutil.copytree(GITHUB, folder / ".github")
    file = folder / ".github" / "workflows" / WORKFLOW.name
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    return file


def test_actionlint_finds_nothing() -> None:
    said = checked("actionlint", "-no-color", WORKFLOW)
    assert (said.returncode, said.stdout) == (0, ""), said.stdout + said.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("hashFiles(", "hashFile(", 'undefined function "hashFile"'),
        ("steps.keep.outputs", "steps.kept.outputs", 'property "kept" is not defined'),
        ("$REHEARSAL", "${{ github.event.pull_request.title }}", "potentially untrusted"),
        ("timeout-minutes: 5", "timeout: 5", 'unexpected key "timeout"'),
        ("run: rehearsal", "rum: rehearsal", 'input "rum" is not defined'),
        ('"$COMMENTS" -F', "$COMMENTS -F", "SC2086"),
    ],
)
def test_actionlint_would_have_found_it(right: str, wrong: str, says: str, tmp_path: Path) -> None:
    file = planted(tmp_path, right, wrong)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)  # where it looks for local actions
    said = checked("actionlint", "-no-color", file)
    assert said.returncode == 1
    assert says in said.stdout


def test_zizmor_finds_nothing_that_is_unsafe() -> None:
    said = checked("zizmor", "--offline", "--no-progress", "--min-severity", "medium", GITHUB)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("$REHEARSAL", "${{ github.head_ref }}", "template-injection"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@main", "unpinned-uses"),
        ("permissions:\n  contents: read\n", "permissions: write-all\n", "excessive-permissions"),
    ],
)
def test_zizmor_would_have_found_it(right: str, wrong: str, says: str, tmp_path: Path) -> None:
    said = checked("zizmor", "--offline", "--no-progress", "--min-severity", "medium", planted(tmp_path, right, wrong))
    assert said.returncode not in (0, 1)
    assert says in said.stdout


def test_everything_that_it_makes_is_made_here() -> None:
    targets = re.findall(r"^\.?([a-z][a-z0-9 -]*):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M)
    made = re.findall(r"run: make (\S+)", WORKFLOW.read_text(encoding="utf-8"))
    assert made == ["phase2", "phase2", "phase2"]
    assert "phase2" in {name for line in targets for name in line.split()}


def script(file: Path, step: str) -> str:
    """The shell script of a step, named by its id or name."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    (found,) = (each["run"] for job in jobs for each in job["steps"] if step in (each.get("id"), each.get("name")))
    return str(found)


def run(content: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub's runner runs one that says ``shell: bash``."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", content],
        cwd=folder,
        env=clean_environment(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("ratchet", ["", "--ratchet"])
def test_a_run_is_kept_with_its_verdict_in_one_line(ratchet: str, tmp_path: Path) -> None:
    reports = tmp_path / "reports" / "source"
    kept_in(reports, a_run(no_platform(), tree(), {"imports-03b": (Verdict.BROKEN, "one path\n  • and another")}))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (reports / "signoff.md").write_text("# Sign-off\n", encoding="utf-8")
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    done = run(
        script(KEEP, "verdict"),
        tmp_path,
        REPORTS="reports/source",
        RATCHET=ratchet,
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        PYTHONPATH=f"{REPOSITORY}{os.pathsep}{os.pathsep.join(sys.path)}",
    )
    assert done.returncode == 0, done.stderr
    (said,) = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    assert said.startswith("sentence=Broken: the source tree ../netra")
    assert said.endswith("(imports-03).")
    assert (tmp_path / "summary").read_text(encoding="utf-8") == "# Sign-off\n"
    assert (reports / "junit.xml").is_file()


GH = """#!/bin/sh
echo "$@" >> calls
case "$*" in *--paginate*) printf '%s\\n' "$FOUND" ;; esac
"""


@pytest.mark.parametrize(
    ("found", "calls"),
    [
        ("", "--method POST repos/acme/spec/issues/7/comments -F body=@comment.md"),
        ("11\n12", "--method PATCH repos/acme/spec/issues/comments/12 -F body=@comment.md"),
    ],
)
@pytest.mark.parametrize("source", ["success", "skipped"])
def test_the_verdict_is_written_into_the_pull_request_once(found: str, calls: str, source: str, tmp_path: Path) -> None:
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH, encoding="utf-8")
    gh.chmod(0o755)
    done = run(
        script(WORKFLOW, "write it, or bring the last one up to date"),
        tmp_path,
        PATH=f"{gh.parent}{os.pathsep}{os.environ['PATH']}",
        FOUND=found,
        COMMENTS="repos/acme/spec/issues/7/comments",
        REHEARSAL="Rehearsal: it works.",
        SOURCE="Broken: `$(touch hacked)` & more.",
        SOURCE_RESULT=source,
        GITHUB_SERVER_URL="https://github.com",
        GITHUB_REPOSITORY="acme/spec",
        GITHUB_RUN_ID="42",
    )
    assert done.returncode == 0, done.stderr
    looked, written = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert looked.startswith(
        "api --paginate repos/acme/spec/issues/7/comments --jq .[] | select(.body | startswith(env."
    )
    assert written == f"api {calls}"
    lines = (tmp_path / "comment.md").read_text(encoding="utf-8").splitlines()
    judged = ["", "**Platform's source:** Broken: `$(touch hacked)` & more."] if source == "success" else []
    assert lines == [
        "<!-- the verdict of the acceptance specification -->",
        "**Specification:** Rehearsal: it works.",
        *judged,
        "",
        "[Report and sign-off sheet](https://github.com/acme/spec/actions/runs/42)",
    ]
    assert not (tmp_path / "hacked").exists()
