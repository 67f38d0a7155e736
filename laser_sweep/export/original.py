"""The original model of a sweep: found again, checked to be unchanged, and edited permanently."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.errors import ConfigError
from laser_sweep.export.apply import Watch, edit_matrix
from laser_sweep.export.edits import EditedModel, MatrixChange, Original, Recipe, Step
from laser_sweep.export.evaluated import evaluated
from laser_sweep.export.formats import Format, Kept
from laser_sweep.export.recipe import hash_of
from laser_sweep.export.request import ExportRequest
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import EditedMatrix, Factors
from laser_sweep.model import load
from laser_sweep.model.attention import without_attention
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source, find_source
from laser_sweep.store.provenance import versions


def find_original(request: ExportRequest, path: str | None) -> Source:
    """The files of the model that was evaluated, at the same commit.

    Args:
        request: the point to export.
        path: the place of the files now; None for the place in the sweep's configuration.

    Raises:
        ConfigError: if there are no such files, or they have changed since.
    """
    given = path or request.config.model.path
    try:
        source = find_source(given, request.record.model.commit if path is None else None)
    except ConfigError as error:
        hint = "" if path else " If the model has moved, give its place with --model PATH."
        raise ConfigError(f"{error}{hint}") from error
    if source.weights != (swept := request.record.identity.weights):
        raise ConfigError(
            f"{given}: the model's files are not those that were swept: {source.weights} now, "
            f"{swept} then. Run the sweep again, or give the right ones with --model PATH."
        )
    return source


def edit_original(
    request: ExportRequest, source: Source, device: str | None, form: Format
) -> tuple[EditedModel, Kept]:
    """Load the original model as the sweep did, and edit it.

    Args:
        request: the point to export.
        source: the files of the original model.
        device: the device to edit on; None for that of the sweep, which gives the same bits.
        form: the format, which keeps what it needs of each matrix.

    Returns:
        The edited model, and what the format keeps.

    Raises:
        ConfigError: if the model cannot be loaded, the device is not available, or the format does
            not suit the edits.
    """
    config, wanted = load.load_config(source), request.config.model
    skeleton = load.skeleton(config)
    layout = find_layout(skeleton, str(wanted.name), wanted.layout, wanted.side)
    matrices = [(edit, layout.matrices(edit)) for edit in request.point.edits]
    form.check(skeleton, [matrix for _, each in matrices for matrix in each])
    dtype = getattr(torch, request.record.identity.dtype)
    where = load.resolve_device(device or wanted.device)
    config = without_attention(config)
    model = load.load_model(source, config, dtype, where, None if device else wanted.device_map)
    _restore_cache_setting(model, source)
    kept: dict[Matrix, Factors | None] = {}

    def watch(matrix: Matrix, original: Tensor, edited: EditedMatrix) -> None:
        kept[matrix] = form.keep(matrix, original, edited)

    steps = tuple(_step(model, request, edit, each, watch) for edit, each in matrices)
    return EditedModel(model, _recipe(request, source, steps), source), kept


def _restore_cache_setting(model: PreTrainedModel, source: Source) -> None:
    """Set `use_cache` as in the original; sweeps switch it off."""
    original = load.load_config(source)
    if hasattr(original, "use_cache"):
        model.config.use_cache = original.use_cache
    else:
        del model.config.use_cache


def _step(
    model: PreTrainedModel, request: ExportRequest, edit: Edit, matrices: list[Matrix], watch: Watch
) -> Step:
    return Step(edit, tuple(_change(model, request, edit, each, watch) for each in matrices))


def _change(
    model: PreTrainedModel, request: ExportRequest, edit: Edit, matrix: Matrix, watch: Watch
) -> MatrixChange:
    original = hash_of(matrix.read(model))
    rank = edit_matrix(model, matrix, edit, request.config.protocol, request.options, watch)
    return MatrixChange(matrix, original, rank)


def _recipe(request: ExportRequest, source: Source, steps: tuple[Step, ...]) -> Recipe:
    return Recipe(
        point=str(request.point),
        model=Original(request.record.model.path, source.commit, source.weights),
        dtype=request.record.identity.dtype,
        protocol=request.config.protocol,
        options=request.options,
        steps=steps,
        versions=versions(),
        evaluated=evaluated(request),
    )
