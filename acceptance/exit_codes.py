"""With what a command ends, so that a pipeline can act on the number alone: one scale for all of them.

What each command means by it is in the table of README.md. To be read by older Pythons too.
"""

FINE = 0  # as it should be
WRONG = 1  # it is not as it should be: broken, over the limit, changed, not proven
UNUSABLE = 2  # it cannot begin or cannot tell: what was named cannot be used, the environment or our own code failed
PARTIAL = 3  # not all of it was asked or could be checked, or a list of known gaps is stale
INTERRUPTED = 130  # by Ctrl-C, as shells have it: 128 and the number of the signal
