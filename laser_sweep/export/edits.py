"""The edits of an export: the original model, and each matrix that was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transformers import PreTrainedModel

from laser_sweep.config import Config
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import Options
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source
from laser_sweep.store.record import Identity


@dataclass(frozen=True)
class Original:
    """The original model of an export.

    Attributes:
        path: the hub id or the folder, as reports show it.
        revision: the commit on the hub; None for a folder.
        weights: the identity of the weights.
    """

    path: str
    revision: str | None
    weights: str


@dataclass(frozen=True)
class MatrixChange:
    """A matrix that an edit changed.

    Attributes:
        matrix: the matrix.
        original: a hash of its original values in the recipe's dtype.
        rank: the rank that it keeps; None if the intervention sets no rank.
    """

    matrix: Matrix
    original: str
    rank: int | None


@dataclass(frozen=True)
class Step:
    """An edit, and the matrices that it changed."""

    edit: Edit
    changes: tuple[MatrixChange, ...]


@dataclass(frozen=True)
class Evaluated:
    """The findings of the sweep, for those who evaluate the point again.

    Attributes:
        config: the configuration of the sweep.
        identity: everything but the point that changes an outcome.
        part: the part of the examples that the figures are of.
        examples: the indices of these examples, as `0..79,85`.
        base: the figures of the base model by their names; empty if it was not evaluated on them.
        point: the figures of the point.
    """

    config: Config
    identity: Identity
    part: str
    examples: str
    base: Mapping[str, float]
    point: Mapping[str, float]


@dataclass(frozen=True)
class Recipe:
    """The way from the original weights to a point's weights.

    Attributes:
        point: the point's name.
        model: the original model.
        dtype: the dtype in which it was edited, such as `float32`.
        protocol: the protocol by which amounts become ranks, `corrected` or `paper`.
        options: the options of the intervention.
        steps: the edits; empty for the base model.
        versions: the versions of the software that made the export.
        evaluated: the findings of the sweep; None in a recipe of an earlier version.
    """

    point: str
    model: Original
    dtype: str
    protocol: str
    options: Options
    steps: tuple[Step, ...]
    versions: Mapping[str, str | None]
    evaluated: Evaluated | None = None

    @property
    def changes(self) -> list[tuple[Edit, MatrixChange]]:
        """Every changed matrix with its edit, in order."""
        return [(step.edit, change) for step in self.steps for change in step.changes]


@dataclass(frozen=True)
class EditedModel:
    """An edited model.

    Attributes:
        model: the model with its edited weights.
        recipe: the edits.
        source: the files of the original.
    """

    model: PreTrainedModel
    recipe: Recipe
    source: Source
