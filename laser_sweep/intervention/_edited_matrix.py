"""What an intervention makes of a matrix."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class EditedMatrix(NamedTuple):
    """An edited matrix.

    Attributes:
        weight: shape (out, in), the dtype of what was prepared. It may be the very tensor that was
            prepared, where nothing changes; so it is not to be written to.
        rank: the rank that was kept; None for an intervention that does not set one.
    """

    weight: Tensor
    rank: int | None
