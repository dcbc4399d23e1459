"""The verdict on the terminal: at the end of a run, and whenever it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from textwrap import indent

from rich.text import Text

from acceptance.reporting.terminal import console_on
from acceptance.signoff.against_lists import Kind
from acceptance.signoff.verdict import Judgement


def tell_verdict(judgement: Judgement, kinds: Collection[Kind] = tuple(Kind)) -> None:
    """The sentence, the counts, what was excused, and each example that stands so in the lists of known gaps."""
    console = console_on()
    console.print(Text(judgement.sentence, style="bold"))
    console.print(Text(judgement.counts))
    if judgement.excused:
        console.print(Text(f"Not asked, by the target's declaration: {'; '.join(judgement.excused)}"))
    for kind in Kind:
        of_kind = [standing for standing in judgement.standings if standing.kind is kind]
        if kind in kinds and of_kind:
            console.print(Text(f"{kind.capitalize()}:", style="bold"))
            for standing in of_kind:
                console.print(Text(indent(f"{standing.example}: {standing.told}", "  ")))
