"""Writing an export: the model's files, its card and its recipe."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel
from transformers.utils.hub import cached_file

from laser_sweep.config import FLOAT_DTYPES
from laser_sweep.errors import ConfigError, choose, one_line
from laser_sweep.export.card import card
from laser_sweep.export.original import EditedModel, edit_original, find_original
from laser_sweep.export.recipe_file import RECIPE, write_recipe
from laser_sweep.export.request import ExportRequest, read_request
from laser_sweep.model.source import Source
from laser_sweep.model.tokenizer import load_tokenizer
from laser_sweep.store.folder import whole_folder

_GENERATION_CONFIG = "generation_config.json"


def export(
    folder: Path,
    to: Path,
    *,
    point: str | None = None,
    dtype: str | None = None,
    path: str | None = None,
    device: str | None = None,
) -> str:
    """Write a point of a sweep as a model, with a card and a recipe; the folder is whole or absent.

    Args:
        folder: the sweep's folder.
        to: the folder for the model, new or empty.
        point: the point's name; None for the chosen point.
        dtype: the dtype to save in; None for the dtype that the sweep evaluated in.
        path: the place of the original model; None for the place in the sweep's configuration.
        device: the device to edit on; None for the device in the sweep's configuration.

    Returns:
        A sentence about what was written.

    Raises:
        ConfigError: if the folder is not a sweep's or lacks the result, if the original model has
            changed, or if `to` is not empty or cannot be written.
    """
    if dtype is not None:
        choose("--dtype", dtype, FLOAT_DTYPES)
    request = read_request(folder.absolute(), point)
    with whole_folder(to) as temporary:
        source = find_original(request, path)
        edited = edit_original(request, source, device)
        saved = dtype or edited.recipe.dtype
        try:
            _write(temporary, request, source, edited, saved)
        except (OSError, SafetensorError) as error:
            strerror = error.strerror if isinstance(error, OSError) else None
            message = strerror or one_line(error)
            raise ConfigError(f"--to {to} could not be written: {message}.") from error
    return f"{request.point} of {request.report.title} is in {to} ({saved})."


def _write(
    folder: Path, request: ExportRequest, source: Source, edited: EditedModel, dtype: str
) -> None:
    model, recipe = edited.model, edited.recipe
    _convert(model, getattr(torch, recipe.dtype), getattr(torch, dtype))
    model.save_pretrained(folder)
    _copy_generation_config(source, folder)
    _save_tokenizer(source, folder)
    write_recipe(folder / RECIPE, recipe)
    (folder / "README.md").write_text(card(request, edited, dtype), encoding="utf-8")


def _convert(model: PreTrainedModel, current: torch.dtype, dtype: torch.dtype) -> None:
    """Convert the parameters to another dtype, except those that stay in single precision.

    The data of each parameter is replaced, not the parameter, so tied parameters stay tied.
    """
    for parameter in model.parameters():
        if parameter.dtype == current:
            parameter.data = parameter.data.to(dtype)


def _save_tokenizer(source: Source, folder: Path) -> None:
    tokenizer = load_tokenizer(source)
    # transformers would write where the tokenizer was loaded from, which is not true of the export.
    for name in ("is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(name, None)
    tokenizer.save_pretrained(folder)


def _copy_generation_config(source: Source, folder: Path) -> None:
    """Copy the original's file, if there is one: the one that transformers writes adds defaults."""
    if source.is_gguf:
        return
    path = cached_file(
        source.path,
        _GENERATION_CONFIG,
        revision=source.commit or "main",
        local_files_only=source.offline,
        _raise_exceptions_for_missing_entries=False,
    )
    if path is not None:
        shutil.copyfile(path, folder / _GENERATION_CONFIG)
