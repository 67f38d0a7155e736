"""The figures of a sweep beside those of its reproduction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

_ROUNDING = 1e-4
"""The relative difference of a log-loss that the rounding of other software explains."""


@dataclass(frozen=True)
class FigurePair:
    """A figure of a model, as the sweep found it and as it is now.

    Attributes:
        model: `base`, or the name of the point.
        name: the name of the figure, such as `accuracy`.
        then: its value in the sweep.
        now: its value now; NaN if it was not evaluated.
    """

    model: str
    name: str
    then: float
    now: float

    @property
    def is_equal(self) -> bool:
        """Whether both values are the same to the last bit."""
        return self.then == self.now

    @property
    def is_close(self) -> bool:
        """Whether the values differ by rounding alone; an accuracy has to be equal."""
        if self.name in ("accuracy", "f1"):
            return math.isclose(self.then, self.now, rel_tol=1e-12)
        return math.isclose(self.then, self.now, rel_tol=_ROUNDING)


@dataclass(frozen=True)
class Reproduction:
    """A point of a sweep, evaluated again.

    Attributes:
        point: the name of the point.
        part: the part of the examples.
        examples: the number of examples.
        pairs: the figures of the base model and of the point.
        versions: the software whose version differs, each with the version then and now.
    """

    point: str
    part: str
    examples: int
    pairs: tuple[FigurePair, ...]
    versions: Mapping[str, tuple[str | None, str | None]]

    @property
    def is_equal(self) -> bool:
        """Whether every figure is the same to the last bit."""
        return all(pair.is_equal for pair in self.pairs)

    @property
    def is_same(self) -> bool:
        """Whether the figures are the same up to rounding."""
        return all(pair.is_close for pair in self.pairs)
