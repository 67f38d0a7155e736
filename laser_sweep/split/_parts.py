"""The parts of a dataset's examples."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

VALIDATION, TEST = PARTS = ("validation", "test")


@dataclass(frozen=True)
class Parts:
    """The examples of each part, by index, in dataset order.

    Attributes:
        validation: those that points are chosen on.
        test: those that base and chosen are compared on, apart from the others.
        folds: where every example validates: the examples, in so many folds. What is chosen on all
            other folds is tested on a fold.
    """

    validation: tuple[int, ...]
    test: tuple[int, ...]
    folds: tuple[tuple[int, ...], ...] = ()

    def __str__(self) -> str:
        """How many examples each part has."""
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
        """What every point is evaluated on: what validates, or all if `split.test` says so."""
        # Where nothing is selected, nothing validates.
        return self.validation if self.validation and test != "all" else self.everything

    def without(self, dropped: Collection[int]) -> Parts:
        """The same without some examples; folds that are left without any are none."""
        validation, test, *folds = (
            tuple(example for example in examples if example not in dropped)
            for examples in (self.validation, self.test, *self.folds)
        )
        return Parts(validation, test, tuple(filter(None, folds)))


def in_two(count: int, validating: Iterable[int]) -> Parts:
    """Some of the first `count` numbers validate, the others test."""
    chosen = set(validating)
    return Parts(
        validation=tuple(sorted(chosen)),
        test=tuple(example for example in range(count) if example not in chosen),
    )
