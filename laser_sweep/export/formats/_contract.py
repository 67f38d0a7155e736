"""The contract of a format's module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.export.edits import EditedModel
from laser_sweep.intervention import EditedMatrix, Factors
from laser_sweep.model.matrix import Matrix

Kept: TypeAlias = Mapping[Matrix, Factors | None]
"""The factors that a format keeps of each changed matrix; None where it keeps none."""


@dataclass(frozen=True)
class Written:
    """The description of what a format wrote, for the model card.

    Attributes:
        summary: a sentence about the files.
        usage: the Python code that loads them.
        rounding: a sentence about the difference from the edited matrices; empty if there is none.
        measured: Markdown with what was measured of them; empty without.
        stored: how each changed matrix is stored, where it is not the edited matrix itself.
    """

    summary: str
    usage: str
    rounding: str = ""
    measured: str = ""
    stored: Mapping[Matrix, str] = field(default_factory=dict)


@runtime_checkable
class Format(Protocol):
    """A form of the edited weights.

    Attributes:
        HAS_TOKENIZER: whether the folder has the tokenizer and the settings of generation.
    """

    HAS_TOKENIZER: bool

    def check(self, model: PreTrainedModel, matrices: Sequence[Matrix]) -> None:
        """Check that the edits of a model can be written in this format.

        Args:
            model: the model without weights.
            matrices: the matrices that the edits change; empty for the base model.

        Raises:
            ConfigError: if one of them cannot be, or a package is not installed.
        """
        ...

    def keep(self, matrix: Matrix, original: Tensor, edited: EditedMatrix) -> Factors | None:
        """The factors that are kept of a changed matrix until all of them are edited.

        Args:
            matrix: the matrix.
            original: its values before the edit, shape (out, in), float32 or float64.
            edited: its values after the edit, not yet rounded to the model's dtype.

        Raises:
            ConfigError: if the format does not suit the matrix.
        """
        ...

    def write(self, folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> Written:
        """Write the files of the format.

        Args:
            folder: an empty folder.
            edited: the edited model.
            kept: what `keep` returned, for each changed matrix.
            dtype: the dtype of the weights that are written.

        Raises:
            ConfigError: if the format does not suit the model.
            OSError: if a file cannot be written.
        """
        ...
