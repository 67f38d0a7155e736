"""Sign flips: what differences could have been if base and edited model were exchangeable.

If an edit does nothing, then on each example (or, where examples belong together, each cluster) it
is as likely that base and edited model had changed places, which turns the sign of the difference.
Of one edited model the test is exact, whatever the number of examples (Fisher, The Design of
Experiments, 1935, §21). Of many at once it is where they change places with the base model
together; models that are only as good as it are wrong in places of their own, and the best of them
gets further than flips say where few examples are right, and less far where most are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

_AT_ONCE = 4_000_000
"""Signs at a time: 16 MB."""


def signs(size: int, flips: int, seed: int) -> Iterator[Singles]:
    """Rows of `size` signs, some at a time: all there are, if that is no more than `flips`.

    Otherwise `flips` rows, of which all but the first are drawn. The first row is all +1, which is
    what was observed; so a p-value is the share of rows that reach as far, in both cases.
    """
    if size < 63 and 2**size <= flips:
        numbers = np.arange(2**size)[:, None] >> np.arange(size)
        yield (1 - 2 * (numbers & 1)).astype(np.float32)
        return
    rng = np.random.default_rng(seed)
    yield np.ones((1, size), dtype=np.float32)
    for start in range(1, flips, step := max(1, _AT_ONCE // size)):
        drawn = rng.integers(0, 2, (min(step, flips - start), size), dtype=np.int8)
        yield (2 * drawn - 1).astype(np.float32)
