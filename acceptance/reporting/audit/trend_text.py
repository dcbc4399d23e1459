"""The audit over time as a table: a revision a column, or a row where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acceptance.reporting.audit.trend import Figures, NamePaths, Revision, Trend
from acceptance.reporting.terminal import Line, visible
from acceptance.source import RULES

_COLUMNS = 8  # revisions that stand beside one another; of more, the first and the last
_TITLE, _LOUD, _QUIET = "bold underline", "bold red", "dim"


def page(trend: Trend) -> Iterator[Line]:
    """Everything that a trend says."""
    yield ((f"Source audit of {visible(trend.repository)} over time", "bold"),)
    yield ((f"  Manifest version {trend.manifest_version}", _QUIET),)
    yield from _headlines(trend)
    judged = trend.judged
    shown = judged if len(judged) <= _COLUMNS else [judged[0], judged[-1]]
    if shown:
        yield from _by_rule(shown)
        yield from _by_name(shown)
    yield ()
    yield ((trend.sentence, "bold"),)
    yield ((trend.scale, _QUIET),)


def _headlines(trend: Trend) -> Iterator[Line]:
    width = max(len(visible(each.called)) for each in trend.revisions)
    yield ()
    yield ((f"  {'':<{width}}  {'':<10}  {'SSOT':>8}  {'all':>8}  {'imports':>9}", _QUIET),)
    columns = f"{'warnings':>8}  {'findings':>8}  {'from home':>9}  {'files':>6}"
    yield ((f"  {'revision':<{width}}  {'day':<10}  {columns}", _QUIET),)
    for each in trend.revisions:
        start = f"  {visible(each.called):<{width}}  {each.day}  "
        if each.figures is None:
            yield start, (f"not judged: {visible(each.problem)}", _LOUD)
        else:
            figures, share = each.figures, each.figures.migration.percent
            told = "none" if share is None else f"{share:.1f} %"
            yield (
                start,
                (f"{figures.ssot_warnings:>8}", "bold"),
                f"  {figures.findings:>8}  {told:>9}  {figures.files:>6}",
            )


def _by_rule(shown: Sequence[tuple[Revision, Figures]]) -> Iterator[Line]:
    rows = {
        f"{rule}  {known.doc.title}": [str(figures.rules.get(rule, 0)) for _, figures in shown]
        for rule, known in RULES.items()
        if any(rule in figures.rules for _, figures in shown)
    }
    yield from _table("Findings in app code, by rule", shown, rows)


def _by_name(shown: Sequence[tuple[Revision, Figures]]) -> Iterator[Line]:
    names = sorted({name for _, figures in shown for name in figures.names})
    rows = {name: [_paths(figures.names.get(name)) for _, figures in shown] for name in names}
    title = "Governed names: modules to take it from / things that it then is (1 / 1 is the aim)"
    yield from _table(title, shown, rows)


def _paths(found: NamePaths | None) -> str:
    return f"{found.paths} / {found.objects}" if found else "-"


def _table(title: str, shown: Sequence[tuple[Revision, Figures]], rows: dict[str, list[str]]) -> Iterator[Line]:
    heads = [visible(revision.called)[-12:] for revision, _ in shown]
    widths = [max(map(len, column)) for column in zip(heads, *rows.values(), strict=True)]
    first = max(map(len, rows), default=0)

    def row(name: str, cells: Sequence[str]) -> str:
        columns = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        return f"  {name:<{first}}  {'  '.join(columns)}"

    yield ()
    yield ((title, _TITLE),)
    yield ((row("", heads), _QUIET),)
    for name, cells in rows.items():
        yield (row(name, cells),)
