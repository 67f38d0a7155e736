"""The upper end of an audit's interval, against every sample of a small population."""

import itertools
import math

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


@pytest.mark.parametrize(("left_out", "audited"), [(9, 3), (12, 2), (11, 6)])
def test_the_end_holds_the_truth_in_19_of_20_samples(left_out, audited):
    for truth in range(left_out + 1):
        samples = itertools.combinations(range(left_out), audited)
        found = [sum(n < truth for n in sample) for sample in samples]
        held = [audit(left_out, audited, better).most_better >= truth for better in found]
        assert sum(held) >= 0.95 * len(held)


def test_a_twentieth_without_a_better_point_leaves_a_few_percent():
    found = audit(1210, 61, 0)
    # By hand: the chance that none of 61 draws is better, one factor for each draw.
    chances = {n: math.prod(1 - n / (1210 - draw) for draw in range(61)) for n in range(100)}
    assert found.most_better == max(n for n, chance in chances.items() if chance > 0.05)
    assert found.most_share == pytest.approx(found.most_better / 1210)
    assert audit(0, 0, 0).most_share == 0.0


def test_a_whole_audit_leaves_no_doubt_and_an_empty_one_leaves_all():
    assert audit(40, 40, 2).most_better == 2
    assert audit(40, 0, 0).most_better == 40


def test_more_better_points_than_audited_ones_are_impossible():
    with pytest.raises(ValueError, match="3 better of 2 audited"):
        audit(10, 2, 3)
