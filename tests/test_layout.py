"""Where the matrices are in each family of models."""

import pytest
import torch
from tiny import CAUSAL, FAMILIES, LAYERS, WIDTH, make_config, make_model
from transformers import AlbertConfig, BloomConfig

from laser_sweep.errors import ConfigError
from laser_sweep.grid import MATRIX_GROUPS, MATRIX_TYPES, Edit
from laser_sweep.model.layout import find_layout
from laser_sweep.model.load import skeleton

# In layer 1: the parameter, and the shape (out, in), of each matrix type.
EXPECTED = {
    "gptj": {
        "q_proj": ("transformer.h.1.attn.q_proj.weight", (16, 16)),
        "k_proj": ("transformer.h.1.attn.k_proj.weight", (16, 16)),
        "v_proj": ("transformer.h.1.attn.v_proj.weight", (16, 16)),
        "out_proj": ("transformer.h.1.attn.out_proj.weight", (16, 16)),
        "fc_in": ("transformer.h.1.mlp.fc_in.weight", (40, 16)),
        "fc_out": ("transformer.h.1.mlp.fc_out.weight", (16, 40)),
    },
    # Two heads of queries share one of keys and values, which are half as tall.
    "llama": {
        "q_proj": ("model.layers.1.self_attn.q_proj.weight", (16, 16)),
        "k_proj": ("model.layers.1.self_attn.k_proj.weight", (8, 16)),
        "v_proj": ("model.layers.1.self_attn.v_proj.weight", (8, 16)),
        "out_proj": ("model.layers.1.self_attn.o_proj.weight", (16, 16)),
        "fc_in": ("model.layers.1.mlp.gate_proj.weight", (24, 16)),
        "fc_up": ("model.layers.1.mlp.up_proj.weight", (24, 16)),
        "fc_out": ("model.layers.1.mlp.down_proj.weight", (16, 24)),
    },
    "gpt2": {
        "q_proj": ("transformer.h.1.attn.c_attn.weight", (16, 16)),
        "k_proj": ("transformer.h.1.attn.c_attn.weight", (16, 16)),
        "v_proj": ("transformer.h.1.attn.c_attn.weight", (16, 16)),
        "out_proj": ("transformer.h.1.attn.c_proj.weight", (16, 16)),
        "fc_in": ("transformer.h.1.mlp.c_fc.weight", (64, 16)),
        "fc_out": ("transformer.h.1.mlp.c_proj.weight", (16, 64)),
    },
    "roberta": {
        "q_proj": ("roberta.encoder.layer.1.attention.self.query.weight", (16, 16)),
        "k_proj": ("roberta.encoder.layer.1.attention.self.key.weight", (16, 16)),
        "v_proj": ("roberta.encoder.layer.1.attention.self.value.weight", (16, 16)),
        "out_proj": ("roberta.encoder.layer.1.attention.output.dense.weight", (16, 16)),
        "fc_in": ("roberta.encoder.layer.1.intermediate.dense.weight", (40, 16)),
        "fc_out": ("roberta.encoder.layer.1.output.dense.weight", (16, 40)),
    },
}


def layout_of(family):
    return find_layout(skeleton(make_config(family)), family)


def edit(lname, lnum):
    return Edit("rank_reduction", lname, lnum, 9.9)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_matrix_type_is_found_where_the_family_has_it(family):
    block = layout_of(family).blocks[1]
    assert {t: (matrix.parameter, matrix.shape) for t, matrix in block.items()} == EXPECTED[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_types_of_a_model_come_in_the_usual_order(family):
    assert layout_of(family).lnames == [name for name in MATRIX_TYPES if name in EXPECTED[family]]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("group", MATRIX_GROUPS)
def test_a_group_stands_for_its_types_that_the_model_has(family, group):
    found = [matrix.lname for matrix in layout_of(family).matrices(edit(group, 1))]
    assert found == [name for name in MATRIX_GROUPS[group] if name in EXPECTED[family]]


@pytest.mark.parametrize("family", FAMILIES)
def test_minus_one_stands_for_all_layers(family):
    layout = layout_of(family)
    each = [matrix for lnum in range(LAYERS) for matrix in layout.matrices(edit("mlp", lnum))]
    assert layout.matrices(edit("mlp", -1)) == each
    assert {matrix.lnum for matrix in layout.matrices(edit("mlp", -1))} == set(range(LAYERS))


@pytest.mark.parametrize("family", FAMILIES)
def test_no_two_matrices_share_an_entry(family):
    model = make_model(family)
    matrices = layout_of(family).matrices(edit("all", -1))
    for number, matrix in enumerate(matrices, start=1_000):
        matrix.of(model).fill_(number)
    for number, matrix in enumerate(matrices, start=1_000):
        assert (matrix.of(model) == number).all()


@pytest.mark.parametrize("lname", ["q_proj", "k_proj", "v_proj"])
def test_a_third_of_gpt2s_fused_module_computes_that_part_of_its_output(lname):
    model = make_model("gpt2")
    (matrix,) = layout_of("gpt2").matrices(edit(lname, 1))
    fused = model.transformer.h[1].attn.c_attn
    hidden = torch.randn(5, WIDTH, generator=torch.Generator().manual_seed(0))
    rows = slice(*matrix.rows)
    expected = fused(hidden)[:, rows] - fused.bias[rows]
    torch.testing.assert_close(hidden @ matrix.of(model).T, expected)


def test_the_full_rank_is_the_shorter_side():
    block = layout_of("llama").blocks[0]
    assert {name: block[name].full_rank for name in ("k_proj", "fc_in", "fc_out")} == {
        "k_proj": 8,
        "fc_in": 16,
        "fc_out": 16,
    }


@pytest.mark.parametrize("family", [*CAUSAL, "roberta"])
@pytest.mark.parametrize("lnum", [LAYERS, 27, -2])
def test_a_layer_that_is_not_there_is_refused(family, lnum):
    with pytest.raises(ConfigError, match=rf"lnum={lnum} is out of range: {family} .* 0\.\.1 "):
        layout_of(family).matrices(edit("fc_in", lnum))


@pytest.mark.parametrize("family", ["gptj", "gpt2", "roberta"])
def test_a_type_that_the_model_lacks_is_refused_with_those_that_it_has(family):
    with pytest.raises(ConfigError, match=f"{family} 'fc_up'") as error:
        layout_of(family).matrices(edit("fc_up", 0))
    assert all(lname in str(error.value) for lname in EXPECTED[family])


def test_a_model_with_unknown_names_is_refused_with_the_names_that_it_has():
    config = BloomConfig(
        vocab_size=20, hidden_size=8, n_layer=2, n_head=2, architectures=["BloomForCausalLM"]
    )
    with pytest.raises(ConfigError, match=r"bloom .* no known matrix") as error:
        find_layout(skeleton(config), "bloom")
    assert "self_attention.query_key_value" in str(error.value)
    assert "mlp.dense_h_to_4h" in str(error.value)


def test_a_model_whose_layers_are_one_block_is_refused():
    config = AlbertConfig(
        vocab_size=20,
        hidden_size=8,
        embedding_size=8,
        intermediate_size=8,
        num_attention_heads=2,
        num_hidden_layers=3,
        architectures=["AlbertForMaskedLM"],
    )
    with pytest.raises(ConfigError, match="no list of 3 blocks") as error:
        find_layout(skeleton(config), "albert")
    assert "albert_layer_groups (1)" in str(error.value)
