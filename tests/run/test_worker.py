"""The worker: groups of points, failures that stay where they are, results on both parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.configs import composed

from laser_sweep import read_results
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.worker import Worker

SMALL = ("lname=fc_in", "lnum=[26,27]", "rate=[5,9.9]", "dataset.limit=20")


def planned(folder: Path, *options: str) -> Plan:
    plan = make_plan(composed(*SMALL, f"output={folder}", *options))
    plan.store.open(command_of(plan))
    return plan


def test_points_of_a_layer_are_a_group_the_lowest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = planned(tmp_path)
    found = groups(plan, reversed(plan.missing(plan.evaluations)))
    assert [group.start for group in found] == [None, 26, 27]
    assert [len(group.points) for group in found] == [1, 2, 2]
    entered = []
    monkeypatch.setattr(Evaluator, "enter", lambda self, chunk, layer: entered.append(layer))
    assert not Worker(plan).run(plan.missing(plan.evaluations))
    # The points of a layer share what enters it; the base model is alone.
    assert entered == [None, 26, 27]


def test_a_result_that_cannot_be_written_is_a_failure_of_its_point_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = planned(tmp_path)
    write = plan.store.write

    def refuse(columns, part, outcomes):
        if columns.point == "fc_in-l26-rho0.5":
            raise ValueError("cannot be written")
        return write(columns, part, outcomes)

    monkeypatch.setattr(plan.store, "write", refuse)
    failed = Worker(plan).run(plan.missing(plan.evaluations))
    assert [(str(point), part) for point, part in failed] == [("fc_in-l26-rho0.5", (0, 1, 2, 3))]
    assert len(plan.missing(plan.evaluations)) == 1


@pytest.mark.parametrize("cache_gb", ["1", "0", "0.00001"])
def test_both_parts_of_all_points_are_evaluated_at_once(tmp_path: Path, cache_gb: str):
    plan = planned(tmp_path, "split.test=all", f"cache_gb={cache_gb}")
    assert not Worker(plan).run(plan.missing(plan.evaluations))
    frame = read_results(plan.store.folder)
    assert set(frame.groupby("point").size()) == {20}
    assert set(frame[frame["part"] == "validation"]["example"]) == set(range(4))
    worker = Worker(plan)
    for point in plan.points:
        rows = frame[frame["point"] == str(point)].sort_values("example")
        alone = worker.outcomes(point, range(20))
        assert rows["correct"].tolist() == alone["correct"]
        assert rows["answer_logprob"].tolist() == pytest.approx(alone["answer_logprob"], abs=1e-4)
