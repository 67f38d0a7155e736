"""The whole comparison of the base model and a chosen point."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import scipy
from support.simulated_outcomes import changed, outcomes

from laser_sweep.grid.point import BASE
from laser_sweep.statistics import compare, intervals
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.majority import CommonestPrediction
from laser_sweep.statistics.verdict import BASE_CHOSEN


def test_a_comparison_has_all_figures():
    base, chosen = changed(60, 20, 400)
    comparison = compare(base, chosen)
    assert (comparison.examples, comparison.clusters) == (400, None)
    assert (comparison.corrected, comparison.broken) == (60, 20)
    assert comparison.p_value == scipy.stats.binomtest(60, 80).pvalue
    assert comparison.accuracy.base == intervals.accuracy(base["correct"].to_numpy())
    assert comparison.accuracy.difference.value == pytest.approx(0.1)
    assert comparison.log_loss.difference.value == pytest.approx(-0.1 * 1.5)
    assert comparison.log_loss.difference.low < -0.15 < comparison.log_loss.difference.high < 0
    assert comparison.f1 is None
    assert comparison.verdict.kind == "better"
    assert comparison.verdict.text.startswith("better: +10.0 points")


def test_log_loss_is_per_answer_token():
    base, chosen = changed(1, 1, 3)
    base["answer_logprob"], base["answer_length"] = [-2.0, -6.0, -1.0], [1, 3, 4]
    assert compare(base, chosen).log_loss.base.value == pytest.approx(1.4166666667)


def test_the_same_seed_gives_the_same_figures_in_any_order_of_the_rows():
    names = [f"fact {i // 2}" for i in range(300)]
    base, chosen = changed(60, 20, 300, clusters=names)
    base["f1"] = chosen["f1"] = np.random.default_rng(0).random(300)
    once = asdict(compare(base, chosen, seed=5))
    assert asdict(compare(base, chosen.sample(frac=1, random_state=1), seed=5)) == once
    assert asdict(compare(base.sample(frac=1, random_state=2), chosen, seed=5)) == once
    assert asdict(compare(base, chosen, seed=6)) != once


def test_dependent_examples_are_weaker_evidence():
    base, chosen = changed(24, 8, 200)
    facts = np.arange(200) // 8
    base_of, chosen_of = changed(24, 8, 200, clusters=[f"fact {i}" for i in facts])
    alone, together = compare(base, chosen), compare(base_of, chosen_of)
    assert alone.verdict.kind == "better"
    assert together.verdict.kind == "no evidence"
    assert together.clusters == 25
    assert together.p_value > alone.p_value
    for figure in ("accuracy", "log_loss"):
        apart, joined = getattr(alone, figure).difference, getattr(together, figure).difference
        assert joined.high - joined.low > 1.3 * (apart.high - apart.low)


def test_examples_without_a_cluster_are_independent():
    base, chosen = changed(3, 1, 6, clusters=["a", "a", None, None, None, "b"])
    assert compare(base, chosen).clusters == 5
    base, chosen = changed(3, 1, 6, clusters=["a", "c", None, None, None, "b"])
    assert compare(base, chosen).clusters is None


def test_f1_is_compared_where_it_was_recorded():
    base, chosen = changed(10, 5, 100)
    base["f1"], chosen["f1"] = 0.25, [0.5] * 99 + [np.nan]
    f1 = compare(base, chosen).f1
    assert f1.difference.value == pytest.approx(0.25)
    assert f1.examples == 99


def test_examples_without_a_log_probability_are_left_out_of_the_log_loss():
    base, chosen = changed(10, 5, 50)
    base.loc[3, "answer_logprob"] = np.nan
    comparison = compare(base, chosen)
    assert (comparison.examples, comparison.log_loss.examples) == (50, 49)
    assert np.isfinite(list(asdict(comparison.log_loss.difference).values())).all()
    chosen["answer_logprob"] = np.nan
    comparison = compare(base, chosen)
    assert comparison.log_loss.examples == 0
    assert np.isnan(comparison.log_loss.difference.value)


def test_an_impossible_answer_makes_the_log_loss_infinite_without_an_interval():
    base, chosen = changed(10, 5, 50)
    chosen.loc[3, "answer_logprob"] = -np.inf
    log_loss = compare(base, chosen).log_loss
    assert log_loss.chosen.value == log_loss.difference.value == np.inf
    assert np.isnan(log_loss.difference.low)
    assert np.isfinite(log_loss.base.low)


@pytest.mark.parametrize("clusters", [None, ["a"]])
def test_one_example_is_no_evidence(clusters):
    base, chosen = changed(1, 0, 1, clusters=clusters)
    comparison = compare(base, chosen)
    assert comparison.p_value == 1
    assert comparison.verdict.kind == "no evidence"
    assert comparison.accuracy.chosen.low < 0.3
    assert np.isnan(comparison.log_loss.base.low)


def test_one_cluster_is_no_evidence_whatever_happens_in_it():
    base, chosen = changed(40, 0, 50, clusters=["a"] * 50)
    comparison = compare(base, chosen)
    assert comparison.clusters == 1
    assert comparison.verdict.kind == "no evidence"
    difference = comparison.accuracy.difference
    assert (difference.low, difference.high) == (-1, 1)


@pytest.mark.parametrize("correct", [True, False])
@pytest.mark.parametrize("clusters", [None, [f"{i // 4}" for i in range(80)]])
def test_without_an_example_that_changes_there_is_no_evidence(correct, clusters):
    base = outcomes([correct] * 80, clusters, str(BASE))
    comparison = compare(base, outcomes([correct] * 80, clusters))
    assert (comparison.corrected, comparison.broken, comparison.p_value) == (0, 0, 1.0)
    difference = comparison.accuracy.difference
    assert difference.low < difference.value == 0 < difference.high
    assert comparison.verdict.kind == "no evidence"


def test_the_base_model_itself_may_be_the_chosen_one():
    base, _ = changed(5, 5, 50)
    found = compare(base, base)
    assert found.verdict == BASE_CHOSEN
    assert found.accuracy.difference == Estimate(0.0, 0.0, 0.0)


def test_a_constant_model_is_recognized():
    base, chosen = changed(40, 38, 200)
    chosen["prediction"] = ["false"] * 198 + ["true"] * 2
    comparison = compare(base, chosen)
    assert comparison.chosen_commonest == CommonestPrediction("false", 0.99, 200)
    assert comparison.base_commonest.share < 0.2
    assert comparison.verdict.kind == "constant"
    assert "the chosen model answers 'false' 99 % of the time" in comparison.verdict.text


def test_outcomes_that_cannot_be_compared_are_refused():
    base, chosen = changed(5, 5, 50)
    with pytest.raises(ValueError, match=r"only in base 7, 9, only in chosen none\.$"):
        compare(base, chosen.drop(index=[7, 9]))
    with pytest.raises(ValueError, match=r"only in chosen 0, 1, 2, 3, 4 and 5 more\.$"):
        compare(base.iloc[10:], chosen)
    with pytest.raises(ValueError, match="chosen has no outcomes"):
        compare(base, chosen.iloc[:0])
    with pytest.raises(ValueError, match=r"base has more than one outcome of some examples: 4\.$"):
        compare(pd.concat([base, base.iloc[[4]]]), chosen)
    with pytest.raises(ValueError, match="chosen has outcomes of more than one part"):
        compare(base, chosen.assign(part=["validation"] + ["test"] * 49))
    with pytest.raises(ValueError, match="base has outcomes of more than one point"):
        compare(base.assign(point=["base"] * 49 + ["edit"]), chosen)


def test_importing_the_statistics_needs_neither_torch_nor_the_slow_part_of_scipy():
    code = "import json, sys, laser_sweep.statistics; print(json.dumps(list(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "scipy.stats", "statsmodels"} & set(json.loads(run.stdout))
