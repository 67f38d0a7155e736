"""The heat map: accuracy over ℓ × ρ, one panel for each τ, as PNG and SVG."""

from __future__ import annotations

import io
import math
from itertools import zip_longest
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from laser_sweep.grid.point import ALL_LAYERS
from laser_sweep.report.figures.cells import cells_of, in_order, panels_of
from laser_sweep.report.report import HEAT_MAP, Report
from laser_sweep.report.tables import best_headers

SETTINGS: Any = {"svg.hashsalt": "laser_sweep", "svg.fonttype": "none", "font.size": 9}
_PAGE_WIDTH = 12.0
"""Inches after which the panels go on in the next row."""
_MAXIMAL_LABELS = 400
"""With more cells than this in a panel, numbers in them could not be read."""


def heat_map(report: Report) -> dict[str, bytes]:
    """The files of the figure by name; none if no edited point has a result."""
    if report.cells.empty:
        return {}
    with matplotlib.rc_context(SETTINGS):
        return files(_figure(report, cells_of(report)), HEAT_MAP)


def files(figure: Figure, name: str) -> dict[str, bytes]:
    """A figure as PNG and SVG; the same figure has the same bytes."""
    # The layout is worked out once, and not again for each file.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return {
        f"{name}.png": _saved(figure, format="png", dpi=150, metadata={"Software": None}),
        f"{name}.svg": _saved(figure, format="svg", metadata={"Date": None}),
    }


def _saved(figure: Figure, **options: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, **options)
    return file.getvalue()


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    names = panels_of(cells)
    layers = sorted(cells["lnum"].unique())
    amounts = in_order(cells["kept"])
    width, height = 0.7 + 0.55 * len(amounts), 0.8 + 0.22 * len(layers)
    columns = min(len(names), max(1, int(_PAGE_WIDTH / width)))
    rows = math.ceil(len(names) / columns)
    size = (max(1.9 + columns * width, 4.5), max(0.9 + rows * height, 3.0))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False)
    limit = max(cells["difference"].abs().max(), 1.0)
    for axes, name in zip_longest(panels.flat, names):
        if name is None:
            axes.set_axis_off()
            continue
        image = _panel(axes, cells[cells["panel"] == name], layers, amounts, limit)
        axes.set_title(f"τ = {name}")
        _frame_chosen(axes, report, cells[cells["panel"] == name], layers, amounts)
    by_rho = cells["rho"].notna().all()
    figure.supxlabel("ρ (fraction kept)" if by_rho else "kept")
    figure.supylabel("ℓ (layer)")
    figure.colorbar(image, ax=panels, label="points above base")
    assert report.base is not None
    base = 100 * report.base[f"{report.grid_part}_accuracy"]
    name = best_headers(report)[-2]
    figure.suptitle(f"{report.title}\n{name} in %, base {base:.1f} %")
    return figure


def _panel(
    axes: Axes, cells: pd.DataFrame, layers: list[int], amounts: list[str], limit: float
) -> AxesImage:
    """Draw one τ: ℓ from the bottom up, what is kept from mild to severe."""
    cells = cells.set_index(["lnum", "kept"])
    difference = cells["difference"].unstack().reindex(index=layers, columns=amounts)
    accuracy = cells["accuracy"].unstack().reindex(index=layers, columns=amounts)
    image = axes.imshow(
        difference.to_numpy(float),
        aspect="auto",
        origin="lower",
        cmap="RdBu",
        vmin=-limit,
        vmax=limit,
    )
    axes.set_xticks(range(len(amounts)), amounts)
    names = ["all" if layer == ALL_LAYERS else str(layer) for layer in layers]
    axes.set_yticks(range(len(layers)), names)
    axes.tick_params(length=0)
    if difference.size <= _MAXIMAL_LABELS:
        _label(axes, difference, accuracy, limit)
    return image


def _label(axes: Axes, difference: pd.DataFrame, accuracy: pd.DataFrame, limit: float) -> None:
    """Write each cell's accuracy into it, in a colour that can be read."""
    for y, layer in enumerate(difference.index):
        for x, rho in enumerate(difference.columns):
            delta = difference.loc[layer, rho]
            if pd.notna(delta):
                colour = "white" if abs(delta) > 0.6 * limit else "black"
                text = f"{100 * accuracy.loc[layer, rho]:.1f}"
                axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=7)


def _frame_chosen(
    axes: Axes, report: Report, cells: pd.DataFrame, layers: list[int], amounts: list[str]
) -> None:
    for cell in cells[cells["point"] == (report.pick.point or "")].to_dict("records"):
        corner = (amounts.index(cell["kept"]) - 0.5, layers.index(cell["lnum"]) - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2))
