"""The linear maps of one block: not computed again, and only where they are read.

By far the most of a block's work are its matrices. While nothing that goes into one has changed, it
puts out what it did for the base model; and in the last block what comes after attention is wanted
at the positions alone that are read. Both hold for a block of any family, as its other parts run
as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from laser_sweep.model.blocks import forwarding
from laser_sweep.model.layout import Block

Linears: TypeAlias = dict[str, nn.Module]
"""Modules with one matrix each, by the name of its parameter."""

OF_ONE_POSITION = ("q_proj", "out_proj", "fc_in", "fc_up", "fc_out")
"""What these put out at a position is of use to this position alone, unlike keys and values."""
_INNER = ("fc_in", "fc_up")
_OF_ALL_POSITIONS = ("k_proj", "v_proj", "qkv")


def linears(model: nn.Module, block: Block, lnames: Collection[str] = ()) -> dict[str, Linears]:
    """The linear maps of a block by matrix type; a fused one by each of its types.

    Args:
        model: the model.
        block: the matrices of the block.
        lnames: the matrix types that are wanted; all, if none is given.
    """
    found: dict[str, Linears] = {}
    for lname, matrices in block.items():
        if lnames and lname not in lnames:
            continue
        modules = {m.parameter: _owner(model, m.parameter) for m in matrices}
        plain = {n: each for n, each in modules.items() if isinstance(each, nn.Linear | Conv1D)}
        if plain:
            found[lname] = dict(plain)
    return found


def _owner(model: nn.Module, parameter: str) -> nn.Module:
    return model.get_submodule(parameter.rpartition(".")[0])


class Seen(NamedTuple):
    """What went into a linear map, and what came out."""

    given: Tensor
    out: Tensor


Remembered: TypeAlias = dict[str, Seen]


def size(remembered: Remembered) -> int:
    """How many bytes it takes; what several maps were given counts once."""
    tensors = {id(each): each for seen in remembered.values() for each in seen}
    return sum(each.nbytes for each in tensors.values())


@contextmanager
def remembering(modules: Linears, *, copied: bool) -> Iterator[Remembered]:
    """Within this context what the maps are given and put out is put into the dictionary.

    Args:
        modules: the maps.
        copied: whether the model adds to what a map puts out in place, so that it needs a copy.
    """
    remembered: Remembered = {}

    def watched(name: str, forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def keep(given: Tensor) -> Tensor:
            out = forward(given)
            remembered[name] = Seen(given, out.clone() if copied else out)
            return out

        return keep

    with ExitStack() as stack:
        for name, module in modules.items():
            stack.enter_context(forwarding(module, watched(name, module.forward)))
        yield remembered


@contextmanager
def recalling(
    modules: Linears, remembered: Mapping[str, Seen], edited: Collection[str], *, copied: bool
) -> Iterator[None]:
    """Within this context a map that is given the same as then puts out the same, at no cost.

    Args:
        modules: the maps.
        remembered: what they were given and put out.
        edited: the parameters that have changed since.
        copied: whether the model adds to what a map puts out in place, so that it needs a copy.
    """
    with ExitStack() as stack:
        for name, module in modules.items():
            if name in remembered and name not in edited:
                recalled = _recall(module.forward, remembered[name], copied)
                stack.enter_context(forwarding(module, recalled))
        yield


def _recall(
    forward: Callable[[Tensor], Tensor], seen: Seen, copied: bool
) -> Callable[[Tensor], Tensor]:
    def recalled(given: Tensor) -> Tensor:
        if given.shape != seen.given.shape or not torch.equal(given, seen.given):
            return forward(given)
        return seen.out.clone() if copied else seen.out

    return recalled


class Places(NamedTuple):
    """The positions of a batch that are wanted, each once.

    Attributes:
        flat: their numbers, counted through the batch row by row, shape (places,).
        length: how many positions a row has.
        total: how many positions the batch has.
    """

    flat: Tensor
    length: int
    total: int


@contextmanager
def only_at(maps: Mapping[str, Linears], places: Places) -> Iterator[None]:
    """Within this context maps are computed at some positions only, and put out 0 elsewhere.

    Args:
        maps: those of `narrowed`, by matrix type.
        places: the positions.
    """
    # A fused one is there under each of its types.
    types = {name: lname for lname, modules in maps.items() for name in modules}
    with ExitStack() as stack:
        for name, module in parts(maps).items():
            narrow, widen = types[name] != "fc_out", types[name] not in _INNER
            at = _Narrowed(module.forward, places, narrow=narrow, widen=widen)
            stack.enter_context(forwarding(module, at))
        yield


class _Narrowed:
    """A linear map that takes what it is given at some positions, or puts it back to them."""

    def __init__(
        self, forward: Callable[[Tensor], Tensor], places: Places, *, narrow: bool, widen: bool
    ):
        self._forward = forward
        self._places = places
        self._narrow = narrow
        self._widen = widen

    def __call__(self, given: Tensor) -> Tensor:
        batched = given.ndim == 3
        flat, length, total = self._places
        flat = flat.to(given.device)
        if self._narrow:
            given = given.reshape(total, given.shape[-1])[flat]
            given = given[None] if batched else given
        out = self._forward(given)
        if not self._widen:
            return out
        whole = out.new_zeros(total, out.shape[-1])
        whole[flat] = out.reshape(len(flat), -1)
        return whole.view(-1, length, out.shape[-1]) if batched else whole


def parts(maps: Mapping[str, Linears]) -> Linears:
    """The maps of all matrix types, each once."""
    return {name: module for modules in maps.values() for name, module in modules.items()}


def narrowed(model: nn.Module, block: Block) -> dict[str, Linears]:
    """The maps of a block that can be computed at some positions only; empty if there are none.

    Of a fused one that also makes keys and values, all positions are wanted.
    """
    others = parts(linears(model, block, _OF_ALL_POSITIONS))
    found = {
        lname: {name: module for name, module in modules.items() if name not in others}
        for lname, modules in linears(model, block, OF_ONE_POSITION).items()
    }
    return found if {"fc_in", "fc_out"} <= set(found) else {}
