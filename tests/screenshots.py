"""The pictures of the README, made of real runs: ``make screenshots``.

What is shown is the reference platform with every gap planted (``make as-found``), whose report and sheet have much to
show; the terminal's pictures are of commands that were run for them.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from node_tools import take_picture
from rich.console import Console
from rich.text import Text

from acceptance.faults import as_found, faulty_copy
from acceptance.files import REFERENCE, REPOSITORY

PICTURES = REPOSITORY / "docs" / "pictures"
RUN = REPOSITORY / "reports" / "as-found"
SHOWN = "isolation-01"  # the promise whose broken example is on the picture of the report
COLUMNS, LINES = 110, 20


def main() -> None:
    """Make every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    sheet = json.loads((RUN / "signoff.json").read_text(encoding="utf-8"))
    promises = (promise for gap in sheet["traceability"] for promise in [gap, *gap.get("promises", [])])
    evidence = next(each["evidence"] for each in promises if SHOWN in json.dumps(each) and each.get("evidence"))
    take_picture(f"{RUN.as_uri()}/{evidence}", PICTURES / "report.png", width=1360, height=900)
    take_picture(f"{RUN.as_uri()}/signoff.html", PICTURES / "sheet.png", width=1080, height=900)
    with tempfile.TemporaryDirectory() as folder:
        tree = faulty_copy(REFERENCE, [fault for faults in as_found().values() for fault in faults], Path(folder))
        terminal("python -m acceptance audit ../netra", PICTURES / "audit.svg", {"../netra": str(tree)})
    terminal("python -m acceptance verdict --reports reports/as-found", PICTURES / "verdict.svg")
    print(f"The pictures are in {PICTURES.relative_to(REPOSITORY)}/")


def terminal(command: str, picture: Path, real: dict[str, str] | None = None) -> None:
    """A command as it looks on a terminal; ``real`` is what its words stand for."""
    words = [(real or {}).get(word, word) for word in shlex.split(command)]
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    environment.pop("NO_COLOR", None)
    ran = subprocess.run(
        [sys.executable, *words[1:]], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    output = ran.stdout
    for shown, path in (real or {}).items():
        output = output.replace(path, shown)
    lines = output.splitlines()
    told = "\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), command))
    console.print(Text.from_ansi(told))
    console.save_svg(str(picture), title=command, unique_id=picture.stem)


if __name__ == "__main__":
    main()
