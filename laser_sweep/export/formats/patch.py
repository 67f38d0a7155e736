"""A patch: the edited parameters alone, for the original model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats._contract import Kept, Written
from laser_sweep.export.formats._places import check_edited
from laser_sweep.export.formats._weight_sizes import in_units, weight_bytes
from laser_sweep.export.usage import code, loads_original
from laser_sweep.intervention import EditedMatrix
from laser_sweep.model.matrix import Matrix

HAS_TOKENIZER = False
PATCH = "patch.safetensors"


def check(model: PreTrainedModel, matrices: Sequence[Matrix]) -> None:
    """Check that there is an edit.

    Raises:
        ConfigError: if there is none.
    """
    check_edited(matrices, "patch")


def keep(matrix: Matrix, original: Tensor, edited: EditedMatrix) -> None:
    """Nothing is kept but the edited model."""


def write(folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> Written:
    """Write each parameter that has an edited matrix, whole."""
    names = dict.fromkeys(matrix.parameter for matrix in kept)
    patch = {name: edited.model.get_parameter(name).data.contiguous().cpu() for name in names}
    save_file(patch, folder / PATCH, metadata={"format": "pt"})
    size, whole = sum(value.nbytes for value in patch.values()), weight_bytes(edited.model)
    return Written(
        summary=f"`{PATCH}` has the edited parameters alone, {in_units(size)} instead of "
        f"{in_units(whole)}; the rest of the model is the original.",
        usage=_usage(edited),
    )


def _usage(edited: EditedModel) -> str:
    return code(
        "from safetensors.torch import load_file",
        f"from transformers import AutoTokenizer, {type(edited.model).__name__}",
        "",
        loads_original(edited),
        f'model.load_state_dict(load_file("{PATCH}"), strict=False)',
    )
