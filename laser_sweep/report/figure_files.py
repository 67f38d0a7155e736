"""The names of the figures' files."""

from __future__ import annotations

from pathlib import Path

from laser_sweep.store.paths import Paths

HEAT_MAP, LINES = "heat_map", "lines"
"""The names of the figures' files."""
FIGURE_KINDS = ("png", "svg", "pdf")
"""Their formats."""


def figure_files(paths: Paths) -> tuple[Path, ...]:
    """The files of the figures, which a report without a heat map lacks."""
    names = (f"{name}.{kind}" for name in (HEAT_MAP, LINES) for kind in FIGURE_KINDS)
    return tuple(paths.figures / name for name in names)
