"""Sign flips for permutation tests of paired differences.

Suppose that an edit has no effect. Then the base model and the edited model are exchangeable on
each example (or in each cluster, where examples are dependent), and each difference between them
could as well have the opposite sign. For one edited model the test is exact, whatever the number of
examples (Fisher, The Design of Experiments, 1935, §21). For many edited models at once it is exact
if all of them are exchangeable with the base model together. Models that are merely as good as the
base model are wrong on examples of their own. The best of them gains more than sign flips suggest
where few examples are correct, and less where most are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import scipy

from laser_sweep.statistics.arrays import Floats, Floats32

_BATCH = 4_000_000
"""Signs that are drawn at a time: 16 MB."""


def sign_flips(size: int, flips: int, seed: int) -> Iterator[Floats32]:
    """Rows of `size` signs, in batches of shape (rows, size).

    If there are at most `flips` different rows, the batches have all of them; otherwise they have
    `flips` rows, and all rows but the first are drawn at random. The first row is all +1, the
    observed signs. In both cases a p-value is the share of rows with a statistic at least as
    extreme as the observed one.
    """
    if size < 63 and 2**size <= flips:
        numbers = np.arange(2**size)[:, None] >> np.arange(size)
        yield (1 - 2 * (numbers & 1)).astype(np.float32)
        return
    rng = np.random.default_rng(seed)
    yield np.ones((1, size), dtype=np.float32)
    for start in range(1, flips, step := max(1, _BATCH // size)):
        drawn = rng.integers(0, 2, (min(step, flips - start), size), dtype=np.int8)
        yield (2 * drawn - 1).astype(np.float32)


def upper_tail(sums: Floats) -> float:
    """The share of all sign flips whose total is at least the observed one: an exact, one-sided p.

    No flip is drawn. The total of flipped whole numbers is fixed by how many numbers of each size
    are positive, so its distribution is a convolution of binomial ones, as in Pagano and Tritchler
    (JASA 78, 1983, 435–440). If all numbers are -1, 0 or 1, it is the one-sided McNemar test.

    Args:
        sums: whole numbers, the change of each example or cluster, shape (clusters,).
    """
    sizes, counts = np.unique(np.abs(sums[sums != 0]).astype(np.int64), return_counts=True)
    positive = np.ones(1)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        spaced = np.zeros(size * count + 1)
        spaced[::size] = _heads(count)
        positive = np.convolve(positive, spaced)
    return min(1.0, float(positive[int(sums[sums > 0].sum()) :].sum()))


@lru_cache(maxsize=4096)
def _heads(tosses: int) -> Floats:
    """The probabilities of 0, 1, ... heads of a fair coin, shape (tosses + 1,)."""
    return np.asarray(scipy.stats.binom.pmf(np.arange(tosses + 1), tosses, 0.5))
