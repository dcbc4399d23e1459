"""``python -m acceptance``."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is something to tidy up, Ctrl-C simply ends it

from acceptance.cli import main

main()
