"""The linear maps of a block: reused outputs, and outputs at some positions only.

Most of a block's work is its matrices. A map whose input is the same as for the base model, and
whose weights are not edited, returns the recorded output. In the last block, the maps behind
attention are computed only at the positions that are read. Both work for a block of any family,
because the rest of the block runs as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from laser_sweep.model.blocks import replaced_forward
from laser_sweep.model.layout import Block

LinearMaps: TypeAlias = dict[str, nn.Module]
"""Modules with one matrix each, by the name of the matrix's parameter."""

_POSITION_WISE = ("q_proj", "out_proj", "fc_in", "fc_up", "fc_out")
"""Matrix types whose output at a position matters to this position alone."""
_INNER = ("fc_in", "fc_up")
_ALL_POSITIONS = ("k_proj", "v_proj", "qkv")
"""Matrix types whose output at a position matters to other positions: keys and values."""


def linear_maps(
    model: nn.Module, block: Block, lnames: Collection[str] = ()
) -> dict[str, LinearMaps]:
    """The linear maps of a block by matrix type; a fused map under each of its types.

    Args:
        model: the model.
        block: the matrices of the block.
        lnames: the matrix types to return; all, if empty.
    """
    found: dict[str, LinearMaps] = {}
    for lname, matrices in block.items():
        if lnames and lname not in lnames:
            continue
        owners = {m.parameter: _owner(model, m.parameter) for m in matrices}
        maps = {n: each for n, each in owners.items() if isinstance(each, nn.Linear | Conv1D)}
        if maps:
            found[lname] = dict(maps)
    return found


def position_wise_maps(model: nn.Module, block: Block) -> dict[str, LinearMaps]:
    """The maps of a block that can be computed at some positions only, by matrix type.

    A fused map that also makes keys and values is needed at all positions. The result is empty if
    the block's MLP is not made of linear maps.
    """
    others = distinct_maps(linear_maps(model, block, _ALL_POSITIONS))
    found = {
        lname: {name: module for name, module in maps.items() if name not in others}
        for lname, maps in linear_maps(model, block, _POSITION_WISE).items()
    }
    return found if {"fc_in", "fc_out"} <= set(found) else {}


def distinct_maps(by_type: Mapping[str, LinearMaps]) -> LinearMaps:
    """The maps of all matrix types, each once."""
    return {name: module for maps in by_type.values() for name, module in maps.items()}


def _owner(model: nn.Module, parameter: str) -> nn.Module:
    return model.get_submodule(parameter.rpartition(".")[0])


class Recording(NamedTuple):
    """The input and the output of a linear map in one run."""

    input: Tensor
    output: Tensor


Recordings: TypeAlias = dict[str, Recording]
"""A recording for each linear map, by the name of its parameter."""


def recorded_bytes(recordings: Recordings) -> int:
    """The size of recordings in bytes; an input that several maps share counts once."""
    tensors = {id(tensor): tensor for recording in recordings.values() for tensor in recording}
    return sum(tensor.nbytes for tensor in tensors.values())


@contextmanager
def recording(maps: LinearMaps, *, copied: bool) -> Iterator[Recordings]:
    """Record the inputs and outputs of linear maps within this context.

    Args:
        maps: the maps.
        copied: record a copy of the output, for a model that adds to the output in place.
    """
    recordings: Recordings = {}

    def recorder(name: str, forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def record(given: Tensor) -> Tensor:
            output = forward(given)
            recordings[name] = Recording(given, output.clone() if copied else output)
            return output

        return record

    with ExitStack() as contexts:
        for name, module in maps.items():
            contexts.enter_context(replaced_forward(module, recorder(name, module.forward)))
        yield recordings


@contextmanager
def replaying(
    maps: LinearMaps, recordings: Recordings, edited: Collection[str], *, copied: bool
) -> Iterator[None]:
    """Return recorded outputs for recorded inputs within this context, without computation.

    Args:
        maps: the maps.
        recordings: their recorded inputs and outputs.
        edited: the parameters that have changed since the recording.
        copied: return a copy of the output, for a model that adds to the output in place.
    """
    with ExitStack() as contexts:
        for name, module in maps.items():
            if name in recordings and name not in edited:
                replay = _replay(module.forward, recordings[name], copied)
                contexts.enter_context(replaced_forward(module, replay))
        yield


def _replay(
    forward: Callable[[Tensor], Tensor], recorded: Recording, copied: bool
) -> Callable[[Tensor], Tensor]:
    def replay(given: Tensor) -> Tensor:
        if given.shape != recorded.input.shape or not torch.equal(given, recorded.input):
            return forward(given)
        return recorded.output.clone() if copied else recorded.output

    return replay


class Positions(NamedTuple):
    """Positions of a batch, each once.

    Attributes:
        flat: their numbers in the batch flattened row by row, of shape (positions,).
        length: the number of positions in a row.
        total: the number of positions in the batch.
    """

    flat: Tensor
    length: int
    total: int


@contextmanager
def only_at(by_type: Mapping[str, LinearMaps], positions: Positions) -> Iterator[None]:
    """Compute maps at some positions only within this context; their outputs elsewhere are 0.

    Args:
        by_type: the maps that `position_wise_maps` returns.
        positions: the positions.
    """
    # A fused map occurs under each of its types.
    types = {name: lname for lname, maps in by_type.items() for name in maps}
    with ExitStack() as contexts:
        for name, module in distinct_maps(by_type).items():
            # Between the inner maps of an MLP and fc_out there are only the selected positions.
            gather, scatter = types[name] != "fc_out", types[name] not in _INNER
            forward = _PositionWiseMap(module.forward, positions, gather=gather, scatter=scatter)
            contexts.enter_context(replaced_forward(module, forward))
        yield


class _PositionWiseMap:
    """A linear map at some positions of a batch.

    Args:
        forward: the map.
        positions: the positions.
        gather: select the positions from the input.
        scatter: put the output back to the positions of the whole batch.
    """

    def __init__(
        self,
        forward: Callable[[Tensor], Tensor],
        positions: Positions,
        *,
        gather: bool,
        scatter: bool,
    ):
        self._forward = forward
        self._positions = positions
        self._gather = gather
        self._scatter = scatter

    def __call__(self, given: Tensor) -> Tensor:
        batched = given.ndim == 3
        flat, length, total = self._positions
        flat = flat.to(given.device)
        if self._gather:
            given = given.reshape(total, given.shape[-1])[flat]
            given = given[None] if batched else given
        output = self._forward(given)
        if not self._scatter:
            return output
        whole = output.new_zeros(total, output.shape[-1])
        whole[flat] = output.reshape(len(flat), -1)
        return whole.view(-1, length, output.shape[-1]) if batched else whole
