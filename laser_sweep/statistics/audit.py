"""An audit of a search: how many better points it may have missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

_LEVEL = 0.95


@dataclass(frozen=True)
class Audit:
    """A random sample of the points that a search left out.

    Attributes:
        left_out: the number of points that the search left out.
        audited: the number of them that were evaluated afterwards.
        better: the number of these that are better than the point that the search chose.
        most_better: the largest number of better points among those left out, with a confidence
            of 95 %.
    """

    left_out: int
    audited: int
    better: int
    most_better: int

    @property
    def most_share(self) -> float:
        """The largest number of better points as a share of those left out, 0..1."""
        return self.most_better / self.left_out if self.left_out else 0.0


def audit(left_out: int, audited: int, better: int) -> Audit:
    """The audit of a search, with the upper end of a one-sided 95 % interval.

    The end is the largest number of better points with which a sample without replacement would
    have as few of them in more than 5 % of the cases. It inverts the hypergeometric distribution
    (Buonaccorsi, The American Statistician 41, 1987, 215–218), as Clopper and Pearson (Biometrika
    26, 1934) invert the binomial one. It is exact for the points of this sweep: their number is
    finite, and the audit of all of them leaves no doubt.

    Args:
        left_out: the number of points that the search left out.
        audited: the number of them that were evaluated, at random.
        better: the number of better ones among them.

    Raises:
        ValueError: unless better <= audited <= left_out.
    """
    if not 0 <= better <= audited <= left_out:
        raise ValueError(f"{better} better of {audited} audited of {left_out} left out")
    possible = np.arange(better, left_out - (audited - better) + 1)
    as_few = scipy.stats.hypergeom.cdf(better, left_out, possible, audited)
    return Audit(left_out, audited, better, int(possible[as_few > 1 - _LEVEL].max(initial=better)))
