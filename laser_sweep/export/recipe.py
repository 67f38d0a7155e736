"""Following the recipe of an export: the same edits of the original weights."""

from __future__ import annotations

from pathlib import Path

import torch
import xxhash
from torch import Tensor, nn

from laser_sweep.errors import ConfigError
from laser_sweep.export.apply import edit_matrix
from laser_sweep.export.edits import MatrixChange, Recipe
from laser_sweep.export.recipe_file import find_recipe


def apply_recipe(model: nn.Module, recipe_path: str | Path) -> None:
    """Edit a loaded model in place, as the sweep did.

    If the model has the original weights, in the recipe's dtype, on the same kind of device, the
    result is the exported weights bit for bit. In another dtype, the weights of that dtype are
    edited.

    Args:
        model: a model of transformers with the original weights.
        recipe_path: a `recipe.json`, or the folder of an export.

    Raises:
        ConfigError: if the recipe cannot be read, or if the model lacks one of its matrices or has
            other values in it, such as edited ones; the model is then unchanged.
    """
    recipe = find_recipe(Path(recipe_path))
    for _, change in recipe.changes:
        _check(model, change, recipe)
    for edit, change in recipe.changes:
        edit_matrix(model, change.matrix, edit, recipe.protocol, recipe.options)


def hash_of(values: Tensor) -> str:
    """A hash of the bytes of a matrix on any device."""
    flat = values.cpu().contiguous().flatten().view(torch.uint8)
    return f"xxh3:{xxhash.xxh3_128_hexdigest(flat.numpy().data)}"


def _check(model: nn.Module, change: MatrixChange, recipe: Recipe) -> None:
    """Check that the model has a matrix with its original values."""
    matrix = change.matrix
    try:
        values = matrix.read(model)
    except (AttributeError, RuntimeError, IndexError) as error:
        raise ConfigError(
            f"{type(model).__name__} has no {matrix.name} of shape {matrix.shape}: the recipe is "
            f"for {recipe.model.path}."
        ) from error
    # In another dtype, the same weights have other bytes.
    comparable = str(values.dtype) == f"torch.{recipe.dtype}"
    if comparable and hash_of(values) != change.original:
        raise ConfigError(
            f"{matrix.name} is not what the recipe was made from, {recipe.model.path} "
            f"({recipe.model.weights}): these are other weights, or edited already."
        )
