"""The leaderboard as text: for a terminal, Markdown and a page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup
from tabulate import tabulate

from laser_sweep.report.page import css
from laser_sweep.report.tables import interval, percent, points
from laser_sweep.report.templates import template

HEADERS = (
    *("model", "dataset", "intervention", "base", "chosen", "difference", "95 % interval"),
    *("point", "verdict"),
)
HEADERS_ELSEWHERE = (
    *("model", "point", "chosen on", "tried on", "part", "base", "with it", "difference"),
)


def cells(board: pd.DataFrame) -> list[list[str]]:
    """The rows under `HEADERS`, as text."""
    return [
        [
            *(str(row[name]) for name in ("model", "dataset", "intervention")),
            percent(row["base_accuracy"]),
            percent(row["chosen_accuracy"]),
            points(row["difference"]),
            interval(row["low"], row["high"]),
            "–" if pd.isna(row["point"]) else row["point"],
            row["verdict"].partition(":")[0] + _unfinished(row["missing"]),
        ]
        for row in board.to_dict(orient="records")
    ]


def cells_elsewhere(table: pd.DataFrame) -> list[list[str]]:
    """The rows under `HEADERS_ELSEWHERE`, as text."""
    return [
        [
            *(str(row[name]) for name in ("model", "point", "chosen_on", "dataset", "part")),
            percent(row["base_accuracy"]),
            percent(row["accuracy"]),
            points(row["difference"]),
        ]
        for row in table.to_dict(orient="records")
    ]


def _unfinished(missing: int) -> str:
    return f" ({missing:,} points are missing)" if missing else ""


def markdown(board: pd.DataFrame, elsewhere: pd.DataFrame) -> str:
    """Both tables in Markdown."""
    text = f"# Sweeps\n\n{_table(cells(board), HEADERS)}\n"
    if not elsewhere.empty:
        table = _table(cells_elsewhere(elsewhere), HEADERS_ELSEWHERE)
        text += f"\n## What was chosen on one dataset, on others\n\n{table}\n"
    return text


def _table(rows: list[list[str]], headers: tuple[str, ...]) -> str:
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def html(board: pd.DataFrame, elsewhere: pd.DataFrame, root: Path) -> str:
    """Both tables as a page; the name of a dataset leads to its report."""
    reports = [Path(folder).relative_to(root) / "report.html" for folder in board["folder"]]
    links = [path.as_posix() if (root / path).is_file() else None for path in reports]
    return template("laser_sweep.leaderboard", "leaderboard.html.jinja").render(
        css=Markup(css()),
        headers=HEADERS,
        rows=list(zip(cells(board), links, strict=True)),
        headers_elsewhere=HEADERS_ELSEWHERE,
        rows_elsewhere=cells_elsewhere(elsewhere),
    )
