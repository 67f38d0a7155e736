"""An edit is accepted if the log-loss falls by more than `compose.z` standard errors, and the
accuracy, where there is one, does not fall.
"""

from __future__ import annotations

from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import Change

OPTIONS: tuple[str, ...] = ("z",)


def accepts(change: Change, options: ComposeConfig) -> bool:
    """Whether the stack keeps the edit."""
    return change.z < -options.z and (change.accuracy is None or change.accuracy >= 0)
