"""The edited matrices of a point: what is prepared of a matrix is kept from one ρ to the next."""

from __future__ import annotations

from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from laser_sweep.grid.point import Edit, Point
from laser_sweep.intervention import INTERVENTIONS, EditedMatrix
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan.plan import Plan

_MOST_SPECTRA = 12
"""Of so many matrices of a point the singular values are written down."""
_MOST_PREPARED = 32
"""A decomposition takes twice its matrix; of all layers at once only so many are kept for the
next ρ, and the others made again."""


class Editor:
    """Makes the edits of a plan's points.

    Args:
        plan: the plan.
        model: the model, as it was loaded.
    """

    def __init__(self, plan: Plan, model: nn.Module):
        self._plan = plan
        self._model = model
        self._prepared: dict[Matrix, Any] = {}

    def edits(self, point: Point) -> dict[Matrix, EditedMatrix]:
        """The edited matrices of a point, and the ranks that they have."""
        matrices = {edit: self._plan.layout.matrices(edit) for edit in point.edits}
        self._forget_other_than({matrix for each in matrices.values() for matrix in each})
        return {
            matrix: self._edit(edit, matrix) for edit, each in matrices.items() for matrix in each
        }

    def spectra(self, point: Point) -> list[dict[str, Any]]:
        """The singular values of the first matrices that a point edits.

        Returns:
            For each its `name`, its `values`, the largest first, and the `rank` that is left of it,
            if that is the number of the largest that are kept.
        """
        is_cut = self._plan.options.spectrum == "top"
        return [
            {
                "name": matrix.name,
                "values": torch.linalg.svdvals(weight_of(matrix, self._model)).tolist(),
                "rank": made.rank if is_cut else None,
            }
            for matrix, made in islice(self.edits(point).items(), _MOST_SPECTRA)
        ]

    def _edit(self, edit: Edit, matrix: Matrix) -> EditedMatrix:
        intervention = INTERVENTIONS.load(edit.kind)
        if (prepared := self._prepared.get(matrix)) is None:
            prepared = intervention.prepare(weight_of(matrix, self._model))
            if len(self._prepared) < _MOST_PREPARED:
                self._prepared[matrix] = prepared
        return intervention.apply(prepared, self._plan.retention(edit), self._plan.options)

    def _forget_other_than(self, matrices: set[Matrix]) -> None:
        """Keep what was prepared only from one point to the next that has the matrix too."""
        self._prepared = {m: p for m, p in self._prepared.items() if m in matrices}


def weight_of(matrix: Matrix, model: nn.Module) -> Tensor:
    """A matrix of a model, as interventions take it: in at least single precision.

    Raises:
        ValueError: if it holds NaN or infinite values.
    """
    weight = matrix.read(model)
    if not torch.isfinite(weight).all():
        raise ValueError(f"{matrix.name} holds NaN or infinite values")
    return weight.to(torch.promote_types(weight.dtype, torch.float32))
