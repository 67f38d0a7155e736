"""The names that matrices have in transformers, by matrix type: a table, not a class per family.

A parameter's name within its block is a container (`self_attn`) and a leaf (`q_proj`). Most
families are found by the common table below; what it would get wrong in one, or miss, is said in
`FAMILIES` under the family's `model_type`, in the same words as `model.layout` in YAML, which
overrides both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from laser_sweep.config.layout import FORMS
from laser_sweep.model.matrix import SHARED

QKV, KV, GATE_UP = "qkv", "kv", "gate_up"
PARTS = {
    QKV: ("q_proj", "k_proj", "v_proj"),
    KV: ("k_proj", "v_proj"),
    GATE_UP: ("fc_in", "fc_up"),
}
"""Fused parameters, and the matrix types that they hold, in the usual order."""

CONTIGUOUS, INTERLEAVED = FORMS
"""How a fused parameter is laid out: one part after the other, or so for each head."""

_WRAPPER = r"(?:layer\.\d+\.|albert_layers\.\d+\.|shared_transf(?:ormer)?\.)?"
_ATTENTION = (
    r"(?:attn|attn\.attention|attention|attention\.(?:self|attn|self_attention|output)"
    r"|self_attn|self_attn\.(?:qkv_proj|output_projection)|self_attention|SelfAttention"
    r"|multi_head_attention|self_att\.self_attention|temporal_block|rel_attn)\."
)
_MLP = (
    r"(?:(?:mlp|mlp_block|ffn|ffn\.ffn|ff|feed_forward|block_sparse_moe|mixer|DenseReluDense"
    r"|intermediate|output)\.)?"
)
_EXPERT = (
    r"(?:(?P<experts>experts\.(?:(?:expert_)?(?P<expert>\d+)\.)?)"
    r"|(?P<shared>shared_experts?\.|shared_mlp\.))?"
)

_LEAVES = {
    "q_proj": (_ATTENTION, r"(?:q_proj|query|q_lin|q|Wq|query_proj|project_q|q_head)(?:\.linear)?"),
    "k_proj": (_ATTENTION, r"(?:k_proj|key|k_lin|k|Wk|key_proj|project_k|k_head)(?:\.linear)?"),
    "v_proj": (_ATTENTION, r"(?:v_proj|value|v_lin|v|Wv|value_proj|project_v|v_head)(?:\.linear)?"),
    "out_proj": (
        _ATTENTION,
        r"(?:o_proj|out_proj|dense|c_proj|out_lin|o|Wo|attention_out|post_proj)(?:\.linear)?",
    ),
    "q_a": (_ATTENTION, r"q_a_proj"),
    "q_b": (_ATTENTION, r"q_b_proj"),
    "kv_a": (_ATTENTION, r"kv_a_proj_with_mqa"),
    "kv_b": (_ATTENTION, r"kv_b_proj"),
    QKV: (_ATTENTION, r"(?:qkv_proj|query_key_value|c_attn|Wqkv|qkv)"),
    # In DeepSeek-V4 kv_proj makes one vector that is both; no name alone says that it is two.
    KV: ("", r"(?!)"),
    # The paper's U_in of a gated MLP is the gate matrix.
    "fc_in": (
        _MLP + _EXPERT,
        r"(?:fc_in|gate_proj|(?<=intermediate\.)dense|c_fc|fc1|dense_h_to_4h|lin1|w1|w_in\.w_0"
        r"|layer_1|linear_1|dense1|(?<=feed_forward\.)(?:intermediate|dense\.dense)|wi|wi_0)",
    ),
    "fc_up": (_MLP + _EXPERT, r"(?:up_proj|w3|w_in\.w_1|wi_1)"),
    "fc_out": (
        _MLP + _EXPERT,
        r"(?:fc_out|down_proj|c_proj|fc2|dense_4h_to_h|lin2|w2|w_out|(?<=output\.)dense"
        r"|layer_2|linear_2|dense2|(?<=shared_mlp\.)output_linear|(?<=feed_forward\.)output|wo|(?<=mlp\.)Wo)",
    ),
    GATE_UP: (_MLP + _EXPERT, r"(?:gate_up_proj|(?<=mlp\.)Wi|(?<=shared_mlp\.)input_linear)"),
}
_MIXED = {"q_proj": "q_proj", "k_proj": "k_proj", "v_proj": "v_proj", "out_proj": "o_proj"}
"""In Nemotron-H, whose blocks hold one mixer each, Mamba's out_proj is no attention's."""

PATTERNS = {
    kind: re.compile(
        f"{_WRAPPER}(?:{container}{leaf}"
        + (rf"|mixer\.{_MIXED[kind]}" if kind in _MIXED else "")
        + r")(?:\.weight)?"
    )
    for kind, (container, leaf) in _LEAVES.items()
}
"""For each matrix type, and each kind of fused parameter, the names that are in use."""


class Known(NamedTuple):
    """What a parameter is: a matrix type or a kind of fused parameter, and whose expert's."""

    kind: str
    expert: int | str | None


