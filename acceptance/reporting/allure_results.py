"""The folder of Allure's results: started clean, and redacted in the one place where everything is written."""

# mypy: allow-untyped-calls
# (allure-commons says that it is typed, and is not)

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import allure_commons
import attr
from allure_commons.logger import AllureFileLogger
from allure_commons.utils import uuid4

_Function = TypeVar("_Function", bound=Callable[..., Any])

_WRITTEN_BY_ALLURE = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-((result|container|globals)\.json|attachment(\..*)?)(\.tmp)?"
)
_IDENTITY = {"uuid", "historyId", "testCaseId", "source", "type", "status"}  # names of files, keys and enumerations


def hookimpl(function: _Function) -> _Function:
    """``allure_commons.hookimpl``, which has no types."""
    marked: _Function = allure_commons.hookimpl(function)
    return marked


def results_in(folder: Path) -> list[Path]:
    """What earlier runs have left in the folder, and nothing else that is in it."""
    return [path for path in folder.glob("*") if _WRITTEN_BY_ALLURE.fullmatch(path.name) and path.is_file()]


def discard(old: Iterable[Path]) -> None:
    """Remove files of earlier runs.

    Results go before the attachments that they name: a crash in between leaves no result without its evidence.
    """
    for path in sorted(old, key=lambda path: "-attachment" in path.name):
        path.unlink(missing_ok=True)


class RedactedResults(AllureFileLogger):
    """Writes results and attachments; every text in them passes through ``redact``."""

    def __init__(self, folder: Path, redact: Callable[[str], str]) -> None:
        super().__init__(folder)
        self._redact = redact
        self.written: set[str] = set()
        self.trouble = ""  # why something is missing, in one sentence

    def _report_item(self, item: Any) -> None:
        def redacted(_: Any, field: Any, value: Any) -> Any:
            secret = isinstance(value, str) and not (field and field.name in _IDENTITY)
            return self._redact(value) if secret else value

        told = attr.asdict(item, filter=lambda _, value: value or value is False, value_serializer=redacted)
        self._write(item.file_pattern.format(prefix=uuid4()), json.dumps(told, ensure_ascii=False))

    @hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """An attachment; what reads as UTF-8 is text and is redacted, whatever its type says."""
        try:
            text = body if isinstance(body, str) else bytes(body).decode()
        except UnicodeDecodeError:
            self._write(file_name, body)
        else:
            self._write(file_name, self._redact(text))

    @hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """An attached file, treated as :meth:`report_attached_data` does."""
        self.report_attached_data(Path(source).read_bytes(), file_name)

    def _write(self, name: str, body: str | bytes) -> None:
        """All or nothing: a reader never sees half a file."""
        self.written.add(name)
        unfinished = self._report_dir / f"{name}.tmp"
        try:
            unfinished.write_bytes(body.encode(errors="backslashreplace") if isinstance(body, str) else body)
            unfinished.replace(self._report_dir / name)
        except OSError as error:  # a full disk: what the run asks must still be ended, and tidied up behind
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            self.trouble = self.trouble or f"the report's results cannot be written ({error.strerror}): make room"
