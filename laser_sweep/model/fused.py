"""Fused parameters: which of their rows are which matrix type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from laser_sweep.model.matrix import Matrix, Rows
from laser_sweep.model.names import CONTIGUOUS, GATE_UP, INTERLEAVED, PARTS, QKV, Naming

_MLP = ("fc_in", "fc_up", "fc_out", GATE_UP)


def parts(
    whole: Matrix, owner: nn.Module, config: Any, naming: Naming
) -> Iterator[tuple[str, Rows]]:
    """The matrix types in a fused parameter and their rows; none if its sizes do not add up.

    Args:
        whole: the parameter; its `lname` is the kind of fused parameter that it is.
        owner: the module that it belongs to.
        config: the configuration of the language model.
        naming: what is known of the family.
    """
    sizes, groups = _qkv(whole, config, naming) if whole.lname == QKV else _equal(whole, owner)
    total = sum(sizes.values())
    if total * groups == 0 or whole.shape[0] % (total * groups):
        return
    unit, start = whole.shape[0] // (total * groups), 0
    for lname, size in sizes.items():
        yield lname, Rows(groups, start, size * unit)
        start += size * unit


def _equal(whole: Matrix, owner: nn.Module) -> tuple[dict[str, int], int]:
    """Halves, one after the other or row by row."""
    # GPT-OSS alternates a row of the gate with one of the other.
    alternates = whole.lname == GATE_UP and not getattr(owner, "is_concatenated", True)
    return dict.fromkeys(PARTS[whole.lname], 1), whole.shape[0] // 2 if alternates else 1


def _qkv(whole: Matrix, config: Any, naming: Naming) -> tuple[dict[str, int], int]:
    """How the rows of a group divide, in units, and how many groups there are."""
    heads, keys = _heads(config)
    form = naming.form or _usual_form(whole, config)
    each, groups = {"q_proj": heads, "k_proj": keys, "v_proj": keys}, 1
    if form == INTERLEAVED and naming.groups:
        each = dict.fromkeys(PARTS[QKV], 1)
        groups = heads if naming.groups < 0 else naming.groups
    elif form == INTERLEAVED:
        each, groups = {"q_proj": heads // keys, "k_proj": 1, "v_proj": 1}, keys
    return {lname: each[lname] for lname in naming.order}, groups


def _heads(config: Any) -> tuple[int, int]:
    """How many heads queries have, and keys and values."""
    heads = int(config.num_attention_heads)
    if hasattr(config, "multi_query") and not _is_new_falcon(config):
        return heads, 1 if config.multi_query else heads
    attention = getattr(config, "attn_config", config)
    for name in ("num_key_value_heads", "num_kv_heads", "kv_n_heads"):
        if isinstance(keys := getattr(attention, name, None), int):
            return heads, keys
    return heads, heads


def _usual_form(whole: Matrix, config: Any) -> str:
    """By its name: `query_key_value` is interleaved, but for one head of keys and values."""
    leaf = whole.parameter.removesuffix(".weight").rpartition(".")[2]
    one_for_all = getattr(config, "multi_query", False)
    if leaf == "query_key_value":
        grouped = _is_new_falcon(config) or not one_for_all
        return INTERLEAVED if grouped else CONTIGUOUS
    # GPT-BigCode, which has a linear layer where GPT-2 has Conv1D, interleaves.
    bigcode = hasattr(config, "multi_query") and not one_for_all and leaf == "c_attn"
    return INTERLEAVED if bigcode else CONTIGUOUS


def _is_new_falcon(config: Any) -> bool:
    return bool(getattr(config, "new_decoder_architecture", False))


def stack_size(weight: Tensor, short: str, kind: str, config: Any, naming: Naming) -> int | None:
    """How many experts a parameter holds; None if it holds one matrix.

    Args:
        weight: the parameter.
        short: its name within the block.
        kind: what it is.
        config: the configuration of the language model.
        naming: what is known of the family.
    """
    if short in naming.stacked:
        return _experts(config)
    is_stack = weight.ndim == 3 and ("experts" in short or kind in _MLP)
    return weight.shape[0] if is_stack else None


def is_transposed(
    weight: Tensor, short: str, owner: nn.Module, config: Any, naming: Naming
) -> bool:
    """Whether a parameter is stored as (in, out)."""
    if short in naming.transposed or isinstance(owner, Conv1D):
        return True
    if weight.ndim < 3 or "experts" not in short:
        return False
    if hasattr(owner, "is_transposed"):
        return bool(owner.is_transposed)
    return _has_transposed_experts(owner, config.hidden_size)


def _has_transposed_experts(owner: nn.Module, width: int) -> bool:
    """By the sizes: what goes in, but for the last matrix, is as wide as the model."""
    for name, weight in owner.named_parameters(recurse=False):
        if weight.ndim == 3 and weight.shape[1] != weight.shape[2]:
            reads = 1 if "down" in name else 2
            return bool(weight.shape[reads] != width)
    return False


def _experts(config: Any) -> int:
    """How many experts a layer has, where the shape of a parameter does not say it."""
    given = getattr(config, "ffn_config", config)
    for name in ("moe_num_experts", "num_local_experts", "num_experts"):
        if count := getattr(given, name, None):
            return int(count)
    return 1
