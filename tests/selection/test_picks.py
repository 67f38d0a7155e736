"""The examples that points are chosen on, and the examples that they are tested on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.drawn_sweeps import COUNT, FOLDS, GRID, POINTS, drawn, fill, make_sweep
from support.records import make_command, make_config
from support.written_sweeps import BAD, BASE, GOOD, MILD, make_store, selection, write

from laser_sweep.report import read_report, write_report
from laser_sweep.report.sentences import choice, summary
from laser_sweep.report.tables import top_rows
from laser_sweep.selection import Pick, Picker, whole_parts
from laser_sweep.split import Parts
from laser_sweep.store.results import Identity, Store


def best_of(right: np.ndarray, examples: list[int], rows: list[int]) -> int:
    """The row with the most right; in a tie the base model, which is the mildest, then the first.

    Log-loss is lower where more are right, so that it never decides.
    """
    return max(rows, key=lambda row: (right[row, examples].sum(), -row))


@pytest.mark.parametrize("seed", range(8))
def test_the_point_that_is_tested_in_a_fold_was_chosen_without_it(seed: int, tmp_path: Path):
    right = drawn(seed)
    report = read_report(make_sweep(tmp_path, right, FOLDS).folder)
    everything = list(range(len(POINTS)))
    folds, expected = [], np.zeros(COUNT, dtype=bool)
    for fold in FOLDS.folds:
        others = [example for example in range(COUNT) if example not in fold]
        row = best_of(right, others, everything)
        folds.append(POINTS[row].point)
        expected[list(fold)] = right[row, list(fold)]
    assert report.search.pick.folds == tuple(folds)
    assert report.search.pick.point == POINTS[best_of(right, list(range(COUNT)), everything)].point
    tested = report.search.picker.tested(report.search.pick)
    assert tested["example"].tolist() == list(range(COUNT))
    assert tested["correct"].tolist() == expected.tolist()
    assert report.search.chosen.test.accuracy == pytest.approx(expected.mean())
    assert report.search.base.test.accuracy == pytest.approx(right[0].mean())
    assert report.comparison.corrected == int((expected & ~right[0]).sum())
    assert [fold.chosen for fold in report.folds] == [
        pytest.approx(expected[list(fold)].mean()) for fold in FOLDS.folds
    ]
    assert report.search.is_complete


@pytest.mark.parametrize("parts", [FOLDS, Parts(tuple(range(20)), tuple(range(20, COUNT)))])
def test_one_is_chosen_of_each_matrix_type_and_layer(parts: Parts, tmp_path: Path):
    right = drawn(3)
    store = make_sweep(tmp_path, right, parts, select_per=["lname", "lnum"])
    report = read_report(store.folder)
    for axis, values in (("lname", ["fc_in", "fc_out"]), ("lnum", [1, 2, 3])):
        assert [best.value for best in report.best_per[axis]] == values
        for best in report.best_per[axis]:
            rows = [0, *(n for n, p in enumerate(POINTS) if getattr(p, axis) == best.value)]
            chosen = best_of(right, list(parts.validation), rows)
            assert best.chosen.point == POINTS[chosen].point
            assert best.comparison.examples == len(parts.test or parts.validation)
    write_report(report)
    text = (tmp_path / "report.md").read_text()
    assert "## The best of each `lname`" in text
    assert "## The best of each `lnum`" in text
    found = selection(tmp_path)["per"]["lnum"]
    assert [best["value"] for best in found] == [1, 2, 3]
    assert all(best["comparison"]["p_value"] <= 1 for best in found)


def test_the_point_of_each_value_is_tested(tmp_path: Path):
    right = drawn(5)
    right[0] = False
    parts = Parts(tuple(range(20)), tuple(range(20, COUNT)))
    store = make_sweep(tmp_path, right, parts, select_per=["lname"])
    report = read_report(store.folder)
    assert len(report.search.finals) == 3
    assert report.search.is_complete
    for name in report.search.finals[1:]:
        (store.folder / "results").joinpath(f"{name}.0-{COUNT - 1}.{store.digest}.parquet").unlink()
        point = next(point for point in POINTS if point.point == name)
        fill(store, point, range(20), right[POINTS.index(point), :20])
        assert not read_report(store.folder).search.is_complete


def test_where_nothing_is_selected_all_figures_are_of_all_examples(tmp_path: Path):
    right = drawn(1)
    store = make_sweep(tmp_path, right, Parts((), tuple(range(COUNT))))
    report = read_report(store.folder)
    write_report(report)
    assert report.search.pick == Pick(None)
    assert report.search.is_complete
    assert choice(report).startswith("Nothing is selected (split=all)")
    assert len(report.cells) == len(GRID)
    assert report.cells["accuracy"].tolist() == pytest.approx(
        [
            right[POINTS.index(point)].mean()
            for point in sorted(GRID, key=lambda p: (p.lnum, p.lname))
        ]
    )
    assert selection(tmp_path)["chosen"] is None
    assert "overall accuracy" in (tmp_path / "report.md").read_text()
    assert "overall accuracy" in summary(report)


@pytest.mark.parametrize("rule", ["accuracy", "log_loss"])
def test_where_nothing_is_selected_the_best_five_points_are_listed(rule: str, tmp_path: Path):
    right = drawn(1)
    parts = Parts((), tuple(range(COUNT)))
    report = read_report(make_sweep(tmp_path, right, parts, selection=rule).folder)
    # Right answers have a log-loss of 1, wrong ones of 2: both rules order alike.
    order = sorted(GRID, key=lambda point: -right[POINTS.index(point)].mean())
    rows = [line.split() for line in summary(report).splitlines() if line.strip()]
    listed = {row[0]: row[1] for row in rows if row[0] in {"1.", "2.", "3.", "4.", "5.", "6."}}
    assert list(listed) == ["1.", "2.", "3.", "4.", "5."]
    assert listed["1."] == order[0].point
    named = {"accuracy": "accuracy", "log_loss": "log-loss"}[rule]
    assert f"The best 5 points are listed, by {named}. Nothing was selected" in summary(report)


def test_the_best_points_are_those_of_the_rules_measure(tmp_path: Path):
    store = make_store(tmp_path, selection="log_loss")
    outcomes = {BASE: ("1000", 2.0), GOOD: ("1000", 1.0), MILD: ("1000", 1.5), BAD: ("1111", 9.0)}
    for point, (right, log_loss) in outcomes.items():
        write(store, point, "validation", right, log_loss)
    top = top_rows(read_report(tmp_path).search, 3)
    assert [row[0] for row in top] == [GOOD.point, MILD.point, BAD.point]


def test_a_point_that_lacks_examples_of_a_part_is_not_a_candidate(tmp_path: Path):
    parts = Parts(tuple(range(20)), tuple(range(20, COUNT)))
    right = np.zeros((len(POINTS), COUNT), dtype=bool)
    store = make_sweep(tmp_path, right, parts)
    (store.folder / "results").joinpath(
        f"{GRID[0].point}.0-{COUNT - 1}.{store.digest}.parquet"
    ).unlink()
    fill(store, GRID[0], range(19), np.ones(19, dtype=bool))
    report = read_report(store.folder)
    assert report.search.missing == 1
    assert GRID[0].point not in set(report.search.table["point"])
    assert report.search.chosen.point == "base"


def test_only_whole_parts_of_a_point_stay():
    frame = pd.DataFrame(
        {
            "point": ["a"] * 3 + ["b"] * 2,
            "part": ["validation", "validation", "test", "validation", "test"],
            "example": [0, 1, 2, 0, 2],
        }
    )
    kept = whole_parts(frame, Parts((0, 1), (2,)))
    assert list(zip(kept["point"], kept["part"], strict=True)) == [
        ("a", "validation"),
        ("a", "validation"),
        ("a", "test"),
        ("b", "test"),
    ]


def test_the_base_model_alone_is_reported_out_of_fold(tmp_path: Path):
    store = Store(tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), FOLDS)
    store.open(make_command())
    fill(store, BASE, range(COUNT), drawn(1)[0])
    report = read_report(store.folder)
    assert report.search.pick.folds == ("base",) * 4
    assert report.comparison.p_value == 1
    assert report.judgement.kind == "base"


def test_a_stack_has_no_layer_of_its_own(tmp_path: Path):
    stack = replace(GOOD, lname=None, lnum=None, edits=2, point="fc_in-l3-rho0.1+fc_out-l2-rho0.1")
    store = Store(
        tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), Parts((0, 1), (2,))
    )
    store.open(make_command(points=["base", stack.point]))
    for point in (BASE, stack):
        fill(store, point, range(3), np.ones(3))
    picker = Picker(store.read(), store.parts, "accuracy", "corrected")
    assert picker.values("lnum") == []
    assert make_config().select_per is None


def test_where_every_fold_chooses_the_base_model_the_verdict_says_so(tmp_path: Path):
    halves = tuple(tuple(range(first, COUNT, 2)) for first in range(2))
    right = np.zeros((len(POINTS), COUNT), dtype=bool)
    right[:, :20] = True
    right[1, 20:24] = True
    # 24 of 40 are more than one standard error better than 20, and 12 of 20 not than 10.
    parts = replace(FOLDS, folds=halves)
    store = make_sweep(tmp_path, right, parts, selection="one_standard_error")
    report = read_report(store.folder)
    assert report.search.pick == Pick(GRID[0].point, (BASE.point, BASE.point))
    assert report.judgement.text == "the base model itself is chosen in every fold"


def test_one_standard_error_is_larger_where_examples_are_in_clusters(tmp_path: Path):
    right = np.zeros((len(POINTS), COUNT), dtype=bool)
    right[:, :20] = True
    right[1, 20:24] = True
    parts = Parts(tuple(range(COUNT)), ())
    outcomes = read_report(make_sweep(tmp_path, right, parts).folder).search.outcomes
    by_four = outcomes["example"].floordiv(4).astype(str)
    picked = [
        Picker(each, parts, "one_standard_error", "corrected").pick().point
        for each in (outcomes, outcomes.assign(cluster=by_four))
    ]
    assert picked == [GRID[0].point, BASE.point]
