"""A parameter of a block, before it is divided into matrices."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from laser_sweep.model.names import ParameterRole


@dataclass(frozen=True)
class Parameter:
    """A parameter of a block that is a known matrix, or holds several of them.

    Attributes:
        name: its name in the model.
        short_name: its name within the block, without `.weight`.
        role: its role in the block.
        weight: the tensor, of two or three dimensions, on any device.
        owner: the module that it belongs to.
    """

    name: str
    short_name: str
    role: ParameterRole
    weight: Tensor
    owner: nn.Module
