"""The families of models whose names the common table lacks or gets wrong, by `model_type`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from laser_sweep.config.layout import INTERLEAVED, LayoutConfig
from laser_sweep.model.names import Naming

_XLM = Naming(
    blocks=("transformer.attentions", "transformer.ffns"),
    names={
        "q_proj": ("q_lin",),
        "k_proj": ("k_lin",),
        "v_proj": ("v_lin",),
        "out_proj": ("out_lin",),
    },
)
_WITHOUT_ATTENTION: dict[str, tuple[str, ...]] = {
    "q_proj": (),
    "k_proj": (),
    "v_proj": (),
    "out_proj": (),
}

FAMILIES = {
    "albert": Naming(
        names={"fc_in": ("albert_layers.*.ffn",), "fc_out": ("albert_layers.*.ffn_output",)}
    ),
    "blt": Naming(blocks=("model.global_transformer.layers",)),
    "codegen": Naming(form=INTERLEAVED, order=("q_proj", "v_proj", "k_proj"), groups=4),
    "ctrl": Naming(names={"fc_in": ("ffn.0",), "fc_out": ("ffn.2",)}),
    "dbrx": Naming(
        names={
            "qkv": ("norm_attn_norm.attn.Wqkv",),
            "out_proj": ("norm_attn_norm.attn.out_proj",),
            "fc_in": ("ffn.experts.mlp.w1",),
            "fc_up": ("ffn.experts.mlp.v1",),
            "fc_out": ("ffn.experts.mlp.w2",),
        },
        transposed=("ffn.experts.mlp.w2",),
        stacked=("ffn.experts.mlp.w1", "ffn.experts.mlp.v1", "ffn.experts.mlp.w2"),
    ),
    "deberta": Naming(names={"qkv": ("attention.self.in_proj",)}, form=INTERLEAVED),
    "flaubert": _XLM,
    "funnel": Naming(blocks=("funnel.encoder.blocks.*",)),
    # transformers 5.0 to 5.6 have no attribute that says so.
    "gpt_oss": Naming(alternating=("mlp.experts.gate_up_proj",)),
    "hrm_text": Naming(blocks=("model.*_module.layers",)),
    "jetmoe": Naming(
        names={
            "q_proj": ("self_attention.experts.input_linear",),
            "kv": ("self_attention.kv_proj",),
            "out_proj": ("self_attention.experts.output_linear",),
            "gate_up": ("mlp.input_linear",),
            "fc_out": ("mlp.output_linear",),
        }
    ),
    # In its layers of linear attention every head of queries has its own keys and values.
    "minimax": Naming(form=INTERLEAVED, groups=-1),
    "moshi": Naming(names={"gate_up": ("mlp.fc1",), "fc_in": ()}),
    "reformer": Naming(
        names={
            "q_proj": ("attention.self_attention.query", "attention.self_attention.query_key"),
            "fc_out": ("feed_forward.output.dense",),
        }
    ),
    # Its time mixing and its gates have the names that attention and a gated MLP have elsewhere.
    "rwkv": Naming(
        names={
            **_WITHOUT_ATTENTION,
            "fc_in": ("feed_forward.key",),
            "fc_out": ("feed_forward.value",),
        }
    ),
    "xlm": _XLM,
    "xlnet": Naming(transposed=("rel_attn.q", "rel_attn.k", "rel_attn.v")),
    "xlstm": Naming(
        names={
            **_WITHOUT_ATTENTION,
            "fc_in": ("ffn.proj_up_gate",),
            "fc_up": ("ffn.proj_up",),
            "fc_out": ("ffn.proj_down",),
        }
    ),
}


def naming_of(model_type: str, written: LayoutConfig) -> Naming:
    """The naming of a family, with the fields that the user has set in `model.layout`.

    Args:
        model_type: the family, as transformers names it.
        written: the user's `model.layout`; `names` replaces single names, any other field as a
            whole.
    """
    family = FAMILIES.get(model_type, Naming())
    names = {k: _listed(value) for k, value in asdict(written.names).items() if value is not None}
    return Naming(
        blocks=_listed(written.blocks) or family.blocks,
        names={**family.names, **names},
        form=written.form or family.form,
        order=_listed(written.order) or family.order,
        groups=written.groups or family.groups,
        transposed=_listed(written.transposed) or family.transposed,
        stacked=_listed(written.stacked) or family.stacked,
        alternating=_listed(written.alternating) or family.alternating,
    )


def _listed(names: str | Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)
