"""Sweep folders with random outcomes of every point on every example."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from laser_sweep.config import SplitConfig
from laser_sweep.split import Parts
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.results import Identity, Store

from .records import make_command, make_config
from .written_sweeps import BASE

COUNT = 40
FOLDS = Parts(tuple(range(COUNT)), (), tuple(tuple(range(first, COUNT, 4)) for first in range(4)))
GRID = [
    PointColumns("rank_reduction", lname, lnum, "all", 9.0, 0.1, 4, 1, f"{lname}-l{lnum}-rho0.1")
    for lname in ("fc_in", "fc_out")
    for lnum in (1, 2, 3)
]
POINTS = [BASE, *GRID]


def drawn(seed: int, points: int = len(POINTS)) -> np.ndarray:
    """Whether each point has each example right, shape (points, examples)."""
    return np.random.default_rng(seed).random((points, COUNT)) < 0.5


def make_sweep(
    folder: Path,
    right: np.ndarray,
    parts: Parts,
    per_token: np.ndarray | None = None,
    **options: object,
) -> Store:
    """A folder in which every point is evaluated on every example.

    Args:
        folder: the folder.
        right: whether each point has each example right, shape (points, examples).
        parts: the parts of the examples.
        per_token: the same by the mean per token, if the choices have unequal lengths.
        options: options of the sweep.
    """
    store = Store(folder, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), parts)
    config = make_config(split=SplitConfig("kfold"), **options)
    store.open(make_command(config, [point.point for point in POINTS]))
    for row, (point, correct) in enumerate(zip(POINTS, right, strict=True)):
        fill(store, point, range(COUNT), correct, None if per_token is None else per_token[row])
    return store


def fill(
    store: Store,
    point: PointColumns,
    examples: range,
    correct: np.ndarray,
    per_token: np.ndarray | None = None,
) -> None:
    outcomes: dict[str, list[object]] = {
        "correct": [bool(each) for each in correct],
        "answer_logprob": [-1.0 if each else -2.0 for each in correct],
        "answer_length": [1] * len(correct),
        "prediction": ["yes" if each else "no" for each in correct],
    }
    if per_token is not None:
        outcomes["correct_per_token"] = [bool(each) for each in per_token]
    store.write(point, tuple(examples), outcomes)
