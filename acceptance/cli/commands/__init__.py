"""What the commands are called and take.

What they do is in the modules beside this package, which are only loaded when the command is given: loading all of them
takes a third of the time that an audit has.
"""

# In the order of --help.
from acceptance.cli.commands import results, source, platform, signoff  # noqa: F401, I001
