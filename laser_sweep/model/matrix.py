"""A matrix (ℓ, τ): a parameter of the model, or a part of one, with the shape (out, in)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

SHARED = "shared"
"""The expert of a mixture that every token goes through."""


class Rows(NamedTuple):
    """The output rows of a fused parameter that belong to a matrix.

    The parameter's rows are divided into `groups` equal groups, and the matrix has the rows
    `start ... start + size - 1` of each. With one group they are a contiguous slice. GPT-NeoX,
    BLOOM and Falcon have a group for each head, with its queries, keys and values.
    """

    groups: int
    start: int
    size: int

    def __str__(self) -> str:
        part = f"{self.start}..{self.start + self.size - 1}"
        return part if self.groups == 1 else f"{part} of each of {self.groups} groups"


class ExpertSlice(NamedTuple):
    """The place of an expert in a parameter that holds several along its first dimension.

    Attributes:
        place: the expert's place, from 0.
        experts: the number of experts in the parameter.
    """

    place: int
    experts: int


@dataclass(frozen=True)
class Matrix:
    """A matrix (ℓ, τ); in a mixture of experts, the matrix of one expert.

    Attributes:
        parameter: the parameter's name in the model.
        lnum: the layer ℓ.
        lname: the matrix type τ.
        shape: (out, in).
        transposed: whether the parameter is stored as (in, out), as in Conv1D.
        rows: the output rows that belong to the matrix; None for all.
        expert: the expert's number, `shared`, or None outside a mixture.
        expert_slice: the expert's place in a parameter that holds several; None if the parameter
            holds one.
        shared_with: the names of other parameters that are the same tensor, in the model's order.
        repeated: whether one of these comes before this parameter.
    """

    parameter: str
    lnum: int
    lname: str
    shape: tuple[int, int]
    transposed: bool = False
    rows: Rows | None = None
    expert: int | str | None = None
    expert_slice: ExpertSlice | None = None
    shared_with: tuple[str, ...] = ()
    repeated: bool = False

    @property
    def full_rank(self) -> int:
        """The largest rank that a matrix of this shape can have."""
        return min(self.shape)

    @property
    def name(self) -> str:
        """The unique name: the parameter, and the part of it that is the matrix."""
        place = f"[{self.expert_slice.place}]" if self.expert_slice else ""
        return self.parameter + place + (f" rows {self.rows}" if self.rows else "")

    def read(self, model: nn.Module) -> Tensor:
        """A copy of the matrix, shape (out, in)."""
        return self.view(model).clone().reshape(self.shape)

    def write(self, model: nn.Module, value: Tensor) -> None:
        """Replace the matrix by values of shape (out, in), rounded to its dtype.

        Raises:
            ValueError: if the values have another shape.
        """
        if tuple(value.shape) != self.shape:
            raise ValueError(f"{self.name} is {self.shape}, the values are {tuple(value.shape)}")
        view = self.view(model)
        view.copy_(value.reshape(view.shape))

    def view(self, model: nn.Module) -> Tensor:
        """The matrix in the model, of shape (out, in) or (groups, rows of a group, in)."""
        return self.part(model.get_parameter(self.parameter).data)

    def part(self, weight: Tensor) -> Tensor:
        """The part of a tensor in the parameter's shape that is the matrix, as `view` returns it.

        Args:
            weight: the parameter itself, or its gradient.
        """
        if self.expert_slice:
            place, experts = self.expert_slice
            weight = weight.view(experts, -1, weight.shape[-1])[place]
        elif weight.ndim > 2:
            # A dimension for the heads, as XLNet has it, is part of the columns.
            weight = weight.flatten(1)
        weight = weight.T if self.transposed else weight
        if self.rows is None:
            return weight
        groups, start, size = self.rows
        # `view` cannot split the rows of a transposed parameter; `unflatten` can, without a copy.
        return weight.unflatten(0, (groups, -1))[:, start : start + size]
