"""An adapter for PEFT: the difference that the edit makes, as the product of two factors (LoRA).

Removing a small part of a matrix's rank makes a difference of a small rank.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from laser_sweep.errors import ConfigError
from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats import _probe
from laser_sweep.export.formats._contract import Kept, Written
from laser_sweep.export.formats._places import check_edited, check_places, layer_of, rank_of
from laser_sweep.export.formats._weight_sizes import in_units
from laser_sweep.export.usage import code, loads_original
from laser_sweep.intervention import EditedMatrix, Factors, factors_of
from laser_sweep.model import load
from laser_sweep.model.attention import without_attention
from laser_sweep.model.matrix import Matrix

if TYPE_CHECKING:
    from peft import PeftModel

HAS_TOKENIZER = False
_FILE = "adapter_model.safetensors"


def check(model: PreTrainedModel, matrices: Sequence[Matrix]) -> None:
    """Check that PEFT is installed, and can adapt every matrix.

    Raises:
        ConfigError: if it is not, or cannot.
    """
    if importlib.util.find_spec("peft") is None:
        raise ConfigError("--format lora needs PEFT: pip install 'laser_sweep[peft]'.")
    check_edited(matrices, "lora")
    check_places(model, matrices, "lora")


def keep(matrix: Matrix, original: Tensor, edited: EditedMatrix) -> Factors:
    """The factors of the difference: edited minus original.

    Raises:
        ConfigError: if the intervention sets no rank, or if the factors have more values than the
            matrix.
    """
    rank = matrix.full_rank - rank_of(edited, f"the difference of {matrix.name}", "lora")
    adapter, dense = rank * sum(matrix.shape), matrix.shape[0] * matrix.shape[1]
    if adapter > dense:
        raise ConfigError(
            f"--format lora: the adapter of {matrix.name} would have {adapter:,} values (rank "
            f"{rank:,}), and the dense matrix has {dense:,}: use factored, patch or dense."
        )
    return factors_of(edited.weight - original, rank)


def write(folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> Written:
    """Write the adapter, load it onto the original model, and try it out.

    Raises:
        ConfigError: if the original with its adapter computes something else.
    """
    ids = _probe.tokens(edited.model)
    wanted = _probe.log_probs(edited.model, ids)
    layers = _layers(edited.model, kept)
    _write_adapter(folder, edited, layers, dtype)
    agreement = _probe.agreement(wanted, _adapted(folder, edited, ids))
    agreement.check(dtype, "--format lora: the original with the adapter", "the edited model")
    size = (folder / _FILE).stat().st_size
    return Written(
        summary=f"It is an adapter of {in_units(size)} for the original model, in the format of "
        "PEFT.",
        usage=_usage(edited),
        rounding=f"The original with its adapter rounds differently: {agreement}.",
        stored={matrix: f"rank {factors.rank} of the difference" for matrix, factors in _of(kept)},
    )


def _of(kept: Kept) -> list[tuple[Matrix, Factors]]:
    return [(matrix, factors) for matrix, factors in kept.items() if factors is not None]


def _layers(model: PreTrainedModel, kept: Kept) -> dict[str, Factors]:
    """The factors of the difference of each linear layer; those of its parts, one after another."""
    layers: dict[str, Factors] = {}
    for matrix, factors in _of(kept):
        up = factors.up
        if matrix.rows is not None:
            groups, start, size = matrix.rows
            rows = _rows_of(model, matrix)
            whole = up.new_zeros(groups, rows // groups, factors.rank)
            whole[:, start : start + size] = up.unflatten(0, (groups, size))
            up = whole.flatten(0, 1)
        name = layer_of(matrix)
        if name in layers:
            up = torch.cat([layers[name].up, up], 1)
            factors = Factors(up, torch.cat([layers[name].down, factors.down]))
        layers[name] = Factors(up, factors.down)
    return layers


def _rows_of(model: PreTrainedModel, matrix: Matrix) -> int:
    """The number of outputs of the linear layer that a matrix is in."""
    return model.get_parameter(matrix.parameter).shape[1 if matrix.transposed else 0]


def _write_adapter(
    folder: Path, edited: EditedModel, layers: dict[str, Factors], dtype: torch.dtype
) -> None:
    """Write the adapter by PEFT's own code; the edited model gets it, and is of no use after."""
    from peft import LoraConfig, get_peft_model

    model, original = edited.model, edited.recipe.model
    ranks = {name: factors.rank for name, factors in layers.items()}
    first = next(iter(layers))
    config = LoraConfig(
        r=max(ranks.values()),
        lora_alpha=max(ranks.values()),
        # alpha = rank, so that the factors are multiplied by 1
        rank_pattern=ranks,
        alpha_pattern=dict(ranks),
        target_modules=list(layers),
        fan_in_fan_out=isinstance(model.get_submodule(first), Conv1D),
        task_type=None if load.is_masked(model.config) else "CAUSAL_LM",
    )
    with _quiet():
        adapter: Any = get_peft_model(model, config)
    written = adapter.peft_config["default"]
    written.base_model_name_or_path, written.revision = original.path, original.revision
    written.inference_mode = True
    for name, factors in layers.items():
        layer = adapter.base_model.model.get_submodule(name)
        layer.lora_A["default"].weight.data = factors.down.to(dtype).contiguous()
        layer.lora_B["default"].weight.data = factors.up.to(dtype).contiguous()
    adapter.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's own card


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the warning that PEFT asks a model for what its transformers calls by another name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _adapted(folder: Path, edited: EditedModel, ids: Tensor) -> Tensor:
    """The log-probabilities of the original with the adapter as it was written."""
    from peft import PeftModel

    source, recipe = edited.source, edited.recipe
    dtype, device = getattr(torch, recipe.dtype), str(edited.model.device)
    config = without_attention(load.load_config(source))
    original = load.load_model(source, config, dtype, device)
    with _quiet():
        adapted: PeftModel = PeftModel.from_pretrained(original, folder)
    return _probe.log_probs(adapted.eval(), ids)


def _usage(edited: EditedModel) -> str:
    return code(
        "from peft import PeftModel",
        f"from transformers import AutoTokenizer, {type(edited.model).__name__}",
        "",
        loads_original(edited),
        'model = PeftModel.from_pretrained(model, "this folder")',
        "model = model.merge_and_unload()  # optional: the edited weights themselves",
    )
