"""The heat map: accuracy over ℓ × ρ, one panel for each τ, as PNG and SVG."""

from __future__ import annotations

import io
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from laser_sweep.grid import ALL_LAYERS, BASE
from laser_sweep.report.content import HEAT_MAP, Report

_SETTINGS: Any = {"svg.hashsalt": "laser_sweep", "svg.fonttype": "none", "font.size": 9}
_MAXIMAL_LABELS = 400
"""With more cells than this in a panel, numbers in them could not be read."""


def heat_map(report: Report) -> dict[str, bytes]:
    """The files of the figure by name; none if no edited point has a result."""
    cells = _cells(report)
    if cells.empty or report.base is None:
        return {}
    with matplotlib.rc_context(_SETTINGS):
        figure = _figure(report, cells)
        # The layout is worked out once, and not again for each file.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        return {
            f"{HEAT_MAP}.png": _saved(figure, format="png", dpi=150, metadata={"Software": None}),
            f"{HEAT_MAP}.svg": _saved(figure, format="svg", metadata={"Date": None}),
        }


def _saved(figure: Figure, **options: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, **options)
    return file.getvalue()


def _cells(report: Report) -> pd.DataFrame:
    """The edited points with a validation accuracy, and their difference to the base in points."""
    table = report.table
    cells = table[(table["point"] != str(BASE)) & table["validation_accuracy"].notna()]
    base = np.nan if report.base is None else report.base["validation_accuracy"]
    return cells.assign(difference=100 * (cells["validation_accuracy"] - base))


def _figure(report: Report, cells: pd.DataFrame) -> Figure:
    lnames = list(dict.fromkeys(cells["lname"]))
    layers = sorted(cells["lnum"].unique())
    columns = cells["rho"].nunique()
    size = (1.9 + len(lnames) * (0.7 + 0.55 * columns), 1.7 + 0.22 * len(layers))
    figure = Figure(figsize=(max(size[0], 4.5), max(size[1], 2.6)), layout="constrained")
    panels = figure.subplots(1, len(lnames), squeeze=False, sharey=True)[0]
    limit = max(cells["difference"].abs().max(), 1.0)
    for axes, lname in zip(panels, lnames, strict=True):
        image = _panel(axes, cells[cells["lname"] == lname], layers, limit)
        axes.set_title(f"τ = {lname}")
        axes.set_xlabel("ρ (fraction kept)")
        _frame_chosen(axes, report, lname, layers, sorted(cells["rho"].unique(), reverse=True))
    panels[0].set_ylabel("ℓ (layer)")
    figure.colorbar(image, ax=panels, label="validation accuracy − base (points)")
    assert report.base is not None
    base = 100 * report.base["validation_accuracy"]
    figure.suptitle(f"{report.title}\nvalidation accuracy in %, base {base:.1f} %")
    return figure


def _panel(axes: Axes, cells: pd.DataFrame, layers: list[int], limit: float):  # type: ignore
    """Draw one τ: ℓ from the bottom up, ρ from mild to severe."""
    difference = cells.pivot(index="lnum", columns="rho", values="difference").reindex(layers)
    difference = difference[sorted(difference.columns, reverse=True)]
    accuracy = cells.pivot(index="lnum", columns="rho", values="validation_accuracy")
    image = axes.imshow(
        difference.to_numpy(float),
        aspect="auto",
        origin="lower",
        cmap="RdBu",
        vmin=-limit,
        vmax=limit,
    )
    axes.set_xticks(range(difference.shape[1]), [f"{rho:.12g}" for rho in difference.columns])
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
    axes: Axes, report: Report, lname: str, layers: list[int], rhos: list[float]
) -> None:
    chosen = report.chosen
    if chosen is None or chosen["point"] == str(BASE) or chosen["lname"] != lname:
        return
    corner = (rhos.index(chosen["rho"]) - 0.5, layers.index(chosen["lnum"]) - 0.5)
    axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2))
