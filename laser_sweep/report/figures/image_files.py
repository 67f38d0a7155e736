"""Figures as PNG and SVG files with reproducible bytes."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager

import matplotlib
from matplotlib.figure import Figure


def settings() -> AbstractContextManager[None]:
    """Matplotlib's settings for all figures, within the context."""
    # Without a salt, the names in an SVG would be random.
    return matplotlib.rc_context(
        {"svg.hashsalt": "laser_sweep", "svg.fonttype": "none", "font.size": 9}
    )


def image_files(figure: Figure, name: str) -> dict[str, bytes]:
    """The PNG file and the SVG file of a figure, by file name."""
    # Otherwise each file would work out the layout again.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    png, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", dpi=150, metadata={"Software": None})
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return {f"{name}.png": png.getvalue(), f"{name}.svg": svg.getvalue()}
