"""Finding (ℓ, τ) in a model of any family, from its structure alone.

Read off the model on the meta device, before weights are loaded: the list of blocks, and in each
block the parameters whose names `laser_sweep.model.names` knows.
"""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from torch import nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from laser_sweep.errors import ConfigError
from laser_sweep.grid import MATRIX_TYPES
from laser_sweep.model.layout import Block, Layout
from laser_sweep.model.matrix import Matrix, Rows
from laser_sweep.model.names import (
    CONTIGUOUS,
    GATE_UP,
    INTERLEAVED,
    PARTS,
    QKV,
    Known,
    Naming,
    naming,
)

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_OTHER_SENSES = re.compile(r"vision|image|audio|visual|patcher")
_MLP = ("fc_in", "fc_up", "fc_out", GATE_UP)


def find_layout(
    skeleton: PreTrainedModel,
    model: str,
    override: Mapping[str, Any] | None = None,
    side: str = "decoder",
) -> Layout:
    """The layout of a model without weights.

    Args:
        skeleton: the model, on any device.
        model: what it is called in errors.
        override: `model.layout`: what `Naming` says of itself, for what cannot be found or is
            found wrong.
        side: which blocks of an encoder-decoder, `encoder` or `decoder`.

    Raises:
        ConfigError: if it has no list of blocks, or no known matrix in them; with what was found,
            and the options that would describe it.
    """
    found = _Finder(skeleton, naming(skeleton.config.model_type, override or {}))
    lists = found.lists(side)
    blocks = [found.block(lnum, names) for lnum, names in enumerate(zip(*lists, strict=True))]
    if not any(blocks):
        raise found.unknown_architecture(model)
    return Layout(model, tuple(_marked(blocks, _aliases(skeleton))))


