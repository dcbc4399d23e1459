"""A run that cannot begin: one sentence instead of a report."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from behave.reporter.base import Reporter

from acceptance.exit_codes import UNUSABLE
from acceptance.verdicts import ConfigurationError


def refuse(context: Any, error: ConfigurationError) -> None:
    """From ``before_all``: ask nothing, say why, and have behave exit with 2."""
    context._runner.features.clear()
    context.config.reporters[:] = [_Refusal(context.config, str(error))]


def refuse_at_once(sentence: str) -> NoReturn:
    """Before any hook of the run: say why, and end behave with 2."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr)
    sys.exit(UNUSABLE)


class _Refusal(Reporter):  # type: ignore[misc]
    """Stands in for every reporter of the run."""

    def __init__(self, config: Any, sentence: str) -> None:
        super().__init__(config)
        self._sentence = sentence

    def feature(self, feature: Any) -> None:
        """Nothing is run, so there is nothing to report."""

    def end(self) -> None:
        """Say why, on standard error."""
        refuse_at_once(self._sentence)
