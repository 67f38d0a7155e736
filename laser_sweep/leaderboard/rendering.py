"""The leaderboard's tables as text, for a terminal, Markdown, CSV and a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd
from markupsafe import Markup
from tabulate import tabulate

from laser_sweep.leaderboard.sweep_rows import SweepRow
from laser_sweep.leaderboard.transfers import Transfer
from laser_sweep.report.formatting import UNKNOWN, percent, points
from laser_sweep.report.page import css
from laser_sweep.report.shown_figures import ACCURACY, PERPLEXITY
from laser_sweep.report.templates import template
from laser_sweep.store.paths import Paths

SWEEP_HEADERS = (
    *("model", "dataset", "intervention", "base", "chosen", "difference", "95 % interval"),
    *("point", "verdict"),
)
TRANSFER_HEADERS = (
    *("model", "point", "chosen on", "evaluated on", "part", "base", "with the edit"),
    "difference",
)


def sweep_texts(rows: Sequence[SweepRow]) -> list[list[str]]:
    """The rows under `SWEEP_HEADERS`."""
    return [
        [
            *(row.model, row.dataset, row.intervention),
            *_figures(row),
            row.point or UNKNOWN,
            row.short_verdict + _unfinished(row),
        ]
        for row in rows
    ]


def _figures(row: SweepRow) -> list[str]:
    """The figures of base and chosen, their difference and its interval."""
    headline = ACCURACY if row.measure == ACCURACY.key else PERPLEXITY
    pair = (getattr(row, f"{model}_{row.measure}") for model in ("base", "chosen"))
    return [
        *map(headline.text, pair),
        *headline.difference_texts(row.difference, row.low, row.high),
    ]


def _unfinished(row: SweepRow) -> str:
    if not row.is_ranked:
        return " (the points are not ranked yet)"
    if row.missing:
        return f" ({row.missing:,} points are missing)"
    return "" if row.is_composed else " (the stack is not finished)"


def transfer_texts(rows: Sequence[Transfer]) -> list[list[str]]:
    """The rows under `TRANSFER_HEADERS`."""
    return [
        [
            *(row.model, row.point, row.chosen_on, row.dataset, row.part),
            *(percent(row.base_accuracy), percent(row.accuracy), points(row.difference)),
        ]
        for row in rows
    ]


def terminal_table(rows: Sequence[SweepRow]) -> str:
    """The table of all sweeps, for a terminal."""
    return tabulate(sweep_texts(rows), SWEEP_HEADERS, disable_numparse=True)


def csv(rows: Sequence[SweepRow] | Sequence[Transfer], kind: type[SweepRow | Transfer]) -> str:
    """The rows as CSV, with the fields of their class as columns."""
    table = pd.DataFrame(rows, columns=[field.name for field in fields(kind)])
    if "rank" in table:
        table = table.astype({"rank": "Int64"})
    return table.to_csv(index=False)


def markdown(sweeps: Sequence[SweepRow], others: Sequence[Transfer]) -> str:
    """Both tables in Markdown; the second one only if it has rows."""
    text = f"# Sweeps\n\n{_markdown_table(sweep_texts(sweeps), SWEEP_HEADERS)}\n"
    if others:
        table = _markdown_table(transfer_texts(others), TRANSFER_HEADERS)
        text += f"\n## The chosen points on other datasets\n\n{table}\n"
    return text


def _markdown_table(rows: list[list[str]], headers: Sequence[str]) -> str:
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def html(sweeps: Sequence[SweepRow], others: Sequence[Transfer], root: Path) -> str:
    """Both tables as a page; the name of a dataset is a link to the sweep's report."""
    links = [_link(row, root) for row in sweeps]
    return template("laser_sweep.leaderboard", "leaderboard.html.jinja").render(
        css=Markup(css()),
        sweep_headers=SWEEP_HEADERS,
        sweeps=list(zip(sweep_texts(sweeps), links, strict=True)),
        transfer_headers=TRANSFER_HEADERS,
        transfers=transfer_texts(others),
    )


def _link(row: SweepRow, root: Path) -> str | None:
    """The path of a sweep's page, relative to the leaderboard's; None without a page."""
    page = Paths(row.folder).page
    return page.relative_to(root).as_posix() if page.is_file() else None
