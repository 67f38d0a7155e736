"""An audit of a search: how many better points it may have missed."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import hypergeom

_LEVEL = 0.95


@dataclass(frozen=True)
class Audit:
    """A random sample of the points that a search left out.

    Attributes:
        left_out: the number of points that the search left out.
        audited: the number of them that were evaluated afterwards.
        better: the number of these that are better than the point that the search chose.
        most_better: with a confidence of 95 %, at most so many of those left out are better.
    """

    left_out: int
    audited: int
    better: int
    most_better: int


def audit(left_out: int, audited: int, better: int) -> Audit:
    """The audit of a search, with the upper end of a one-sided 95 % interval.

    The end is the largest number of better points with which a sample without replacement would
    have as few of them in more than 5 % of the cases. It inverts the hypergeometric distribution,
    as Clopper and Pearson (Biometrika 26, 1934) invert the binomial one.

    Args:
        left_out: the number of points that the search left out.
        audited: the number of them that were evaluated, at random.
        better: the number of better ones among them.

    Raises:
        ValueError: unless better <= audited <= left_out.
    """
    if not 0 <= better <= audited <= left_out:
        raise ValueError(f"{better} better of {audited} audited of {left_out} left out")
    possible = range(better, left_out - (audited - better) + 1)
    most = max(n for n in possible if hypergeom.cdf(better, left_out, n, audited) > 1 - _LEVEL)
    return Audit(left_out, audited, better, int(most))
