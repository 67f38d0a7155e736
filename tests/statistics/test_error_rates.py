"""Error rates and power of the verdict over 1,000 simulated sweeps."""

import numpy as np
import pandas as pd
import pytest
import scipy
from support.simulated_outcomes import gained, models, outcomes, trinomial, useless

from laser_sweep.grid.point import BASE
from laser_sweep.selection import select
from laser_sweep.statistics import compare
from laser_sweep.statistics.fold_null import null_of_gains

SWEEPS = 1_000


def most(probability):
    """An upper bound of the number of events with this probability in 1,000 sweeps."""
    return scipy.stats.binom.ppf(0.999, SWEEPS, probability)


def chosen_of(drawn):
    """The number of the candidate that the rule selects on some examples; 0 is the base model."""
    table = pd.DataFrame(
        {
            "point": ["base", *map(str, range(len(drawn) - 1))],
            "validation_accuracy": drawn.mean(axis=1),
        }
    )
    table = table.assign(validation_log_loss=1.0, edits=1, rank=1)
    return table.index[table["point"] == select(table, "accuracy", "corrected")][0]


def verdict_on(base, chosen, best, names, seed, out_of_fold=None):
    """The kind of the verdict on the base model and the chosen point."""
    before = outcomes(base, names, str(BASE))
    after = outcomes(chosen, names, str(BASE) if best == 0 else "edit")
    return compare(before, after, seed=seed, out_of_fold=out_of_fold).verdict.kind


