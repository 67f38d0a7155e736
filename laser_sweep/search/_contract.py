"""The contract of a strategy's module."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from laser_sweep.config import SearchConfig
from laser_sweep.search._evidence import Evidence, Space


class Size(NamedTuple):
    """The size of a round, which is known before the search.

    Attributes:
        points: the number of points, without the base model.
        examples: the number of validation examples.
    """

    points: int
    examples: int


class Round(NamedTuple):
    """The points to evaluate on some examples before the next round.

    Attributes:
        points: the names of the points, without the base model, in the plan's order.
        examples: the validation examples, in order.
    """

    points: tuple[str, ...]
    examples: tuple[int, ...]


@runtime_checkable
class Strategy(Protocol):
    """A way to search the points: a number of rounds, each smaller than the one before it.

    The points of a round depend on the plan, on predictions, and on what earlier rounds found on
    the validation part; on nothing else. So a search that was interrupted goes on where it was, and
    every task on a cluster finds the same points.

    Attributes:
        OPTIONS: the fields of `SearchConfig` that the strategy reads.
        RANKS: whether the strategy needs the predicted changes of the points.
    """

    OPTIONS: tuple[str, ...]
    RANKS: bool

    def sizes(self, size: Size, options: SearchConfig) -> list[Size]:
        """The size of each round.

        Args:
            size: the number of points, and the number of validation examples.
            options: the options of the search.

        Raises:
            ConfigError: if the strategy does not pay for so few points or examples.
        """
        ...

    def round(self, number: int, space: Space, evidence: Evidence, options: SearchConfig) -> Round:
        """The points and examples of a round.

        Args:
            number: the round's number, from 0.
            space: what the search chooses among.
            evidence: what is known before the round.
            options: the options of the search.
        """
        ...
