"""Permanent edits of a model, with the arithmetic of the sweep's worker."""

from __future__ import annotations

from torch import nn

from laser_sweep.grid.point import Edit
from laser_sweep.intervention import INTERVENTIONS, Options, Retention
from laser_sweep.model.matrix import Matrix
from laser_sweep.run.editor import weight_of


def edit_matrix(
    model: nn.Module, matrix: Matrix, edit: Edit, protocol: str, options: Options
) -> int | None:
    """Edit a matrix of a model in place.

    Args:
        model: the model.
        matrix: one of the matrices that the edit is about.
        edit: the edit.
        protocol: the protocol by which the amount becomes a rank, `corrected` or `paper`.
        options: the options of the intervention.

    Returns:
        The rank that the matrix keeps; None if the intervention sets no rank.
    """
    intervention = INTERVENTIONS.load(edit.kind)
    prepared = intervention.prepare(weight_of(matrix, model))
    edited = intervention.apply(prepared, Retention(edit.amount, protocol), options)
    matrix.write(model, edited.weight)
    return edited.rank