def verdicts(seed, size, known):
    """Verdicts of sweeps over useless candidates: chosen on the first 20 %, compared on the rest.

    Returns:
        The number of verdicts of each kind, and the mean gain on the validation part.
    """
    rng, examples = np.random.default_rng(seed), 400
    names = [f"fact {i // size}" for i in range(examples)][examples // 5 :] if known else None
    kinds, flattered = [], []
    for number in range(SWEEPS):
        drawn = useless(rng, 60, examples, size)
        validating, tested = np.split(drawn, [examples // 5], axis=1)
        best = chosen_of(validating)
        kinds.append(verdict_on(tested[0], tested[best], best, names, number))
        flattered.append(validating[best].mean() - validating[0].mean())
    return pd.Series(kinds).value_counts(), float(np.mean(flattered))


def verdicts_out_of_fold(seed, size, folds=5, examples=400):
    """Verdicts of sweeps that choose in folds of whole clusters.

    Returns:
        The number of verdicts of each kind, and the same without the null of the folds.
    """
    rng = np.random.default_rng(seed)
    clusters = np.arange(examples) // size
    names, fold = [f"fact {cluster}" for cluster in clusters], clusters % folds
    kinds, naive = [], []
    for number in range(SWEEPS):
        drawn = useless(rng, 60, examples, size)
        best = [chosen_of(drawn[:, fold != each]) for each in range(folds)]
        chosen = drawn[np.array(best)[fold], np.arange(examples)]
        observed = int(chosen.sum()) - int(drawn[0].sum())
        null = null_of_gains(gained(drawn), fold, observed, clusters, seed=number, flips=500)
        kinds.append(verdict_on(drawn[0], chosen, max(best), names, number, null))
        naive.append(verdict_on(drawn[0], chosen, max(best), names, number))
    return pd.Series(kinds).value_counts(), pd.Series(naive).value_counts()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_useless_candidates_are_called_better_in_at_most_5_of_100_sweeps(size):
    kinds, flattered = verdicts(size, size, known=size > 1)
    print(size, dict(kinds), flattered)
    # The chosen candidates look good on the validation part.
    assert flattered > 0.08
    assert kinds.get("better", 0) <= most(0.025) <= 0.05 * SWEEPS
    assert kinds.get("worse", 0) <= most(0.025)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_useless_candidates_are_called_better_out_of_fold_in_at_most_5_of_100_sweeps(size):
    kinds, naive = verdicts_out_of_fold(size, size)
    print("folds", size, dict(kinds), "as if examples were independent", dict(naive))
    assert naive["better"] > most(0.025)
    assert kinds.get("better", 0) <= most(0.025) <= 0.05 * SWEEPS


@pytest.mark.slow
@pytest.mark.parametrize("changing", [0.0, 0.1])
def test_log_loss_intervals_out_of_fold_hold_the_truth_if_points_are_chosen_by_log_loss(changing):
    rng, fold, held = np.random.default_rng(22), np.arange(400) % 5, []
    for number in range(500):
        common = rng.normal(size=400)
        gains = 0.2 * (np.sqrt(0.5) * common + np.sqrt(0.5) * rng.normal(size=(60, 400)))
        right = rng.random(400) < 0.6
        drawn = np.vstack([right, np.where(rng.random((60, 400)) < changing, ~right, right)])
        best = [int(gains[:, fold != each].sum(axis=1).argmax()) for each in range(5)]
        best = [each if gains[each, fold != n].sum() > 0 else -1 for n, each in enumerate(best)]
        gain = np.vstack([gains, np.zeros(400)])[np.array(best)[fold], np.arange(400)]
        chosen = drawn[np.array(best)[fold] + 1, np.arange(400)]
        measured = {**gained(drawn), "log_loss": gains}
        observed = int(chosen.sum()) - int(right.sum())
        null = null_of_gains(measured, fold, observed, by="log_loss", seed=number, flips=500)
        found = compare(
            outcomes(right, point="base", answer_logprob=np.full(400, -2.0)),
            outcomes(chosen, point="edits", answer_logprob=gain - 2.0),
            out_of_fold=null,
        ).log_loss.difference
        held.append(found.low <= 0 <= found.high)
    print("log-loss out of fold", changing, np.mean(held))
    assert np.mean(held) > 0.92


@pytest.mark.slow
def test_without_known_clusters_useless_candidates_are_called_better_too_often():
    kinds, _ = verdicts(5, 5, known=False)
    print("unknown clusters", dict(kinds))
    assert kinds.get("better", 0) > most(0.05)


def power(corrected, broken, examples):
    """The power of McNemar's exact test to find chosen better, summed over all outcomes."""
    total = np.arange(examples + 1)
    found = np.zeros(examples + 1)
    for many in total[1:]:
        right = np.arange(many // 2 + 1, many + 1)
        p_values = 2 * scipy.stats.binom.sf(right - 1, many, 0.5)
        of_these = scipy.stats.binom.pmf(right, many, corrected / (corrected + broken))
        found[many] = of_these[p_values < 0.05].sum()
    return float(scipy.stats.binom.pmf(total, examples, corrected + broken) @ found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corrected", "broken", "examples"),
    [(0.10, 0.06, 400), (0.10, 0.05, 800), (0.04, 0.01, 400), (0.3, 0.2, 200), (0.05, 0.05, 400)],
)
def test_planted_effects_are_found_as_often_as_theory_says(corrected, broken, examples):
    rng = np.random.default_rng(16)
    found = 0
    for number, row in enumerate(trinomial(corrected, broken, (SWEEPS, examples), rng)):
        base, chosen = models(row)
        frames = outcomes(base, point=str(BASE)), outcomes(chosen)
        found += compare(*frames, seed=number).verdict.kind == "better"
    expected = power(corrected, broken, examples)
    print(corrected, broken, examples, found / SWEEPS, round(expected, 4))
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], SWEEPS, expected)
    assert low <= found <= high


@pytest.mark.slow
@pytest.mark.parametrize(("corrected", "broken"), [(0.12, 0.05), (0.05, 0.05)])
def test_effects_in_clusters_that_agree_are_found_as_often_as_in_one_example_each(
    corrected, broken
):
    rng = np.random.default_rng(17)
    names = [f"fact {i // 3}" for i in range(900)]
    found = 0
    for number, row in enumerate(trinomial(corrected, broken, (SWEEPS, 300), rng)):
        base, chosen = (np.repeat(correct, 3) for correct in models(row))
        frames = outcomes(base, names, str(BASE)), outcomes(chosen, names)
        found += compare(*frames, seed=number).verdict.kind == "better"
    expected = power(corrected, broken, 300)
    print("clusters", corrected, broken, found / SWEEPS, round(expected, 4))
    # The flips are drawn, so a p-value close to 0.05 falls on either side.
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], SWEEPS, expected)
    assert low - 0.02 * SWEEPS <= found <= high + 0.005 * SWEEPS


@pytest.mark.slow
@pytest.mark.parametrize("within", [0.3, 0.8])
def test_effects_in_clusters_are_found_as_often_as_the_design_effect_says(within):
    rng, each, examples = np.random.default_rng(18), 4, 1200
    names = [f"fact {i // each}" for i in range(examples)]
    rows = trinomial(0.12, 0.06, (SWEEPS, examples), rng, within, each)
    found = 0
    for number, row in enumerate(rows):
        base, chosen = models(row)
        frames = outcomes(base, names, str(BASE)), outcomes(chosen, names)
        found += compare(*frames, seed=number).verdict.kind == "better"
    # The power of the normal test, with the standard deviation of the means over the sweeps.
    distance = 0.06 / rows.mean(axis=1).std()
    expected = scipy.stats.norm.sf(1.96 - distance)
    print("design effect", within, found / SWEEPS, round(expected, 4))
    assert abs(found / SWEEPS - expected) < 0.06
