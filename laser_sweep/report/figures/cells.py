"""The cells of the heat maps: single edits by panel (τ), row (ℓ) and column (amount kept)."""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid.point import ALL_EXPERTS, LNAMES, point_of
from laser_sweep.report.report import Report


def cells_of(report: Report) -> pd.DataFrame:
    """The rows of `report.cells` with their places on the map.

    Returns:
        Further columns: `panel`, the panel's name; `kept`, the amount that the edit keeps;
        `difference`, by how much the point is better than the base model: by accuracy, in points,
        or by log-loss, in nats per token.
    """
    assert report.search.base is not None, "without a result of the base model there are no cells"
    cells, base = report.cells, report.search.base.on(report.search.grid_part)
    if report.search.headline.is_accuracy:
        difference = 100 * (cells["accuracy"] - base.accuracy)
    else:
        difference = base.log_loss - cells["log_loss"]
    return cells.assign(
        kept=cells["point"].map(_kept),
        panel=cells.apply(_panel_name, axis=1),
        difference=difference,
    )


def _kept(point: str) -> str:
    """The amount that a single edit keeps: `0.1` for ρ, else as in its name, such as `rank8`."""
    (edit,) = point_of(point, kind="").edits
    return str(edit.amount).removeprefix("rho")


def _panel_name(cell: pd.Series) -> str:
    """The matrix type, and the expert if the edit is of a single one."""
    expert = cell["expert"]
    return str(cell["lname"]) + ("" if expert in (ALL_EXPERTS, None) else f", expert {expert}")


def panels_of(cells: pd.DataFrame) -> list[str]:
    """The names of the panels, in the order of the matrix types."""
    order = dict(zip(cells["panel"], cells["lname"].map(LNAMES.index), strict=True))
    return sorted(order, key=lambda panel: (order[panel], len(panel), panel))


def amounts_of(cells: pd.DataFrame) -> list[str]:
    """The distinct amounts that are kept, from the mildest edit to the most severe one."""
    return sorted(cells["kept"].unique(), key=_severity)


def unit_and_value(kept: str) -> tuple[str, float]:
    """The unit of an amount, which is empty for ρ, and its value; 0 without one."""
    unit = kept.rstrip("0123456789.e-")
    return unit, float(kept[len(unit) :] or 0)


def _severity(kept: str) -> tuple[str, float]:
    unit, value = unit_and_value(kept)
    return unit, -value
