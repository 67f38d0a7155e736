"""The result of an intervention on one matrix."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class EditedMatrix(NamedTuple):
    """An edited matrix.

    Attributes:
        weight: shape (out, in), the dtype of the prepared matrix. Do not write to it: where nothing
            changes, it is the prepared matrix itself.
        rank: the rank that was kept; None for an intervention that does not set a rank.
    """

    weight: Tensor
    rank: int | None
