"""Accuracy and log-loss over the amount kept, a line for each ℓ: Figure 2 of arXiv 2312.13558.

For documents, perplexity stands in the place of accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.figure_files import LINES
from laser_sweep.report.figures.amount_axis import AmountAxis, amount_axis
from laser_sweep.report.figures.cells import amounts_of, cells_of, panels_of
from laser_sweep.report.figures.image_files import image_files, settings
from laser_sweep.report.figures.layer_colours import COLOURS, layer_colour, layer_range
from laser_sweep.report.report import Report
from laser_sweep.report.shown_figures import LOG_LOSS, PERPLEXITY, ShownFigure
from laser_sweep.report.tables import grid_figure_headers

_PANEL = (2.6, 2.1)
"""The width and the height of a panel, in inches."""
_FIGURES = 2
"""The rows of the figure: the headline and the log-loss."""
_LINE: dict[str, Any] = {"marker": ".", "markersize": 3}
_BASE: dict[str, Any] = {"color": "black", "linewidth": 1.0, "linestyle": (0, (5, 3))}
_CHOSEN: dict[str, Any] = {
    "marker": "D",
    "markersize": 6,
    "color": "black",
    "markerfacecolor": "none",
}


@dataclass(frozen=True)
class _Look:
    """What all panels share.

    Attributes:
        axis: the axis of the amounts.
        layers: the lowest and the highest layer of the colour bar.
        chosen: the chosen point's row, or none.
    """

    axis: AmountAxis
    layers: tuple[int, int]
    chosen: pd.DataFrame

    def colour(self, layer: int) -> str:
        """The colour of a line."""
        return "black" if layer == ALL_LAYERS else layer_colour(layer, *self.layers)


def lines(report: Report) -> dict[str, bytes]:
    """The figure's files by name; empty if no edited point has a result."""
    if report.cells.empty:
        return {}
    with settings():
        return image_files(_figure(report, cells_of(report)), LINES)


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    """A column for each τ, a row for the headline and one for the log-loss."""
    shown, names = report.search.shown[:_FIGURES], panels_of(cells)
    size = (1.6 + _PANEL[0] * len(names), 1.3 + _PANEL[1] * len(shown))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(shown), len(names), squeeze=False, sharex=True, sharey="row")
    chosen = cells[cells["point"] == (report.search.pick.point or "")]
    look = _Look(amount_axis(amounts_of(cells)), layer_range(cells["lnum"]), chosen)
    labels = grid_figure_headers(report.search)[:_FIGURES]
    for row, shown_figure, label in zip(panels, shown, labels, strict=True):
        for axes, name in zip(row, names, strict=True):
            _panel(axes, cells[cells["panel"] == name], shown_figure, look)
            axes.axhline(_base(report, shown_figure), **_BASE)
        _scale(row[0], shown_figure, label)
    for axes, name in zip(panels[0], names, strict=True):
        axes.set_title(f"τ = {name}")
    for axes in panels[-1]:
        # A label of the whole figure would be in the legend's place.
        axes.set_xlabel(look.axis.title)
    _scale_amounts(panels[0][0], look.axis)
    _explain(figure, list(panels.flat), cells, look)
    figure.suptitle(report.title)
    return figure


def _panel(axes: Axes, cells: pd.DataFrame, shown: ShownFigure, look: _Look) -> None:
    """Draw the lines of one τ; the chosen point's line is thick and on top."""
    known = cells[cells[shown.key].notna()]
    known = known.assign(place=known["kept"].map(look.axis.places)).sort_values("place")
    for lnum in sorted(known["lnum"].unique()):
        line = known[known["lnum"] == lnum]
        chosen = line[line["point"].isin(look.chosen["point"])]
        width, order = (0.9, 2.0) if chosen.empty else (2.4, 3.0)
        style = {**_LINE, "color": look.colour(lnum), "linewidth": width, "zorder": order}
        axes.plot(line["place"], line[shown.key], **style)
        axes.plot(chosen["place"], chosen[shown.key], linestyle="none", zorder=4, **_CHOSEN)
    axes.spines[["top", "right"]].set_visible(False)


def _scale(axes: Axes, shown: ShownFigure, label: str) -> None:
    """The scale and the label that a row of panels shares."""
    if shown.is_accuracy:
        axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}\N{NO-BREAK SPACE}%")
    if shown.key == PERPLEXITY.key:
        axes.set_yscale("log")
    axes.set_ylabel(f"{label}, nats" if shown.key == LOG_LOSS.key else label)


def _scale_amounts(axes: Axes, axis: AmountAxis) -> None:
    """The scale of the amounts, from the mildest edits on the left, which all panels share."""
    if axis.is_log:
        axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(FixedLocator(list(axis.places.values())))
    axes.set_xticks([axis.places[amount] for amount in axis.labels], list(axis.labels.values()))
    if axis.is_reversed:
        axes.invert_xaxis()


def _explain(figure: Figure, panels: list[Axes], cells: pd.DataFrame, look: _Look) -> None:
    """The colour bar of the layers, and the legend of all other lines and marks."""
    if (cells["lnum"] != ALL_LAYERS).any():
        colours = LinearSegmentedColormap.from_list("layers", COLOURS)
        bar = ScalarMappable(Normalize(*look.layers), colours)
        figure.colorbar(bar, ax=panels, label="ℓ (layer)", ticks=MaxNLocator(integer=True))
    handles = list(_handles(cells, look))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)


def _handles(cells: pd.DataFrame, look: _Look) -> Iterator[Artist]:
    yield Line2D([], [], label="base model", **_BASE)
    if (cells["lnum"] == ALL_LAYERS).any():
        yield Line2D([], [], label="all layers", color="black", linewidth=0.9)
    for row in look.chosen.to_dict("records"):
        colour = look.colour(int(row["lnum"]))
        label = f"chosen: {row['point']}"
        yield Line2D(
            [], [], label=label, **{**_CHOSEN, "color": colour, "markeredgecolor": "black"}
        )


def _base(report: Report, shown: ShownFigure) -> float:
    """A figure of the base model on the part that every point has."""
    base = report.search.base
    assert base is not None, "without a result of the base model there are no cells"
    return shown.of(base.on(report.search.grid_part))
