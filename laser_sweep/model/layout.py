"""The layout of a model: the matrices of each layer, by matrix type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from laser_sweep.errors import ConfigError, unknown
from laser_sweep.grid.point import ALL_EXPERTS, ALL_LAYERS, MATRIX_GROUPS, MATRIX_TYPES, Edit
from laser_sweep.model.matrix import Matrix

Block: TypeAlias = dict[str, tuple[Matrix, ...]]
"""The matrices of one layer by matrix type; in a mixture of experts, one for each expert."""


@dataclass(frozen=True)
class Layout:
    """The matrices of a model.

    Attributes:
        model: the model's name, for errors.
        blocks: the matrices of each layer.
        modules: the name of each layer's module; empty if a layer is several modules.
    """

    model: str
    blocks: tuple[Block, ...]
    modules: tuple[str, ...] = ()

    @cached_property
    def lnames(self) -> list[str]:
        """The matrix types of the model, in the order of `MATRIX_TYPES`."""
        return _ordered({lname for block in self.blocks for lname in block})

    def layers(self, lname: str) -> list[int]:
        """The layers that have a matrix type, or a type of a group, as a tensor of their own.

        Raises:
            ConfigError: if no layer has the matrix type.
        """
        if found := self._layers(lname):
            return found
        raise unknown(f"matrix type lname of {self.model}", lname, self.lnames)

    def _layers(self, lname: str) -> list[int]:
        wanted = _types(lname)
        return [
            lnum
            for lnum, block in enumerate(self.blocks)
            if any(not m.repeated for name in wanted for m in block.get(name, ()))
        ]

    def check_layer(self, lnum: int) -> None:
        """Check that the model has a layer.

        Raises:
            ConfigError: if the number is out of range.
        """
        if not ALL_LAYERS <= lnum < len(self.blocks):
            raise ConfigError(
                f"lnum={lnum} is out of range: {self.model} has layers "
                f"0..{len(self.blocks) - 1} (-1: all at once)."
            )

    def matrices(self, edit: Edit) -> list[Matrix]:
        """The matrices that an edit changes, by layer, then matrix type, then expert.

        Raises:
            ConfigError: if the model lacks the layer, the matrix or the expert, or if the matrix
                is a tensor of an earlier layer, which would change with it.
        """
        self.check_layer(edit.lnum)
        everywhere = edit.lnum == ALL_LAYERS
        layers = range(len(self.blocks)) if everywhere else [edit.lnum]
        typed = [m for lnum in layers for m in self._of_type(lnum, edit.lname)]
        if not typed:
            raise self._no_such_type(edit)
        if not (found := [m for m in typed if edit.expert in (ALL_EXPERTS, str(m.expert))]):
            raise self._no_such_expert(edit, typed)
        if everywhere:
            return [matrix for matrix in found if not matrix.repeated]
        for matrix in found:
            _check_not_repeated(matrix)
        return found

    def lowest(self, matrices: Iterable[Matrix]) -> int:
        """The lowest layer that changes with some matrices; 0 if it is not known.

        A tensor that several layers share changes all of them.
        """
        names = {name for matrix in matrices for name in (matrix.parameter, *matrix.shared_with)}
        return min((self._layer_of(name) for name in names), default=0)

    def _layer_of(self, parameter: str) -> int:
        within = (n for n, module in enumerate(self.modules) if parameter.startswith(f"{module}."))
        return next(within, 0)

    def _of_type(self, lnum: int, lname: str) -> Iterator[Matrix]:
        for name in _types(lname):
            yield from self.blocks[lnum].get(name, ())

    def _no_such_type(self, edit: Edit) -> ConfigError:
        elsewhere = self._layers(edit.lname)
        if not elsewhere:
            return unknown(f"matrix type lname of {self.model}", edit.lname, self.lnames)
        here = ", ".join(_ordered(set(self.blocks[edit.lnum]))) or "no known matrix"
        return ConfigError(
            f"layer {edit.lnum} of {self.model} has no {edit.lname}: it has {here}. "
            f"Layers with {edit.lname}: {_shortened(elsewhere)}."
        )

    def _no_such_expert(self, edit: Edit, typed: list[Matrix]) -> ConfigError:
        numbers = {m.expert for m in typed if isinstance(m.expert, int)}
        names = [f"0..{max(numbers)}"] if numbers else []
        names += sorted({m.expert for m in typed if isinstance(m.expert, str)})
        where = "" if edit.lnum == ALL_LAYERS else f" in layer {edit.lnum}"
        available = ", ".join(names) + " (or all)" if names else "no experts"
        return ConfigError(
            f"expert={edit.expert} is out of range: {edit.lname}{where} of {self.model} has "
            f"{available}."
        )


def _types(lname: str) -> tuple[str, ...]:
    return MATRIX_GROUPS.get(lname, (lname,))


def _ordered(lnames: set[str]) -> list[str]:
    return [lname for lname in MATRIX_TYPES if lname in lnames]


def _check_not_repeated(matrix: Matrix) -> None:
    if matrix.repeated:
        raise ConfigError(
            f"{matrix.parameter} is the same tensor as {matrix.shared_with[0]}: edit it there, in "
            "the first layer that has it. All layers that share it change with it."
        )


def _shortened(layers: list[int]) -> str:
    shown = [str(layer) for layer in layers]
    return ", ".join(shown if len(shown) <= 12 else [*shown[:10], "...", shown[-1]])
