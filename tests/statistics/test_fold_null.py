"""The null distribution of differences out of fold, and the inflation of their intervals."""

import itertools

import numpy as np
import pytest
from support.simulated_outcomes import gained, useless

from laser_sweep.statistics.fold_null import null_of_gains


def repeated(correct, base, fold, flips):
    """The difference out of fold with each flip, computed by loops."""
    found = []
    for flip in flips:
        differences = (correct.astype(int) - base) * flip
        gained = 0
        for number in np.unique(fold):
            elsewhere = differences[:, fold != number].sum(axis=1)
            if elsewhere.max() > 0:
                gained += differences[elsewhere.argmax(), fold == number].sum()
        found.append(gained)
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_the_null_out_of_fold_is_that_of_choosing_again_with_every_flip(seed):
    rng = np.random.default_rng(seed)
    drawn, fold = useless(rng, 4, 10), np.arange(10) % 3
    flips = np.array(list(itertools.product([1, -1], repeat=10)))
    found = repeated(drawn[1:], drawn[0], fold, flips)
    observed = found[0]
    null = null_of_gains(gained(drawn), fold, int(observed))
    assert null.p_value == pytest.approx((np.abs(found) >= abs(observed)).mean())
    assert null.inflation["accuracy"] >= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_rule_that_goes_by_another_measure_chooses_by_it_with_every_flip(seed):
    rng = np.random.default_rng(seed)
    fold, losses = np.arange(10) % 3, rng.normal(size=(4, 10))
    drawn = gained(useless(rng, 4, 10))
    wrong, varies = [], []
    for flip in itertools.product([1, -1], repeat=10):
        gain, spread = np.zeros(2), np.zeros(2)
        for number in range(3):
            here = fold == number
            elsewhere = [(row * flip)[~here].sum() for row in losses]
            best = int(np.argmax(elsewhere))
            if elsewhere[best] > 0:
                for index, of in enumerate((drawn["accuracy"], losses)):
                    gain[index] += (of[best] * flip)[here].sum()
                    spread[index] += (of[best][here] ** 2).sum()
        wrong.append(gain)
        varies.append(spread)
    null = null_of_gains({**drawn, "log_loss": losses}, fold, int(wrong[0][0]), by="log_loss")
    reached = np.abs(wrong)[:, 0] >= abs(wrong[0][0])
    assert null.p_value == pytest.approx(reached.mean())
    factors = np.sqrt(np.square(wrong[1:]).mean(axis=0) / np.mean(varies, axis=0))
    assert [null.inflation[name] for name in ("accuracy", "log_loss")] == pytest.approx(
        np.maximum(1, factors), rel=1e-5
    )


def test_where_no_answer_changes_the_interval_of_the_log_loss_is_widened_all_the_same():
    rng = np.random.default_rng(21)
    losses = 0.5 * rng.normal(size=400) + rng.normal(size=(60, 400))
    gains = {"accuracy": np.zeros((60, 400)), "log_loss": losses}
    null = null_of_gains(gains, np.arange(400) % 5, 0, by="log_loss")
    assert null.p_value == 1
    assert null.inflation["accuracy"] == 1
    # The candidates are useless, and chosen by their log-loss in five folds.
    assert 1.1 < null.inflation["log_loss"] < 1.4


def test_folds_of_whole_clusters_flip_whole_clusters():
    rng = np.random.default_rng(3)
    drawn = useless(rng, 4, 20, size=2)
    clusters, fold = np.arange(20) // 2, np.arange(20) // 2 % 3
    flips = np.array(list(itertools.product([1, -1], repeat=10)))
    found = repeated(drawn[1:], drawn[0], fold, flips.repeat(2, axis=1))
    null = null_of_gains(gained(drawn), fold, int(found[0]), clusters)
    assert null.p_value == pytest.approx((np.abs(found) >= abs(found[0])).mean())


def test_an_effect_that_is_the_same_in_every_fold_is_found():
    rng = np.random.default_rng(5)
    base = rng.random(300) < 0.5
    good = base | (rng.random(300) < 0.3)
    drawn = np.stack([np.where(rng.random(300) < 0.1, ~base, base) for _ in range(20)] + [good])
    fold = np.arange(300) % 5
    null = null_of_gains(gained([base, *drawn]), fold, int(good.sum() - base.sum()), flips=1000)
    assert null.p_value == 0.001
    assert null.inflation["accuracy"] < 2


def test_without_a_candidate_nothing_is_gained():
    drawn = np.repeat([[True], [False], [False]], 12, axis=1)
    null = null_of_gains(gained(drawn), np.arange(12) % 3, 0)
    assert (null.p_value, null.inflation) == (1.0, {"accuracy": 1.0})
