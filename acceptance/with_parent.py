"""A process that ends in order, as by SIGTERM, when the one that began it is no more, however that ended.

``python -m acceptance.with_parent`` is behave so, for a command that asks through it and keeps a pipe to its stdin.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """From now on end with the process that holds the other end of our stdin."""
    threading.Thread(target=_end_with_stdin, name="end-with-parent", daemon=True).start()


def _end_with_stdin() -> None:
    while os.read(0, 1024):  # not sys.stdin, whose lock the interpreter needs in order to end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    from behave.__main__ import main

    sys.exit(main(sys.argv[1:]))  # by itself it reads them only where it is called behave
