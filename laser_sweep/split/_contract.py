"""The contract of a split's module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from laser_sweep.config import SplitConfig
from laser_sweep.split._parts import Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example


@runtime_checkable
class Split(Protocol):
    """A way to divide the examples into a validation part and a test part.

    Attributes:
        OPTIONS: the fields of `SplitConfig` that the split reads.
        FILLED: the parts that must not be empty; `PARTS`, both of them, for most splits.
    """

    OPTIONS: tuple[str, ...]
    FILLED: tuple[str, ...]

    def parts(self, examples: Sequence[Example], options: SplitConfig) -> Parts:
        """Divide the examples.

        Raises:
            ConfigError: if the options leave a fold without examples.
        """
        ...
