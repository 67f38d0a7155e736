"""Fused parameters: the rows of q, k, v, gate and up projection have the right effects.

The tests observe the model: without v the output of attention is 0; without q or k every token
attends to all tokens equally; twice the up projection of an MLP is twice its output.
"""

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.point import Edit
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights

SMALL = {
    "vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
    "intermediate_size": 24, "attn_implementation": "eager", "pad_token_id": 0,
    "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
DBRX = {
    "d_model": 16, "n_heads": 4, "n_layers": 2,
    "attn_config": {"rope_theta": 1e4, "kv_n_heads": 2, "clip_qkv": 8.0},
    "ffn_config": {"moe_num_experts": 2, "moe_top_k": 2, "ffn_hidden_size": 24},
}  # fmt: skip
CAUSAL = {
    "gpt2": ("gpt2", {}),
    "gpt_neox": ("gpt_neox", {}),
    "bloom": ("bloom", {}),
    "falcon of one head of keys": ("falcon", {"multi_query": True}),
    "falcon of as many": ("falcon", {"multi_query": False, "alibi": False}),
    "falcon of groups": ("falcon", {"new_decoder_architecture": True, "num_kv_heads": 2}),
    "codegen": ("codegen", {"rotary_dim": 4}),
    "mpt": ("mpt", {}),
    "gpt_bigcode of one head of keys": ("gpt_bigcode", {"multi_query": True}),
    "gpt_bigcode of as many": ("gpt_bigcode", {"multi_query": False}),
    "phi3": ("phi3", {"num_key_value_heads": 2}),
    "persimmon": ("persimmon", {"qk_layernorm": False}),
    "dbrx": ("dbrx", DBRX),
}
MASKED = {
    "deberta": ("deberta", {}),
    "modernbert": ("modernbert", {"global_attn_every_n_layers": 1}),
}
GATED = {
    "phi3": ("phi3", {}),
    "glm": ("glm", {"num_key_value_heads": 2, "head_dim": 4}),
    "mixtral": ("mixtral", {"num_local_experts": 2, "num_key_value_heads": 2}),
    "gpt_oss": (
        "gpt_oss",
        {"num_local_experts": 2, "num_experts_per_tok": 2, "num_key_value_heads": 2, "head_dim": 4},
    ),
    "llama4_text": (
        "llama4_text",
        {
            "num_local_experts": 2,
            "num_key_value_heads": 2,
            "head_dim": 4,
            "intermediate_size_mlp": 24,
        },
    ),
    "dbrx": ("dbrx", DBRX),
    "modernbert": ("modernbert", {}),
    "moshi": ("moshi", {"ffn_dim": 48, "head_dim": 4}),
}


def make(family, overrides):
    config = AutoConfig.for_model(family, **{**SMALL, **overrides})
    auto = AutoModelForMaskedLM if family in ("deberta", "modernbert") else AutoModelForCausalLM
    model = auto.from_config(config, dtype=torch.float32).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        # A bias would still have an effect without its matrix.
        parameter.normal_(std=0.3, generator=generator) if parameter.ndim > 1 else parameter.fill_(
            0.0 if name.endswith("bias") else 1.0
        )
        if name.endswith(("gate_up_proj_bias", "down_proj_bias", "q_bias", "v_bias", "sinks")):
            parameter.zero_()
    return model, find_layout(model, family)


def matrices(layout, lname):
    return layout.matrices(Edit("zero", lname, 1, Amount(RATE, 10.0)))


def entering(model, parameter):
    """The input of the module of a parameter in a forward pass over two texts."""
    seen = []
    module = model.get_submodule(parameter.removesuffix(".weight").rpartition(".")[0])
    module = (
        model.get_submodule(parameter.removesuffix(".weight"))
        if parameter.endswith(".weight")
        else module
    )
    handle = module.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
    model(input_ids=torch.tensor([[3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14]]))
    handle.remove()
    return seen[0]


@pytest.mark.parametrize("name", [*CAUSAL, *MASKED])
def test_the_slices_of_a_fused_qkv_do_what_q_k_and_v_do(name):
    model, layout = make(*{**CAUSAL, **MASKED}[name])
    (out,) = matrices(layout, "out_proj")
    before = entering(model, out.parameter)
    without = {}
    for lname in ("q_proj", "k_proj", "v_proj"):
        (matrix,) = matrices(layout, lname)
        with temporary_weights(model, {matrix: torch.zeros(matrix.shape)}):
            without[lname] = entering(model, out.parameter)
    assert before.abs().max() > 0.01
    assert without["v_proj"].abs().max() == 0
    # Alibi depends on positions, not on tokens, so the effects of q and k do not include it.
    torch.testing.assert_close(without["q_proj"], without["k_proj"])
    assert (without["q_proj"] - before).abs().max() > 0.001


@pytest.mark.parametrize("name", [*CAUSAL, *MASKED])
def test_the_slices_of_a_fused_qkv_are_all_of_it_and_touch_nothing_else(name):
    model, layout = make(*{**CAUSAL, **MASKED}[name])
    (whole,) = matrices(layout, "qkv")
    parts = [
        matrix for lname in ("q_proj", "k_proj", "v_proj") for matrix in matrices(layout, lname)
    ]
    original = {key: value.clone() for key, value in model.state_dict().items()}
    marks = {matrix: torch.full(matrix.shape, 7.0 + i) for i, matrix in enumerate(parts)}
    with temporary_weights(model, marks):
        fused = model.get_parameter(whole.parameter).numpy()
        counts = dict(zip(*np.unique(fused, return_counts=True), strict=True))
        changed = [
            key for key, value in model.state_dict().items() if not value.equal(original[key])
        ]
    assert counts == {7.0 + i: matrix.shape[0] * matrix.shape[1] for i, matrix in enumerate(parts)}
    assert changed == [whole.parameter]
    assert all(value.equal(original[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("name", GATED)
def test_the_half_that_is_not_the_gate_is_linear_in_what_comes_out(name):
    model, layout = make(*GATED[name])
    outputs = {}
    module = _mlp(model, matrices(layout, "fc_out")[0].parameter)
    generator = torch.Generator().manual_seed(1)
    hidden = torch.randn(2, 3, 16, generator=generator) / 10
    for lname in ("fc_in", "fc_up"):
        chosen = matrices(layout, lname)
        with temporary_weights(model, {matrix: 2 * matrix.read(model) for matrix in chosen}):
            outputs[lname] = _output(module, hidden)
    before = _output(module, hidden)
    # GPT-OSS adds 1 to the up projection before it multiplies.
    linear = name != "gpt_oss"
    assert torch.allclose(outputs["fc_up"], 2 * before, rtol=1e-4, atol=1e-5) == linear
    assert not torch.allclose(outputs["fc_in"], 2 * before, rtol=1e-4, atol=1e-6)


def test_the_gate_of_gpt_oss_alternates_with_the_other_row_by_row():
    model, layout = make(*GATED["gpt_oss"])
    weight = model.get_parameter("model.layers.1.mlp.experts.gate_up_proj").numpy()
    for expert in range(2):
        np.testing.assert_array_equal(
            matrices(layout, "fc_in")[expert].read(model).numpy(), weight[expert][:, ::2].T
        )
        np.testing.assert_array_equal(
            matrices(layout, "fc_up")[expert].read(model).numpy(), weight[expert][:, 1::2].T
        )


def test_the_rows_of_gpt_oss_alternate_in_versions_of_transformers_that_do_not_say_so(monkeypatch):
    config, sizes = GATED["gpt_oss"]
    model, _ = make(config, sizes)
    monkeypatch.delattr(type(model.model.layers[0].mlp.experts), "is_concatenated", raising=False)
    for layer in model.model.layers:
        vars(layer.mlp.experts).pop("is_concatenated", None)
    weight = model.get_parameter("model.layers.1.mlp.experts.gate_up_proj").numpy()
    gate = matrices(find_layout(model, "gpt_oss"), "fc_in")[0]
    np.testing.assert_array_equal(gate.read(model).numpy(), weight[0][:, ::2].T)


def _mlp(model, parameter):
    """The module that holds fc_out and, in a mixture, the router."""
    name = parameter
    while "experts" in name or not name.endswith(("mlp", "feed_forward", "ffn")):
        name = name.rpartition(".")[0]
    return model.get_submodule(name)


def _output(module, hidden):
    made = module(hidden)
    return made[0] if isinstance(made, tuple) else made
