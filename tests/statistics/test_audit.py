"""The upper end of an audit's interval, against every sample of a small population."""

import itertools

import pytest

from laser_sweep.statistics import audit


def share_of_samples(left_out: int, better: int, audited: int, most: int) -> float:
    """The share of samples with at most so many better points."""
    samples = list(itertools.combinations(range(left_out), audited))
    return sum(sum(n < better for n in sample) <= most for sample in samples) / len(samples)


@pytest.mark.parametrize(("left_out", "audited"), [(9, 3), (10, 1), (8, 8), (10, 5), (7, 0)])
def test_the_end_is_the_largest_number_that_the_sample_does_not_refute(left_out, audited):
    for better in range(audited + 1):
        found = audit(left_out, audited, better)
        possible = range(better, left_out - audited + better + 1)
        not_refuted = [
            number
            for number in possible
            if share_of_samples(left_out, number, audited, better) > 0.05
        ]
        assert found.most_better == max(not_refuted)


def test_a_whole_audit_leaves_no_doubt_and_an_empty_one_leaves_all():
    assert audit(40, 40, 2).most_better == 2
    assert audit(40, 0, 0).most_better == 40


def test_more_better_points_than_audited_ones_are_impossible():
    with pytest.raises(ValueError, match="3 better of 2 audited"):
        audit(10, 2, 3)
