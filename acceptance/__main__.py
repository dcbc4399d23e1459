"""``python -m acceptance``."""

import signal
import sys

from acceptance.exit_codes import UNUSABLE

if sys.version_info < (3, 11):  # noqa: UP036 - an older one can say so, if it comes here before anything newer
    sys.stderr.write(
        "This is Python {}.{}, and 3.11 or later is needed. Where there is one, name it: "
        "make phase2 PYTHON=python3.11\n".format(*sys.version_info[:2])
    )
    sys.exit(UNUSABLE)

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is something to tidy up, Ctrl-C simply ends it

try:
    from acceptance.cli import main

    main()
except ModuleNotFoundError as absent:
    package = (absent.name or "").partition(".")[0]
    if package in ("", "acceptance"):
        raise
    from acceptance.doctor.bare import without

    sys.exit(without(package, sys.argv[1:]))
