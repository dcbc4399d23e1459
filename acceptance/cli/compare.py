"""What ``compare`` does: read two runs, tell what changed, and say by the exit code whether B is worse than A."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from acceptance.cli.app import Told
from acceptance.cli.output import check_place, put, writing
from acceptance.files import write_whole
from acceptance.reporting import results
from acceptance.reporting.terminal import plain, show
from acceptance.signoff.compare import markdown, text
from acceptance.signoff.compare.decide import compare
from acceptance.signoff.compare.model import Comparison
from acceptance.verdicts import ConfigurationError


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; ``slower`` is how many times as long counts as slower."""

    a: Path
    b: Path
    slower: float
    form: Told
    output: Path | None


def tell(asked: Asked) -> int:
    """Compare the two runs and tell what changed; the exit code."""
    if not asked.slower >= 1:  # which is also false of what is no number
        raise ConfigurationError(f"--slower {asked.slower} is no factor: give a number from 1 on, such as 2")
    if asked.output:
        check_place(asked.output)
    compared = compare(_read(asked.a), _read(asked.b), slower=asked.slower, names=(str(asked.a), str(asked.b)))
    if asked.output:
        with writing(asked.output):
            write_whole(asked.output.resolve(), _content(compared, asked.form))
        show([text.conclusion(compared)])
    elif asked.form is Told.TEXT:
        show(list(text.page(compared)))
    else:
        put(_content(compared, asked.form))
    return compared.exit_code


def _content(compared: Comparison, form: Told) -> str:
    match form:
        case Told.TEXT:
            return plain(text.page(compared))
        case Told.MARKDOWN:
            return markdown.page(compared)
        case Told.JSON:
            return compared.model_dump_json(indent=2) + "\n"


def _read(named: Path) -> results.Results:
    """The results that a folder holds, or a file is."""
    file = named / results.FILE_NAME if named.is_dir() else named
    if not file.exists():
        remedy = f"name the folder that a run wrote to (its -D reports=…), or its {results.FILE_NAME}"
        raise ConfigurationError(f"there are no results at {file}: {remedy}")
    return results.read(file)
