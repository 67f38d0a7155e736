"""The code in model cards that loads weights."""

from __future__ import annotations

import torch

from laser_sweep.export.edits import EditedModel


def code(*lines: str) -> str:
    """The lines of a program."""
    return "\n".join(lines)


def loads(edited: EditedModel, dtype: torch.dtype) -> str:
    """The code that loads a folder of dense weights and its tokenizer."""
    name = type(edited.model).__name__
    return code(
        f"from transformers import AutoTokenizer, {name}",
        "",
        f'model = {name}.from_pretrained("this folder", dtype="{dtype_name(dtype)}")',
        'tokenizer = AutoTokenizer.from_pretrained("this folder")',
    )


def loads_original(edited: EditedModel, *, tokenizer: bool = True) -> str:
    """The code that loads the original model and its tokenizer."""
    name, original = type(edited.model).__name__, edited.recipe.model
    revision = f', revision="{original.revision}"' if original.revision else ""
    place = f'"{original.path}"{revision}'
    lines = [f'model = {name}.from_pretrained({place}, dtype="{edited.recipe.dtype}")']
    if tokenizer:
        lines.append(f"tokenizer = AutoTokenizer.from_pretrained({place})")
    return code(*lines)


def dtype_name(dtype: torch.dtype) -> str:
    """The name of a dtype, such as `float32`."""
    return str(dtype).removeprefix("torch.")