@dataclass(frozen=True)
class Naming:
    """What the names of one model's matrices are, where the common table does not say it.

    Attributes:
        blocks: the lists of blocks, side by side; `*` in a name joins those that match it. Empty:
            look for them.
        names: for a matrix type, or `qkv`, `kv` and `gate_up`, the names within a block, without
            `.weight`, with `*` for an expert's number; they replace those of the common table.
        form: how `qkv` is laid out, `contiguous` or `interleaved`; empty: by its name.
        order: the parts of `qkv`, in their order.
        groups: how many groups an interleaved `qkv` has, of parts of equal size; -1: one for each
            head of queries; 0: one for each head of keys, with all queries that share it.
        transposed: names of parameters that are stored as (in, out), where it cannot be seen.
        stacked: names of two-dimensional parameters in which experts lie one below the other.
    """

    blocks: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: str = ""
    order: tuple[str, ...] = PARTS[QKV]
    groups: int = 0
    transposed: tuple[str, ...] = ()
    stacked: tuple[str, ...] = ()

    def known(self, name: str) -> Known | None:
        """What a parameter is, by its name within the block; None if it is no known matrix."""
        for kind, given in self.names.items():
            if match := _match(given, name):
                return _known(kind, name, match)
        for kind, pattern in PATTERNS.items():
            if kind not in self.names and (match := pattern.fullmatch(name)):
                return _known(kind, name, match)
        return None


def _known(kind: str, name: str, match: re.Match[str]) -> Known:
    groups = match.groupdict()
    if groups.get("shared"):
        return Known(kind, SHARED)
    number = groups.get("expert") if "expert" in name else None
    return Known(kind, None if number is None else int(number))


_XLM = {
    "blocks": ["transformer.attentions", "transformer.ffns"],
    "names": {"q_proj": "q_lin", "k_proj": "k_lin", "v_proj": "v_lin", "out_proj": "out_lin"},
}

FAMILIES: dict[str, dict[str, Any]] = {
    "albert": {
        "names": {"fc_in": ["albert_layers.*.ffn"], "fc_out": ["albert_layers.*.ffn_output"]}
    },
    "blt": {"blocks": ["model.global_transformer.layers"]},
    "codegen": {"form": INTERLEAVED, "order": ["q_proj", "v_proj", "k_proj"], "groups": 4},
    "ctrl": {"names": {"fc_in": ["ffn.0"], "fc_out": ["ffn.2"]}},
    "dbrx": {
        "names": {
            "qkv": ["norm_attn_norm.attn.Wqkv"],
            "out_proj": ["norm_attn_norm.attn.out_proj"],
            "fc_in": ["ffn.experts.mlp.w1"],
            "fc_up": ["ffn.experts.mlp.v1"],
            "fc_out": ["ffn.experts.mlp.w2"],
        },
        "transposed": ["ffn.experts.mlp.w2"],
        "stacked": ["ffn.experts.mlp.w1", "ffn.experts.mlp.v1", "ffn.experts.mlp.w2"],
    },
    "deberta": {"names": {"qkv": ["attention.self.in_proj"]}, "form": INTERLEAVED},
    "flaubert": _XLM,
    "funnel": {"blocks": ["funnel.encoder.blocks.*"]},
    "hrm_text": {"blocks": ["model.*_module.layers"]},
    "jetmoe": {
        "names": {
            "q_proj": ["self_attention.experts.input_linear"],
            "kv": ["self_attention.kv_proj"],
            "out_proj": ["self_attention.experts.output_linear"],
            "gate_up": ["mlp.input_linear"],
            "fc_out": ["mlp.output_linear"],
        }
    },
    # In its layers of linear attention, which keys and values do not share heads in.
    "minimax": {"form": INTERLEAVED, "groups": -1},
    "moshi": {"names": {"gate_up": ["mlp.fc1"], "fc_in": []}},
    "reformer": {
        "names": {
            "q_proj": ["attention.self_attention.query", "attention.self_attention.query_key"],
            "fc_out": ["feed_forward.output.dense"],
        }
    },
    # Neither its time mixing nor its gates are what attention and a gated MLP call so.
    "rwkv": {
        "names": {
            **{kind: [] for kind in ("q_proj", "k_proj", "v_proj", "out_proj")},
            "fc_in": ["feed_forward.key"],
            "fc_out": ["feed_forward.value"],
        }
    },
    "xlm": _XLM,
    "xlnet": {"transposed": ["rel_attn.q", "rel_attn.k", "rel_attn.v"]},
    "xlstm": {
        "names": {
            **{kind: [] for kind in ("q_proj", "k_proj", "v_proj", "out_proj")},
            "fc_in": ["ffn.proj_up_gate"],
            "fc_up": ["ffn.proj_up"],
            "fc_out": ["ffn.proj_down"],
        }
    },
}
"""By `model_type`, what the common table would miss or get wrong."""


def naming(model_type: str, override: Mapping[str, Any]) -> Naming:
    """The naming of a family, with what the user's YAML says in its place."""
    family = FAMILIES.get(model_type, {})
    given: dict[str, Any] = {**family, **{key: value for key, value in override.items() if value}}
    for key in ("blocks", "order", "transposed", "stacked"):
        if key in given:
            given[key] = _listed(given[key])
    names = {**family.get("names", {}), **override.get("names", {})}
    return Naming(**{**given, "names": {kind: _listed(each) for kind, each in names.items()}})


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _match(names: tuple[str, ...], name: str) -> re.Match[str] | None:
    """The match of a name with one of those that were given, in which `*` is a number."""
    for given in names:
        pattern = re.escape(given).replace(r"\*", r"(?P<expert>\d+)", 1).replace(r"\*", r"\d+")
        if match := re.fullmatch(rf"{pattern}(?:\.weight)?", name):
            return match
    return None
