"""How a parameter is stored: as (out, in) or (in, out), one matrix or a stack of experts."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from laser_sweep.model.names import GATE_UP, Naming

_MLP = ("fc_in", "fc_up", "fc_out", GATE_UP)


def stack_size(weight: Tensor, short: str, kind: str, config: Any, naming: Naming) -> int | None:
    """How many experts a parameter holds; None if it holds one matrix.

    Args:
        weight: the parameter.
        short: its name within the block.
        kind: what it is.
        config: the configuration of the language model.
        naming: what is known of the family.
    """
    if short in naming.stacked:
        return _experts(config)
    is_stack = weight.ndim == 3 and ("experts" in short or kind in _MLP)
    return weight.shape[0] if is_stack else None


def is_transposed(
    weight: Tensor, short: str, owner: nn.Module, config: Any, naming: Naming
) -> bool:
    """Whether a parameter is stored as (in, out)."""
    if short in naming.transposed or isinstance(owner, Conv1D):
        return True
    if weight.ndim < 3 or "experts" not in short:
        return False
    if hasattr(owner, "is_transposed"):
        return bool(owner.is_transposed)
    return _has_transposed_experts(owner, config.hidden_size)


def _has_transposed_experts(owner: nn.Module, width: int) -> bool:
    """By the sizes: what goes in, but for the last matrix, is as wide as the model."""
    for name, weight in owner.named_parameters(recurse=False):
        if weight.ndim == 3 and weight.shape[1] != weight.shape[2]:
            reads = 1 if "down" in name else 2
            return bool(weight.shape[reads] != width)
    return False


def _experts(config: Any) -> int:
    """How many experts a layer has, where the shape of a parameter does not say it."""
    given = getattr(config, "ffn_config", config)
    for name in ("moe_num_experts", "num_local_experts", "num_experts"):
        if count := getattr(given, name, None):
            return int(count)
    return 1
