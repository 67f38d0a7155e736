"""Where (ℓ, τ) is in a model: the blocks, and in each block the matrices by their types.

Read off the model's structure on the meta device, before weights are loaded. What differs between
architectures is the names, so the names are a table, not a class for each family.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from laser_sweep.errors import ConfigError, unknown
from laser_sweep.grid import ALL_LAYERS, MATRIX_GROUPS, MATRIX_TYPES, Edit

NAMES: dict[str, tuple[str, ...]] = {
    "q_proj": ("attn.q_proj", "self_attn.q_proj", "attention.self.query"),
    "k_proj": ("attn.k_proj", "self_attn.k_proj", "attention.self.key"),
    "v_proj": ("attn.v_proj", "self_attn.v_proj", "attention.self.value"),
    "out_proj": ("attn.out_proj", "self_attn.o_proj", "attention.output.dense", "attn.c_proj"),
    # The paper's U_in of a gated MLP is the gate matrix.
    "fc_in": ("mlp.fc_in", "mlp.gate_proj", "intermediate.dense", "mlp.c_fc"),
    "fc_up": ("mlp.up_proj",),
    "fc_out": ("mlp.fc_out", "mlp.down_proj", "output.dense", "mlp.c_proj"),
}
"""For each matrix type, the names of its module within a block: GPT-J, Llama, RoBERTa, GPT-2."""

FUSED_THIRDS: dict[str, tuple[str, ...]] = {"attn.c_attn": ("q_proj", "k_proj", "v_proj")}
"""Modules whose outputs are equal contiguous parts, one for each matrix type."""


@dataclass(frozen=True)
class Matrix:
    """One (ℓ, τ): a parameter, or a slice of one.

    Attributes:
        parameter: the parameter's name in the model.
        lnum: the layer ℓ.
        lname: the matrix type τ.
        transposed: whether the parameter is stored as (in, out), as Conv1D does.
        rows: first and last + 1 of the output rows that belong to the matrix.
        columns: its number of input features.
    """

    parameter: str
    lnum: int
    lname: str
    transposed: bool
    rows: tuple[int, int]
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in)."""
        return self.rows[1] - self.rows[0], self.columns

    @property
    def full_rank(self) -> int:
        """The largest rank that a matrix of this shape can have."""
        return min(self.shape)

    def of(self, model: nn.Module) -> Tensor:
        """The matrix in the model, of shape (out, in): a view, so that writing to it edits."""
        weight = model.get_parameter(self.parameter).data
        return (weight.T if self.transposed else weight)[slice(*self.rows)]


@dataclass(frozen=True)
class Layout:
    """Where the matrices of a model are.

    Attributes:
        model: what the model is called in errors.
        blocks: for each layer, its matrices by matrix type.
    """

    model: str
    blocks: tuple[dict[str, Matrix], ...]

    @cached_property
    def lnames(self) -> list[str]:
        """The matrix types of the model, in the order of the table of words."""
        present = {lname for block in self.blocks for lname in block}
        return [lname for lname in MATRIX_TYPES if lname in present]

    def check_layer(self, lnum: int) -> None:
        """Raise a ConfigError if the model has no such layer."""
        if not ALL_LAYERS <= lnum < len(self.blocks):
            raise ConfigError(
                f"lnum={lnum} is out of range: {self.model} has layers "
                f"0..{len(self.blocks) - 1} (-1: all at once)."
            )

    def matrices(self, edit: Edit) -> list[Matrix]:
        """The matrices that an edit changes, by layer, then matrix type.

        Raises:
            ConfigError: if the model has no such layer or matrix.
        """
        self.check_layer(edit.lnum)
        layers = range(len(self.blocks)) if edit.lnum == ALL_LAYERS else [edit.lnum]
        wanted = MATRIX_GROUPS.get(edit.lname, (edit.lname,))
        found = [
            self.blocks[layer][lname]
            for layer in layers
            for lname in wanted
            if lname in self.blocks[layer]
        ]
        if not found:
            raise unknown(f"matrix type lname of {self.model}", edit.lname, self.lnames)
        return found


def find_layout(skeleton: PreTrainedModel, model: str) -> Layout:
    """The layout of a model without weights.

    Raises:
        ConfigError: if it has no list of blocks, or no known matrix in them.
    """
    prefix, blocks = _blocks(skeleton, model)
    found = tuple(
        {
            matrix.lname: matrix
            for name, module in block.named_modules()
            for matrix in _matrices(name, module, f"{prefix}.{lnum}.{name}.weight", lnum)
        }
        for lnum, block in enumerate(blocks)
    )
    if not any(found):
        inside = sorted(name for name, child in blocks[0].named_modules() if _is_linear(child))
        raise ConfigError(
            f"{model} ({type(skeleton).__name__}): no known matrix in {prefix}.0; "
            f"it has {', '.join(inside) or 'no linear layer'}."
        )
    return Layout(model, found)


def _blocks(skeleton: PreTrainedModel, model: str) -> tuple[str, nn.ModuleList]:
    """The name and the list of the model's blocks: a list as long as the model is deep."""
    depth = getattr(skeleton.config, "num_hidden_layers", None)
    lists = {n: m for n, m in skeleton.named_modules() if isinstance(m, nn.ModuleList)}
    for name, module in lists.items():
        if len(module) == depth:
            return name, module
    found = ", ".join(f"{name} ({len(module)})" for name, module in lists.items()) or "none"
    raise ConfigError(
        f"{model} ({type(skeleton).__name__}): no list of {depth} blocks; "
        f"lists of modules: {found}."
    )


def _matrices(name: str, module: nn.Module, parameter: str, lnum: int) -> Iterator[Matrix]:
    if not _is_linear(module):
        return
    transposed = isinstance(module, Conv1D)
    out, columns = module.weight.T.shape if transposed else module.weight.shape  # type: ignore
    for lname, names in NAMES.items():
        if name in names:
            yield Matrix(parameter, lnum, lname, transposed, (0, out), columns)
    parts = FUSED_THIRDS.get(name, ())
    for i, lname in enumerate(parts):
        size = out // len(parts)
        yield Matrix(parameter, lnum, lname, transposed, (i * size, (i + 1) * size), columns)


def _is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear | Conv1D)
