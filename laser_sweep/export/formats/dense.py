"""Dense weights: the original model with its edited matrices; whatever loads it loads this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats._contract import Kept, Written
from laser_sweep.export.usage import loads
from laser_sweep.intervention import EditedMatrix
from laser_sweep.model.matrix import Matrix

HAS_TOKENIZER = True


def check(model: PreTrainedModel, matrices: Sequence[Matrix]) -> None:
    """Every model can be written so."""


def keep(matrix: Matrix, original: Tensor, edited: EditedMatrix) -> None:
    """Nothing is kept but the edited model."""


def write(folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> Written:
    """Write the model as transformers saves it."""
    edited.model.save_pretrained(folder)
    return Written(
        summary="The model is dense: it has the shapes and the number of parameters of the "
        "original.",
        usage=loads(edited, dtype),
    )