class _Finder:
    """What is looked up again and again while a layout is found."""

    def __init__(self, skeleton: PreTrainedModel, named: Naming):
        self._skeleton = skeleton
        self._config = skeleton.config.get_text_config()
        self._naming = named
        self._modules = dict(skeleton.named_modules(remove_duplicate=False))
        self._lists = {n: m for n, m in self._modules.items() if isinstance(m, nn.ModuleList)}

    def lists(self, side: str) -> list[list[str]]:
        """The names of the blocks, in order, of each of the lists that lie side by side."""
        if given := self._naming.blocks:
            return [self._joined(pattern) for pattern in given]
        candidates = [name for name in self._lists if self._holds_matrices(name)]
        candidates = [n for n in candidates if not any(n.startswith(f"{o}.") for o in candidates)]
        candidates = [n for n in candidates if not _OTHER_SENSES.search(n)] or candidates
        if len(candidates) > 1:
            candidates = [n for n in candidates if side in n] or candidates
        if len(candidates) > 1:
            depth = getattr(self._config, "num_hidden_layers", None)
            candidates = [n for n in candidates if len(self._lists[n]) == depth] or candidates
        if len(candidates) != 1:
            raise self._no_list(candidates)
        return [self._joined(candidates[0])]

    def _joined(self, pattern: str) -> list[str]:
        """The blocks of the list of this name, or of all that match it, one after the other."""
        matching = [name for name in self._lists if fnmatch.fnmatchcase(name, pattern)]
        if not matching:
            raise self._no_list([], f"model.layout.blocks={pattern} is none of them; ")
        return [f"{name}.{i}" for name in matching for i in range(len(self._lists[name]))]

    def _holds_matrices(self, name: str) -> bool:
        return any(True for i in range(len(self._lists[name])) for _ in self._known(f"{name}.{i}"))

    def _known(self, block: str) -> Iterator[tuple[str, Known]]:
        """The parameters of a block that are or hold known matrices: full name, and what it is."""
        for name, parameter in self._modules[block].named_parameters(remove_duplicate=False):
            known = self._naming.known(name)
            if known is None or parameter.ndim not in (2, 3):
                continue
            full = f"{block}.{name}"
            if not isinstance(self._modules[full.rpartition(".")[0]], _CONVOLUTIONS):
                yield full, known

    def block(self, lnum: int, names: tuple[str, ...]) -> Block:
        """The matrices of one layer, by matrix type."""
        found: dict[str, list[Matrix]] = defaultdict(list)
        for name in names:
            gated = {known.kind for _, known in self._known(name)} & {"fc_in", GATE_UP}
            for parameter, known in self._known(name):
                # Where there is no gate, what is called up_proj is the paper's U_in.
                if known.kind == "fc_up" and not gated:
                    known = known._replace(kind="fc_in")
                for matrix in self._matrices(parameter, known, lnum, len(name) + 1):
                    found[matrix.lname].append(matrix)
        return {lname: tuple(found[lname]) for lname in MATRIX_TYPES if lname in found}

    def _matrices(self, parameter: str, known: Known, lnum: int, inside: int) -> Iterator[Matrix]:
        """The matrices in one parameter: each of its experts, each part that is fused."""
        weight = self._skeleton.get_parameter(parameter)
        short = parameter[inside:].removesuffix(".weight")
        is_experts = "experts" in short or known.kind in _MLP
        is_stack = short in self._naming.stacked or (weight.ndim == 3 and is_experts)
        count = 1
        if is_stack:
            count = weight.shape[0] if weight.ndim == 3 else self._experts
        rows, columns = weight.shape[0], weight.shape[1:].numel()
        if is_stack:
            rows, columns = weight.numel() // weight.shape[-1] // count, weight.shape[-1]
        transposed = self._is_transposed(parameter, short)
        out, into = (columns, rows) if transposed else (rows, columns)
        for place in range(count):
            whole = Matrix(
                parameter,
                lnum,
                known.kind,
                (out, into),
                transposed,
                expert=place if is_stack and known.expert is None else known.expert,
                stack=(place, count) if is_stack else None,
            )
            yield from self._parts(whole, short)

    def _parts(self, whole: Matrix, short: str) -> Iterator[Matrix]:
        """The matrix types in a parameter: its own, or those that are fused in it."""
        kind = whole.lname
        if kind not in PARTS:
            yield whole
            return
        if kind == GATE_UP and not self._is_gated(whole):
            yield replace(whole, lname="fc_in")
            return
        if kind == QKV:
            yield whole
        for lname, rows in self._fused(whole, short):
            shape = (rows.groups * rows.size, whole.shape[1])
            yield replace(whole, lname=lname, rows=rows, shape=shape)

    def _fused(self, whole: Matrix, short: str) -> Iterator[tuple[str, Rows]]:
        """The parts of a fused parameter and their rows; none if its sizes do not add up."""
        out = whole.shape[0]
        sizes, groups = self._sizes(whole, out)
        total = sum(sizes.values())
        if total * groups == 0 or out % (total * groups):
            return
        unit, start = out // (total * groups), 0
        for lname, size in sizes.items():
            yield lname, Rows(groups, start, size * unit)
            start += size * unit

    def _sizes(self, whole: Matrix, out: int) -> tuple[dict[str, int], int]:
        """How the rows of a group divide between the parts, and how many groups there are."""
        if whole.lname != QKV:
            parts = PARTS[whole.lname]
            owner = self._modules[whole.parameter.rpartition(".")[0]]
            # GPT-OSS alternates a row of the gate with one of the other.
            alternates = whole.lname == GATE_UP and not getattr(owner, "is_concatenated", True)
            return dict.fromkeys(parts, 1), out // 2 if alternates else 1
        heads, keys = self._heads()
        form = self._naming.form or self._usual_form(whole)
        each, groups = {"q_proj": heads, "k_proj": keys, "v_proj": keys}, 1
        if form == INTERLEAVED and self._naming.groups:
            each = dict.fromkeys(PARTS[QKV], 1)
            groups = heads if self._naming.groups < 0 else self._naming.groups
        elif form == INTERLEAVED:
            each, groups = {"q_proj": heads // keys, "k_proj": 1, "v_proj": 1}, keys
        return {lname: each[lname] for lname in self._naming.order}, groups

    def _heads(self) -> tuple[int, int]:
        """How many heads queries have, and keys and values."""
        config = self._config
        heads = int(config.num_attention_heads)
        if hasattr(config, "multi_query") and not _new_falcon(config):
            return heads, 1 if config.multi_query else heads
        attention = getattr(config, "attn_config", config)
        for name in ("num_key_value_heads", "num_kv_heads", "kv_n_heads"):
            if isinstance(keys := getattr(attention, name, None), int):
                return heads, keys
        return heads, heads

    def _usual_form(self, whole: Matrix) -> str:
        """By its name: `query_key_value` is interleaved, but for one head of keys and values."""
        leaf = whole.parameter.removesuffix(".weight").rpartition(".")[2]
        one_for_all = getattr(self._config, "multi_query", False)
        if leaf == "query_key_value":
            grouped = _new_falcon(self._config) or not one_for_all
            return INTERLEAVED if grouped else CONTIGUOUS
        # GPT-BigCode, which has a linear layer where GPT-2 has Conv1D, interleaves.
        bigcode = hasattr(self._config, "multi_query") and not one_for_all and leaf == "c_attn"
        return INTERLEAVED if bigcode else CONTIGUOUS

    def _is_gated(self, whole: Matrix) -> bool:
        """Whether `Wi` holds a gate: what comes out is twice what goes into the other matrix."""
        container = whole.parameter.removesuffix(".weight").rpartition(".")[0]
        others = (f"{container}.Wo.weight",)
        for other in others:
            if other.rpartition(".")[0] in self._modules:
                return whole.shape[0] == 2 * self._skeleton.get_parameter(other).shape[1]
        return True

    @property
    def _experts(self) -> int:
        """How many experts a layer has, where the shape of a parameter does not say it."""
        config = getattr(self._config, "ffn_config", self._config)
        for name in ("moe_num_experts", "num_local_experts", "num_experts"):
            if count := getattr(config, name, None):
                return int(count)
        return 1

    def _is_transposed(self, parameter: str, short: str) -> bool:
        """Whether a parameter is stored as (in, out)."""
        owner = self._modules[parameter.rpartition(".")[0]]
        if short in self._naming.transposed or isinstance(owner, Conv1D):
            return True
        weight = self._skeleton.get_parameter(parameter)
        if weight.ndim < 3 or "experts" not in short:
            return False
        if hasattr(owner, "is_transposed"):
            return bool(owner.is_transposed)
        return self._has_transposed_experts(owner)

    def _has_transposed_experts(self, owner: nn.Module) -> bool:
        """By the sizes: what goes in, but for the last matrix, is as wide as the model."""
        width = self._config.hidden_size
        for name, weight in owner.named_parameters(recurse=False):
            if weight.ndim == 3 and weight.shape[1] != weight.shape[2]:
                reads = 1 if "down" in name else 2
                return bool(weight.shape[reads] != width)
        return False

    def unknown_architecture(self, model: str) -> ConfigError:
        """The error for a model of which nothing is known."""
        (first, *_), *_ = self.lists("decoder") if self._naming.blocks else [self._any_block()]
        inside = [
            name.removesuffix(".weight")
            for name, weight in self._modules[first].named_parameters()
            if weight.ndim in (2, 3)
        ]
        return ConfigError(
            f"{model} ({type(self._skeleton).__name__}): no known matrix in {first}; it has "
            f"{', '.join(inside) or 'no matrix'}. {_HOW_TO_SAY_IT}"
        )

    def _any_block(self) -> list[str]:
        depth = getattr(self._config, "num_hidden_layers", None)
        name = next((n for n, m in self._lists.items() if len(m) == depth), "")
        return [f"{name}.0"] if name else [""]

    def _no_list(self, candidates: list[str], given: str = "") -> ConfigError:
        if not candidates and not given:
            return self.unknown_architecture(str(self._config.model_type))
        names = candidates or list(self._lists)
        found = ", ".join(f"{name} ({len(self._lists[name])})" for name in names) or "none"
        return ConfigError(
            f"{self._config.model_type} ({type(self._skeleton).__name__}): {given}lists of blocks: "
            f"{found}. Say which with model.layout.blocks=NAME."
        )


_HOW_TO_SAY_IT = (
    "Say where they are, in a YAML of conf/model/ or on the command line: "
    "model.layout.blocks=LIST_OF_BLOCKS, and for each matrix type its name within a block, "
    "model.layout.names.q_proj=NAME (also k_proj, v_proj, out_proj, fc_in, fc_up, fc_out; "
    "qkv and gate_up for fused ones)."
)


def _new_falcon(config: Any) -> bool:
    return bool(getattr(config, "new_decoder_architecture", False))


def _aliases(skeleton: PreTrainedModel) -> dict[str, tuple[str, ...]]:
    """For each parameter that is several ones' tensor, all their names, as the model lists them."""
    names = defaultdict(list)
    for name, parameter in skeleton.named_parameters(remove_duplicate=False):
        names[id(parameter)].append(name)
    return {name: tuple(same) for same in names.values() if len(same) > 1 for name in same}


def _marked(blocks: list[Block], aliases: Mapping[str, tuple[str, ...]]) -> Iterator[Block]:
    """The blocks, their matrices marked that share a tensor with others."""
    for block in blocks:
        yield {
            lname: tuple(_mark(matrix, aliases.get(matrix.parameter, ())) for matrix in matrices)
            for lname, matrices in block.items()
        }


def _mark(matrix: Matrix, same: tuple[str, ...]) -> Matrix:
    others = tuple(name for name in same if name != matrix.parameter)
    return replace(matrix, shared_with=others, repeated=bool(same) and same[0] != matrix.parameter)
