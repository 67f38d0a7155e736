"""`recipe.json`: what was done to which matrices, and doing it to the original weights again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import xxhash
from torch import Tensor, nn

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.export.apply import change
from laser_sweep.grid.amount import Amount
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import Options
from laser_sweep.model.matrix import Matrix, Rows

FORMAT = 1
NAME = "recipe.json"


@dataclass(frozen=True)
class Changed:
    """A matrix that an edit changed.

    Attributes:
        matrix: the matrix.
        original: a hash of what it was before, in the recipe's dtype.
        rank: the rank that is left of it; None for an intervention that does not set one.
    """

    matrix: Matrix
    original: str
    rank: int | None


@dataclass(frozen=True)
class Step:
    """An edit, and the matrices that it changed."""

    edit: Edit
    changed: tuple[Changed, ...]


@dataclass(frozen=True)
class Recipe:
    """How a point is made of the original weights.

    Attributes:
        point: the point's name.
        model: path, revision and weights of the original: what it is called, and what it is.
        dtype: what it was edited in, such as `float32`.
        protocol: by whose arithmetic amounts become ranks.
        options: how the intervention is done.
        steps: the edits; empty for the base model.
        versions: what it was made with.
    """

    point: str
    model: Mapping[str, Any]
    dtype: str
    protocol: str
    options: Options
    steps: tuple[Step, ...]
    versions: Mapping[str, Any]

    def to_json(self) -> str:
        """The recipe as it is written to a file."""
        edits = [
            {
                **asdict(step.edit),
                "matrices": [
                    {**asdict(each.matrix), "original": each.original, "rank": each.rank}
                    for each in step.changed
                ],
            }
            for step in self.steps
        ]
        content = {"format": FORMAT, **asdict(self), "edits": edits}
        del content["steps"]
        return json.dumps(content, indent=2) + "\n"


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file.

    Raises:
        ConfigError: if it cannot be read, or is none of this version's.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError(f"expected format {FORMAT}")
        steps = tuple(_step(edit) for edit in content.pop("edits"))
        return Recipe(**{**content, "options": Options(**content["options"]), "steps": steps})
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} is no recipe that this version of laser_sweep reads: {one_line(error)}"
        ) from error


def apply_recipe(model: nn.Module, recipe_path: str | Path) -> None:
    """Edit a loaded model in place, as the sweep did.

    With the original weights, loaded in the recipe's dtype, on the same kind of device, that gives
    the exported weights bit for bit. In another dtype they are those of that dtype, edited.

    Args:
        model: a model of transformers, with the original weights.
        recipe_path: a `recipe.json`, or the folder of an export.

    Raises:
        ConfigError: if the recipe cannot be read, or the model lacks one of its matrices or has
            other values in it, such as edited ones; the model is then as it was.
    """
    path = Path(recipe_path)
    recipe = read_recipe(path / NAME if path.is_dir() else path)
    for step in recipe.steps:
        for each in step.changed:
            _check(model, each, recipe)
    for step in recipe.steps:
        for each in step.changed:
            change(model, each.matrix, step.edit, recipe.protocol, recipe.options)


def hash_of(values: Tensor) -> str:
    """A hash of the bytes of a matrix, on whatever device."""
    flat = values.cpu().contiguous().flatten().view(torch.uint8)
    return f"xxh3:{xxhash.xxh3_128_hexdigest(flat.numpy().data)}"


def _check(model: nn.Module, changed: Changed, recipe: Recipe) -> None:
    """Check that a matrix is there, and is what it was when the recipe was made."""
    matrix = changed.matrix
    try:
        values = matrix.read(model)
    except (AttributeError, RuntimeError, IndexError) as error:
        raise ConfigError(
            f"{type(model).__name__} has no {matrix.name} of shape {matrix.shape}: the recipe is "
            f"for {recipe.model['path']}."
        ) from error
    # In another dtype the same weights have other bytes.
    comparable = str(values.dtype) == f"torch.{recipe.dtype}"
    if comparable and hash_of(values) != changed.original:
        raise ConfigError(
            f"{matrix.name} is not what the recipe was made from, {recipe.model['path']} "
            f"({recipe.model['weights']}): these are other weights, or edited already."
        )


def _step(written: Mapping[str, Any]) -> Step:
    fields = {**written, "amount": Amount(**written["amount"])}
    matrices = fields.pop("matrices")
    return Step(Edit(**fields), tuple(_changed(each) for each in matrices))


def _changed(written: Mapping[str, Any]) -> Changed:
    fields = dict(written)
    original, rank = fields.pop("original"), fields.pop("rank")
    for name in ("shape", "stack", "shared_with"):
        fields[name] = None if fields[name] is None else tuple(fields[name])
    fields["rows"] = None if fields["rows"] is None else Rows(*fields["rows"])
    return Changed(Matrix(**fields), original, rank)
