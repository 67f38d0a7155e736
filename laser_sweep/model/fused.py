"""Fused parameters: the matrix types in them, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch import nn
from transformers import PretrainedConfig

from laser_sweep.config.layout import CONTIGUOUS, INTERLEAVED
from laser_sweep.model.matrix import Matrix, Rows
from laser_sweep.model.names import GATE_UP, PARTS, QKV, Naming


def split_fused(
    whole: Matrix, owner: nn.Module, config: PretrainedConfig, naming: Naming
) -> Iterator[Matrix]:
    """The parts of a fused parameter; none if the parameter's rows cannot be divided so.

    Args:
        whole: the parameter; its `lname` is its kind.
        owner: the module that it belongs to.
        config: the configuration of the language model.
        naming: the naming of the model.
    """
    if whole.lname == QKV:
        sizes, groups = _qkv(whole, config, naming)
    else:
        sizes, groups = _halves(whole, alternates=_alternates(whole, owner, naming))
    total = sum(sizes.values())
    if total * groups == 0 or whole.shape[0] % (total * groups):
        return
    unit, start = whole.shape[0] // (total * groups), 0
    for lname, size in sizes.items():
        rows = Rows(groups, start, size * unit)
        shape = (rows.groups * rows.size, whole.shape[1])
        yield replace(whole, lname=lname, rows=rows, shape=shape)
        start += size * unit


def _alternates(whole: Matrix, owner: nn.Module, naming: Naming) -> bool:
    """Whether the rows of a fused gate and up projection alternate."""
    if whole.lname != GATE_UP:
        return False
    name = whole.parameter.removesuffix(".weight")
    known = any(name.endswith(f".{each}") for each in naming.alternating)
    return known or not getattr(owner, "is_concatenated", True)


def _halves(whole: Matrix, *, alternates: bool) -> tuple[dict[str, int], int]:
    """The sizes of two equal parts in a group of rows, and the number of groups."""
    return dict.fromkeys(PARTS[whole.lname], 1), whole.shape[0] // 2 if alternates else 1


def _qkv(whole: Matrix, config: PretrainedConfig, naming: Naming) -> tuple[dict[str, int], int]:
    """The relative sizes of the parts in a group of rows, and the number of groups."""
    heads, key_heads = _heads(config)
    form = naming.form or _usual_form(whole, config)
    sizes, groups = {"q_proj": heads, "k_proj": key_heads, "v_proj": key_heads}, 1
    if form == INTERLEAVED and naming.groups:
        sizes = dict.fromkeys(PARTS[QKV], 1)
        groups = heads if naming.groups < 0 else naming.groups
    elif form == INTERLEAVED:
        sizes, groups = {"q_proj": heads // key_heads, "k_proj": 1, "v_proj": 1}, key_heads
    return {lname: sizes[lname] for lname in naming.order}, groups


def _heads(config: PretrainedConfig) -> tuple[int, int]:
    """The number of heads of queries, and the number of heads of keys and values."""
    heads = int(config.num_attention_heads)
    if hasattr(config, "multi_query") and not _is_new_falcon(config):
        return heads, 1 if config.multi_query else heads
    attention = getattr(config, "attn_config", config)
    for name in ("num_key_value_heads", "num_kv_heads", "kv_n_heads"):
        if isinstance(key_heads := getattr(attention, name, None), int):
            return heads, key_heads
    return heads, heads


def _usual_form(whole: Matrix, config: PretrainedConfig) -> str:
    """The form by the parameter's name.

    `query_key_value` is interleaved, except in a Falcon with one head of keys and values.
    """
    leaf = whole.parameter.removesuffix(".weight").rpartition(".")[2]
    one_key_head = getattr(config, "multi_query", False)
    if leaf == "query_key_value":
        return INTERLEAVED if _is_new_falcon(config) or not one_key_head else CONTIGUOUS
    # GPT-BigCode interleaves; its c_attn is a linear layer, not GPT-2's Conv1D.
    is_bigcode = hasattr(config, "multi_query") and not one_key_head and leaf == "c_attn"
    return INTERLEAVED if is_bigcode else CONTIGUOUS


def _is_new_falcon(config: PretrainedConfig) -> bool:
    return bool(getattr(config, "new_decoder_architecture", False))
