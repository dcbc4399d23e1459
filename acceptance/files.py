"""Where files are unless somebody says otherwise, and files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

DEFAULT_REPORTS = Path("reports")
_HERE = Path(__file__).resolve().parents[1]
DEFAULT_MANIFEST = _HERE / "ssot.toml"
DEFAULT_CACHE = _HERE / ".audit_cache"


def write_whole(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 so that a reader sees the old file or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
