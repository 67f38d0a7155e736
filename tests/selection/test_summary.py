"""One row for each point, from the outcomes on each example."""

import pandas as pd
import pytest
from support.records import make_command

from laser_sweep.selection import POINT_COLUMNS, summarize
from laser_sweep.split import Parts
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.results import Identity, Store

BASE = PointColumns("none", "dont", None, None, 0.0, 1.0, None, 0, "base")
EDIT = PointColumns("rank_reduction", "mlp", 3, "all", 9.9, 0.01, None, 2, "mlp-l3-rho0.01")


@pytest.fixture
def store(tmp_path):
    identity = Identity("weights", "float32", "examples", "corrected")
    made = Store(tmp_path, identity, Parts((0, 1, 2), (3, 4)))
    made.open(make_command())
    return made


def outcomes(correct, log_probs, lengths):
    return {
        "correct": correct,
        "answer_logprob": log_probs,
        "answer_length": lengths,
        "prediction": ["word"] * len(correct),
    }


def test_accuracy_is_a_share_and_log_loss_the_mean_per_answer_token(store):
    store.write(
        BASE, store.parts.validation, outcomes([True, False, True], [-2.0, -6.0, -1.0], [1, 3, 4])
    )
    store.write(BASE, store.parts.test, outcomes([False, False], [-1.0, -3.0], [1, 1]))
    (row,) = summarize(store.read()).to_dict(orient="records")
    assert (row["validation_examples"], row["test_examples"]) == (3, 2)
    assert row["validation_accuracy"] == pytest.approx(2 / 3)
    assert row["validation_log_loss"] == pytest.approx(1.4166666667)
    assert (row["test_accuracy"], row["test_log_loss"]) == (0.0, 2.0)


def test_each_point_has_its_own_figures_and_keeps_its_description(store):
    store.write(EDIT, store.parts.validation, outcomes([True] * 3, [-1.0] * 3, [1] * 3))
    store.write(BASE, store.parts.validation, outcomes([False] * 3, [-2.0] * 3, [1] * 3))
    table = summarize(store.read())
    assert table["point"].tolist() == ["base", EDIT.point]
    assert table["validation_accuracy"].tolist() == [0.0, 1.0]
    assert table["validation_log_loss"].tolist() == [2.0, 1.0]
    described = table[POINT_COLUMNS].iloc[1].to_dict()
    assert described["lname"] == "mlp"
    assert (described["lnum"], described["edits"]) == (3, 2)
    assert pd.isna(described["rank"])


def test_a_part_that_was_not_evaluated_is_missing(store):
    store.write(EDIT, store.parts.validation, outcomes([True] * 3, [-1.0] * 3, [1] * 3))
    (row,) = summarize(store.read()).to_dict(orient="records")
    assert row["test_examples"] == 0
    assert pd.isna(row["test_accuracy"])
    assert pd.isna(row["test_log_loss"])


def test_without_outcomes_there_are_no_rows_but_all_columns(store):
    table = summarize(store.read())
    assert table.empty
    assert {*POINT_COLUMNS, "validation_accuracy", "test_log_loss"} <= set(table.columns)
