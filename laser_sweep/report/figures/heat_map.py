"""The heat map: accuracy or perplexity over ℓ × ρ, one panel for each τ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import zip_longest

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch, Rectangle

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.figure_files import HEAT_MAP
from laser_sweep.report.figures.cells import amounts_of, cells_of, panels_of
from laser_sweep.report.figures.image_files import image_files, settings
from laser_sweep.report.report import Report
from laser_sweep.report.shown_figures import ShownFigure
from laser_sweep.report.tables import grid_figure_headers

_PAGE_WIDTH = 12.0
"""The width, in inches, at which the panels continue in the next row."""
_LEFT_OUT = "0.85"
"""The grey of a cell that a search left out."""
_MAXIMAL_LABELS = 400
"""In a panel with more cells, numbers could not be read."""


@dataclass(frozen=True)
class _Scale:
    """The axes and the colours that all panels share.

    Attributes:
        layers: the layers ℓ, from the bottom up.
        amounts: the amounts that are kept, from the mildest edit to the most severe one.
        limit: the difference to the base model at the ends of the colour scale.
        headline: the figure that is written into the cells.
        background: the colour of a cell without a point, or of a point that was left out.
    """

    layers: list[int]
    amounts: list[str]
    limit: float
    headline: ShownFigure
    background: str


def heat_map(report: Report) -> dict[str, bytes]:
    """The figure's files by name; empty if no edited point has a result."""
    if report.cells.empty:
        return {}
    with settings():
        return image_files(_figure(report, cells_of(report)), HEAT_MAP)


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    names, headline = panels_of(cells), report.search.headline
    scale = _Scale(
        layers=sorted(cells["lnum"].unique()),
        amounts=amounts_of(cells),
        limit=_limit(cells["difference"], headline),
        headline=headline,
        background=_LEFT_OUT if cells["difference"].isna().any() else "white",
    )
    figure, panels = _panels(len(names), scale)
    for axes, name in zip_longest(panels, names):
        if name is None:
            axes.set_axis_off()
            continue
        own = cells[cells["panel"] == name]
        image = _draw(axes, own, scale)
        axes.set_title(f"τ = {name}")
        _frame(axes, own[own["point"] == (report.search.pick.point or "")], scale)
    figure.supxlabel("ρ (fraction kept)" if cells["rho"].notna().all() else "kept")
    figure.supylabel("ℓ (layer)")
    figure.colorbar(
        image,
        ax=panels,
        extend="min" if cells["difference"].min() < -scale.limit else "neither",
        label="points above base" if headline.is_accuracy else "nats per token better than base",
    )
    if scale.background == _LEFT_OUT:
        left_out = Patch(facecolor=_LEFT_OUT, label="left out by the search")
        figure.legend(handles=[left_out], loc="outside lower right", frameon=False)
    figure.suptitle(_title(report))
    return figure


def _limit(differences: pd.Series, headline: ShownFigure) -> float:
    """The difference at the ends of the colour scale.

    A few edits that ruin a model would leave no colour for the others; the colour bar then ends in
    a triangle.
    """
    least = 1.0 if headline.is_accuracy else 0.001
    return max(float(differences.abs().quantile(0.9)), float(differences.max()), least)


def _panels(count: int, scale: _Scale) -> tuple[Figure, list[Axes]]:
    """A figure with at least this number of panels."""
    width, height = 0.7 + 0.55 * len(scale.amounts), 0.8 + 0.22 * len(scale.layers)
    columns = min(count, max(1, int(_PAGE_WIDTH / width)))
    rows = math.ceil(count / columns)
    size = (max(1.9 + columns * width, 4.5), max(0.9 + rows * height, 3.0))
    figure = Figure(figsize=size, layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _title(report: Report) -> str:
    search = report.search
    assert search.base is not None, "without a result of the base model there are no cells"
    headline = search.headline
    base = headline.text(headline.of(search.base.on(search.grid_part)))
    unit = " in %" if headline.is_accuracy else ""
    return f"{report.title}\n{grid_figure_headers(search)[0]}{unit}, base {base}"


def _draw(axes: Axes, cells: pd.DataFrame, scale: _Scale) -> AxesImage:
    """Draw the panel of one τ."""
    cells = cells.set_index(["lnum", "kept"])
    difference, figures = (
        cells[column].unstack().reindex(index=scale.layers, columns=scale.amounts)
        for column in ("difference", scale.headline.key)
    )
    image = axes.imshow(
        difference.to_numpy(float),
        aspect="auto",
        origin="lower",
        cmap="RdBu",
        vmin=-scale.limit,
        vmax=scale.limit,
    )
    axes.set_facecolor(scale.background)
    axes.set_xticks(range(len(scale.amounts)), scale.amounts)
    names = ["all" if layer == ALL_LAYERS else str(layer) for layer in scale.layers]
    axes.set_yticks(range(len(scale.layers)), names)
    axes.tick_params(length=0)
    if difference.size <= _MAXIMAL_LABELS:
        _label(axes, difference, figures, scale)
    return image


def _label(axes: Axes, difference: pd.DataFrame, figures: pd.DataFrame, scale: _Scale) -> None:
    """Write the headline figure into each cell, in a colour that contrasts with the cell's."""
    for y, layer in enumerate(difference.index):
        for x, amount in enumerate(difference.columns):
            delta = difference.loc[layer, amount]
            if pd.notna(delta):
                colour = "white" if abs(delta) > 0.6 * scale.limit else "black"
                figure = figures.loc[layer, amount]
                text = f"{100 * figure:.1f}" if scale.headline.is_accuracy else f"{figure:.4g}"
                axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=7)


def _frame(axes: Axes, chosen: pd.DataFrame, scale: _Scale) -> None:
    """Draw a frame around the cell of the chosen point, if the panel has it."""
    for layer, amount in zip(chosen["lnum"], chosen["kept"], strict=True):
        corner = (scale.amounts.index(amount) - 0.5, scale.layers.index(layer) - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2))
