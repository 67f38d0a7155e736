"""The data that the page's script draws, as JSON values."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pandas as pd

from laser_sweep.grid.point import ALL_LAYERS, BASE
from laser_sweep.report.figures.amount_axis import amount_axis
from laser_sweep.report.figures.cells import amounts_of, cells_of, panels_of
from laser_sweep.report.figures.layer_colours import COLOURS, layer_colour, layer_range
from laser_sweep.report.point_figures import PointFigures, point_figures
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.tables import figure_headers, grid_figure_headers
from laser_sweep.split import TEST
from laser_sweep.store.spectra import Spectrum

_SHOWN_CHARACTERS = 2_000
_DIGITS = 5
_MOST_VALUES, _FIRST = 512, 128
"""Values of a spectrum that are drawn, and those among them that are its first ones."""


def points_columns(search: Search) -> list[tuple[str, str]]:
    """The figures in the table of all points: their keys in `data`, and their headers."""
    keys = [each.key for each in search.shown]
    grid = list(zip(keys, grid_figure_headers(search), strict=True))
    if not search.selects or not (search.table[f"{TEST}_examples"] > 0).any():
        return grid
    tested = [f"test_{key}" for key in keys]
    return [*grid, *zip(tested, figure_headers(search)[-len(keys) :], strict=True)]


def data(report: Report) -> dict[str, object]:
    """All that the script draws."""
    cells = None if report.cells.empty else cells_of(report)
    return {
        "base": str(BASE),
        "chosen": report.search.pick.point,
        "headline": report.search.headline.key,
        "columns": points_columns(report.search),
        "points": _points(report, cells),
        "panels": [] if cells is None else panels_of(cells),
        "kept": [] if cells is None else amounts_of(cells),
        "axis": None if cells is None else asdict(amount_axis(amounts_of(cells))),
        "layers": None if cells is None else _layers(cells["lnum"]),
        "null": None if report.null is None else {"upper": report.null.upper},
        "spectrum": list(map(_spectrum, report.spectra)),
        "examples": _examples(report),
    }


def _layers(layers: pd.Series) -> dict[str, object] | None:
    """The range and the colours of single layers; None without one."""
    single = sorted(int(layer) for layer in layers.unique() if layer != ALL_LAYERS)
    if not single:
        return None
    ends = layer_range(single)
    colours = {layer: layer_colour(layer, *ends) for layer in single}
    return {"range": ends, "colours": colours, "scale": COLOURS}


def _points(report: Report, cells: pd.DataFrame | None) -> list[dict[str, object]]:
    part, grid = report.search.grid_part, report.grid
    places = _places(cells)
    return [
        {
            **_point(figures, report.search),
            **places.get(figures.point, {"panel": None, "kept": None}),
            "low": _rounded(low),
            "high": _rounded(high),
        }
        for figures, low, high in zip(
            point_figures(grid), grid[f"{part}_low"], grid[f"{part}_high"], strict=True
        )
    ]


def _places(cells: pd.DataFrame | None) -> dict[str, dict[str, str | None]]:
    """The panel and the amount kept of each point on the map."""
    if cells is None:
        return {}
    rows = zip(cells["point"], cells["panel"], cells["kept"], strict=True)
    return {point: {"panel": panel, "kept": kept} for point, panel, kept in rows}


def _point(figures: PointFigures, search: Search) -> dict[str, object]:
    here = figures.on(search.grid_part)
    return {
        "point": figures.point,
        "lnum": figures.lnum,
        "rank": figures.rank,
        **{each.key: _rounded(each.of(here)) for each in search.shown},
        **{f"test_{each.key}": _rounded(each.of(figures.test)) for each in search.shown},
    }


def _rounded(value: float) -> float | None:
    return round(float(value), _DIGITS) if math.isfinite(value) else None


def _spectrum(spectrum: Spectrum) -> dict[str, object]:
    """The components that are drawn, numbered from 1, with their singular values."""
    drawn = _drawn(len(spectrum.values), spectrum.rank)
    values = [float(f"{spectrum.values[each - 1]:.4g}") for each in drawn]
    return {"name": spectrum.name, "rank": spectrum.rank, "components": drawn, "values": values}


def _drawn(count: int, rank: int | None) -> list[int]:
    """The components of a spectrum that are drawn, of a long one only some.

    The first ones, which differ most, are all drawn, and so are those at the cut and the last one.
    """
    if count <= _MOST_VALUES:
        return list(range(1, count + 1))
    spread = np.linspace(_FIRST, count, _MOST_VALUES - _FIRST).round().astype(int).tolist()
    cut = [each for each in (rank, (rank or 0) + 1) if each and each <= count]
    return sorted({*range(1, _FIRST + 1), *spread, *cut})


def _examples(report: Report) -> list[dict[str, object]]:
    """The tested examples with their texts and both predictions."""
    changed = report.changed_examples
    if changed.empty:
        return []
    texts = changed[["prompt", "answer", "before", "after"]].fillna("").astype(str)
    shown = texts.apply(lambda column: column.str.slice(0, _SHOWN_CHARACTERS))
    rows = changed[["example", "change"]].join(shown).to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]
