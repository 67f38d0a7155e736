"""The cells of the maps: single edits by panel (τ), row (ℓ) and column (what is kept)."""

from __future__ import annotations

import re

import pandas as pd

from laser_sweep.grid.point import ALL_EXPERTS, LNAMES
from laser_sweep.report.report import Report

_AMOUNT = re.compile(r"-(rho.+|rank.+|energy.+|mp)$")


def cells_of(report: Report) -> pd.DataFrame:
    """The points of the map, how much they keep, and their difference to the base in points."""
    assert report.base is not None
    cells = report.cells
    base = report.base[f"{report.grid_part}_accuracy"]
    return cells.assign(
        kept=cells["point"].map(_kept),
        panel=cells.apply(_panel_name, axis=1),
        difference=100 * (cells["accuracy"] - base),
    )


def _kept(point: str) -> str:
    """How much a point keeps: `0.1` for ρ, else as its name says it, `rank8`."""
    return _AMOUNT.findall(point)[-1].removeprefix("rho")


def _panel_name(cell: pd.Series) -> str:
    """The matrix type, and the expert if it is one of several."""
    expert = cell["expert"]
    return str(cell["lname"]) + ("" if expert in (ALL_EXPERTS, None) else f", expert {expert}")


def panels_of(cells: pd.DataFrame) -> list[str]:
    """The names of the panels, in the order of the matrix types."""
    order = dict(zip(cells["panel"], cells["lname"].map(LNAMES.index), strict=True))
    return sorted(order, key=lambda panel: (order[panel], len(panel), panel))


def in_order(kept: pd.Series) -> list[str]:
    """The distinct amounts that are kept, from the mildest edit on."""
    return sorted(kept.unique(), key=_mild_to_severe)


def _mild_to_severe(kept: str) -> tuple[str, float]:
    name = kept.rstrip("0123456789.e-")
    return name, -float(kept[len(name) :] or 0)
