"""The leaderboard's tables as text, for a terminal, Markdown, CSV and a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import pandas as pd
from markupsafe import Markup
from tabulate import tabulate

from laser_sweep.leaderboard.stacks import StackRow
from laser_sweep.leaderboard.sweep_rows import SweepRow
from laser_sweep.leaderboard.transfers import Transfer
from laser_sweep.report.formatting import UNKNOWN, percent, points
from laser_sweep.report.page import css
from laser_sweep.report.shown_figures import ACCURACY, PERPLEXITY, ShownFigure
from laser_sweep.report.templates import template
from laser_sweep.store.paths import Paths

Row = TypeVar("Row", SweepRow, StackRow, Transfer)

SWEEP_HEADERS = (
    *("model", "dataset", "intervention", "base", "chosen", "difference", "95 % interval"),
    *("point", "verdict"),
)
STACK_HEADERS = (
    *("model", "dataset", "edits", "base", "chosen", "stack"),
    *("stack minus base", "95 % interval", "verdict"),
    *("stack minus chosen", "95 % interval"),
)
TRANSFER_HEADERS = (
    *("model", "point", "chosen on", "evaluated on", "part", "base", "with the edit"),
    "difference",
)


@dataclass(frozen=True)
class Tables:
    """The rows of the leaderboard's tables.

    Attributes:
        sweeps: all sweeps.
        stacks: the stacks that were composed and tested.
        transfers: the chosen points on other datasets.
    """

    sweeps: Sequence[SweepRow]
    stacks: Sequence[StackRow]
    transfers: Sequence[Transfer]


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
    headline = _shown(row.measure)
    pair = (getattr(row, f"{model}_{row.measure}") for model in ("base", "chosen"))
    return [
        *map(headline.text, pair),
        *headline.difference_texts(row.difference, row.low, row.high),
    ]


def _shown(measure: str) -> ShownFigure:
    return ACCURACY if measure == ACCURACY.key else PERPLEXITY


def _unfinished(row: SweepRow) -> str:
    if not row.is_ranked:
        return " (the points are not ranked yet)"
    if row.missing:
        return f" ({row.missing:,} points are missing)"
    return "" if row.is_composed else " (the stack is not finished)"


def stack_texts(rows: Sequence[StackRow]) -> list[list[str]]:
    """The rows under `STACK_HEADERS`."""
    return [_stack_texts(row, _shown(row.measure)) for row in rows]


def _stack_texts(row: StackRow, shown: ShownFigure) -> list[str]:
    return [
        *(row.model, row.dataset, f"{row.edits}"),
        *map(shown.text, (row.base, row.chosen, row.stack)),
        *shown.difference_texts(row.minus_base, row.minus_base_low, row.minus_base_high),
        row.verdict,
        *shown.difference_texts(row.minus_chosen, row.minus_chosen_low, row.minus_chosen_high),
    ]


def transfer_texts(rows: Sequence[Transfer]) -> list[list[str]]:
    """The rows under `TRANSFER_HEADERS`."""
    return [
        [
            *(row.model, row.point, row.chosen_on, row.dataset, row.part),
            *(percent(row.base_accuracy), percent(row.accuracy), points(row.difference)),
        ]
        for row in rows
    ]


def terminal_table(tables: Tables) -> str:
    """The table of all sweeps, and that of the stacks if there are any, for a terminal."""
    shown = [_terminal_table(sweep_texts(tables.sweeps), SWEEP_HEADERS)]
    if tables.stacks:
        shown.append(_terminal_table(stack_texts(tables.stacks), STACK_HEADERS))
    return "\n\n".join(shown)


def _terminal_table(rows: list[list[str]], headers: Sequence[str]) -> str:
    return tabulate(rows, headers, disable_numparse=True)


def csv(rows: Sequence[Row], kind: type[Row]) -> str:
    """The rows as CSV, with the fields of their class as columns."""
    table = pd.DataFrame(rows, columns=[field.name for field in fields(kind)])
    if "rank" in table:
        table = table.astype({"rank": "Int64"})
    return table.to_csv(index=False)


def markdown(tables: Tables) -> str:
    """The tables in Markdown; those of stacks and of other datasets only if they have rows."""
    text = f"# Sweeps\n\n{_markdown_table(sweep_texts(tables.sweeps), SWEEP_HEADERS)}\n"
    if tables.stacks:
        table = _markdown_table(stack_texts(tables.stacks), STACK_HEADERS)
        text += f"\n## Stacks of edits\n\n{table}\n"
    if tables.transfers:
        table = _markdown_table(transfer_texts(tables.transfers), TRANSFER_HEADERS)
        text += f"\n## The chosen points on other datasets\n\n{table}\n"
    return text


def _markdown_table(rows: list[list[str]], headers: Sequence[str]) -> str:
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def html(tables: Tables, root: Path) -> str:
    """The tables as a page; the name of a dataset is a link to the sweep's report."""
    links = [report_link(row.folder, root) for row in tables.sweeps]
    return template("laser_sweep.leaderboard", "leaderboard.html.jinja").render(
        css=Markup(css()),
        sweep_headers=SWEEP_HEADERS,
        sweeps=list(zip(sweep_texts(tables.sweeps), links, strict=True)),
        stack_headers=STACK_HEADERS,
        stacks=stack_texts(tables.stacks),
        transfer_headers=TRANSFER_HEADERS,
        transfers=transfer_texts(tables.transfers),
    )


def report_link(folder: Path, start: Path) -> str | None:
    """The path of a sweep's page, relative to the folder `start`; None without a page."""
    page = Paths(folder).page
    return Path(os.path.relpath(page, start)).as_posix() if page.is_file() else None
