"""Types of the arrays that the statistics compute with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Floats32: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.int64] | None
"""The cluster of each example, shape (examples,), as a number; None if every example is
independent of the others."""
