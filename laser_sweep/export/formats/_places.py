"""Checks that several formats have: that there are edits, places for factors, and a low rank."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from laser_sweep.errors import ConfigError
from laser_sweep.intervention import EditedMatrix
from laser_sweep.model.matrix import Matrix


def check_edited(matrices: Sequence[Matrix], name: str) -> None:
    """Check that there is an edit.

    Args:
        matrices: the matrices that are edited.
        name: the format.

    Raises:
        ConfigError: if there is none.
    """
    if not matrices:
        raise ConfigError(f"--format {name}: the base model has no edited matrix: use dense.")


def rank_of(edited: EditedMatrix, what: str, name: str) -> int:
    """The rank that an edited matrix keeps.

    Args:
        edited: the edited matrix.
        what: the matrix that should have a low rank, in words.
        name: the format.

    Raises:
        ConfigError: if the intervention sets none.
    """
    if edited.rank is None:
        raise ConfigError(
            f"--format {name}: {what} has no low rank, because the intervention sets none: use "
            "dense or patch."
        )
    return edited.rank


def check_places(model: PreTrainedModel, matrices: Sequence[Matrix], name: str) -> None:
    """Check that every matrix is the weight of a linear layer that factors can stand in for.

    Args:
        model: the model; its weights are not read.
        matrices: the matrices.
        name: the format.

    Raises:
        ConfigError: if one is not; the error names the matrix.
    """
    for matrix in matrices:
        if why := _fault(model, matrix):
            raise ConfigError(f"--format {name}: {matrix.name} {why}: use dense or patch.")


def layer_of(matrix: Matrix) -> str:
    """The name of the module that a matrix is the weight of."""
    return matrix.parameter.removesuffix(".weight")


def _fault(model: PreTrainedModel, matrix: Matrix) -> str:
    """Why two factors cannot stand in a matrix's place; empty if they can."""
    if matrix.expert_slice is not None:
        return "is in a parameter that holds several experts, not the weight of a linear layer"
    if not matrix.parameter.endswith(".weight"):
        return "is not the weight of a linear layer"
    layer = model.get_submodule(layer_of(matrix))
    if not isinstance(layer, nn.Linear | Conv1D):
        return f"belongs to a {type(layer).__name__}, not to a linear layer"
    if matrix.shared_with:
        return f"is the same tensor as {matrix.shared_with[0]}, where it would stay as it is"
    if not matrix.parameter.startswith(f"{model.base_model_prefix}."):
        return f"is outside the base model ({model.base_model_prefix})"
    return ""
