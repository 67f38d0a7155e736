"""The orientation in which a parameter is stored: (out, in) or (in, out)."""

from __future__ import annotations

from torch import nn
from transformers import PretrainedConfig
from transformers.pytorch_utils import Conv1D

from laser_sweep.model.names import Naming
from laser_sweep.model.parameter import Parameter


def is_transposed(parameter: Parameter, config: PretrainedConfig, naming: Naming) -> bool:
    """Whether a parameter is stored as (in, out).

    Args:
        parameter: the parameter.
        config: the configuration of the language model.
        naming: the naming of the model.
    """
    owner = parameter.owner
    if parameter.short_name in naming.transposed or isinstance(owner, Conv1D):
        return True
    if parameter.weight.ndim < 3 or "experts" not in parameter.short_name:
        return False
    if hasattr(owner, "is_transposed"):
        return bool(owner.is_transposed)
    return _has_transposed_experts(owner, config.hidden_size)


def _has_transposed_experts(owner: nn.Module, width: int) -> bool:
    """Whether experts are stored as (in, out), by the sizes of the first one that is not square.

    The input of every matrix but the last one of an MLP is as wide as the model.
    """
    for name, weight in owner.named_parameters(recurse=False):
        if weight.ndim == 3 and weight.shape[1] != weight.shape[2]:
            width_dim = 1 if "down" in name else 2
            return bool(weight.shape[width_dim] != width)
    return False
