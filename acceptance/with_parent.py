"""``python -m acceptance.with_parent``: behave, for a command that asks through it and keeps a pipe to its stdin.

When that command is no more, however it ended, the run is ended in order, as by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def _end_with_stdin() -> None:
    while os.read(0, 1024):  # not sys.stdin, whose lock the interpreter needs in order to end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_stdin, name="end-with-parent", daemon=True).start()
    from behave.__main__ import main

    sys.exit(main(sys.argv[1:]))  # by itself it reads them only where it is called behave
