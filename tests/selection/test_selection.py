"""The point that every rule chooses, and that `accuracy` chooses."""

import pandas as pd
import pytest

from laser_sweep.dataset import KINDS
from laser_sweep.errors import ConfigError
from laser_sweep.selection import RULES, check, select

NAMES = RULES.names()


INTEGERS = ("rank", "edits", "lnum")


def table(*rows):
    """A grid of rows (point, accuracy, log-loss, edits, rank, lname, lnum, rate)."""
    columns = ["point", "validation_accuracy", "validation_log_loss", "edits", "rank"]
    columns += ["lname", "lnum", "rate"]
    padded = [(*row, *(0.5, 1.0, 1, 40, "fc_in", 0, 1.0)[len(row) - 1 :]) for row in rows]
    frame = pd.DataFrame(padded, columns=columns).astype(dict.fromkeys(INTEGERS, "Int32"))
    return frame.assign(
        rho=1 - frame["rate"] / 10,
        validation_examples=100,
        validation_effective_examples=100,
        validation_f1=frame["validation_accuracy"],
    )


BASE = ("base", 0.5, 1.0, 0, None)


def test_the_best_accuracy_wins_then_the_lower_log_loss_then_the_order():
    grid = table(
        BASE,
        ("fc_in-l27-rho0.005", 0.500, 2.0),
        ("fc_in-l27-rho0.01", 0.520, 2.5),
        ("fc_out-l27-rho0.01", 0.520, 2.1),
        ("fc_in-l26-rho0.05", 0.520, 2.1),
        ("fc_out-l26-rho0.1", 0.519, 1.0),
    )
    assert select(grid, "accuracy", "corrected") == "fc_out-l27-rho0.01"
    assert select(grid, "accuracy", "paper") == "fc_out-l27-rho0.01"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ((0.6, 3.0, 9, 40), (0.5, 1.0, 1, 1)),
        ((0.6, 1.0, 9, 40), (0.6, 1.1, 1, 1)),
        ((0.6, 1.0, 1, 40), (0.6, 1.0, 2, 1)),
        ((0.6, 1.0, 2, 20), (0.6, 1.0, 2, 40)),
        ((0.6, 1.0, 2, 40), (0.6, float("nan"), 1, 1)),
        ((0.6, 1.0, 2, 40), (float("nan"), float("nan"), 1, 1)),
    ],
)
def test_the_better_of_two_wins_in_either_order(better, worse):
    for rows in (
        [("better", *better), ("worse", *worse)],
        [("worse", *worse), ("better", *better)],
    ):
        assert select(table(*rows), "accuracy", "corrected") == "better"


def test_points_that_are_equal_in_everything_are_decided_by_order():
    rows = [("first", 0.6, 1.0, 1, 40), ("second", 0.6, 1.0, 1, 40)]
    assert select(table(*rows), "accuracy", "corrected") == "first"
    assert select(table(*reversed(rows)), "accuracy", "corrected") == "second"


def test_equal_points_are_decided_by_the_order_in_which_the_papers_code_tries_them():
    tied = [
        ("fc_in-l26-rho0.01", 0.6, 1.0, 1, 40, "fc_in", 26, 9.9),
        ("fc_out-l27-rho0.005", 0.6, 1.0, 1, 20, "fc_out", 27, 9.95),
        ("fc_in-l27-rho0.05", 0.6, 1.0, 1, 204, "fc_in", 27, 9.5),
        ("fc_in-l27-rho0.01", 0.6, 1.0, 1, 40, "fc_in", 27, 9.9),
    ]
    order = []
    while tied:
        order.append(select(table(*tied), "accuracy", "paper"))
        tied = [row for row in tied if row[0] != order[-1]]
    assert order == [
        "fc_in-l27-rho0.01",
        "fc_in-l27-rho0.05",
        "fc_out-l27-rho0.005",
        "fc_in-l26-rho0.01",
    ]


