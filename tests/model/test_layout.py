"""The layout of models of several families, and the errors for models without one."""

import pytest
from support.tiny import CAUSAL, FAMILIES, LAYERS, make_config, make_model, zamba2_config
from torch import nn
from transformers import (
    AlbertConfig,
    DecisionTransformerConfig,
    JambaConfig,
    MambaConfig,
    Qwen2MoeConfig,
    T5Config,
)

from laser_sweep.config import LayoutConfig, LayoutNames
from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.point import MATRIX_GROUPS, MATRIX_TYPES, Edit
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.load import skeleton

# The parameter and the shape (out, in) of each matrix type in layer 1.
EXPECTED = {
    "gptj": {
        "q_proj": ("transformer.h.1.attn.q_proj.weight", (16, 16)),
        "k_proj": ("transformer.h.1.attn.k_proj.weight", (16, 16)),
        "v_proj": ("transformer.h.1.attn.v_proj.weight", (16, 16)),
        "out_proj": ("transformer.h.1.attn.out_proj.weight", (16, 16)),
        "fc_in": ("transformer.h.1.mlp.fc_in.weight", (40, 16)),
        "fc_out": ("transformer.h.1.mlp.fc_out.weight", (16, 40)),
    },
    # Two heads of queries share a head of keys and values, so that k and v have half the rows.
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
        "qkv": ("transformer.h.1.attn.c_attn.weight", (48, 16)),
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


def edit(lname, lnum, expert="all"):
    return Edit("rank_reduction", lname, lnum, Amount(RATE, 9.9), expert)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_matrix_type_is_found_where_the_family_has_it(family):
    block = layout_of(family).blocks[1]
    assert {t: (matrix.parameter, matrix.shape) for t, (matrix,) in block.items()} == EXPECTED[
        family
    ]


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
        matrix.view(model).fill_(number)
    for number, matrix in enumerate(matrices, start=1_000):
        assert (matrix.read(model) == number).all()


def test_the_full_rank_is_the_shorter_side():
    block = layout_of("llama").blocks[0]
    assert {name: block[name][0].full_rank for name in ("k_proj", "fc_in", "fc_out")} == {
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


def test_a_model_with_unknown_names_is_refused_with_its_names_and_the_options_that_say_them():
    config = MambaConfig(vocab_size=20, hidden_size=8, num_hidden_layers=2)
    with pytest.raises(ConfigError, match=r"mamba .* no known matrix") as error:
        find_layout(skeleton(config), "mamba")
    assert "mixer.in_proj" in str(error.value)
    assert "model.layout.names.q_proj=NAME" in str(error.value)


def test_a_written_layout_overrides_the_known_names():
    config = MambaConfig(vocab_size=20, hidden_size=8, num_hidden_layers=2)
    names = {"fc_in": "mixer.in_proj", "fc_out": ["mixer.out_proj"]}
    written = LayoutConfig(blocks="backbone.layers", names=LayoutNames(**names))
    layout = find_layout(skeleton(config), "mamba", written)
    found = {t: matrix.parameter for t, (matrix,) in layout.blocks[1].items()}
    assert found == {
        "fc_in": "backbone.layers.1.mixer.in_proj.weight",
        "fc_out": "backbone.layers.1.mixer.out_proj.weight",
    }


def test_a_written_name_overrides_the_known_type_of_the_parameter():
    written = LayoutConfig(names=LayoutNames(fc_out="mlp.fc_in", fc_in=[]))
    block = find_layout(skeleton(make_config("gptj")), "gptj", written).blocks[1]
    (matrix,) = block["fc_out"]
    assert matrix.parameter == "transformer.h.1.mlp.fc_in.weight"
    assert "fc_in" not in block


def test_a_list_of_blocks_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(ConfigError, match=r"model.layout.blocks=h is none.*transformer\.h \(2\)"):
        find_layout(skeleton(make_config("gpt2")), "gpt2", LayoutConfig(blocks="h"))


def test_lists_side_by_side_that_differ_in_length_are_refused():
    model = skeleton(make_config("gpt2"))
    model.transformer.more = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    with pytest.raises(ConfigError, match=r"transformer\.h,transformer\.more.* 2 and 3"):
        find_layout(model, "gpt2", LayoutConfig(blocks=["transformer.h", "transformer.more"]))


def test_layers_that_are_one_block_are_edited_as_one():
    config = AlbertConfig(
        vocab_size=20,
        hidden_size=8,
        embedding_size=8,
        intermediate_size=8,
        num_attention_heads=2,
        num_hidden_layers=3,
        architectures=["AlbertForMaskedLM"],
    )
    layout = find_layout(skeleton(config), "albert")
    assert len(layout.blocks) == 1
    assert layout.lnames == ["q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out"]


def zamba2():
    return find_layout(skeleton(zamba2_config()), "zamba2")


def test_a_matrix_that_two_layers_share_is_edited_in_the_first_and_refused_in_the_other():
    layout = zamba2()
    (matrix,) = layout.matrices(edit("fc_out", 1))
    assert ".layers.3." in matrix.shared_with[0]
    with pytest.raises(ConfigError, match=r"layers\.3\..* is the same tensor as .*layers\.1\."):
        layout.matrices(edit("fc_out", 3))
    assert [each.lnum for each in layout.matrices(edit("fc_out", -1))] == [1]
    assert layout.layers("fc_out") == [1]


def test_a_layer_of_a_hybrid_that_lacks_a_type_is_told_with_what_it_has_and_who_has_it():
    config = JambaConfig(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=24,
        attn_layer_period=3,
        attn_layer_offset=1,
        expert_layer_period=2,
        expert_layer_offset=0,
        num_experts=2,
        use_mamba_kernels=False,
    )
    layout = find_layout(skeleton(config), "jamba")
    assert layout.layers("q_proj") == [1]
    with pytest.raises(ConfigError, match="layer 0 of jamba has no q_proj") as error:
        layout.matrices(edit("q_proj", 0))
    assert "it has fc_in, fc_up, fc_out. Layers with q_proj: 1." in str(error.value)
    assert len(layout.matrices(edit("q_proj", -1))) == 1


def qwen2_moe():
    config = Qwen2MoeConfig(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        num_experts=3,
        num_experts_per_tok=2,
        moe_intermediate_size=12,
        shared_expert_intermediate_size=20,
        decoder_sparse_step=1,
    )
    return find_layout(skeleton(config), "moe")


@pytest.mark.parametrize(
    ("expert", "experts"), [("all", [0, 1, 2, "shared"]), ("1", [1]), ("shared", ["shared"])]
)
def test_an_expert_is_chosen_by_its_number_and_the_shared_one_by_name(expert, experts):
    found = qwen2_moe().matrices(edit("fc_out", 1, expert))
    assert [matrix.expert for matrix in found] == experts
    assert {m.shape for m in found} <= {(16, 12), (16, 20)}


def test_a_router_is_never_a_matrix():
    layout = qwen2_moe()
    names = {m.parameter for m in layout.matrices(edit("all", -1))}
    assert not [name for name in names if name.endswith("gate.weight")]


@pytest.mark.parametrize("expert", ["3", "99"])
def test_an_expert_out_of_range_is_refused(expert):
    with pytest.raises(ConfigError, match=rf"expert={expert} .*layer 0 .* 0\.\.2, shared"):
        qwen2_moe().matrices(edit("fc_in", 0, expert))


def test_an_expert_of_a_model_without_any_is_refused():
    with pytest.raises(ConfigError, match=r"expert=0 is out of range: fc_in .* has no experts"):
        layout_of("llama").matrices(edit("fc_in", 0, "0"))


class Router(nn.Module):
    """A mixture whose experts are modules, as in many models with remote code."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(4, 3)
        self.experts = nn.ModuleList(
            nn.ModuleDict({w: nn.Linear(4, 4, bias=False) for w in ("w1", "w2", "w3")})
            for _ in range(3)
        )


def test_experts_may_be_a_list_of_modules():
    model = skeleton(make_config("llama"))
    for block in model.model.layers:
        block.mlp = Router()
    layout = find_layout(model, "listed")
    (matrix,) = layout.matrices(edit("fc_in", 1, "2"))
    assert matrix.parameter == "model.layers.1.mlp.experts.2.w1.weight"
    assert [m.expert for m in layout.matrices(edit("fc_out", 0))] == [0, 1, 2]


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_the_side_of_an_encoder_decoder_is_chosen(side):
    config = T5Config(vocab_size=32, d_model=16, d_kv=4, d_ff=24, num_layers=2, num_heads=4)
    layout = find_layout(skeleton(config), "t5", side=side)
    parameters = [m.parameter for m in layout.matrices(edit("all", -1))]
    assert all(parameter.startswith(f"{side}.block.") for parameter in parameters)
    assert not [name for name in parameters if "EncDec" in name]
    assert layout.lnames == ["q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out"]


def test_a_decision_transformer_has_the_matrices_of_gpt2():
    config = DecisionTransformerConfig(hidden_size=16, n_layer=2, n_head=2)
    layout = find_layout(skeleton(config), "dt")
    (matrix,) = layout.matrices(edit("qkv", 1))
    assert (matrix.parameter, matrix.shape) == ("encoder.h.1.attn.c_attn.weight", (48, 16))
    assert matrix.transposed
