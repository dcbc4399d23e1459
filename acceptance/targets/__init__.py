"""The targets that come with the specification, and how a target is found and read.

A target is a TOML file: one of those here (``embedded``, ``local``, ``source``, ``staging``) or one of the user's own.
A later source wins over an earlier one: the file, then environment variables, then ``-D`` on the command line. A
variable is the setting's name in capitals behind the target's name: ``STAGING_BASE_URL``, ``BLUE_AUTH_URL`` for
``blue.toml``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from acceptance import documents
from acceptance.documents import Unusable, why
from acceptance.files import REFERENCE
from acceptance.target import Target, variable_of, variables_of
from acceptance.verdicts import ConfigurationError, nearest

SHIPPED = Path(__file__).resolve().parent
KNOWN_GAPS = Path("known-gaps")  # a run begins in the root of the repository


def load_target(chosen: str, overrides: Mapping[str, str]) -> Target:
    """The target called ``chosen`` (a shipped name or the path of a TOML file) with ``-D`` overrides.

    Raises :class:`ConfigurationError` with one sentence for a target that does not exist, an unknown setting, a
    malformed address, or a secret on the command line.
    """
    file = _file_of(chosen)
    name = file.stem
    for key in ("source", "manifest"):
        if not overrides.get(key, "given").strip():
            raise ConfigurationError(f"-D {key}= is empty: give it a value or leave it out")
    _refuse_unknown(overrides, known_settings(), "-D ")
    prefix = variables_of(name)
    for secret in sorted(Target.SECRETS & set(overrides)):
        raise ConfigurationError(
            f"-D {secret}=… is refused, since a command line can be read by others: set {variable_of(name, secret)}"
        )
    settings = _read(file)
    _refuse_unknown(settings, known_settings(), f"{file}: ")

    class FromFile(Target):
        model_config = SettingsConfigDict(toml_file=file, env_prefix=prefix)

    try:
        target = FromFile(name=name, **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigurationError(f"target {name} ({file}): {_problems(error, prefix)}") from None
    if target.embedded != bool(settings.get("embedded", False)):
        raise ConfigurationError(f"whether target {name} is embedded is said by its file only ({file})")
    if target.heartbeat_seconds and not target.embedded:
        raise ConfigurationError(f"target {name} ({file}): heartbeat_seconds goes with the embedded target only")
    if target.embedded and target.addresses:
        given = ", ".join(target.addresses)
        raise ConfigurationError(
            f"the embedded target has addresses of its own: leave out {given} or add -D target=local"
        )
    if not target.manifest.is_file():
        raise ConfigurationError(f"the manifest {target.manifest} does not exist: name one with -D manifest=FILE")
    if target.embedded and target.people == "synthetic" and target.synthetic_password is None:
        made = SecretStr(secrets.token_urlsafe(18) + "aA1!")  # its accounts are gone with the run
        target = target.model_copy(update={"synthetic_password": made})
    if target.source is None and target.embedded:
        target = target.model_copy(update={"source": REFERENCE})
    if target.known_gaps is None:
        usual = KNOWN_GAPS / f"{name}.toml"
        target = target.model_copy(update={"known_gaps": (usual,) if os.path.lexists(usual) else ()})
    if target.source is not None and not target.source.is_dir():
        raise ConfigurationError(f"the source tree {target.source} is not a folder: name one with -D source=PATH")
    return target


def known_settings() -> list[str]:
    """The settings that a target's file, the environment and ``-D`` accept."""
    return [name for name in Target.model_fields if name != "name"]


def _file_of(chosen: str) -> Path:
    shipped = {path.stem: path for path in SHIPPED.glob("*.toml")}
    if chosen in shipped:
        return shipped[chosen]
    if chosen.endswith(".toml"):
        file = Path(chosen)
        if os.path.lexists(file):
            return file
        raise ConfigurationError(f"the target file {chosen} does not exist")
    hint = _did_you_mean(chosen, shipped) or f"choose {', '.join(sorted(shipped))} or the path of a TOML file"
    raise ConfigurationError(f"there is no target “{chosen}”: {hint}")


def _read(file: Path) -> dict[str, Any]:
    try:
        return documents.read_toml(file)
    except (OSError, Unusable) as error:
        raise ConfigurationError(
            f"the target {file} cannot be read ({why(error)}): mend the file, or name another"
        ) from None


def _refuse_unknown(given: Iterable[str], known: Iterable[str], where: str) -> None:
    known = list(known)
    for key in given:
        if key not in known:
            hint = _did_you_mean(key, known) or f"the settings are {', '.join(sorted(known))}"
            raise ConfigurationError(f"{where}{key} is not a setting of a target: {hint}")


def _did_you_mean(word: str, known: Iterable[str]) -> str | None:
    near = nearest(word, known)
    return f"did you mean “{near}”?" if near else None


#: pydantic's words, where they are about Python rather than about the setting.
_PLAINER = {
    "missing": "is missing",
    "frozen_set_type": "must be a list of words",
    "path_type": "must be a path",
    "string_type": "must be a text",
}


def _problems(error: ValidationError, prefix: str) -> str:
    """All problems as one sentence, each with the setting and where it can be set."""
    told = []
    for problem in error.errors(include_url=False, include_input=False):
        setting = str(problem["loc"][0]) if problem["loc"] else ""
        message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        message = _PLAINER.get(problem["type"], message)
        remedy = f" (set it in the file, by {prefix}{setting.upper()} or by -D {setting}=…)" if setting else ""
        told.append(f"{setting} {message}{remedy}".strip())
    return "; ".join(told)
