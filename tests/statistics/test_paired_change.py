"""What an edit changes, against plain formulas."""

import math

import numpy as np
import pytest
import scipy
from support.simulated_outcomes import outcomes

from laser_sweep.statistics import change


def two(seed, clusters=None, size=120):
    rng = np.random.default_rng(seed)
    made = []
    for point in ("one", "other"):
        correct = rng.random(size) < 0.5
        logprob = rng.normal(-1, 0.5, size)
        made.append(outcomes(correct, clusters, point=point, answer_logprob=logprob))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_z_is_the_paired_t_statistic(seed):
    before, after = two(seed)
    found = change(before, after)
    loss = [-each["answer_logprob"].to_numpy() for each in (before, after)]
    assert found.z == pytest.approx(scipy.stats.ttest_rel(loss[1], loss[0]).statistic)
    assert found.log_loss == pytest.approx(loss[1].mean() - loss[0].mean())
    right = [each["correct"].to_numpy() for each in (before, after)]
    assert found.accuracy == pytest.approx(right[1].mean() - right[0].mean())
    gained, lost = (right[1] & ~right[0]).sum(), (right[0] & ~right[1]).sum()
    assert found.p_value == pytest.approx(scipy.stats.binomtest(gained, gained + lost).pvalue)


def test_clusters_are_one_observation_each():
    clusters = [str(number // 6) for number in range(120)]
    before, after = two(5, clusters)
    loss = [-each["answer_logprob"].to_numpy().reshape(20, 6).mean(1) for each in (before, after)]
    expected = scipy.stats.ttest_rel(loss[1], loss[0]).statistic
    assert change(before, after).z == pytest.approx(expected)


def test_answers_of_several_tokens_count_per_token():
    before, after = two(6)
    longer = [each.assign(answer_length=4) for each in (before, after)]
    assert change(*longer).log_loss == pytest.approx(change(before, after).log_loss / 4)


def test_nothing_changes():
    before, _ = two(7)
    found = change(before, before)
    assert (found.accuracy, found.log_loss, found.z, found.p_value) == (0, 0, 0, 1)


def test_the_same_change_everywhere_is_certain_and_an_infinite_one_tells_nothing():
    before, _ = two(8)
    lower = before.assign(answer_logprob=before["answer_logprob"].round() - 1)
    assert change(before.assign(answer_logprob=before["answer_logprob"].round()), lower).z == (
        math.inf
    )
    assert change(before, before.assign(answer_logprob=-math.inf)).z == 0
