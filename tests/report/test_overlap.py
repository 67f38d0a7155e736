"""Tests of what the parts of a split share."""

import pandas as pd

from laser_sweep.report.overlap import Overlap, overlap
from laser_sweep.split import Parts

TEXTS = pd.DataFrame(
    {
        "example": range(6),
        "prompt": ["a", "b", "c", "a", "a", "c"],
        "answer": ["1", "2", "3", "1", "9", "3"],
        "cluster": ["x", "x", "y", "x", "z", None],
    }
)


def test_tested_examples_that_also_validate_and_divided_clusters_are_counted():
    assert overlap(Parts((0, 1), (2, 3, 4, 5)), TEXTS) == Overlap(repeated=1, clusters=1)


def test_folds_share_examples_with_one_another():
    folds = ((0, 1, 2), (3, 4, 5))
    found = overlap(Parts(tuple(range(6)), (), folds), TEXTS)
    assert found == Overlap(repeated=4, clusters=1)


def test_a_clean_split_without_clusters_shares_nothing():
    texts = TEXTS.assign(cluster=None, prompt=list("abcdef"))
    assert overlap(Parts((0, 1), (2, 3, 4, 5)), texts) == Overlap()
    assert overlap(Parts((0, 1), (2, 3)), None) == Overlap()
