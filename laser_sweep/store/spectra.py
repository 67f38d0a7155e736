"""The singular values of the matrices that a point changes, beside its results, for the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from laser_sweep.store.atomic import write_file

NAME = "spectrum.json"


def write_spectra(
    folder: Path, weights: str, point: str, matrices: Sequence[Mapping[str, Any]]
) -> None:
    """Write down the singular values of a point's matrices.

    Args:
        folder: the sweep's folder.
        weights: what identifies the model's weights.
        point: the point.
        matrices: for each its `name`, the `values`, the largest first, and the `rank` that is left.
    """
    content = {"weights": weights, "point": point, "matrices": matrices}
    write_file(folder / NAME, json.dumps(content) + "\n")


def read_spectra(folder: Path, weights: str, point: str) -> list[dict[str, Any]]:
    """What was written down for a point of a model; empty if nothing was."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if (found["weights"], found["point"]) == (weights, point):
            return [dict(matrix) for matrix in found["matrices"]]
    return []
