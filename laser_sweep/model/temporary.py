"""Putting other values into matrices of a model, and the old ones back, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn

from laser_sweep.model.matrix import Matrix


@contextmanager
def temporary_weights(model: nn.Module, values: Mapping[Matrix, Tensor]) -> Iterator[None]:
    """The model with other values in some matrices, for as long as the context lasts.

    Args:
        model: the model; edited in place.
        values: for each matrix its new values, of shape (out, in), rounded to the matrix's dtype.

    Raises:
        ValueError: if values have another shape than their matrix.
    """
    originals = {matrix: matrix.view(model).clone() for matrix in values}
    try:
        for matrix, value in values.items():
            matrix.write(model, value)
        yield
    finally:
        for matrix, original in originals.items():
            matrix.view(model).copy_(original)
