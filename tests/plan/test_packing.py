"""Groups of points by the layer that they start at, and their packing into tasks."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.configs import composed

from laser_sweep.command.dry_run import describe
from laser_sweep.config import ClusterConfig
from laser_sweep.grid.point import BASE
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.packing import number_of_tasks, pack
from laser_sweep.plan.plan import Plan

WHOLE = ("lname=[fc_in,fc_out,out_proj]", "lnum=0..27", "rho=[0.01,0.1,0.5]", "dataset.limit=100")


def planned(folder: Path, *options: str) -> Plan:
    return make_plan(composed(*(options or WHOLE), f"output={folder}"))


@pytest.mark.parametrize("count", [1, 2, 7, 28, 29, 30, 100, 252, 253, 1000])
def test_every_point_is_in_one_task_and_tasks_are_about_as_long(count: int, tmp_path: Path):
    plan = planned(tmp_path)
    tasks = pack(plan, plan.evaluations, count)
    assert len(tasks) <= count
    assert len(tasks) == min(count, len(plan.points)) or count > 29
    assert sorted(map(str, (each for task in tasks for each in task))) == sorted(
        map(str, plan.evaluations)
    )
    for task in tasks:
        starts = [plan.start(each.point) for each in task]
        assert starts == sorted(starts, key=lambda start: -1 if start is None else start)
    if count <= 28:  # a layer's points stay together
        assert sum(len({plan.start(each.point) for each in task}) for task in tasks) == 29
    costs = [sum(29 - (plan.start(each.point) or 0) for each in task) for task in tasks]
    largest = 9 * 29 if count < 100 else 5 * 29 if count < 252 else 29
    assert max(costs) <= sum(costs) / len(costs) + largest


@pytest.mark.parametrize(
    ("options", "most", "count"),
    [
        ({}, 1000, 11),  # 253 points, 24 in a task
        ({}, 4, 4),
        ({"tasks": 300}, 1000, 253),
        ({"tasks": 5}, 1000, 5),
        ({"groups_per_task": 4}, 1000, 8),
        ({"groups_per_task": 100}, 1000, 1),
    ],
)
def test_how_many_tasks_there_are(options: dict, most: int, count: int, tmp_path: Path):
    plan = planned(tmp_path)
    config = ClusterConfig(name="slurm", **options)
    assert (
        number_of_tasks(config, len(plan.points), len(groups(plan, plan.evaluations)), most)
        == count
    )


def test_points_are_grouped_by_the_layer_that_they_start_at(tmp_path: Path):
    stacks = "stack=[{lname: fc_in, lnum: [-1, 3]}, {lname: fc_out, lnum: [1, 27], rho: 0.5}]"
    for options in (WHOLE, (stacks, "rho=0.1", "dataset.limit=100")):
        plan = planned(tmp_path, *options)
        found = groups(plan, plan.evaluations)
        assert [each for group in found for each in group.evaluations] == sorted(
            plan.evaluations, key=lambda each: (each.point != BASE, plan.start(each.point) or 0)
        )
        assert found[0].points == [BASE]
        assert found[0].start is None
        starts = [group.start for group in found[1:]]
        assert starts == sorted(set(starts))
        for group in found[1:]:
            for point in group.points:
                lowest = min(matrix.lnum for matrix in plan.matrices(point))
                assert lowest == plan.start(point) == group.start


def test_a_dry_run_names_the_base_model_and_the_layers(tmp_path: Path):
    assert "groups:   29 (the base model, layers 0, 1, 2, ..., 27)" in describe(planned(tmp_path))
    options = ("lname=fc_in", "lnum=-1", "rho=0.1", "dataset.limit=100")
    assert "groups:   2 (the base model, layer 0)" in describe(planned(tmp_path, *options))
