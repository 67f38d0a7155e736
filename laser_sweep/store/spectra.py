"""The singular values of the chosen point's matrices, beside the results, for the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from laser_sweep.store.atomic import write_file
from laser_sweep.store.json_file import read_json
from laser_sweep.store.paths import Paths


@dataclass(frozen=True)
class Spectrum:
    """The singular values of a matrix.

    Attributes:
        name: the matrix's name.
        values: the singular values in descending order.
        rank: the number of the largest values that the edit keeps; None if it keeps others.
    """

    name: str
    values: list[float]
    rank: int | None


@dataclass(frozen=True)
class _Spectra:
    """The content of the file: the spectra of a point's matrices in a model."""

    weights: str
    point: str
    matrices: list[Spectrum]


def write_spectra(folder: Path, weights: str, point: str, matrices: Sequence[Spectrum]) -> None:
    """Write the spectra of a point's matrices.

    Args:
        folder: the sweep's folder.
        weights: the identity of the model's weights.
        point: the point's name.
        matrices: the spectra.
    """
    content = msgspec.to_builtins(_Spectra(weights, point, list(matrices)))
    write_file(Paths(folder).spectra, json.dumps(content) + "\n")


def read_spectra(folder: Path, weights: str, point: str) -> list[Spectrum]:
    """The spectra that were written for a point of a model; empty if there are none."""
    found = read_json(Paths(folder).spectra, _Spectra)
    if found is None or (found.weights, found.point) != (weights, point):
        return []
    return found.matrices
