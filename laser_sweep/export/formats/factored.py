"""Two factors in place of each edited matrix: smaller on the disk and in memory, and faster.

The folder has a small modelling file beside the weights, and a `model_type` of its own, so that
transformers asks for `trust_remote_code=True` instead of loading random weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.errors import ConfigError
from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats import _probe
from laser_sweep.export.formats._contract import Kept, Written
from laser_sweep.export.formats._low_rank_model import LowRankModel, build, is_smaller
from laser_sweep.export.formats._places import check_edited, check_places, rank_of
from laser_sweep.export.formats._weight_sizes import in_units, weight_bytes
from laser_sweep.export.usage import code, dtype_name
from laser_sweep.intervention import EditedMatrix, Factors, factors_of
from laser_sweep.model.matrix import Matrix

HAS_TOKENIZER = True


def check(model: PreTrainedModel, matrices: Sequence[Matrix]) -> None:
    """Check that factors can stand in the place of every matrix.

    Raises:
        ConfigError: if they cannot.
    """
    check_edited(matrices, "factored")
    check_places(model, matrices, "factored")


def keep(matrix: Matrix, original: Tensor, edited: EditedMatrix) -> Factors | None:
    """The factors of the edited matrix; None if they have as many values as the matrix, or more.

    Raises:
        ConfigError: if the intervention leaves no low rank.
    """
    rank = rank_of(edited, f"the edited {matrix.name}", "factored")
    return factors_of(edited.weight, rank) if is_smaller(rank, matrix.shape) else None


def write(folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> Written:
    """Write the model with its factors and the modelling file, read both again, and try them out.

    Raises:
        ConfigError: if no factors are smaller than their matrix, or the model that is read again
            computes something else.
    """
    _check_any(kept)
    built = build(folder, edited, kept, dtype)
    ids = _probe.tokens(edited.model)
    wanted, found = (_probe.log_probs(each, ids) for each in (edited.model, built.model))
    agreement = _probe.agreement(wanted, found)
    agreement.check(dtype, "--format factored: the model with factors", "the dense one")
    dense, small = weight_bytes(edited.model), weight_bytes(built.model)
    count = sum(factors is not None for factors in kept.values())
    what = "matrix is" if count == 1 else "matrices are"
    return Written(
        summary=f"{count} edited {what} stored as the product of two smaller ones, so the model "
        f"has {in_units(small)} of weights, {100 * small / dense:.1f} % of the "
        f"{in_units(dense)} of the dense model. `{built.file}` is the code of these layers.",
        usage=_usage(built, dtype),
        rounding=f"The products round differently from the dense matrices: {agreement}.",
        measured=_measured(edited, built),
        stored={matrix: _stored(matrix, factors) for matrix, factors in kept.items()},
    )


def _check_any(kept: Kept) -> None:
    """Check that at least one matrix has factors that are smaller."""
    if any(factors is not None for factors in kept.values()):
        return
    (rows, columns), name = next((matrix.shape, matrix.name) for matrix in kept)
    most = (rows * columns - 1) // (rows + columns)
    raise ConfigError(
        f"--format factored: no edited matrix would be smaller: {name} of shape ({rows}, "
        f"{columns}) has {rows * columns:,} values, and its factors have {rows + columns:,} for "
        f"each rank that is kept, so at most rank {most:,} pays: use dense or patch."
    )


def _stored(matrix: Matrix, factors: Factors | None) -> str:
    if factors is None:
        return "dense"
    return f"two factors, {factors.values:,} of {matrix.shape[0] * matrix.shape[1]:,} values"


def _measured(edited: EditedModel, built: LowRankModel) -> str:
    """The table of sizes and speeds."""
    threads = f"{torch.get_num_threads()} threads" if edited.model.device.type == "cpu" else ""
    where = " ".join(filter(None, (edited.model.device.type, threads)))
    rows = [
        f"| {each.work} | {each.dense:,.0f} | {each.other:,.0f} | {each.ratios[1]:.2f} "
        f"({each.ratios[0]:.2f} to {each.ratios[2]:.2f}) |"
        for each in _probe.speeds(edited.model, built.model)
    ]
    head = ["| tokens per second | dense | factored | ratio (quartiles) |", "|---|---|---|---|"]
    note = f"Measured in turns when the model was written ({where}, {built.model.dtype})."
    return "\n".join([*head, *rows, "", note.replace("torch.", "")])


def _usage(built: LowRankModel, dtype: torch.dtype) -> str:
    return code(
        f"from transformers import {built.auto_class}, AutoTokenizer",
        "",
        f'model = {built.auto_class}.from_pretrained("this folder", '
        f'dtype="{dtype_name(dtype)}", trust_remote_code=True)',
        'tokenizer = AutoTokenizer.from_pretrained("this folder", trust_remote_code=True)',
    )
