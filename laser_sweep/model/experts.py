"""Parameters that hold the matrices of several experts."""

from __future__ import annotations

from transformers import PretrainedConfig

from laser_sweep.model.names import GATE_UP, Naming
from laser_sweep.model.parameter import Parameter

_MLP = ("fc_in", "fc_up", "fc_out", GATE_UP)


def expert_count(parameter: Parameter, config: PretrainedConfig, naming: Naming) -> int | None:
    """The number of experts in a parameter; None if it holds one matrix.

    Args:
        parameter: the parameter.
        config: the configuration of the language model.
        naming: the naming of the model.
    """
    if parameter.short_name in naming.stacked:
        return _experts_of_a_layer(config)
    in_mixture = "experts" in parameter.short_name or parameter.role.kind in _MLP
    return parameter.weight.shape[0] if parameter.weight.ndim == 3 and in_mixture else None


def _experts_of_a_layer(config: PretrainedConfig) -> int:
    """The number of experts by the configuration, for a parameter whose shape does not show it."""
    given = getattr(config, "ffn_config", config)
    for name in ("moe_num_experts", "num_local_experts", "num_experts"):
        if count := getattr(given, name, None):
            return int(count)
    return 1
