"""What the page draws: points, the null band, singular values, examples; as JSON knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.report.figures.cells import cells_of, in_order, panels_of
from laser_sweep.report.report import Report
from laser_sweep.report.tables import best_headers, figure_headers
from laser_sweep.split import TEST

_FIGURES = ("accuracy", "log_loss")
_SHOWN_CHARACTERS = 2_000
_DIGITS = 5
_MOST_VALUES = 512
"""Of a spectrum; more could not be told apart."""


def points_columns(report: Report) -> list[tuple[str, str]]:
    """The figures in the table of all points: how the script calls them, and what they are."""
    grid = list(zip(_FIGURES, best_headers(report)[-2:], strict=True))
    tested = [f"{TEST}_{figure}" for figure in _FIGURES]
    if not report.selects or report.table[tested[0]].isna().all():
        return grid
    return [*grid, *zip(tested, figure_headers(report)[-2:], strict=True)]


def data(report: Report) -> dict[str, Any]:
    """Everything that the page's script draws."""
    on_map = None if report.cells.empty else cells_of(report)
    return {
        "base": str(BASE),
        "chosen": report.pick.point,
        "columns": points_columns(report),
        "points": _points(report, on_map),
        "panels": [] if on_map is None else panels_of(on_map),
        "kept": [] if on_map is None else in_order(on_map["kept"]),
        "null": None if report.null is None else {"upper": report.null.upper},
        "spectrum": [_thinned(matrix) for matrix in report.spectra],
        "examples": _examples(report),
    }


def _points(report: Report, on_map: pd.DataFrame | None) -> list[dict[str, Any]]:
    cells = {} if on_map is None else on_map.set_index("point").to_dict(orient="index")
    part = report.grid_part
    return [_point(row, cells.get(row["point"]), part) for row in report.grid.to_dict("records")]


def _point(row: Mapping[Any, Any], cell: Mapping[Any, Any] | None, part: str) -> dict[str, Any]:
    return {
        "point": row["point"],
        "lnum": None if pd.isna(row["lnum"]) else int(row["lnum"]),
        "rank": None if pd.isna(row["rank"]) else int(row["rank"]),
        "panel": None if cell is None else cell["panel"],
        "kept": None if cell is None else cell["kept"],
        "low": _rounded(row[f"{part}_low"]),
        "high": _rounded(row[f"{part}_high"]),
        **{figure: _rounded(row[f"{part}_{figure}"]) for figure in _FIGURES},
        **{f"{TEST}_{figure}": _rounded(row[f"{TEST}_{figure}"]) for figure in _FIGURES},
    }


def _rounded(value: Any) -> float | None:
    return None if pd.isna(value) else round(float(value), _DIGITS)


def _thinned(matrix: Mapping[str, Any]) -> dict[str, Any]:
    values = [float(f"{value:.4g}") for value in matrix["values"][:_MOST_VALUES]]
    return {"name": matrix["name"], "rank": matrix["rank"], "values": values}


def _examples(report: Report) -> list[dict[str, Any]]:
    """Those of the test part, as far as base and chosen have answered them."""
    changed = report.changed_examples
    if changed.empty:
        return []
    texts = changed[["prompt", "answer", "before", "after"]].fillna("").astype(str)
    shown = texts.apply(lambda column: column.str.slice(0, _SHOWN_CHARACTERS))
    rows = changed[["example", "change"]].join(shown).to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]
