"""All examples test: every point is evaluated on every example, and none is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.config import SplitConfig
from laser_sweep.split._parts import TEST, Parts

if TYPE_CHECKING:
    from laser_sweep.dataset import Example

OPTIONS: tuple[str, ...] = ()
FILLED = (TEST,)


def parts(examples: Sequence[Example], options: SplitConfig) -> Parts:
    """All examples test."""
    return Parts((), tuple(range(len(examples))))
