"""The change of a loss by an edit of a matrix, to first order in the edit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from laser_sweep.intervention._contract import FirstOrder, Intervention
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention


def first_order_changes(
    intervention: Intervention[object],
    weight: Tensor,
    gradient: Tensor,
    retentions: Sequence[Retention],
    options: Options,
) -> list[float]:
    """The sum of the entries of gradient * (edited - weight), for each amount.

    Args:
        intervention: the intervention's module.
        weight: the matrix, shape (out, in), float32 or float64.
        gradient: the gradient of the loss with respect to it, shape (out, in), float32.
        retentions: the amounts.
        options: the options of the config group `intervention`.

    Raises:
        ConfigError: if the matrix cannot keep an amount.
    """
    prepared = intervention.prepare(weight)
    if isinstance(intervention, FirstOrder):
        return intervention.changes(prepared, gradient, retentions, options)
    edited = (intervention.apply(prepared, each, options).weight for each in retentions)
    return [inner_product(gradient, each - weight) for each in edited]


def inner_product(one: Tensor, other: Tensor) -> float:
    """The sum of the products of the entries of two matrices of one shape, summed in float64."""
    # Accelerators other than CUDA's have no float64.
    dtype = torch.float64 if one.device.type in ("cpu", "cuda") else torch.float32
    return float((one * other).sum(dim=1, dtype=dtype).sum())
