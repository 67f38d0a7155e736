"""The model that a sweep edited, found again, checked to be the same, and edited for good."""

from __future__ import annotations

from typing import NamedTuple

import torch
from transformers import PreTrainedModel

from laser_sweep.errors import ConfigError
from laser_sweep.export.apply import change
from laser_sweep.export.recipe import Changed, Recipe, Step, hash_of
from laser_sweep.export.request import Choice
from laser_sweep.grid.point import Edit
from laser_sweep.model import load
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source, find_source
from laser_sweep.store.provenance import versions


class Exported(NamedTuple):
    """An edited model, and how it was made."""

    model: PreTrainedModel
    recipe: Recipe


def find_original(choice: Choice, path: str | None) -> Source:
    """The files of the model that was swept, of the very commit.

    Args:
        choice: what is exported.
        path: where they are now; None: where they were.

    Raises:
        ConfigError: if they are not there, or not the same any more.
    """
    given = path or choice.model.path
    try:
        source = find_source(
            given, choice.report.record["model"]["commit"] if path is None else None
        )
    except ConfigError as error:
        hint = "" if path else " If the model has moved, say where to with --model PATH."
        raise ConfigError(f"{error}{hint}") from error
    if source.weights != (swept := choice.identity["weights"]):
        raise ConfigError(
            f"{given}: the model's files are not those that were swept: {source.weights} now, "
            f"{swept} then. Run the sweep again, or give the right ones with --model PATH."
        )
    return source


def edit_original(choice: Choice, source: Source, device: str | None) -> Exported:
    """Load the original as the sweep did, and edit it.

    Args:
        choice: what is exported.
        source: the original's files.
        device: where to edit; None: where the sweep did, which gives the same bits.

    Raises:
        ConfigError: if it cannot be loaded, or the device is not there.
    """
    config, asked = load.load_config(source), choice.model
    layout = find_layout(load.skeleton(config), str(asked.name), asked.layout.given, asked.side)
    matrices = [(edit, layout.matrices(edit)) for edit in choice.point.edits]
    dtype = getattr(torch, choice.identity["dtype"])
    where = load.resolve_device(device or asked.device)
    model = load.load_model(source, config, dtype, where, None if device else asked.device_map)
    _restore_cache(model, source)
    steps = tuple(_step(model, choice, edit, each) for edit, each in matrices)
    return Exported(model, _recipe(choice, source, steps))


def _restore_cache(model: PreTrainedModel, source: Source) -> None:
    """What sweeps do without, whoever loads the export wants as the original has it."""
    original = load.load_config(source)
    if hasattr(original, "use_cache"):
        model.config.use_cache = original.use_cache
    else:
        del model.config.use_cache


def _step(model: PreTrainedModel, choice: Choice, edit: Edit, matrices: list[Matrix]) -> Step:
    return Step(edit, tuple(_change(model, choice, edit, matrix) for matrix in matrices))


def _change(model: PreTrainedModel, choice: Choice, edit: Edit, matrix: Matrix) -> Changed:
    original = hash_of(matrix.read(model))
    return Changed(matrix, original, change(model, matrix, edit, choice.protocol, choice.options))


def _recipe(choice: Choice, source: Source, steps: tuple[Step, ...]) -> Recipe:
    path = choice.report.record["model"]["path"]
    return Recipe(
        point=str(choice.point),
        model={"path": path, "revision": source.commit, "weights": source.weights},
        dtype=choice.identity["dtype"],
        protocol=choice.protocol,
        options=choice.options,
        steps=steps,
        versions=versions(),
    )
