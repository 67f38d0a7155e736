"""One (ℓ, τ): a parameter of the model or a part of one, seen as a matrix of shape (out, in)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

SHARED = "shared"
"""The expert of a mixture that every token goes through."""


class Rows(NamedTuple):
    """Which output rows of a fused parameter belong to a matrix.

    The parameter's rows are `groups` equal parts, and of each the matrix has the rows
    `start ... start + size - 1`. One group makes a contiguous slice; a group for each head is how
    GPT-NeoX, BLOOM and Falcon interleave queries, keys and values.
    """

    groups: int
    start: int
    size: int

    def __str__(self) -> str:
        part = f"{self.start}..{self.start + self.size - 1}"
        return part if self.groups == 1 else f"{part} of each of {self.groups} groups"


@dataclass(frozen=True)
class Matrix:
    """One (ℓ, τ), for a mixture of experts one of them.

    Attributes:
        parameter: the parameter's name in the model.
        lnum: the layer ℓ.
        lname: the matrix type τ.
        shape: (out, in).
        transposed: whether the parameter is stored as (in, out), as Conv1D does.
        rows: the output rows that belong to the matrix; None for all.
        expert: the expert's number, `shared`, or None outside a mixture.
        stack: in a parameter that holds several experts along its first dimension, the place of
            this one, and how many there are; None if the parameter holds one.
        shared_with: the names of other parameters that are the same tensor; if the model lists one
            of them before this one, it is the first of these.
        repeated: whether the model lists the same tensor before, in this or another layer.
    """

    parameter: str
    lnum: int
    lname: str
    shape: tuple[int, int]
    transposed: bool = False
    rows: Rows | None = None
    expert: int | str | None = None
    stack: tuple[int, int] | None = None
    shared_with: tuple[str, ...] = ()
    repeated: bool = False

    @property
    def full_rank(self) -> int:
        """The largest rank that a matrix of this shape can have."""
        return min(self.shape)

    @property
    def name(self) -> str:
        """The parameter, with the part of it that the matrix is: no other matrix has this name."""
        place = f"[{self.stack[0]}]" if self.stack else ""
        return self.parameter + place + (f" rows {self.rows}" if self.rows else "")

    def read(self, model: nn.Module) -> Tensor:
        """A copy of the matrix, shape (out, in)."""
        return self.view(model).clone().reshape(self.shape)

    def write(self, model: nn.Module, value: Tensor) -> None:
        """Put values of shape (out, in) in its place, rounded to its dtype.

        Raises:
            ValueError: if they have another shape.
        """
        if tuple(value.shape) != self.shape:
            raise ValueError(f"{self.name} is {self.shape}, the values are {tuple(value.shape)}")
        view = self.view(model)
        view.copy_(value.reshape(view.shape))

    def view(self, model: nn.Module) -> Tensor:
        """The matrix in the model, of shape (out, in) or (groups, rows of each, in)."""
        weight = model.get_parameter(self.parameter).data
        if self.stack:
            place, count = self.stack
            weight = weight.view(count, -1, weight.shape[-1])[place]
        elif weight.ndim > 2:
            # Heads that have a dimension of their own, as in XLNet.
            weight = weight.flatten(1)
        weight = weight.T if self.transposed else weight
        if self.rows is None:
            return weight
        groups, start, size = self.rows
        # Of a transposed parameter only unflatten, not view, can split the rows without a copy.
        return weight.unflatten(0, (groups, -1))[:, start : start + size]
