"""Gradients by segments against autograd's gradients of the whole model."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import pytest
import torch
from support.most_used import OTHERS, SMALL
from support.tiny import EXAMPLES, asked, make_config
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from laser_sweep.dataset import ANSWER, Scoring
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.model.layout import Layout
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.ranking import (
    BackwardPass,
    BatchSize,
    QuestionBatch,
    Segment,
    question_batches,
    segments,
)

LAYERS = 6


def make(family: str) -> tuple[PreTrainedModel, Layout]:
    layers = {"num_hidden_layers": LAYERS}
    config = AutoConfig.for_model(family, **{**SMALL, **OTHERS.get(family, {}), **layers})
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.normal_(std=0.2)
    return model, find_layout(model, family)


def questions() -> Sequence[Question]:
    return encode(EXAMPLES, Scoring(ANSWER), asked(), make_config("gptj")).questions


def loss(logits: Tensor, asked: QuestionBatch) -> Tensor:
    log_probs = logits.log_softmax(dim=-1)
    return -log_probs[asked.batch.places, asked.batch.tokens].sum()


def by_segments(
    family: str, budget: int, kept: int, most_layers: int = LAYERS
) -> tuple[dict[str, Tensor], list[Segment]]:
    model, layout = make(family)
    matrices = [m for block in layout.blocks for each in block.values() for m in each]
    sizes = {m.parameter: model.get_parameter(m.parameter).numel() for m in matrices}
    batches = question_batches(questions(), 1, BatchSize(40, 100), "cpu")
    assert len(batches) > 1
    found = segments(matrices, sizes, budget, most_layers)
    ticks: list[None] = []
    run = BackwardPass(model, layout, loss, lambda: ticks.append(None))
    gradients = {}
    for _, of_segment in run.gradients(batches, found, kept):
        gradients.update(of_segment)
    assert len(ticks) == len(batches) * len(found)
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert all(parameter.grad is None for parameter in model.parameters())
    return gradients, found


def by_autograd(family: str, names: set[str]) -> dict[str, Tensor]:
    """The gradients of the same loss, of each question alone."""
    model, _ = make(family)
    model.requires_grad_()
    total = torch.zeros(())
    for question in questions():
        (text,) = question.passes
        (reading,) = [each for each in text.readings if each.of == "gold"]
        logits = model(input_ids=torch.tensor([text.ids]), use_cache=False).logits[0]
        total = total - logits.log_softmax(-1)[list(reading.positions), list(reading.tokens)].sum()
    total.backward()
    return {name: model.get_parameter(name).grad for name in names}


@pytest.mark.parametrize("kept", [0, 1, 2, 4, 5, 100])
@pytest.mark.parametrize("family", ["llama", "gpt2", "gptj", "bloom"])
def test_gradients_are_those_of_the_whole_model(family: str, kept: int):
    found, made = by_segments(family, 0, kept)
    assert len(made) == LAYERS
    wanted = by_autograd(family, set(found))
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("by", ["bytes", "layers"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_segments_of_several_layers(count: int, by: str):
    _, layout = make("llama")
    layer = 4 * sum(m.shape[0] * m.shape[1] for each in layout.blocks[0].values() for m in each)
    limits = (count * layer, LAYERS) if by == "bytes" else (LAYERS * layer, count)
    found, made = by_segments("llama", limits[0], 1, limits[1])
    assert [each.start for each in made] == list(range(0, LAYERS, count))
    wanted = by_autograd("llama", set(found))
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-4)


def test_kept_states_never_exceed_the_number_allowed(monkeypatch: pytest.MonkeyPatch):
    most = []
    own = BackwardPass._descend

    def descend(self: BackwardPass, descent, start, stop) -> None:
        most.append(len(descent.kept))
        own(self, descent, start, stop)

    monkeypatch.setattr(BackwardPass, "_descend", descend)
    by_segments("llama", 0, 2)
    assert max(most) == 2


def test_the_gradients_of_one_segment_at_a_time_are_kept():
    model, layout = make("llama")
    matrices = [m for block in layout.blocks for each in block.values() for m in each]
    sizes = {m.parameter: model.get_parameter(m.parameter).numel() for m in matrices}
    batches = question_batches(questions(), 1, BatchSize(40, 100), "cpu")
    earlier: list[weakref.ref[Tensor]] = []

    def check() -> None:
        assert not any(each() is not None for each in earlier)

    run = BackwardPass(model, layout, loss, check)
    for segment, gradients in run.gradients(batches, segments(matrices, sizes, 0, 1), 1):
        assert set(gradients) == set(segment.parameters)
        earlier += [weakref.ref(each) for each in gradients.values()]
    assert len(earlier) == len(matrices)
