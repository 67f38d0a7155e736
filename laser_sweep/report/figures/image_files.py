"""Figures as PNG, SVG and PDF files with reproducible bytes."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from laser_sweep.report.figure_files import FIGURE_KINDS


def settings() -> AbstractContextManager[None]:
    """Matplotlib's settings for all figures, within the context."""
    return matplotlib.rc_context(
        {
            # Without a salt, the names in an SVG would be random.
            "svg.hashsalt": "laser_sweep",
            "svg.fonttype": "none",
            # Journals refuse Type 3 fonts, matplotlib's default.
            "pdf.fonttype": 42,
            "font.family": "sans-serif",
            "font.size": 9,
        }
    )


_SAVING: dict[str, dict[str, Any]] = {
    "png": {"dpi": 150, "metadata": {"Software": None}},
    "svg": {"metadata": {"Date": None}},
    "pdf": {"metadata": {"CreationDate": None, "Creator": None, "Producer": None}},
}
"""For each format, the options that leave out dates and versions."""


def image_files(figure: Figure, name: str) -> dict[str, bytes]:
    """The files of a figure in all formats, by file name."""
    # Otherwise each file would work out the layout again.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return {f"{name}.{kind}": _saved(figure, kind) for kind in FIGURE_KINDS}


def _saved(figure: Figure, kind: str) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format=kind, **_SAVING[kind])
    return file.getvalue()
