"""The contract of an intervention's module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar, runtime_checkable

from torch import Tensor

from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention

Prepared = TypeVar("Prepared")
Given = TypeVar("Given", contravariant=True)


@runtime_checkable
class Intervention(Protocol[Prepared]):
    """A kind of edit that prepares a matrix once and edits it for every amount.

    The type parameter is the type that `prepare` returns. Only the module itself looks into it;
    for all others it is an `object`.

    Attributes:
        AMOUNTS: the values of `Amount.by` that the intervention accepts; empty for an intervention
            to which the amount means nothing.
    """

    AMOUNTS: tuple[str, ...]

    def prepare(self, weight: Tensor) -> Prepared:
        """Compute what all amounts share.

        Args:
            weight: the matrix, shape (out, in), float32 or float64, with finite entries only.
        """
        ...

    def apply(self, prepared: Prepared, retention: Retention, options: Options) -> EditedMatrix:
        """Edit the matrix.

        Args:
            prepared: the result of `prepare`, which stays unchanged.
            retention: how much of the matrix stays.
            options: the options of the config group `intervention`.

        Raises:
            ConfigError: if the matrix cannot keep this amount.
        """
        ...

    def rank(self, retention: Retention, full_rank: int, options: Options) -> int | None:
        """The rank that stays; None if it depends on the weights or is not set.

        Raises:
            ConfigError: if a matrix of this full rank cannot keep this amount.
        """
        ...


@runtime_checkable
class FirstOrder(Protocol[Given]):
    """An intervention that knows a faster way to the first-order changes of its edits.

    Without it, every edited matrix is computed.
    """

    def changes(
        self,
        prepared: Given,
        gradient: Tensor,
        retentions: Sequence[Retention],
        options: Options,
    ) -> list[float]:
        """The sum of the entries of gradient * (edited - matrix), for each amount.

        Args:
            prepared: the result of `prepare`, which stays unchanged.
            gradient: the gradient of a loss with respect to the matrix, shape (out, in), float32.
            retentions: how much of the matrix stays.
            options: the options of the config group `intervention`.

        Raises:
            ConfigError: if the matrix cannot keep one of the amounts.
        """
        ...
