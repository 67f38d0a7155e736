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

from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import MATRIX_TYPES
from laser_sweep.model.fused import is_transposed, parts, stack_size
from laser_sweep.model.layout import Block, Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.names import GATE_UP, PARTS, QKV, Known, Naming, naming

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_MOST_NAMES = 40
_OTHER_SENSES = re.compile(r"vision|image|audio|visual|patcher")


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
    modules = tuple(lists[0]) if len(lists) == 1 else ()
    return Layout(model, tuple(_marked(blocks, _aliases(skeleton))), modules)


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
            return self._of_one_length([self._joined(pattern) for pattern in given])
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

    def _of_one_length(self, lists: list[list[str]]) -> list[list[str]]:
        if len(lengths := {len(blocks) for blocks in lists}) > 1:
            raise ConfigError(
                f"model.layout.blocks={','.join(self._naming.blocks)}: lists that lie side by side "
                f"have one length, these have {' and '.join(map(str, sorted(lengths)))}."
            )
        return lists

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
            if not isinstance(self._owner(full), _CONVOLUTIONS):
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
        owner = self._owner(parameter)
        count = stack_size(weight, short, known.kind, self._config, self._naming)
        # Heads that have a dimension of their own, as in XLNet, count as columns.
        columns = weight.shape[-1] if count else weight.shape[1:].numel()
        rows = weight.numel() // columns // (count or 1)
        transposed = is_transposed(weight, short, owner, self._config, self._naming)
        shape = (columns, rows) if transposed else (rows, columns)
        for place in range(count or 1):
            stack = (place, count) if count else None
            expert = place if count and known.expert is None else known.expert
            whole = Matrix(parameter, lnum, known.kind, shape, transposed, None, expert, stack)
            yield from self._parts(whole, owner)

    def _parts(self, whole: Matrix, owner: nn.Module) -> Iterator[Matrix]:
        """The matrix types in a parameter: its own, or those that are fused in it."""
        if whole.lname not in PARTS:
            yield whole
            return
        if whole.lname == GATE_UP and not self._is_gated(whole):
            yield replace(whole, lname="fc_in")
            return
        if whole.lname == QKV:
            yield whole
        for lname, rows in parts(whole, owner, self._config, self._naming):
            shape = (rows.groups * rows.size, whole.shape[1])
            yield replace(whole, lname=lname, rows=rows, shape=shape)

    def _is_gated(self, whole: Matrix) -> bool:
        """Whether `Wi` holds a gate: what comes out is twice what goes into `Wo`."""
        container, _, leaf = whole.parameter.removesuffix(".weight").rpartition(".")
        if leaf != "Wi":
            return True
        return whole.shape[0] == 2 * self._skeleton.get_parameter(f"{container}.Wo.weight").shape[1]

    def _owner(self, parameter: str) -> nn.Module:
        return self._modules[parameter.rpartition(".")[0]]

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
            f"{_shortened(inside) or 'no matrix'}. {_HOW_TO_SAY_IT}"
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


def _shortened(names: list[str]) -> str:
    return ", ".join(names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], "..."])


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
