"""Accuracy and log-loss over the amount kept, a line for each ℓ: Figure 2 of arXiv 2312.13558.

For documents, perplexity stands in the place of accuracy.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.figures.cells import amounts_of, cells_of, panels_of
from laser_sweep.report.figures.image_files import image_files, settings
from laser_sweep.report.report import LINES, Report
from laser_sweep.report.shown_figures import PERPLEXITY, ShownFigure
from laser_sweep.report.tables import grid_figure_headers

_PANEL = (2.6, 2.2)
"""The width and the height of a panel, in inches."""
_FIGURES = 2
"""The rows of the figure: the headline and the log-loss."""


def lines(report: Report) -> dict[str, bytes]:
    """The figure's files by name; empty if no edited point has a result."""
    if report.cells.empty:
        return {}
    with settings():
        return image_files(_figure(report, cells_of(report)), LINES)


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    """A column for each τ, a row for the headline and one for the log-loss."""
    shown = report.search.shown[:_FIGURES]
    names, amounts = panels_of(cells), amounts_of(cells)
    size = (1.6 + _PANEL[0] * len(names), 1.0 + _PANEL[1] * len(shown))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(shown), len(names), squeeze=False, sharex=True, sharey="row")
    colours = _colours(cells["lnum"])
    labels = grid_figure_headers(report.search)[:_FIGURES]
    for row, shown_figure, label in zip(panels, shown, labels, strict=True):
        column = shown_figure.key
        for axes, name in zip(row, names, strict=True):
            _panel(axes, cells[cells["panel"] == name], column, amounts, colours)
            axes.axhline(_base(report, shown_figure), color="black", linewidth=0.9, linestyle=":")
            axes.set_title(f"τ = {name}" if axes in panels[0] else "")
            if column == PERPLEXITY.key:
                axes.set_yscale("log")
        row[0].set_ylabel(label)
    figure.supxlabel("ρ (fraction kept)" if cells["rho"].notna().all() else "kept")
    figure.colorbar(colours, ax=panels, label="ℓ (layer)")
    figure.suptitle(f"{report.title}; dotted, the base model")
    return figure


def _colours(layers: pd.Series) -> ScalarMappable:
    lowest, highest = layers.min(), layers.max()
    return ScalarMappable(Normalize(lowest, max(highest, lowest + 1)), "viridis")


def _panel(
    axes: Axes, cells: pd.DataFrame, column: str, amounts: list[str], colours: ScalarMappable
) -> None:
    places = {amount: place for place, amount in enumerate(amounts)}
    for lnum in sorted(cells["lnum"].unique()):
        line = cells[(cells["lnum"] == lnum) & cells[column].notna()]
        ordered = line.assign(place=line["kept"].map(places)).sort_values("place")
        colour = "black" if lnum == ALL_LAYERS else colours.to_rgba(lnum)
        axes.plot(
            ordered["place"], ordered[column], marker=".", markersize=3, linewidth=0.9, color=colour
        )
    axes.set_xticks(range(len(amounts)), amounts)
    axes.spines[["top", "right"]].set_visible(False)


def _base(report: Report, shown: ShownFigure) -> float:
    """A figure of the base model on the part that every point has."""
    base = report.search.base
    assert base is not None, "without a result of the base model there are no cells"
    return shown.of(base.on(report.search.grid_part))
