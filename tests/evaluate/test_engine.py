"""Points that start at their layer have the outcomes of whole runs, in every family and case."""

from __future__ import annotations

import logging
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support.configs import composed
from support.families import MOST_USED
from support.most_used import HYBRIDS, MASKED, make
from support.parity_cases import CASES, Case
from support.tiny import EXAMPLES, FAMILIES, asked, make_config, make_model

from laser_sweep.dataset import ANSWER, GENERATION, Example, Scoring
from laser_sweep.evaluate.engine.batch_tokens import CPU_TOKENS, FEWEST, MOST, default_batch_tokens
from laser_sweep.evaluate.engine.memory import GIB, MemoryBudget
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.model.activation import fuse_activations
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.make import make_plan
from laser_sweep.run.worker import Worker

EVERYTHING = range(len(EXAMPLES))
WHOLE_ONLY = {"albert"}
"""Families that cannot be run from a layer on: Albert has one block, which runs again and again."""
TOGETHER = [
    pytest.param(name, marks=[pytest.mark.slow] * (name in HYBRIDS))
    for name in MOST_USED + HYBRIDS
    if name != "xlnet"
]
EDITED_CASES = [
    pytest.param(case, marks=[pytest.mark.slow] * (case.llm != "roberta"))
    for case in CASES
    if case.kind != "none"
]


def evaluators(name: str, budget: MemoryBudget, scoring: Scoring | None = None):
    """A tiny model, and two evaluators of it: with every shortcut, and with none."""
    if name in FAMILIES:
        model, config = make_model(name), make_config(name)
    else:
        model, config = make(name)
    prompting = asked("roberta" if name in MASKED else "gptj")
    scoring = scoring or Scoring(ANSWER)
    questions = encode(EXAMPLES, scoring, prompting, config).questions
    given = (model, find_layout(model, name), prompting, questions, scoring, 40)
    return model, Evaluator(*given, budget=budget), Evaluator(*given)


def some_edits(layout, lnum: int):
    """One matrix of each type in a layer, and what it becomes."""
    for matrices in layout.blocks[lnum].values():
        if not matrices[0].repeated:
            yield matrices[0]


def assert_same(found: dict, wanted: dict) -> None:
    assert found["correct"] == wanted["correct"]
    np.testing.assert_allclose(found["answer_logprob"], wanted["answer_logprob"], atol=2e-5)


