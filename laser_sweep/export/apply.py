"""Editing a model for good: the same arithmetic as the sweep's, written into its parameters."""

from __future__ import annotations

from torch import nn

from laser_sweep.grid.point import Edit
from laser_sweep.intervention import INTERVENTIONS, Options, Retention
from laser_sweep.model.matrix import Matrix
from laser_sweep.run.editor import weight_of


def change(
    model: nn.Module, matrix: Matrix, edit: Edit, protocol: str, options: Options
) -> int | None:
    """Replace a matrix of a model, in place, by what an edit makes of it.

    Args:
        model: the model.
        matrix: one of the matrices that the edit is of.
        edit: the edit.
        protocol: by whose arithmetic the amount becomes a rank.
        options: how the intervention is done.

    Returns:
        The rank that is left; None for an intervention that does not set one.
    """
    intervention = INTERVENTIONS.load(edit.kind)
    prepared = intervention.prepare(weight_of(matrix, model))
    made = intervention.apply(prepared, Retention(edit.amount, protocol), options)
    matrix.write(model, made.weight)
    return made.rank
