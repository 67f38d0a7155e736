"""Finding the layout of a model of any family, from its structure alone.

The structure is that of the model on the meta device, before weights are loaded: the list of
blocks, and in each block the parameters whose names `laser_sweep.model.names` knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from transformers import PreTrainedModel

from laser_sweep.config.layout import LayoutConfig
from laser_sweep.config.model import DECODER
from laser_sweep.grid.point import MATRIX_TYPES
from laser_sweep.model.architecture import Architecture
from laser_sweep.model.block_lists import block_lists, unknown_architecture
from laser_sweep.model.experts import expert_count
from laser_sweep.model.families import naming_of
from laser_sweep.model.fused import split_fused
from laser_sweep.model.layout import Block, Layout
from laser_sweep.model.matrix import ExpertSlice, Matrix
from laser_sweep.model.names import GATE_UP, PARTS, QKV
from laser_sweep.model.orientation import is_transposed
from laser_sweep.model.parameter import Parameter


def find_layout(
    skeleton: PreTrainedModel,
    model: str,
    written: LayoutConfig | None = None,
    side: str = DECODER,
) -> Layout:
    """The layout of a model, which needs no weights.

    Args:
        skeleton: the model, on any device.
        model: the model's name, for errors.
        written: the user's `model.layout`, which overrides the known names.
        side: the side of an encoder-decoder, `encoder` or `decoder`.

    Raises:
        ConfigError: if the list of blocks is not found, or has no known matrix; the error names
            the lists or the parameters, and the options that describe them.
    """
    naming = naming_of(skeleton.config.model_type, written or LayoutConfig())
    architecture = Architecture(skeleton, naming)
    lists = block_lists(architecture, side)
    layers = enumerate(zip(*lists, strict=True))
    blocks = [_block(architecture, lnum, names) for lnum, names in layers]
    if not any(blocks):
        raise unknown_architecture(architecture, model)
    modules = tuple(lists[0]) if len(lists) == 1 else ()
    return Layout(model, tuple(_with_shared_tensors(blocks, skeleton)), modules)


def _block(architecture: Architecture, lnum: int, names: tuple[str, ...]) -> Block:
    """The matrices of one layer, which is one module or several, by matrix type."""
    found: dict[str, list[Matrix]] = defaultdict(list)
    for name in names:
        for parameter in _with_paper_roles(list(architecture.parameters(name))):
            for matrix in _matrices(architecture, parameter, lnum):
                found[matrix.lname].append(matrix)
    return {lname: tuple(found[lname]) for lname in MATRIX_TYPES if lname in found}


def _with_paper_roles(parameters: list[Parameter]) -> Iterator[Parameter]:
    """The parameters, where `up_proj` of an MLP without a gate is `fc_in`, the paper's U_in."""
    is_gated = any(parameter.role.kind in ("fc_in", GATE_UP) for parameter in parameters)
    for parameter in parameters:
        is_only_input = parameter.role.kind == "fc_up" and not is_gated
        role = parameter.role._replace(kind="fc_in") if is_only_input else parameter.role
        yield replace(parameter, role=role)


def _matrices(architecture: Architecture, parameter: Parameter, lnum: int) -> Iterator[Matrix]:
    """The matrices in a parameter: of each expert, and of each part of a fused parameter."""
    weight, role = parameter.weight, parameter.role
    count = expert_count(parameter, architecture.config, architecture.naming)
    # A dimension for the heads, as XLNet has it, is part of the columns.
    columns = weight.shape[-1] if count else weight.shape[1:].numel()
    rows = weight.numel() // columns // (count or 1)
    transposed = is_transposed(parameter, architecture.config, architecture.naming)
    shape = (columns, rows) if transposed else (rows, columns)
    for number in range(count or 1):
        whole = Matrix(
            parameter=parameter.name,
            lnum=lnum,
            lname=role.kind,
            shape=shape,
            transposed=transposed,
            expert=number if count and role.expert is None else role.expert,
            expert_slice=ExpertSlice(number, count) if count else None,
        )
        yield from _parts(architecture, whole, parameter)


def _parts(architecture: Architecture, whole: Matrix, parameter: Parameter) -> Iterator[Matrix]:
    """The matrix itself, or the parts of a fused one; for `qkv` both."""
    if whole.lname not in PARTS:
        yield whole
        return
    if whole.lname == GATE_UP and not _has_gate(architecture, whole):
        yield replace(whole, lname="fc_in")
        return
    if whole.lname == QKV:
        yield whole
    yield from split_fused(whole, parameter.owner, architecture.config, architecture.naming)


def _has_gate(architecture: Architecture, whole: Matrix) -> bool:
    """Whether a `Wi` holds a gate: its output is then twice as wide as the input of `Wo`."""
    container, _, leaf = whole.parameter.removesuffix(".weight").rpartition(".")
    if leaf != "Wi":
        return True
    output = architecture.skeleton.get_parameter(f"{container}.Wo.weight")
    return whole.shape[0] == 2 * output.shape[1]


def _with_shared_tensors(blocks: list[Block], skeleton: PreTrainedModel) -> Iterator[Block]:
    """The blocks, in which each matrix knows the other names of its tensor."""
    aliases = _aliases(skeleton)
    for block in blocks:
        yield {
            lname: tuple(_with_aliases(m, aliases.get(m.parameter, ())) for m in matrices)
            for lname, matrices in block.items()
        }


def _aliases(skeleton: PreTrainedModel) -> Mapping[str, tuple[str, ...]]:
    """All names of each tensor that has several, in the model's order, by each of the names."""
    names = defaultdict(list)
    for name, parameter in skeleton.named_parameters(remove_duplicate=False):
        names[id(parameter)].append(name)
    return {name: tuple(same) for same in names.values() if len(same) > 1 for name in same}


def _with_aliases(matrix: Matrix, aliases: tuple[str, ...]) -> Matrix:
    if not aliases:  # nor is a copy made of each of thousands of experts' matrices
        return matrix
    others = tuple(name for name in aliases if name != matrix.parameter)
    return replace(matrix, shared_with=others, repeated=aliases[0] != matrix.parameter)
