"""Writing an export: the model's files, its card and its recipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel
from transformers.utils.hub import cached_file

from laser_sweep.config import FLOAT_DTYPES
from laser_sweep.errors import ConfigError, choose, one_line
from laser_sweep.export.card import card
from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats import DENSE, FORMATS, Written
from laser_sweep.export.original import edit_original, find_original
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
    format: str = DENSE,
    point: str | None = None,
    dtype: str | None = None,
    path: str | None = None,
    device: str | None = None,
) -> str:
    """Write a point of a sweep as a model, with a card and a recipe; the folder is whole or absent.

    Args:
        folder: the sweep's folder.
        to: the folder for the model, new or empty.
        format: the form of the weights: `dense`, `factored`, `lora` or `patch`.
        point: the point's name; None for the chosen point.
        dtype: the dtype to save in; None for the dtype that the sweep evaluated in.
        path: the place of the original model; None for the place in the sweep's configuration.
        device: the device to edit on; None for the device in the sweep's configuration.

    Returns:
        A sentence about what was written.

    Raises:
        ConfigError: if the folder is not a sweep's or lacks the result, if the original model has
            changed, if the format does not suit the point, or if `to` is not empty or cannot be
            written.
    """
    if dtype is not None:
        choose("--dtype", dtype, FLOAT_DTYPES)
    form = FORMATS.load(format)
    request = read_request(folder.absolute(), point)
    with whole_folder(to) as temporary:
        source = find_original(request, path)
        edited, kept = edit_original(request, source, device, form)
        saved = dtype or edited.recipe.dtype
        _convert(edited.model, getattr(torch, edited.recipe.dtype), getattr(torch, saved))
        with _told(to):
            written = form.write(temporary, edited, kept, getattr(torch, saved))
            _write_beside(temporary, request, edited, written, saved, form.HAS_TOKENIZER)
    return f"{request.point} of {request.report.title} is in {to} ({format}, {saved})."


@contextmanager
def _told(to: Path) -> Iterator[None]:
    """Tell the user of files that cannot be written within this context."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        strerror = error.strerror if isinstance(error, OSError) else None
        raise ConfigError(
            f"--to {to} could not be written: {strerror or one_line(error)}."
        ) from error


def _write_beside(
    folder: Path,
    request: ExportRequest,
    edited: EditedModel,
    written: Written,
    dtype: str,
    has_tokenizer: bool,
) -> None:
    """Write what stands beside the weights: tokenizer, settings of generation, recipe and card."""
    if has_tokenizer:
        _copy_generation_config(edited.source, folder)
        _save_tokenizer(edited.source, folder)
    write_recipe(folder / RECIPE, edited.recipe)
    text = card(request, edited, written, dtype)
    (folder / "README.md").write_text(text, encoding="utf-8")


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
