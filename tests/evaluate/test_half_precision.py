"""In half precision, logits are those of float32 arithmetic on the last hidden state."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from support.configs import composed
from support.most_used import SMALL
from support.saved_models import ROWS, save_tiny
from support.tiny import CHOICE_EXAMPLES, asked, make_config, make_model, make_tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, PreTrainedModel

from laser_sweep.dataset import CHOICE, Scoring
from laser_sweep.evaluate.engine.continuations import Continuations
from laser_sweep.evaluate.engine.greedy_decoder import Ending
from laser_sweep.evaluate.engine.memory import GIB, MemoryBudget
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.model import head as head_module
from laser_sweep.model.head import project_in_float32
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.plan.identity import further_options
from laser_sweep.plan.make import make_plan
from laser_sweep.run.evaluator_setup import load_evaluator

HALVES = [torch.bfloat16, torch.float16]
IDS = torch.tensor([[0, 9, 17, 30, 4, 21, 8]])

Logits = Callable[[PreTrainedModel, Tensor], Tensor]
"""A model's treatment of logits, from the model and what its head's matrix gives."""

SCALES: dict[str, tuple[dict[str, object], Logits]] = {
    "gpt2": ({}, lambda model, raw: raw),
    "gpt_neox": ({}, lambda model, raw: raw),
    "llama": ({}, lambda model, raw: raw),
    "phi": ({}, lambda model, raw: raw + model.lm_head.bias.float()),
    "opt": ({"word_embed_proj_dim": 16, "ffn_dim": 24}, lambda model, raw: raw),
    "gemma2": ({"final_logit_softcapping": 3.0}, lambda model, raw: 3 * torch.tanh(raw / 3)),
    "cohere": ({"logit_scale": 0.0625}, lambda model, raw: raw * 0.0625),
    "granite": ({"logits_scaling": 7.0}, lambda model, raw: raw / 7),
    "bert": ({}, lambda model, raw: raw + model.cls.predictions.decoder.bias.float()),
    "roberta": ({}, lambda model, raw: raw + model.lm_head.bias.float()),
    "distilbert": ({}, lambda model, raw: raw + model.vocab_projector.bias.float()),
}
"""For each family its options, and what it does with logits."""
BEFORE_THE_MATRIX: dict[str, Logits] = {
    "bert": lambda model, states: model.cls.predictions.transform(states),
    "roberta": lambda model, states: model.lm_head.layer_norm(
        nn.functional.gelu(model.lm_head.dense(states))
    ),
    "distilbert": lambda model, states: model.vocab_layer_norm(
        model.activation(model.vocab_transform(states))
    ),
}
"""What masked models do between the last hidden state and the matrix of the head."""


def half(name: str, dtype: torch.dtype, **options: object) -> PreTrainedModel:
    """A tiny model in half precision, whose logits are some units."""
    auto = AutoModelForMaskedLM if name in BEFORE_THE_MATRIX else AutoModelForCausalLM
    config = AutoConfig.for_model(name, **{**SMALL, **options})
    model = auto.from_config(config).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.normal_(std=0.3, generator=generator)
    return model.to(dtype)


def float32_logits(name: str, model: PreTrainedModel, ids: Tensor) -> Tensor:
    """The logits from the last hidden state, in float32."""
    states = model.base_model(input_ids=ids).last_hidden_state
    states = BEFORE_THE_MATRIX.get(name, lambda model, states: states)(model, states)
    matrix = model.get_output_embeddings().weight
    return SCALES[name][1](model, states.float() @ matrix.float().T)


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", SCALES)
@torch.inference_mode()
def test_logits_are_those_of_float32_arithmetic(name: str, dtype: torch.dtype, monkeypatch):
    monkeypatch.setattr(head_module, "_CAST", 7 * 32)  # seven rows at a time
    model = half(name, dtype, **SCALES[name][0])
    rounded = model(input_ids=IDS).logits
    wanted = float32_logits(name, model, IDS)
    project_in_float32(model)
    found = model(input_ids=IDS).logits
    assert (rounded.dtype, found.dtype) == (dtype, torch.float32)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    assert not torch.equal(found, found.to(dtype).float())


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", ["llama", "phi"])
def test_the_gradient_is_that_of_float32_arithmetic(name: str, dtype: torch.dtype, monkeypatch):
    monkeypatch.setattr(head_module, "_CAST", 7 * 32)
    model = half(name, dtype)
    project_in_float32(model)
    head = model.get_output_embeddings()
    torch.manual_seed(0)
    states = torch.randn(5, 32, dtype=dtype).requires_grad_()
    kept: list[Tensor] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        logits = head(states)
    given = torch.randn_like(logits)
    logits.backward(given)
    assert not kept, "no float32 copy of the matrix is kept for the backward pass"
    assert states.grad is not None
    torch.testing.assert_close(states.grad, (given @ head.weight.float()).to(dtype))


@torch.inference_mode()
def test_the_weights_are_those_of_the_time():
    model = half("gpt2", torch.bfloat16)
    project_in_float32(model)
    before = model(input_ids=IDS).logits
    head = model.get_output_embeddings()
    head.weight = nn.Parameter(2 * head.weight)  # no longer the embedding
    torch.testing.assert_close(model(input_ids=IDS).logits, 2 * before)


def half_evaluator(model: PreTrainedModel, family: str, budget: MemoryBudget | None) -> Evaluator:
    prompting, scoring, layout = asked(family), Scoring(CHOICE), find_layout(model, family)
    questions = encode(CHOICE_EXAMPLES, scoring, prompting, make_config(family)).questions
    # A batch of one text: in half precision, the shape of a batch changes the last bits.
    return Evaluator(model, layout, prompting, questions, scoring, 1, budget=budget)


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("family", ["gpt2", "llama", "roberta"])
@torch.inference_mode()
def test_labels_have_the_log_probabilities_of_float32_arithmetic(family: str, dtype: torch.dtype):
    model, tokenizer = make_model(family, dtype), make_tokenizer(family)
    project_in_float32(model)
    found = half_evaluator(model, family, None).evaluate(range(len(CHOICE_EXAMPLES)))
    for example, log_probs in zip(CHOICE_EXAMPLES, found["choice_logprobs"], strict=True):
        text = f"{example.prompt} <mask>." if family == "roberta" else example.prompt
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        place = -1 if family != "roberta" else ids[0].tolist().index(tokenizer.mask_token_id)
        following = float32_logits(family, model, ids)[0, place].log_softmax(-1)
        labels = [tokenizer.convert_tokens_to_ids(f"▁{label}") for label in example.choices]
        assert log_probs == pytest.approx(following[labels].tolist(), abs=1e-5)


@pytest.mark.parametrize("family", ["gpt2", "llama", "roberta"])
@torch.inference_mode()
def test_points_that_start_at_a_layer_have_them_too(family: str):
    model = make_model(family, torch.bfloat16)
    project_in_float32(model)
    wanted = half_evaluator(model, family, None).evaluate(range(5))
    fast = half_evaluator(model, family, MemoryBudget(GIB))
    fast.enter(range(5), 1)
    assert fast._layers is not None
    for one, other in zip(
        fast.evaluate(range(5))["choice_logprobs"], wanted["choice_logprobs"], strict=True
    ):
        assert one == pytest.approx(other, abs=0.1)


@torch.inference_mode()
def test_the_likeliest_token_is_that_of_float32_in_generation():
    model, prompt = make_model("llama", torch.bfloat16), (5, 6, 9)
    state = model.base_model(input_ids=torch.tensor([prompt])).last_hidden_state[0, -1]
    rows = model.lm_head.weight
    first, second = 20, 40
    rows[first] = (10 * state.sign()).to(rows.dtype)
    rows[second] = rows[first]
    place = state.abs().argsort()[4]  # one step of bfloat16 in a small product
    rows[second, place] *= 1 + 2**-7
    one, other = (state @ rows[[first, second]].T).tolist()
    assert one == other, "in bfloat16 the two tie"
    assert Continuations(model, [prompt], Ending(1), 100).run() == [[first]]
    project_in_float32(model)
    assert Continuations(model, [prompt], Ending(1), 100).run() == [[second]]


class Doubled(nn.Linear):
    def forward(self, hidden: Tensor) -> Tensor:
        return 2 * super().forward(hidden)


@torch.inference_mode()
def test_a_head_that_is_no_linear_map_is_left_as_it_is_with_one_warning(caplog):
    caplog.set_level(logging.WARNING)
    model = half("llama", torch.bfloat16)
    model.lm_head.__class__ = Doubled
    wanted = model(input_ids=IDS).logits
    project_in_float32(model)
    for _ in range(2):
        assert torch.equal(model(input_ids=IDS).logits, wanted)
    assert caplog.text.count("The logits of LlamaForCausalLM are in bfloat16") == 1


@torch.inference_mode()
def test_a_map_of_another_size_is_not_the_head(caplog):
    """DeBERTa without `legacy` returns a map of its hidden states as the output embedding."""
    caplog.set_level(logging.WARNING)
    config = AutoConfig.for_model("deberta-v2", **SMALL, legacy=False)
    model = AutoModelForMaskedLM.from_config(config).eval().to(torch.bfloat16)
    wanted = model(input_ids=IDS).logits
    project_in_float32(model)
    assert torch.equal(model(input_ids=IDS).logits, wanted)
    assert "DebertaV2ForMaskedLM are in bfloat16" in caplog.text


@torch.inference_mode()
def test_a_head_that_never_runs_is_read_at_the_mask():
    """MobileBERT multiplies with the matrix of its head, and does not run the head."""
    sizes = {"embedding_size": 16, "intra_bottleneck_size": 16, "true_hidden_size": 16}
    config = AutoConfig.for_model("mobilebert", **{**SMALL, **sizes}, num_feedforward_networks=1)
    torch.manual_seed(0)
    model = AutoModelForMaskedLM.from_config(config).eval().requires_grad_(False)
    tokenizer, prompting, scoring = make_tokenizer("roberta"), asked("roberta"), Scoring(CHOICE)
    questions = encode(CHOICE_EXAMPLES, scoring, prompting, config).questions
    layout = find_layout(model, "mobilebert")
    found = Evaluator(model, layout, prompting, questions, scoring, 100).evaluate(range(5))
    for example, log_probs in zip(CHOICE_EXAMPLES, found["choice_logprobs"], strict=True):
        ids = tokenizer(f"{example.prompt} <mask>.", return_tensors="pt")["input_ids"]
        place = ids[0].tolist().index(tokenizer.mask_token_id)
        following = model(input_ids=ids).logits[0, place].log_softmax(-1)
        labels = [tokenizer.convert_tokens_to_ids(f"▁{label}") for label in example.choices]
        assert log_probs == pytest.approx(following[labels].tolist(), abs=1e-4)


@pytest.mark.parametrize(
    ("protocol", "dtype", "options"),
    [
        ("corrected", "float32", {}),
        ("corrected", "bfloat16", {"logits": "float32"}),
        ("corrected", "float16", {"logits": "float32"}),
        ("paper", "bfloat16", {}),
    ],
)
def test_a_sweep_has_such_logits_and_an_identity_of_its_own(
    protocol: str, dtype: str, options: dict[str, str], tmp_path: Path
):
    save_tiny(tmp_path)
    rows = f"dataset.path={tmp_path / 'rows.jsonl'}"
    given = (f"model.path={tmp_path / 'tiny'}", rows, "lname=fc_in", "lnum=0", "rho=0.5")
    plan = make_plan(composed(*given, f"protocol={protocol}", f"model.dtype={dtype}"))
    assert plan.store.identity.options == options
    evaluator = load_evaluator(plan)
    assert ("forward" in vars(evaluator.model.get_output_embeddings())) == bool(options)
    with torch.inference_mode():
        logits = evaluator.model(input_ids=IDS).logits
    assert (logits.dtype == torch.float32) == (protocol == "corrected")
    assert len(evaluator.evaluate(range(len(ROWS)))["correct"]) == len(ROWS)


@pytest.mark.parametrize(
    ("family", "options"), [("mobilebert", {"read": "at the mask"}), ("bert", {})]
)
def test_what_was_read_elsewhere_is_in_the_identity(family: str, options: dict[str, str]):
    assert further_options(composed(), Scoring(CHOICE), "float32", family) == options


def test_the_digest_of_the_demo_is_what_it_was(tmp_path: Path):
    assert make_plan(composed(f"output={tmp_path}")).store.digest == "31e31e99"