def test_the_base_is_a_candidate_but_not_in_the_papers_protocol():
    grid = table(("base", 0.7, 1.0, 0, None), ("worse", 0.6), ("worst", 0.5))
    assert select(grid, "accuracy", "corrected") == "base"
    assert select(grid, "accuracy", "paper") == "worse"


def test_in_a_tie_with_the_base_nothing_is_edited():
    grid = table(("edit", 0.5, 1.0, 1, 1), BASE)
    assert select(grid, "accuracy", "corrected") == "base"


@pytest.mark.parametrize("rule", NAMES)
@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_every_rule_chooses_an_evaluated_point(rule, protocol):
    missing = ("missing", float("nan"), float("nan"))
    grid = table(BASE, missing, ("one", 0.4), ("other", 0.6))
    assert select(grid, rule, protocol) in {"base", "one", "other"}
    assert select(table(missing, BASE), rule, protocol) == "base"
    assert select(table(missing), rule, protocol) is None
    assert select(table(), rule, protocol) is None


@pytest.mark.parametrize("rule", NAMES)
def test_no_rule_changes_the_table(rule):
    grid = table(BASE, ("one", 0.4), ("other", 0.6))
    before = grid.copy(deep=True)
    select(grid, rule, "corrected")
    pd.testing.assert_frame_equal(grid, before)


def test_an_unknown_rule_is_refused_with_the_available_ones():
    with pytest.raises(ConfigError, match=r"'best'.*accuracy"):
        select(table(BASE), "best", "corrected")


def test_the_lowest_log_loss_wins_then_the_higher_accuracy():
    grid = table(BASE, ("sure", 0.5, 0.8), ("right", 0.7, 0.9), ("both", 0.6, 0.8))
    assert select(grid, "log_loss", "corrected") == "both"
    assert select(grid, "log_loss", "paper") == "both"


def test_the_highest_f1_wins_and_results_without_f1_are_refused():
    grid = table(BASE, ("one", 0.7), ("other", 0.6)).assign(validation_f1=[0.3, 0.4, 0.5])
    assert select(grid, "f1", "corrected") == "other"
    assert select(grid.assign(validation_f1=0.4), "f1", "corrected") == "one"
    with pytest.raises(ConfigError, match="no F1"):
        select(grid.drop(columns="validation_f1"), "f1", "corrected")


def test_the_mildest_within_one_standard_error_of_the_best():
    # Of 100 examples the standard error of 0.8 is 0.04.
    best = ("best", 0.8, 1.0, 1, 1, "fc_in", 3, 9.9)
    near = ("near", 0.76, 1.0, 1, 20, "fc_in", 3, 8.0)
    nearer = ("nearer", 0.77, 1.0, 1, 10, "fc_in", 3, 9.0)
    far = ("far", 0.75, 1.0, 1, 90, "fc_in", 3, 1.0)
    assert select(table(BASE, best, near, nearer, far), "one_standard_error", "paper") == "near"
    assert select(table(BASE, best, nearer, far), "one_standard_error", "corrected") == "nearer"
    good_base = ("base", 0.78, 1.0, 0, None)
    assert select(table(good_base, best, near), "one_standard_error", "corrected") == "base"
    stack = ("stack", 0.8, 1.0, 2, 90, None, None, 1.0)
    assert select(table(best, stack), "one_standard_error", "corrected") == "best"


def test_a_rule_whose_measure_is_not_recorded_is_refused_before_anything_is_run():
    check("f1", "generation")
    check("accuracy", "next_token")
    with pytest.raises(
        ConfigError, match=r"selection=f1 .* the scoring of this dataset is choice. Available: a"
    ):
        check("f1", "choice")


@pytest.mark.parametrize("rule", NAMES)
def test_the_constants_of_every_rule_name_a_measure_a_reason_and_a_kind(rule):
    module = RULES.load(rule)
    assert module.MEASURE in ("accuracy", "log_loss", "f1")
    assert module.BASE_IS_BEST
    assert module.SCORING in (None, *KINDS)
