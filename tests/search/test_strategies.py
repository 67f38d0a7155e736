"""Which points a search evaluates, and on which examples."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from laser_sweep.config import SearchConfig
from laser_sweep.errors import ConfigError
from laser_sweep.search import (
    STRATEGIES,
    Evidence,
    Round,
    Size,
    Space,
    asked,
    audited,
    ranked_examples,
)

EXAMPLES = tuple(range(100, 500))
POINTS = tuple(f"fc_in-l{number}-rho0.1" for number in range(60))
SPACE = Space(POINTS, EXAMPLES, (None,) * len(EXAMPLES))


def outcomes(seed: int, space: Space = SPACE) -> pd.DataFrame:
    """Outcomes of every point on every example, some points better than others."""
    rng = np.random.default_rng(seed)
    skill = rng.uniform(0.3, 0.7, len(space.points))
    right = rng.random((len(space.points), len(space.examples))) < skill[:, None]
    logprob = np.where(right, -0.2, -1.5) + rng.normal(0, 0.1, right.shape)
    return pd.DataFrame(
        {
            "point": np.repeat(space.points, len(space.examples)),
            "example": np.tile(space.examples, len(space.points)),
            "correct": right.ravel(),
            "answer_logprob": logprob.ravel(),
            "answer_length": 1,
            "f1": rng.random(right.size),
        }
    )


def rounds_of(options: SearchConfig, evidence: Evidence, space: Space = SPACE) -> list[Round]:
    strategy = STRATEGIES.load(options.name)
    count = len(strategy.sizes(Size(len(space.points), len(space.examples)), options))
    return [strategy.round(number, space, evidence, options) for number in range(count)]


def test_the_grid_is_one_round_of_everything():
    assert rounds_of(SearchConfig("grid"), Evidence()) == [Round(POINTS, EXAMPLES)]


@pytest.mark.parametrize(("keep", "count"), [(0.1, 6), (0.11, 7), (1.0, 60), (1e-9, 1)])
def test_gradient_keeps_the_points_with_the_best_predictions(keep: float, count: int):
    changes = dict(zip(POINTS, np.random.default_rng(1).normal(size=60).tolist(), strict=True))
    (only,) = rounds_of(SearchConfig("gradient", keep=keep), Evidence(changes))
    assert only.examples == EXAMPLES
    assert set(only.points) == set(sorted(POINTS, key=changes.get)[:count])
    assert list(only.points) == [point for point in POINTS if point in only.points]


def test_equal_predictions_keep_the_first_points():
    (only,) = rounds_of(SearchConfig("gradient"), Evidence(dict.fromkeys(POINTS, 0.0)))
    assert only.points == POINTS[:6]


@pytest.mark.parametrize("measure", ["accuracy", "log_loss", "f1"])
@pytest.mark.parametrize("name", ["halving", "gradient"])
def test_each_round_of_a_race_has_the_better_half_on_twice_as_many_examples(
    name: str, measure: str
):
    table = outcomes(2)
    changes = {point: -float(number % 7) for number, point in enumerate(POINTS)}
    keep = {"keep": 0.5, "race": True} if name == "gradient" else {}
    options = SearchConfig(name, **keep)
    found = rounds_of(options, Evidence(changes, table, measure))
    first = set(sorted(POINTS, key=changes.get)[:30]) if keep else set(POINTS)
    assert set(found[0].points) == first
    assert found[-1].examples == EXAMPLES
    assert len(found[-1].points) == 8
    assert [len(each.examples) for each in found[:-1]] == [32 * 2**n for n in range(len(found) - 1)]
    figures = table.assign(
        accuracy=table["correct"].astype(float), log_loss=-table["answer_logprob"]
    )
    for before, after in itertools.pairwise(found):
        assert set(before.examples) < set(after.examples)
        assert len(after.points) == max(8, -(-len(before.points) // 2))
        rows = figures[figures["example"].isin(before.examples)]
        second = "log_loss" if measure == "accuracy" else "accuracy"
        means = rows.groupby("point")[[measure, second]].mean().loc[list(before.points)]
        signs = [-1.0 if name == "log_loss" else 1.0 for name in (measure, second)]
        keys = {point: tuple(-s * v for s, v in zip(signs, row, strict=True))
                for point, row in zip(means.index, means.to_numpy(), strict=True)}  # fmt: skip
        assert set(after.points) == set(sorted(before.points, key=keys.get)[: len(after.points)])


def test_a_race_knows_nothing_of_examples_that_it_has_not_reached():
    table = outcomes(3)
    options = SearchConfig("halving")
    found = rounds_of(options, Evidence({}, table))
    later = ~table["example"].isin(found[0].examples)
    changed = table.assign(correct=table["correct"] ^ later)
    assert rounds_of(options, Evidence({}, changed))[1] == found[1]


def test_a_point_without_outcomes_has_failed_and_leaves_the_race():
    table = outcomes(4)
    options = SearchConfig("halving")
    best = rounds_of(options, Evidence({}, table))[1].points[0]
    left = rounds_of(options, Evidence({}, table[table["point"] != best]))
    assert all(best not in each.points for each in left[1:])
    assert [len(each.points) for each in left[1:]] == [
        len(each.points) for each in rounds_of(options, Evidence({}, table))[1:]
    ]


def test_examples_of_a_cluster_follow_each_other_in_a_race():
    clusters = tuple(str(number // 4) for number in range(400))
    space = Space(POINTS, EXAMPLES, clusters)
    found = rounds_of(SearchConfig("halving", start=64), Evidence({}, outcomes(5, space)), space)
    met = [clusters[example - 100] for example in found[0].examples]
    assert {met.count(each) for each in met} == {4}
    assert found[0].examples == tuple(sorted(found[0].examples))


def test_the_order_of_examples_depends_on_the_seed():
    options = [SearchConfig("halving", seed=seed) for seed in (0, 0, 1)]
    first = [STRATEGIES.load("halving").round(0, SPACE, Evidence(), each) for each in options]
    assert first[0] == first[1] != first[2]


@pytest.mark.parametrize("name", ["halving", "gradient"])
def test_a_race_on_few_examples_is_refused_with_the_number_that_it_needs(name: str):
    race = {"race": True} if name == "gradient" else {}
    with pytest.raises(ConfigError, match=r"on 255 validation examples: expected 256 or more"):
        STRATEGIES.load(name).sizes(Size(60, 255), SearchConfig(name, **race))


def test_a_start_beyond_the_examples_is_refused():
    with pytest.raises(ConfigError, match=r"search.start=401: expected at most 400"):
        STRATEGIES.load("halving").sizes(Size(60, 400), SearchConfig("halving", start=401))


def test_predictions_are_made_on_all_validation_examples_or_on_some():
    assert ranked_examples(SPACE, SearchConfig("gradient")) == EXAMPLES
    some = ranked_examples(SPACE, SearchConfig("gradient", examples=50))
    assert len(some) == 50
    assert set(some) < set(EXAMPLES)
    assert some == tuple(sorted(some))


def test_an_audit_evaluates_a_share_of_the_points_that_were_left_out():
    options = SearchConfig("gradient", audit=0.05)
    evidence = Evidence(dict.fromkeys(POINTS, 0.0))
    kept = asked(SPACE, evidence, options)
    found = audited(SPACE, kept, options)
    assert kept == POINTS[:6]
    assert len(found) == 3
    assert not set(found) & set(kept)
    assert audited(SPACE, kept, SearchConfig("gradient")) == ()
    seeds = {audited(SPACE, kept, SearchConfig("gradient", audit=0.05, seed=n)) for n in range(9)}
    assert len(seeds) > 5
