"""Temporary values of matrices, after which the original ones are restored bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn

from laser_sweep.model.matrix import Matrix


@contextmanager
def temporary_weights(model: nn.Module, values: Mapping[Matrix, Tensor]) -> Iterator[None]:
    """Replace matrices of a model within this context.

    Args:
        model: the model; edited in place.
        values: the new values of each matrix, of shape (out, in); rounded to the matrix's dtype.

    Raises:
        ValueError: if values differ in shape from their matrix.
    """
    originals = {matrix: matrix.view(model).clone() for matrix in values}
    try:
        for matrix, value in values.items():
            matrix.write(model, value)
        yield
    finally:
        for matrix, original in originals.items():
            matrix.view(model).copy_(original)