@pytest.mark.parametrize("name", TOGETHER)
def test_an_edit_has_the_outcomes_of_a_whole_run(name: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    model, fast, whole = evaluators(name, MemoryBudget(GIB))
    layout = find_layout(model, name)
    differs = 0
    base = whole.evaluate(EVERYTHING)["answer_logprob"]
    for lnum in range(len(layout.blocks)):
        for matrix in some_edits(layout, lnum):
            fast.enter(EVERYTHING, layout.lowest([matrix]))
            with temporary_weights(model, {matrix: 0.5 * matrix.read(model)}):
                found = fast.evaluate(EVERYTHING, {matrix.parameter})
                again = fast.evaluate(EVERYTHING, {matrix.parameter})
                wanted = whole.evaluate(EVERYTHING)
            assert_same(found, wanted)
            assert again == found
            differs += wanted["answer_logprob"] != base
        assert_same(fast.evaluate(EVERYTHING), whole.evaluate(EVERYTHING))
    assert differs, "the edits change something"
    assert ("cannot be run from a layer on" in caplog.text) == (name in WHOLE_ONLY)


@pytest.mark.parametrize("name", ["gptj", "llama", "roberta", "gpt2"])
def test_layers_below_are_not_run(name: str):
    model, fast, _ = evaluators(name, MemoryBudget(GIB))
    layout = find_layout(model, name)
    fast.enter(EVERYTHING, 1)
    module = model.get_submodule(layout.modules[0])
    ran = []
    (child,) = [next(iter(module.children()))]
    handle = child.register_forward_hook(lambda *_: ran.append(True))
    fast.evaluate(EVERYTHING)
    assert not ran
    fast.leave()
    fast.evaluate(EVERYTHING)
    handle.remove()
    assert ran


def test_matrices_that_are_given_the_same_are_not_multiplied_again(monkeypatch):
    model, fast, _ = evaluators("gptj", MemoryBudget(GIB))
    fast.enter(EVERYTHING, 1)
    multiplied: list[torch.Tensor] = []
    plain = torch.nn.functional.linear

    def linear(given, weight, bias=None):
        multiplied.append(weight)
        return plain(given, weight, bias)

    monkeypatch.setattr(torch.nn.functional, "linear", linear)
    changed = "transformer.h.1.mlp.fc_out.weight"
    fast.evaluate(EVERYTHING, {changed})
    inside = {name for name, p in model.named_parameters() if any(p is w for w in multiplied)}
    assert inside == {changed, "lm_head.weight"}


@pytest.mark.parametrize("bytes_", [0, 300, 3_000, 30_000])
def test_with_little_memory_the_outcomes_are_the_same(bytes_: int):
    _, fast, whole = evaluators("llama", MemoryBudget(bytes_, cpu=bytes_ // 2))
    wanted = whole.evaluate(EVERYTHING)
    chunks = fast.chunks(EVERYTHING)
    assert [example for chunk in chunks for example in chunk] == list(EVERYTHING)
    for layer in (0, 1, 1, 0):
        found = []
        for chunk in chunks:
            fast.enter(chunk, layer)
            found += fast.evaluate(chunk)["answer_logprob"]
        np.testing.assert_allclose(found, wanted["answer_logprob"], atol=2e-5)


def test_a_budget_is_taken_and_cleared():
    budget = MemoryBudget(100, cpu=40)
    ten = torch.zeros(10)
    assert [budget.keep(ten) is not None for _ in range(5)] == [True, True, True, False, False]
    assert not budget.take(80)
    assert budget.take(20)
    budget.clear()
    assert budget.take(100)
    assert budget.total == 140


def test_a_model_that_does_not_work_so_is_run_whole_with_one_warning(caplog):
    caplog.set_level(logging.WARNING)
    model, *_ = evaluators("llama", MemoryBudget(GIB))
    runs = []
    inner = model.model.layers[1].forward

    def counts(hidden_states, *args, **kwargs):
        # Another result each time that it runs: nothing that was kept would be right.
        runs.append(None)
        out = inner(hidden_states, *args, **kwargs)
        return out + torch.linspace(0, len(runs), out.shape[-1])

    model.model.layers[1].forward = counts
    prompting, scoring = asked("gptj"), Scoring(ANSWER)
    questions = encode(EXAMPLES, scoring, prompting, model.config).questions
    layout = find_layout(model, "llama")
    fast = Evaluator(model, layout, prompting, questions, scoring, 40, budget=MemoryBudget(GIB))
    for layer in (0, 1, 1):
        fast.enter(EVERYTHING, layer)
        fast.evaluate(EVERYTHING)
    assert caplog.text.count("cannot be run from a layer on") == 1


def test_out_of_memory_halves_the_batches_and_says_so(caplog, monkeypatch):
    caplog.set_level(logging.WARNING)
    model, fast, whole = evaluators("gptj", MemoryBudget(GIB))
    wanted = whole.evaluate(EVERYTHING)
    forward = type(model).forward

    def small(self, input_ids, **kwargs):
        if input_ids.numel() > 24:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: 1 bytes")
        return forward(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(type(model), "forward", small)
    fast.enter(EVERYTHING, 1)
    runs = []
    model.transformer.h[0].mlp.register_forward_hook(lambda *_: runs.append(1))
    assert_same(fast.evaluate(EVERYTHING), wanted)
    assert "batch_tokens=20" in caplog.text
    assert "cannot be run from a layer on" not in caplog.text
    assert not runs  # it still starts at layer 1


def test_the_same_text_goes_through_the_model_once():
    model, fast, _ = evaluators("gptj", MemoryBudget(GIB))
    seen = []
    handle = model.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["input_ids"].shape[0]), with_kwargs=True
    )
    twice = fast.evaluate([0, 0, 1, 0])
    handle.remove()
    assert sum(seen) == 2
    assert twice["answer_logprob"][0] == twice["answer_logprob"][1] == twice["answer_logprob"][3]


def test_a_fused_activation_is_the_same_function():
    model = make_model("gptj")
    given = torch.linspace(-8, 8, 10_001, dtype=torch.float64)
    wanted = model.transformer.h[0].mlp.act(given)
    fuse_activations(model)
    assert type(model.transformer.h[0].mlp.act).__name__ == "GELUTanh"
    torch.testing.assert_close(model.transformer.h[0].mlp.act(given), wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", EDITED_CASES, ids=str)
def test_the_references_edits_come_out_the_same_with_and_without_shortcuts(case: Case):
    with_shortcuts, whole, in_chunks = (
        outcomes_of_groups(case, cache_gb) for cache_gb in ("1", "0", "0.00002")
    )
    for found in (with_shortcuts, in_chunks):
        assert found.keys() == whole.keys()
        for name in ("correct", "prediction", "top_1", "top_5", "top_10"):
            assert found.get(name) == whole.get(name)
        for name in ("answer_logprob", "total_logprob"):
            np.testing.assert_allclose(found.get(name, []), whole.get(name, []), atol=1e-4)


def outcomes_of_groups(case: Case, cache_gb: str) -> dict:
    """The outcomes of a case's edit, as a worker has them that enters its layer."""
    plan = make_plan(composed(*case.overrides(), f"cache_gb={cache_gb}"))
    worker = Worker(plan)
    found: list[dict] = []
    for group in groups(plan, plan.evaluations):
        if group.start is None:
            continue
        for chunk in worker._evaluator.chunks(group.examples):
            worker._evaluator.enter(chunk, group.start)
            found.append(worker.outcomes(group.points[0], chunk))
            assert worker.outcomes(group.points[0], chunk) == found[-1]
    return _joined(found)


def _joined(found: list[dict]) -> dict:
    return {name: [v for each in found for v in each[name]] for name in found[0]}


@pytest.mark.parametrize("name", ["gptj", "llama", "gpt2", "falcon", "qwen3", "opt"])
def test_generation_is_the_same_from_a_layer_on(name: str):
    model, fast, whole = evaluators(name, MemoryBudget(GIB), Scoring(GENERATION, new_tokens=4))
    layout = find_layout(model, name)
    for matrix in some_edits(layout, 1):
        fast.enter(EVERYTHING, 1)
        with temporary_weights(model, {matrix: 0.3 * matrix.read(model)}):
            found = fast.evaluate(EVERYTHING, {matrix.parameter})
            wanted = whole.evaluate(EVERYTHING)
        assert found["prediction"] == wanted["prediction"]
        assert_same(found, wanted)
    made = fast._batcher.batches(tuple(EVERYTHING))
    assert all(batch.state is not None for batch in made.continuations._batches)
    fast.leave()
    assert all(batch.state is None for batch in made.continuations._batches)


def test_prompts_of_other_examples_are_released():
    _, fast, _ = evaluators("gptj", MemoryBudget(GIB), Scoring(GENERATION, new_tokens=4))
    first, second = (0, 1, 2), (3, 4)
    fast.enter(first, 1)
    fast.enter(second, 1)
    kept = [
        [batch.state for batch in fast._batcher.batches(examples).continuations._batches]
        for examples in (first, second)
    ]
    assert kept[0]
    assert all(state is None for state in kept[0])
    assert kept[1]
    assert all(state is not None for state in kept[1])


def test_the_trial_of_a_layer_takes_nothing_of_the_budget():
    budget = MemoryBudget(1_000)
    _, fast, _ = evaluators("gptj", budget)
    fast._layers._trial.check(0)
    fast._layers._trial.check(1)
    assert budget.take(budget.total)


def test_generation_is_whole_where_there_is_no_memory_for_keys_and_values():
    model, fast, whole = evaluators("gptj", MemoryBudget(2_000), Scoring(GENERATION, new_tokens=4))
    fast.enter(EVERYTHING, 1)
    made = fast._batcher.batches(tuple(EVERYTHING))
    assert any(batch.state is None for batch in made.continuations._batches)
    assert fast.evaluate(EVERYTHING)["prediction"] == whole.evaluate(EVERYTHING)["prediction"]
    assert model.generation_config.max_new_tokens == 4


def test_what_was_dropped_is_never_run():
    """Not even to try out what the model can do; its positions would not be enough."""
    model, config = make_model("gptj"), make_config("gptj")
    examples = [Example("the cat of Anna is", "red")] * 6 + [Example("the " * 40 + "cat", "is")]
    prompting, scoring = asked("gptj"), Scoring(ANSWER)
    fitted = encode(examples, scoring, prompting, config, too_long="drop")
    assert fitted.dropped == (6,)
    layout = find_layout(model, "gptj")
    given = (model, layout, prompting, fitted.questions, scoring, 40)
    fast = Evaluator(*given, budget=MemoryBudget(GIB), dropped=fitted.dropped)
    fast.enter(range(6), 1)
    assert fast._layers is not None
    assert len(fast.evaluate(range(6))["correct"]) == 6


def test_stacks_start_at_their_lowest_layer_and_shared_tensors_at_the_first():
    layout = find_layout(make_model("gptj"), "gptj")
    low, high = (layout.blocks[lnum]["fc_in"][0] for lnum in (0, 1))
    assert layout.lowest([high]) == 1
    assert layout.lowest([high, low]) == 0
    model = make_model("gptj")
    for one, other in pairwise(model.transformer.h):
        other.mlp.fc_in.weight = one.mlp.fc_in.weight
    shared = find_layout(model, "gptj")
    assert shared.lowest([shared.blocks[0]["fc_in"][0]]) == 0
    assert shared.lowest([shared.blocks[1]["fc_in"][0]]) == 0


@pytest.mark.parametrize(
    ("free", "tokens"),
    [(80 << 30, MOST), (8 << 30, 8_192), (1 << 30, FEWEST), (0, FEWEST)],
)
def test_batches_are_as_large_as_an_accelerators_memory_allows(monkeypatch, free, tokens):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 80 << 30))
    config = SimpleNamespace(hidden_size=4096)
    model = SimpleNamespace(
        device=torch.device("cuda"),
        dtype=torch.bfloat16,
        config=SimpleNamespace(get_text_config=lambda: config),
    )
    assert default_batch_tokens(model) == tokens
    model.device = torch.device("cpu")
    assert default_batch_tokens(model) == CPU_TOKENS
