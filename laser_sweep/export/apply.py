"""Permanent edits of a model, with the arithmetic of the sweep's worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor, nn

from laser_sweep.grid.point import Edit
from laser_sweep.intervention import INTERVENTIONS, EditedMatrix, Options, Retention
from laser_sweep.model.matrix import Matrix
from laser_sweep.run.editor import weight_of

Watch: TypeAlias = Callable[[Matrix, Tensor, EditedMatrix], None]
"""A function that is given a matrix, its values before, and its values after an edit; both in at
least single precision, as interventions compute."""


def edit_matrix(
    model: nn.Module,
    matrix: Matrix,
    edit: Edit,
    protocol: str,
    options: Options,
    watch: Watch | None = None,
) -> int | None:
    """Edit a matrix of a model in place.

    Args:
        model: the model.
        matrix: one of the matrices that the edit is about.
        edit: the edit.
        protocol: the protocol by which the amount becomes a rank, `corrected` or `paper`.
        options: the options of the intervention.
        watch: a function that is told of the edit.

    Returns:
        The rank that the matrix keeps; None if the intervention sets no rank.
    """
    intervention = INTERVENTIONS.load(edit.kind)
    original = weight_of(matrix, model)
    prepared = intervention.prepare(original)
    edited = intervention.apply(prepared, Retention(edit.amount, protocol), options)
    if watch is not None:
        watch(matrix, original, edited)
    matrix.write(model, edited.weight)
    return edited.rank
