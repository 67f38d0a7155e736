"""The exact singular value decomposition of a matrix, computed once and cut for every ρ.

For float32 it is computed from the eigenvectors of the Gram matrix W Wᵀ of the short side, which is
several times faster than a solver for W. Squaring costs half of the digits. So the Gram matrix is
summed in float64, and the components with small singular values, which its float32 eigenvectors
mix, are decomposed again by themselves, one grade of magnitude after another.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

_GRADE = 1e-3
"""Eigenvalues that are smaller than this, relative to the largest, are decomposed again."""
_NOISE = 1e-13
"""Squares of singular values below this, relative to the largest, are rounding errors of W."""
_ROWS, _COLUMNS = 512, 512
"""Block sizes of the Gram matrix; only _COLUMNS columns of W are in float64 at a time."""


class Components(NamedTuple):
    """The components of a matrix of shape (r, long), r <= long: the matrix is u @ c.

    Attributes:
        u: orthonormal columns, the singular vectors of the short side, shape (r, r).
        s: singular values in descending order, float64, shape (r,).
        c: singular values times the singular vectors of the long side, shape (r, long).
    """

    u: Tensor
    s: Tensor
    c: Tensor


def components(matrix: Tensor) -> Components:
    """Decompose a matrix of shape (r, long), r <= long, dtype float32 or float64.

    The residual of a cut is the smallest possible one (Eckart and Young 1936) to a relative error
    of 1e-5 while it is above 1e-3 of the matrix, both in the Frobenius norm; in float64 to 1e-12.
    """
    if matrix.dtype == torch.float64:
        u, s, vt = torch.linalg.svd(matrix, full_matrices=False)
        return Components(u, s, vt.mul_(s[:, None]))
    u = _short_side(matrix)
    c = u.T @ matrix
    s = _row_norms(c)
    order = s.argsort(descending=True, stable=True)
    u = u[:, order]
    c = c[order]
    return Components(u, s[order], c)


def _short_side(matrix: Tensor) -> Tensor:
    """The singular vectors of the short side, shape (r, r), nearly in descending order."""
    values, u = _eigh(*_gram(matrix))
    start = 0
    while (start := _next_grade(values, start)) < len(values):
        gram, scale = _gram(matrix, u[:, start:])
        if scale * gram.trace() <= _NOISE * values[0]:
            break
        values[start:], turn = _eigh(gram, scale)
        u[:, start:] = u[:, start:] @ turn
        del gram, turn
    return u.div_(torch.linalg.vector_norm(u, dim=0))


def _next_grade(values: Tensor, start: int) -> int:
    """The first index after `start` whose eigenvalue is small beside the one at `start`."""
    return start + 1 + int((values[start + 1 :] >= _GRADE * values[start]).sum())


def _gram(matrix: Tensor, basis: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The lower triangle of A @ A.T / scale in float32, summed in float64; and the scale.

    A is the matrix, or basis.T @ matrix, which is computed block by block and never stored. The
    entries above the diagonal are undefined. The scale is there because the squares of float32
    numbers overflow float32.
    """
    rows = len(matrix) if basis is None else basis.shape[1]
    gram = matrix.new_zeros(rows, rows, dtype=torch.float64)
    for columns in matrix.split(_COLUMNS, dim=1):
        part = (columns if basis is None else basis.T @ columns).double()
        for top in range(0, rows, _ROWS):
            below = top + _ROWS
            gram[top:below, :below].addmm_(part[top:below], part[:below].T)
    scale = gram.diagonal().max()
    scale = torch.where(scale > 0, scale, 1)
    return gram.div_(scale).float(), scale


def _eigh(gram: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues (descending, float64) and eigenvectors (float32) of a lower triangle.

    The solver overwrites `gram`, to save memory: `gram` and the solver's workspace are the peak.
    """
    values, vectors = gram.new_empty(len(gram)), gram.T
    torch.linalg.eigh(vectors, UPLO="U", out=(values, vectors))
    return values.double().flip(0) * scale, vectors.flip(1)


def _row_norms(matrix: Tensor) -> Tensor:
    """Euclidean norms of the rows, in float64, a block of rows at a time."""
    blocks = matrix.split(_ROWS)
    return torch.cat([torch.linalg.vector_norm(block.double(), dim=1) for block in blocks])
