"""The estimate of a dry run: operations are compared with those that torch counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from support import tiny
from support.configs import composed
from torch.utils.flop_counter import FlopCounterMode

from laser_sweep.cluster import CLUSTERS
from laser_sweep.command.dry_run import describe
from laser_sweep.dataset import ANSWER, Scoring
from laser_sweep.evaluate.engine.memory import GIB, MemoryBudget
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights
from laser_sweep.plan.estimate import Rate, Shape, Texts, estimate_of
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.run.execute import execute
from laser_sweep.run.worker import Worker
from laser_sweep.store.events import Journal

EXAMPLES = tuple(range(len(tiny.EXAMPLES)))


def planned(folder: Path, *options: str) -> Plan:
    return make_plan(composed("dataset.limit=50", *options, f"output={folder}"))


def counted(run: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        run()
    return float(counter.get_total_flops())


@pytest.mark.parametrize("family", tiny.CAUSAL)
def test_operations_are_those_that_torch_counts(family: str):
    model, prompting, scoring = tiny.make_model(family), tiny.asked("gptj"), Scoring(ANSWER)
    model.set_attn_implementation("eager")
    layout = find_layout(model, family)
    questions = encode(tiny.EXAMPLES, scoring, prompting, model.config).questions
    given = (model, layout, prompting, questions, scoring, 64)
    evaluator = Evaluator(*given, budget=MemoryBudget(GIB))
    shape = Shape.of(model, layout)
    texts = Texts.of(questions, shape.vocabulary, 64, scoring.new_tokens)
    whole = counted(lambda: evaluator.evaluate(EXAMPLES))
    assert shape.flops(texts) == whole
    evaluator.enter(EXAMPLES, 0)
    for lname in ("fc_in", "fc_out"):
        (matrix,) = layout.blocks[0][lname]
        with temporary_weights(model, {matrix: 0.5 * matrix.read(model)}):
            found = counted(partial(evaluator.evaluate, EXAMPLES, {matrix.parameter}))
        assert shape.flops(texts, 0, {lname}) == found < whole


@pytest.mark.parametrize("cache", [1, 0])
def test_the_work_of_a_sweep_is_what_torch_counts(cache: int, tmp_path: Path):
    options = ("intervention=zero", "lname=[fc_in,out_proj]", "lnum=24..26", f"cache_gb={cache}")
    plan = planned(tmp_path, *options, "model.attention=eager", "split.test=all")
    worker = Worker(plan)
    _ = worker.model  # loaded before operations are counted
    found = counted(lambda: worker.run(plan.evaluations))
    work = estimate_of(plan, plan.evaluations, measured=False).work
    assert work.forward == pytest.approx(found, rel=0.1)
    assert not work.decomposition


def test_a_search_is_less_work_than_the_grid(tmp_path: Path):
    options = ("lname=[fc_in,fc_out]", "lnum=0..27", "rho=[0.01,0.1,0.5]")
    grid, search = (
        estimate_of(plan, plan.evaluations, measured=False)
        for plan in (planned(tmp_path, *options), planned(tmp_path, *options, "search=gradient"))
    )
    assert 0.1 * grid.work.forward < search.work.forward < 0.5 * grid.work.forward
    assert search.memory.gradients
    assert not grid.memory.gradients


def test_memory_is_weights_and_states_up_to_the_limit(tmp_path: Path):
    plan = planned(tmp_path, "lnum=27", "rho=0.1", "cache_gb=0.0001")
    memory = estimate_of(plan, plan.evaluations, measured=False).memory
    evaluator = Worker(plan)
    assert memory.weights == sum(each.nbytes for each in evaluator.model.parameters())
    assert memory.states == 0.0001 * GIB
    assert memory.total > memory.program + memory.weights


def test_the_time_is_that_of_the_work_at_the_rate(tmp_path: Path):
    plan = planned(tmp_path, "lnum=27", "rho=0.1")
    found = estimate_of(plan, plan.evaluations, measured=True)
    assert found.rate is not None
    assert isinstance(found.rate, Rate)
    assert found.seconds is not None
    assert found.seconds > found.work.forward / found.rate.forward
    assert found.rate.source == "measured"


def test_a_dry_run_estimates_what_remains(tmp_path: Path):
    options = ("lname=[fc_in,fc_out]", "lnum=25..27", "rho=0.1")
    plan = planned(tmp_path, *options)
    text = describe(plan)
    assert "on this cpu, by a measured" in text
    assert "memory:   peak about" in text
    with Journal(None):
        execute(plan)
    assert "time:" not in describe(plan)
    more = describe(planned(tmp_path, *options[:2], "rho=[0.1,0.5]"))
    assert "as 7 points of this sweep took" in more


def test_on_slurm_the_work_is_that_of_nodes_that_are_not_known(tmp_path: Path):
    plan = planned(tmp_path, "lnum=26..27", "rho=0.1", "cluster=slurm")
    lines = CLUSTERS.load("slurm").describe(plan, plan.evaluations)
    assert "a task" in lines["work"]
    assert "FLOP" in lines["work"]
    assert "time" not in lines
