"""The names of matrices in transformers, by matrix type: one table for all families.

A parameter's name within its block is a container (`self_attn`) and a leaf (`q_proj`). The table
below is right for most families. `laser_sweep.model.families` has the exceptions, and a user's
`model.layout` overrides both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from laser_sweep.model.matrix import SHARED

QKV, KV, GATE_UP = "qkv", "kv", "gate_up"
PARTS = {
    QKV: ("q_proj", "k_proj", "v_proj"),
    KV: ("k_proj", "v_proj"),
    GATE_UP: ("fc_in", "fc_up"),
}
"""The kinds of fused parameters, and the matrix types in each, in the usual order."""

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
    # No name is certain: in DeepSeek-V4 kv_proj makes one vector that is both key and value.
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
"""The attention matrices of Nemotron-H, whose blocks hold one mixer each; `out_proj` is Mamba's."""

PATTERNS = {
    kind: re.compile(
        f"{_WRAPPER}(?:{container}{leaf}"
        + (rf"|mixer\.{_MIXED[kind]}" if kind in _MIXED else "")
        + r")(?:\.weight)?"
    )
    for kind, (container, leaf) in _LEAVES.items()
}
"""The pattern of the names of each matrix type and of each kind of fused parameter."""


class ParameterRole(NamedTuple):
    """The role of a parameter in its block.

    Attributes:
        kind: a matrix type or a kind of fused parameter.
        expert: the expert's number, `shared`, or None outside a mixture and for all experts.
    """

    kind: str
    expert: int | str | None


@dataclass(frozen=True)
class Naming:
    """The names of a model's matrices, where they differ from the common table.

    Attributes:
        blocks: the lists of blocks. Several lists lie side by side: the parts of one layer. A `*`
            joins the lists that match the name, one after the other. If empty, the blocks are
            looked for.
        names: the names within a block, without `.weight` and with `*` for an expert's number, by
            matrix type or by `qkv`, `kv` and `gate_up`; they replace those of the common table.
        form: the form of `qkv`, `contiguous` or `interleaved`; if empty, its name decides.
        order: the parts of `qkv` in their order.
        groups: the number of groups of an interleaved `qkv` with parts of equal size; -1: a group
            for each head of queries; 0: a group for each head of keys, with the queries that share
            it.
        transposed: the names of parameters stored as (in, out) although no module type shows it.
        stacked: the names of two-dimensional parameters that hold experts one below the other.
        alternating: the names of `gate_up` parameters whose rows alternate: one of the gate, one of
            the up projection.
    """

    blocks: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: str = ""
    order: tuple[str, ...] = PARTS[QKV]
    groups: int = 0
    transposed: tuple[str, ...] = ()
    stacked: tuple[str, ...] = ()
    alternating: tuple[str, ...] = ()

    def role_of(self, name: str) -> ParameterRole | None:
        """The role of a parameter by its name within the block; None for an unknown name."""
        for kind, given in self.names.items():
            if match := _match(given, name):
                return _role(kind, name, match)
        for kind, pattern in PATTERNS.items():
            if kind not in self.names and (match := pattern.fullmatch(name)):
                return _role(kind, name, match)
        return None


def _role(kind: str, name: str, match: re.Match[str]) -> ParameterRole:
    groups = match.groupdict()
    if groups.get("shared"):
        return ParameterRole(kind, SHARED)
    number = groups.get("expert") if "expert" in name else None
    return ParameterRole(kind, None if number is None else int(number))


def _match(names: tuple[str, ...], name: str) -> re.Match[str] | None:
    """The match of a name with one of the given names, in which `*` stands for a number."""
    for given in names:
        pattern = re.escape(given).replace(r"\*", r"(?P<expert>\d+)", 1).replace(r"\*", r"\d+")
        if match := re.fullmatch(rf"{pattern}(?:\.weight)?", name):
            return match
    return None
