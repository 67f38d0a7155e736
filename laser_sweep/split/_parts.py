"""The parts of a dataset's examples."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from laser_sweep.config import EVERY_POINT

VALIDATION, TEST = PARTS = ("validation", "test")


@dataclass(frozen=True)
class Parts:
    """The examples of each part, by index, in dataset order.

    Attributes:
        validation: the examples that points are chosen on.
        test: the examples that the base and the chosen model are compared on; none of them is in
            `validation`.
        folds: the validation examples in folds, where every example validates; empty otherwise.
            The point that is chosen on all other folds is tested on a fold.
    """

    validation: tuple[int, ...]
    test: tuple[int, ...]
    folds: tuple[tuple[int, ...], ...] = ()

    def __str__(self) -> str:
        """The number of examples in each part."""
        sizes = [f"{len(self.of(part)):,} {part}" for part in PARTS if self.of(part)]
        return ", ".join(sizes) + (f" in {len(self.folds)} folds" if self.folds else "")

    def of(self, part: str) -> tuple[int, ...]:
        """The examples of a part, by its name."""
        return {VALIDATION: self.validation, TEST: self.test}[part]

    @property
    def everything(self) -> tuple[int, ...]:
        """The examples of both parts."""
        return tuple(sorted((*self.validation, *self.test)))

    def searched(self, test: str) -> tuple[int, ...]:
        """The examples that every point is evaluated on.

        Args:
            test: the option `split.test`: with `all`, they are those of both parts.
        """
        # A split that selects nothing has no validation part.
        return self.validation if self.validation and test != EVERY_POINT else self.everything

    def without(self, dropped: Collection[int]) -> Parts:
        """The parts without some examples, and without the folds that this empties."""
        validation, test, *folds = (
            tuple(example for example in examples if example not in dropped)
            for examples in (self.validation, self.test, *self.folds)
        )
        return Parts(validation, test, tuple(filter(None, folds)))
