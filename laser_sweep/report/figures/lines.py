"""Accuracy and log-loss over what is kept, a line for each ℓ: Figure 2 of arXiv 2312.13558."""

from __future__ import annotations

from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.figures.cells import cells_of, in_order, panels_of
from laser_sweep.report.figures.heat_map import SETTINGS, files
from laser_sweep.report.report import LINES, Report
from laser_sweep.report.tables import best_headers

_PANEL = (2.6, 2.2)
_FIGURES = ("accuracy", "log_loss")


def lines(report: Report) -> dict[str, bytes]:
    """The files of the figure by name; none if no edited point has a result."""
    if report.cells.empty:
        return {}
    with matplotlib.rc_context(SETTINGS):
        return files(_figure(report, cells_of(report)), LINES)


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    """A column for each τ, a row for each of the figures."""
    names, amounts = panels_of(cells), in_order(cells["kept"])
    size = (1.6 + _PANEL[0] * len(names), 1.0 + _PANEL[1] * len(_FIGURES))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(_FIGURES), len(names), squeeze=False, sharex=True, sharey="row")
    colours = matplotlib.cm.ScalarMappable(
        Normalize(cells["lnum"].min(), max(cells["lnum"].max(), cells["lnum"].min() + 1)), "viridis"
    )
    for row, column, label in zip(panels, _FIGURES, best_headers(report)[-2:], strict=True):
        for axes, name in zip(row, names, strict=True):
            _panel(axes, cells[cells["panel"] == name], column, amounts, colours)
            _base(axes, report, column)
            axes.set_title(f"τ = {name}" if axes in panels[0] else "")
        row[0].set_ylabel(label)
    figure.supxlabel("ρ (fraction kept)" if cells["rho"].notna().all() else "kept")
    figure.colorbar(colours, ax=panels, label="ℓ (layer)")
    figure.suptitle(f"{report.title}; dotted, the base model")
    return figure


def _panel(axes: Axes, cells: pd.DataFrame, column: str, amounts: list[str], colours: Any) -> None:
    places = {amount: place for place, amount in enumerate(amounts)}
    for lnum, line in cells.groupby("lnum"):
        ordered = line.assign(place=line["kept"].map(places)).sort_values("place")
        colour = "black" if lnum == ALL_LAYERS else colours.to_rgba(lnum)
        axes.plot(
            ordered["place"], ordered[column], marker=".", markersize=3, linewidth=0.9, color=colour
        )
    axes.set_xticks(range(len(amounts)), amounts)
    axes.spines[["top", "right"]].set_visible(False)


def _base(axes: Axes, report: Report, column: str) -> None:
    assert report.base is not None
    axes.axhline(
        report.base[f"{report.grid_part}_{column}"], color="black", linewidth=0.9, linestyle=":"
    )
