"""Files that people and tools have written, read so that whatever is wrong with one can be told in a few words."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterable
from errno import EISDIR, ENODATA, ENODEV
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_LONGEST = 100  # characters of what a file holds that a sentence repeats


class Unusable(Exception):
    """What is wrong with what a file holds: a few words with the line or the field, for a sentence with a remedy."""


def why(error: OSError | Unusable) -> str:
    """What there is to say of a file that cannot be read, or that is none of its kind."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)


def read_whole(file: Path) -> bytes:
    """The bytes of a file, or of a pipe that somebody writes to. Raises ``OSError``, for anything else as well."""
    # Not waiting for anybody: a pipe that nobody writes to is at its end. A device may never come to one.
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, "it is a folder", str(file))
        if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
            raise OSError(ENODEV, "it is a device", str(file))
        os.set_blocking(handle, True)
        with os.fdopen(handle, "rb", closefd=False) as stream:
            content = stream.read()
    finally:
        os.close(handle)
    if stat.S_ISFIFO(mode) and not content:
        raise OSError(ENODATA, "it is a pipe that nobody writes to", str(file))
    return content


def read_text(file: Path) -> str:
    """The text in a file, without a byte order mark. Raises ``OSError`` and :class:`Unusable`."""
    try:
        return read_whole(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"not UTF-8 text at byte {error.start}") from None


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ``OSError`` and :class:`Unusable`."""
    text = read_text(file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"not valid TOML: {shortened(str(error))}") from None
    except RecursionError:
        raise Unusable("not valid TOML: nested too deeply") from None
    except ValueError:  # how Python says it
        raise Unusable("not valid TOML: a number with too many digits") from None


_Model = TypeVar("_Model", bound="BaseModel")


def read_json(file: Path, model: type[_Model]) -> _Model:
    """The document in a JSON file, which tells nothing twice. Raises ``OSError`` and :class:`Unusable`."""
    from pydantic import ValidationError

    content = read_whole(file).removeprefix(BOM_UTF8)
    try:
        document = model.model_validate_json(content)
        json.loads(content, object_pairs_hook=_each_once)
    except ValidationError as error:
        raise Unusable(problem(error)) from None
    except (ValueError, RecursionError) as error:
        raise Unusable(shortened(str(error))) from None
    return document


def problem(error: ValidationError) -> str:
    """The first thing that pydantic has found, with the field that it is about."""
    first = error.errors(include_url=False, include_input=False)[0]
    where, told = shortened(".".join(map(str, first["loc"]))), first["msg"].removeprefix("Value error, ")
    return f"{where}: {told}" if where else told


def shortened(told: str) -> str:
    """``told``, with an end that can be read where a file holds more than a sentence can repeat."""
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


def _each_once(pairs: Iterable[tuple[str, Any]]) -> None:
    told: set[str] = set()
    for key, _ in pairs:
        if key in told:
            raise Unusable(f"{shortened(key)} is there twice")
        told.add(key)
