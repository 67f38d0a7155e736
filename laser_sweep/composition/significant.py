"""An edit is accepted if the log-loss falls by more than `compose.z` standard errors, and the
accuracy is not significantly lower.
"""

from __future__ import annotations

from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import SIGNIFICANT, Change

OPTIONS: tuple[str, ...] = ("z",)


def accepts(change: Change, options: ComposeConfig) -> bool:
    """Whether the stack keeps the edit."""
    is_lower = change.accuracy is not None and change.accuracy < 0
    is_worse = is_lower and change.p_value < SIGNIFICANT
    return change.z < -options.z and not is_worse
