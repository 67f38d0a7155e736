"""The edited matrices of the points of a plan."""

from __future__ import annotations

from itertools import islice

import torch
from torch import Tensor, nn

from laser_sweep.grid.point import Edit, Point
from laser_sweep.intervention import INTERVENTIONS, MOST_PREPARED, EditedMatrix
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan.plan import Plan
from laser_sweep.store.spectra import Spectrum

_MOST_SPECTRA = 12
"""Matrices of a point whose singular values are stored for the report."""


class Editor:
    """Makes the edits of a plan's points; decompositions are shared by consecutive points.

    Args:
        plan: the plan.
        model: the model, with its original weights.
    """

    def __init__(self, plan: Plan, model: nn.Module):
        self._plan = plan
        self._model = model
        self._prepared: dict[Matrix, object] = {}

    def edits(self, point: Point) -> dict[Matrix, EditedMatrix]:
        """The edited matrices of a point, with their ranks."""
        matrices = {edit: self._plan.layout.matrices(edit) for edit in point.edits}
        self._keep_only({matrix for each in matrices.values() for matrix in each})
        return {
            matrix: self._edit(edit, matrix) for edit, each in matrices.items() for matrix in each
        }

    def spectra(self, point: Point) -> list[Spectrum]:
        """The singular values of the first matrices that a point edits.

        The rank of a spectrum is set only where the edit keeps the largest components.
        """
        keeps_largest = self._plan.options.spectrum == "top"
        return [
            Spectrum(
                name=matrix.name,
                values=torch.linalg.svdvals(weight_of(matrix, self._model)).tolist(),
                rank=edited.rank if keeps_largest else None,
            )
            for matrix, edited in islice(self.edits(point).items(), _MOST_SPECTRA)
        ]

    def _edit(self, edit: Edit, matrix: Matrix) -> EditedMatrix:
        intervention = INTERVENTIONS.load(edit.kind)
        if (prepared := self._prepared.get(matrix)) is None:
            prepared = intervention.prepare(weight_of(matrix, self._model))
            if len(self._prepared) < MOST_PREPARED:
                self._prepared[matrix] = prepared
        return intervention.apply(prepared, self._plan.retention(edit.amount), self._plan.options)

    def _keep_only(self, matrices: set[Matrix]) -> None:
        """Drop the decompositions of all other matrices."""
        self._prepared = {m: p for m, p in self._prepared.items() if m in matrices}


def weight_of(matrix: Matrix, model: nn.Module) -> Tensor:
    """A matrix of a model in at least single precision, as interventions take it.

    Raises:
        ValueError: if the matrix holds NaN or infinite values.
    """
    weight = matrix.read(model)
    if not torch.isfinite(weight).all():
        raise ValueError(f"{matrix.name} holds NaN or infinite values")
    return weight.to(torch.promote_types(weight.dtype, torch.float32))
