"""Writing an export: the model's files, its card and its recipe."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel
from transformers.utils.hub import cached_file

from laser_sweep.config import FLOAT_DTYPES
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.errors import choose as one_of
from laser_sweep.export import recipe as recipes
from laser_sweep.export.card import card
from laser_sweep.export.original import Exported, edit_original, find_original
from laser_sweep.export.request import Choice, choose
from laser_sweep.model.load import load_tokenizer
from laser_sweep.model.source import Source
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
        to: the model's folder, new or empty.
        point: the point's name; None: the chosen one.
        dtype: what to save in; None: what the sweep evaluated in.
        path: where the original model is; None: where it was.
        device: what to edit on; None: what the sweep was told.

    Returns:
        What was written, in a sentence.

    Raises:
        ConfigError: if the folder is no sweep's or has no such result, the original is not what it
            was, or `to` is not empty or cannot be written.
    """
    if dtype is not None:
        one_of("--dtype", dtype, FLOAT_DTYPES)
    choice = choose(folder.absolute(), point)
    with whole_folder(to) as temporary:
        source = find_original(choice, path)
        exported = edit_original(choice, source, device)
        try:
            _write(temporary, choice, source, exported, dtype or exported.recipe.dtype)
        except (OSError, SafetensorError) as error:
            reason = getattr(error, "strerror", None) or one_line(error)
            raise ConfigError(f"--to {to} could not be written: {reason}.") from error
    saved = dtype or exported.recipe.dtype
    return f"{choice.point} of {choice.report.title} is in {to} ({saved})."


def _write(folder: Path, choice: Choice, source: Source, exported: Exported, dtype: str) -> None:
    model, recipe = exported
    _round(model, getattr(torch, recipe.dtype), getattr(torch, dtype))
    model.save_pretrained(folder)
    _copy_generation_config(source, folder)
    _save_tokenizer(source, folder)
    (folder / recipes.NAME).write_text(recipe.to_json(), encoding="utf-8")
    (folder / "README.md").write_text(card(choice, exported, dtype), encoding="utf-8")


def _round(model: PreTrainedModel, was: torch.dtype, dtype: torch.dtype) -> None:
    """Bring the parameters to another dtype, but those that the family keeps in single precision.

    A parameter is set in its place, so that what is tied stays tied.
    """
    for parameter in model.parameters():
        if parameter.dtype == was:
            parameter.data = parameter.data.to(dtype)


def _save_tokenizer(source: Source, folder: Path) -> None:
    tokenizer = load_tokenizer(source)
    # transformers writes down from where it was loaded, which the export is not.
    for name in ("is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(name, None)
    tokenizer.save_pretrained(folder)


def _copy_generation_config(source: Source, folder: Path) -> None:
    """The original's own, where it has one: transformers adds to it what it takes for defaults."""
    options = {**source.options}
    path = cached_file(
        options.pop("pretrained_model_name_or_path"),
        _GENERATION_CONFIG,
        revision=options["revision"],
        local_files_only=options["local_files_only"],
        _raise_exceptions_for_missing_entries=False,
    )
    if path is not None:
        shutil.copyfile(path, folder / _GENERATION_CONFIG)
